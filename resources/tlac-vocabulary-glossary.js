/**
 * English names for classes that the chosen model cannot read: what the glossary gives, and what
 * the LMM proposes for the rest. All of them become names of a class by a click only.
 *
 * @import { Suggestions } from "../nodes/admin/suggestions"
 */
var tlacVocabularyGlossary = (() => {
  "use strict";

  /** @typedef {InstanceType<typeof tlacVocabulary.Dialog>} Vocabulary */

  /**
   * By label: what the LMM has proposed since the dialog was opened.
   *
   * @type {Record<string, string[]>}
   */
  let proposals = {};
  /** @type {{ cancel(): void } | null} */
  let task = null;
  /**
   * Of the classes that have no name yet that the model can read.
   *
   * @type {readonly string[]}
   */
  let labels = [];

  /** @type {typeof tlacVocabulary.say} */
  const say = (...words) => tlacVocabulary.say(...words);

  /** @param {string} name */
  function element(name) {
    return $(`#tlac-vocabulary-suggest-${name}`);
  }

  /**
   * The LMM servers of the flow; first the one that a user of this vocabulary asks.
   *
   * @param {string} vocabulary
   */
  function listServers(vocabulary) {
    /** @type {TlacNode[]} */
    const servers = [];
    RED.nodes.eachConfig((config) => {
      const { type, kind, d: disabled } = config;
      if (type === "lmm-server" && kind !== "recogniser" && !disabled) servers.push(config);
    });
    const used = new Set();
    RED.nodes.eachNode((user) => {
      if (user.vocabulary === vocabulary) used.add(user.server);
    });
    return servers.sort((a, b) => Number(used.has(b.id)) - Number(used.has(a.id)));
  }

  /** @param {Vocabulary} dialog */
  function fillServers(dialog) {
    const servers = listServers(dialog.node.id);
    const options = servers.map((server) =>
      $("<option>", { value: server.id }).text(RED.utils.getNodeLabel(server, server.id)),
    );
    element("server")
      .empty()
      .append(options)
      .toggle(servers.length > 1);
    element("start").toggle(servers.length > 0);
    element("none").toggle(servers.length === 0);
  }

  /** @param {Vocabulary} dialog */
  function wire(dialog) {
    fillServers(dialog);
    element("start").on("click", () => {
      start(dialog);
    });
    element("stop").on("click", () => {
      task?.cancel();
    });
  }

  /** @param {Vocabulary} dialog */
  function start(dialog) {
    const server = RED.nodes.node(tlacDialog.textOf(element("server")));
    if (task || !server) return;
    const asked = labels;
    const bar = tlacJobs.createBar(element("bar").empty(), say("label.suggest"));
    element("said").empty();
    element("start").attr("aria-disabled", "true");
    element("stop").show();
    bar.show(undefined, say("status.suggesting", { done: 0, total: asked.length }));
    const body = { labels: asked, ...tlacDialog.readConfig(server) };
    task = tlacJobs.run("tlac-vocabulary", "tlac-vocabulary/suggest", body, {
      /** @param {Suggestions} progress */
      onProgress({ done, total, names }) {
        const percent = Math.round((100 * done) / Math.max(1, total));
        bar.show(percent, say("status.suggesting", { done, total }));
        Object.assign(proposals, names);
      },
      onEnd(state, sentence) {
        task = null;
        bar.hide();
        element("start").removeAttr("aria-disabled");
        element("stop").hide();
        if (dialog.closed) return;
        if (state === "failed") element("said").append(tlacJobs.line("failed", sentence));
        if (state !== "done") return;
        const count = asked.filter((label) => label in proposals).length;
        const result = say("status.suggested", { count, total: asked.length });
        element("said").append(tlacJobs.line(count > 0 ? "ok" : "note", result));
        dialog.lint.now();
      },
    });
  }

  return {
    wire,

    /** What the lint is to offer beside the rows. */
    proposals() {
      return proposals;
    },

    /**
     * What the glossary adds to each class, and a way to names for those that have none yet.
     *
     * @param {InstanceType<typeof tlacVocabularyLint.Lint>} lint
     * @param {readonly JQuery[]} rows
     * @param {import("../nodes/admin/vocabulary").LintAnswer} answer
     */
    show(lint, rows, { glossary, findings, proposed }) {
      for (const { row, names, fix } of glossary) {
        const container = rows[row];
        if (!container) continue;
        const sentence = say("hint.glossary", { names: names.join(", ") });
        lint.note(container, sentence, "glossary").append(lint.createFix(fix, rows));
      }
      labels = findings.flatMap((finding) => {
        const row = finding.kind === "no-readable-name" && rows[finding.rows[0] ?? -1];
        return row ? [tlacDialog.textOf(row.find(".tlac-cell-label")).trim()] : [];
      });
      $("#tlac-vocabulary-suggest").toggle(labels.length > 0);
      element("all")
        .empty()
        .append(proposed ? lint.createFix(proposed, rows) : "");
    },

    /** Nobody would see the answer any more. */
    close() {
      task?.cancel();
      task = null;
      proposals = {};
      labels = [];
    },
  };
})();
