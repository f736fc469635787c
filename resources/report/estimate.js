/* global tlacEstimate */
/** What a plant needs, for the numbers that a person puts in. */
(() => {
  "use strict";

  const section = document.getElementById("estimate");
  const list = document.getElementById("plan");
  const data = document.getElementById("estimate-data");
  if (!section || !list || !data) return;

  /** @type {{ efforts: import("../../lib/estimate/plan").Effort[], sentences: Record<"en" | "ja", Record<string, string>> }} */
  const { efforts, sentences } = JSON.parse(data.textContent || "{}");

  const inputs = /** @type {NodeListOf<HTMLInputElement | HTMLSelectElement>} */ (
    section.querySelectorAll("input, select")
  );

  /** @returns {import("../../lib/estimate/plan").Plant | null} null: a number is missing or none */
  function readPlant() {
    const values = /** @type {Record<string, number>} */ ({});
    for (const input of inputs) {
      if (!input.checkValidity()) return null;
      if (input.value !== "") values[input.name] = Number(input.value);
    }
    const { cameras, frames, unchanged = 0, servers = 1, hours = 24, watts, price } = values;
    if (!cameras || !frames) return null;
    const share = unchanged / 100;
    const common = { cameras, framesPerMinute: frames, unchanged: share, hours, watts, price };
    return { ...common, servers: Math.max(1, Math.round(servers)) };
  }

  /**
   * @param {"en" | "ja"} lang
   * @param {import("../../lib/i18n/catalogue").Phrase} phrase
   */
  function say(lang, { key, params = {} }) {
    const span = document.createElement("span");
    span.lang = lang;
    const template = sentences[lang][key.replace("estimate.", "")] || "";
    span.textContent = template.replace(/\{\{(\w+)\}\}/g, (_, name) => String(params[name] ?? ""));
    return span;
  }

  function compute() {
    const plant = readPlant();
    const mode = section?.querySelector("select")?.value || "0";
    const effort = efforts[Number(mode)];
    list?.classList.toggle("stale", !plant);
    if (!plant || !effort) return;
    const plan = tlacEstimate.makePlan(plant, effort);
    const phrases = [
      tlacEstimate.describePlant(plant, plan),
      ...tlacEstimate.describePlan(plan, plant),
    ];
    list?.replaceChildren(
      ...phrases.map((phrase) => {
        const item = document.createElement("li");
        item.append(say("en", phrase), say("ja", phrase));
        return item;
      }),
    );
  }

  section.addEventListener("input", compute);
})();
