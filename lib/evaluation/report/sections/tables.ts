import type { Evaluation } from "../../evaluation";
import type { Share } from "../../figures/share";
import { html, type Html } from "../html";
import { duration, percent, text } from "../text";

/** How each class fares, those with errors first. */
export function renderClasses({ figures }: Evaluation): Html | null {
  const sorted = [...figures.classes].sort(
    (a, b) => b.wrong + b.taken - (a.wrong + a.taken) || b.person - a.person,
  );
  if (sorted.length === 0) return null;
  return html`<section>
    <h2>${text("evaluation.title-classes")}</h2>
    <div class="scroll">
      <table class="figures">
        <tr>
          <th>${text("evaluation.class")}</th>
          <th>${text("evaluation.photos")}</th>
          <th>${text("evaluation.grade-right")}</th>
          <th>${text("evaluation.grade-wrong")}</th>
          <th>${text("evaluation.grade-person")}</th>
          <th>${text("evaluation.taken")}</th>
          <th>${text("evaluation.recall")}</th>
          <th>${text("evaluation.precision")}</th>
        </tr>
        ${sorted.map(
          ({ id, label, photos, right, wrong, person, taken, recall, precision }) =>
            html`<tr>
              <th scope="row">
                <button type="button" data-show="class:${id}">${label}</button>
              </th>
              <td>${photos}</td>
              <td>${right}</td>
              <td class="${wrong > 0 && "bad"}">${wrong}</td>
              <td>${person}</td>
              <td class="${taken > 0 && "bad"}">${taken}</td>
              <td>${shareBar(recall)}</td>
              <td>${shareBar(precision)}</td>
            </tr>`,
        )}
      </table>
    </div>
  </section>`;
}

/** A share with its interval as a whisker. */
function shareBar({ share, low, high, of }: Share): Html {
  if (of === 0) return html`–`;
  return html`<svg class="share" viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">
      <rect class="room" width="100" height="12" />
      <rect class="right" width="${100 * share}" height="12" />
      <line class="whisker" x1="${100 * low}" x2="${100 * high}" y1="6" y2="6" />
    </svg>
    ${percent(share, 0)}`;
}

/** Other ways to judge on the same pictures, side by side. */
export function renderContenders({ contenders }: Evaluation): Html | null {
  if (contenders.length === 0) return null;
  return html`<section>
    <h2>${text("evaluation.title-contenders")}</h2>
    <div class="scroll">
      <table class="figures">
        <tr>
          <th></th>
          <th>${text("evaluation.accuracy")}</th>
          <th>${text("evaluation.grade-right")}</th>
          <th>${text("evaluation.grade-wrong")}</th>
          <th>${text("evaluation.grade-person")}</th>
          <th>AUROC</th>
          <th>${text("evaluation.calls")}</th>
          <th>${text("evaluation.time")}</th>
        </tr>
        ${contenders.map(({ name, figures }) => {
          const total = figures.latency.find(({ stage }) => stage === "total");
          return html`<tr>
            <th scope="row">${name}</th>
            <td>${shareBar(figures.accuracy)}</td>
            <td>${percent(figures.right.share)}</td>
            <td class="${figures.wrong.count > 0 && "bad"}">${percent(figures.wrong.share)}</td>
            <td>${percent(figures.person.share)}</td>
            <td>${figures.auroc?.toFixed(3) ?? "–"}</td>
            <td>${figures.lmmCalls.toFixed(2)}</td>
            <td>${total ? `${duration(total.p50)} · ${duration(total.p95)}` : "–"}</td>
          </tr>`;
        })}
      </table>
    </div>
    <p class="hint">${text("evaluation.hint-contenders")}</p>
  </section>`;
}

/** What was judged with what, and which pictures were not. */
export function renderNotes({ setup, unlabelled, ambiguous, photos }: Evaluation): Html {
  const { mode, accept, lmm, embedder, prompt, examples } = setup;
  const failed = photos.filter(({ outcome }) => outcome === "failed").length;
  return html`<section>
    <h2>${text("evaluation.title-notes")}</h2>
    <dl>
      <dt>${text("evaluation.setup-mode")}</dt>
      <dd>${mode}</dd>
      <dt>${text("evaluation.setup-accept")}</dt>
      <dd>1 / ${accept}</dd>
      <dt>${text("evaluation.setup-lmm")}</dt>
      <dd>${lmm ?? "–"}</dd>
      <dt>${text("evaluation.setup-embedder")}</dt>
      <dd>${embedder}</dd>
      <dt>${text("evaluation.setup-prompt")}</dt>
      <dd>${prompt ?? "–"}</dd>
      <dt>${text("evaluation.setup-examples")}</dt>
      <dd>${examples}</dd>
    </dl>
    ${
      failed + unlabelled.length + ambiguous.length === 0
        ? null
        : html`<p>${text("evaluation.not-counted", { failed, unlabelled: unlabelled.length })}</p>`
    }
    ${
      ambiguous.length === 0
        ? null
        : html`<ul>
            ${ambiguous.map(
              ({ label, classes }) =>
                html`<li>
                  ${text("evaluation.ambiguous-label", { label, classes: classes.join(", ") })}
                </li>`,
            )}
          </ul>`
    }
    ${
      unlabelled.length === 0
        ? null
        : html`<details>
            <summary>${text("evaluation.unlabelled", { count: unlabelled.length })}</summary>
            <p class="files">${unlabelled.slice(0, 500).join(", ")}</p>
          </details>`
    }
    <p class="hint">${text("evaluation.hint-shares")}</p>
  </section>`;
}
