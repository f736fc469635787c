import type { Evaluation } from "../../evaluation";
import { html, type Html } from "../html";
import { plotLatency } from "../plots/latency";
import { plotReliability } from "../plots/reliability";
import { plotRiskCoverage } from "../plots/risk-coverage";
import { percent, text } from "../text";

/** What the confidence is worth: how many errors a stricter or laxer decision would make. */
export function renderCurves({ figures, setup }: Evaluation): Html | null {
  if (figures.judged === 0) return null;
  const { auroc, calibrationError, riskCoverage } = figures;
  return html`<section class="columns">
    <div>
      <h2>${text("evaluation.title-risk")}</h2>
      ${plotRiskCoverage(figures, setup.accept)}
      <p class="hint">
        <i class="key own"></i>${text("evaluation.hint-own", { accept: setup.accept })}
        <i class="key dashed"></i>${text("evaluation.hint-allowed", { accept: setup.accept })}
      </p>
      <p class="slider">
        <label for="threshold">${text("evaluation.slider")}</label>
        <input id="threshold" type="range" min="0" max="${riskCoverage.length - 2}" step="1" />
      </p>
      <p id="slider-says" class="says" aria-live="polite" hidden>
        ${text("evaluation.slider-says", {
          confidence: "{confidence}",
          decided: "{decided}",
          risk: "{risk}",
          person: "{person}",
        })}
      </p>
    </div>
    <div>
      <h2>${text("evaluation.title-reliability")}</h2>
      ${plotReliability(figures)}
      <p class="hint">${text("evaluation.hint-reliability")}</p>
      <p class="hint">
        ${text("evaluation.calibration", { error: percent(calibrationError) })}
        ${auroc === null ? null : text("evaluation.auroc", { auroc: auroc.toFixed(3) })}
      </p>
    </div>
  </section>`;
}

/** How long each step took, and how often the LMM was asked. */
export function renderLatency({ figures }: Evaluation): Html | null {
  if (figures.latency.length === 0) return null;
  return html`<section>
    <h2>${text("evaluation.title-latency")}</h2>
    ${plotLatency(figures)}
    <p class="hint">${text("evaluation.hint-latency", { calls: figures.lmmCalls.toFixed(2) })}</p>
  </section>`;
}
