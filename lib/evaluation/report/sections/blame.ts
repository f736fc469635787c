import { BLAMES } from "../../blame";
import type { Evaluation } from "../../evaluation";
import { html, type Html } from "../html";
import { text } from "../text";

/** Which step is to blame for what is not right, the most frequent first, and what helps. */
export function renderBlame({ figures }: Evaluation): Html | null {
  const counted = BLAMES.map((blame) => ({ blame, count: figures.blames[blame] ?? 0 }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count);
  if (counted.length === 0) return null;
  const most = counted[0]?.count ?? 1;
  return html`<section>
    <h2>${text("evaluation.title-blame")}</h2>
    <table class="blame">
      ${counted.map(
        ({ blame, count }) =>
          html`<tr>
            <th scope="row">
              <button type="button" data-show="blame:${blame}">
                ${text(`evaluation.blame-${blame}`)}
              </button>
            </th>
            <td class="count">${count}</td>
            <td class="bar">
              <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
                <rect
                  class="${blame === "unsure" || blame === "close" ? "person" : "wrong"}"
                  width="${(100 * count) / most}"
                  height="10"
                />
              </svg>
            </td>
            <td class="advice">${text(`evaluation.advice-${blame}`)}</td>
          </tr>`,
      )}
    </table>
  </section>`;
}
