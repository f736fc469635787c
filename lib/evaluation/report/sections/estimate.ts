import en from "../../../../locales/en-US/lib/estimate.json";
import ja from "../../../../locales/ja/lib/estimate.json";
import { describePlan, describePlant } from "../../../estimate/describe-plan";
import { effortOf, type MeasuredMode } from "../../../estimate/effort";
import { makePlan, type Plant } from "../../../estimate/plan";
import type { Evaluation } from "../../evaluation";
import { embedJson, html, type Html } from "../html";
import { phrase, text } from "../text";

/** What a person begins with, and changes. */
const PLANT: Plant = { cameras: 4, framesPerMinute: 6, unchanged: 0, servers: 1, hours: 24 };

/** What is asked of a plant: its name in the page, the first value, and the bounds. */
const FIELDS = [
  { name: "cameras", value: PLANT.cameras, least: 1, most: 10_000 },
  { name: "frames", value: PLANT.framesPerMinute, least: 0.1, most: 10_000 },
  { name: "unchanged", value: 0, least: 0, most: 100 },
  { name: "servers", value: PLANT.servers, least: 1, most: 10_000 },
  { name: "hours", value: PLANT.hours, least: 0, most: 24 },
  { name: "watts", value: "", least: 0, most: 1e6 },
  { name: "price", value: "", least: 0, most: 1e9 },
] as const;

/** What a plant needs with the times of these pictures; the page computes it for other numbers. */
export function renderEstimate({ figures, contenders, setup }: Evaluation): Html | null {
  if (figures.latency.length === 0) return null;
  const modes = [{ name: setup.mode, figures }, ...contenders].map(
    ({ name, figures: { latency } }): MeasuredMode => ({
      name,
      effort: effortOf(latency, setup.lmm),
    }),
  );
  const [first] = modes;
  if (!first) return null;
  const plan = makePlan(PLANT, first.effort);
  const sentences = [describePlant(PLANT, plan), ...describePlan(plan, PLANT)];
  return html`<section id="estimate">
    <h2>${text("evaluation.title-estimate")}</h2>
    <p class="hint">${text("evaluation.hint-estimate")}</p>
    <p class="fields">
      ${FIELDS.map(
        ({ name, value, least, most }) =>
          html`<label>
            ${text(`evaluation.estimate-${name}`)}
            <input
              type="number"
              name="${name}"
              value="${value}"
              min="${least}"
              max="${most}"
              step="any"
            />
          </label>`,
      )}
      ${
        modes.length > 1
          ? html`<label>
              ${text("evaluation.setup-mode")}
              <select name="mode">
                ${modes.map(({ name }, at) => html`<option value="${at}">${name}</option>`)}
              </select>
            </label>`
          : null
      }
    </p>
    <ul id="plan" aria-live="polite">
      ${sentences.map((sentence) => html`<li>${phrase(sentence)}</li>`)}
    </ul>
    <p class="hint">${text("estimate.formula")}</p>
    <script type="application/json" id="estimate-data">
      ${embedJson({ efforts: modes.map(({ effort }) => effort), sentences: { en, ja } })}
    </script>
  </section>`;
}
