import { GRADES } from "../../evaluated-photo";
import type { Evaluation } from "../../evaluation";
import type { Comparison, Score } from "../../proposals/score";
import { html, type Html } from "../html";
import { phrase, text } from "../text";

/** What to change, with the figures before and after. */
export function renderProposals({ proposals }: Evaluation): Html | null {
  if (proposals.length === 0) return null;
  return html`<section>
    <h2>${text("evaluation.title-proposals")}</h2>
    <ol class="proposals">
      ${proposals.map(
        ({ sentence, reason, measured }) =>
          html`<li>
            <p class="sentence">${phrase(sentence)}</p>
            <p class="hint">${phrase(reason)}</p>
            ${measured ? renderMeasured(measured) : null}
          </li>`,
      )}
    </ol>
    <p class="hint">
      ${GRADES.map((grade) => html`<i class="key ${grade}"></i>${text(`evaluation.grade-${grade}`)}`)}
    </p>
    <p class="hint">${text("evaluation.hint-proposals")}</p>
  </section>`;
}

function renderMeasured({ before, after, photos, fixed, broken, isSure }: Comparison): Html {
  return html`<table class="effect">
      ${(["before", "after"] as const).map((side) => {
        const score = side === "before" ? before : after;
        return html`<tr>
          <th scope="row">${text(`evaluation.proposal-${side}`)}</th>
          <td>${renderBar(score, photos)}</td>
          ${GRADES.map((grade) => html`<td><i class="key ${grade}"></i>${score[grade]}</td>`)}
        </tr>`;
      })}
    </table>
    <p class="chip ${isSure ? "sure" : "luck"}">
      ${text(isSure ? "evaluation.proposal-sure" : "evaluation.proposal-luck")}:
      ${text("evaluation.proposal-fixed", { fixed, broken })}
    </p>`;
}

function renderBar(score: Score, photos: number): Html {
  let left = 0;
  return html`<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
    ${GRADES.map((grade) => {
      const width = (100 * score[grade]) / Math.max(1, photos);
      const bar = html`<rect class="${grade}" x="${left}" width="${width}" height="10" />`;
      left += width;
      return bar;
    })}
  </svg>`;
}
