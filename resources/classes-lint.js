/**
 * What the runtime says of classes that are typed into a node's own dialog, below their field: the
 * same as in the vocabulary's dialog.
 */
var tlacClassesLint = (() => {
  "use strict";

  /** @typedef {import("../nodes/admin/vocabulary").LintAnswer} LintAnswer */

  const catalogue = "@tlac/node-red-tlac/tlac:tlac.lint.";
  /** Milliseconds without a key stroke before the runtime is asked. */
  const CALM_MS = 500;
  /** Lines below the field; the rest is counted. */
  const MOST_LINES = 6;

  /**
   * @param {string} key
   * @param {object} [values]
   */
  function say(key, values) {
    return RED._(catalogue + key, values);
  }

  /** @param {LintAnswer} answer */
  function describe({ wrong, findings, notes, glossary, count, problem }) {
    if (wrong) return [tlacJobs.line("failed", wrong.message)];
    const named = glossary.map(({ label, names }) =>
      tlacJobs.line("note", say("glossary", { label, names: names.join(", ") })),
    );
    const lines = [
      ...findings.map(({ message }) => tlacJobs.line("warning", message)),
      ...notes.map((note) => tlacJobs.line("note", note)),
      ...named,
    ];
    const more = lines.length - MOST_LINES;
    const shown = lines.slice(0, MOST_LINES);
    if (more > 0) shown.push(tlacJobs.line("note", say("more", { count: more })));
    if (problem) shown.push(tlacJobs.line("note", say("namesOnly", { reason: problem })));
    const sum = say(findings.length ? "findings" : "fine", { count, findings: findings.length });
    return [tlacJobs.line(findings.length ? "note" : "ok", sum), ...shown];
  }

  /** @returns {() => void} lets go of what still waits */
  function prepare() {
    const field = $("#node-input-classes");
    const place = $("#tlac-classes-lint");
    /** @type {number | undefined} */
    let timer;
    let latest = 0;

    async function ask() {
      latest += 1;
      const turn = latest;
      const classes = tlacDialog.textOf(field);
      // Without classes of its own a node has a vocabulary, or gets classes with its messages.
      if (!classes.trim() || tlacDialog.chosenConfig("#node-input-vocabulary")) {
        place.empty();
        return;
      }
      const model = tlacDialog.chosenConfig("#node-input-model")?.id ?? "";
      try {
        /** @type {LintAnswer} */
        const answer = await tlacRequest.send("POST", "vocabulary/lint", { classes, model });
        if (turn === latest) place.empty().append(describe(answer));
      } catch (error) {
        if (turn !== latest) return;
        place.empty().append(tlacJobs.line("failed", tlacRequest.explain(error)));
      }
    }

    function askSoon() {
      window.clearTimeout(timer);
      timer = window.setTimeout(() => void ask(), CALM_MS);
    }

    field.on("input change", askSoon);
    $("#node-input-vocabulary, #node-input-model").on("change", askSoon);
    askSoon();
    return () => {
      latest += 1;
      window.clearTimeout(timer);
    };
  }

  return { prepare };
})();
