/** What a person can do in the report: choose the language, ask for pictures, move the threshold. */
(() => {
  "use strict";

  const root = document.documentElement;
  const cards = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(".photo")]);
  const buttons = /** @type {HTMLButtonElement[]} */ ([
    ...document.querySelectorAll("button[data-show]"),
  ]);
  const keys = new Map(cards.map((card) => [card, new Set(JSON.parse(card.dataset.keys || "[]"))]));

  /** @param {string} id */
  const byId = (id) => document.getElementById(id);

  byId("language")?.addEventListener("click", () => {
    root.lang = root.lang === "ja" ? "en" : "ja";
  });

  /**
   * Shows the cards that have the key; `errors`: all that are not right.
   *
   * @param {string} wanted
   */
  function show(wanted) {
    let shown = 0;
    for (const card of cards) {
      const own = keys.get(card);
      const is =
        wanted === "all" || (wanted === "errors" ? !own?.has("grade:right") : !!own?.has(wanted));
      card.hidden = !is;
      if (is) shown += 1;
    }
    for (const button of buttons) {
      button.setAttribute("aria-pressed", String(button.dataset.show === wanted));
    }
    const count = byId("count");
    if (count) count.textContent = String(shown);
    const label = byId("shown");
    if (label) label.hidden = wanted !== "errors";
  }

  for (const button of buttons) {
    button.addEventListener("click", () => {
      show(button.dataset.show || "all");
      if (!button.closest("#photos")) byId("photos")?.scrollIntoView({ behavior: "smooth" });
    });
  }
  show("errors");

  const slider = /** @type {HTMLInputElement | null} */ (byId("threshold"));
  /** @type {[x: number, y: number, threshold: number, decided: number, wrong: number][]} */
  const points = JSON.parse(byId("risk-points")?.textContent || "[]");
  const says = byId("slider-says");
  const sentences = says
    ? [...says.querySelectorAll("[lang]")].map((span) => ({
        span,
        template: span.textContent || "",
      }))
    : [];

  /** @param {number} share */
  const percent = (share) => `${(100 * share).toFixed(1)}\u00a0%`;

  /** Puts the mark at a point of the curve, and says what a decision from there on would be. */
  function move() {
    const point = points[Number(slider?.value)];
    const mark = byId("risk-mark");
    if (!point || !mark || !says) return;
    const [x, y, threshold, decided, wrong] = point;
    mark.setAttribute("cx", String(x));
    mark.setAttribute("cy", String(y));
    const values = /** @type {Record<string, string>} */ ({
      confidence: threshold.toFixed(3),
      decided: percent(decided),
      risk: percent(decided > 0 ? wrong / decided : 0),
      person: percent(1 - decided),
    });
    for (const { span, template } of sentences) {
      span.textContent = template.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
    }
    says.hidden = false;
  }

  if (slider && points.length > 0) {
    slider.addEventListener("input", move);
    // Where the decisions stand now: the point that is nearest to them.
    const own = document.querySelector("circle.own");
    const [left, top] = ["cx", "cy"].map((name) => Number(own?.getAttribute(name) ?? 0));
    let nearest = 0;
    for (const [at, [x, y]] of points.entries()) {
      const best = points[nearest];
      if (Math.hypot(x - left, y - top) < Math.hypot(best[0] - left, best[1] - top)) nearest = at;
    }
    slider.value = String(nearest);
    move();
  }
})();
