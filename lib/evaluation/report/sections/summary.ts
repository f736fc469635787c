import { GRADES } from "../../evaluated-photo";
import type { Evaluation } from "../../evaluation";
import { describeVerdict } from "../../figures/verdict";
import { html, type Html } from "../html";
import { percent, text } from "../text";

/** The verdict in one sentence, and as a bar for who would rather look. */
export function renderSummary({ figures, source, date }: Evaluation): Html {
  const [english, japanese] = (["en-US", "ja"] as const).map((language) =>
    describeVerdict(figures, language),
  );
  let left = 0;
  const bars = GRADES.map((grade) => {
    const { share } = figures[grade];
    const bar = html`<rect
      class="${grade}"
      x="${left}"
      y="0"
      width="${1000 * share}"
      height="40"
    />`;
    left += 1000 * share;
    return bar;
  });
  return html`<header>
    <button id="language" type="button">
      <span lang="en">日本語</span><span lang="ja">English</span>
    </button>
    <p class="source">${source} · ${date.slice(0, 16).replace("T", " ")}</p>
    <h1><span lang="en">${english}</span><span lang="ja">${japanese}</span></h1>
    <svg class="bar" viewBox="0 0 1000 40" preserveAspectRatio="none" aria-hidden="true">
      ${bars}
    </svg>
    <p class="legend">
      ${GRADES.map(
        (grade) =>
          html`<button type="button" data-show="grade:${grade}">
            <i class="key ${grade}"></i>${text(`evaluation.grade-${grade}`)}
            <b>${figures[grade].count}</b> (${percent(figures[grade].share)})
          </button>`,
      )}
      ${
        figures.failed > 0
          ? html`<button type="button" data-show="grade:failed">
              <i class="key failed"></i>${text("evaluation.grade-failed")} <b>${figures.failed}</b>
            </button>`
          : null
      }
    </p>
  </header>`;
}
