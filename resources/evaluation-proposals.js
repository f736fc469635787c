/**
 * What an evaluation proposes to change, with what that does; it is taken over into the dialog, and
 * taken back whole.
 *
 * @import { ProposalView } from "../nodes/admin/evaluation/describe-proposals"
 * @import { ChangedClasses, TaughtExamples } from "../nodes/admin/evaluation/apply-proposal"
 */
var tlacProposals = (() => {
  "use strict";

  const ROOT = "tlac/evaluation";
  const GRADES = /** @type {const} */ (["right", "wrong", "person"]);

  /**
   * A place in the dialog that holds something, as text.
   *
   * @typedef {{ read: () => string, write: (value: string) => void }} Holder
   *
   * Where a dialog takes changes; null: that is set elsewhere.
   *
   * @typedef {object} Targets
   * @property {() => object} body the settings as they stand
   * @property {() => (Holder & { pick: (changed: ChangedClasses) => string }) | null} classes
   * @property {(kind: "mode" | "accept" | "prompt") => Holder | null} field
   * @property {(taught?: TaughtExamples) => void} onExamples what was added; nothing: it was taken back
   */

  /** @typedef {{ sentence: string, undo: () => Promise<void>, button: JQuery }} Applied */

  /**
   * @param {string} key
   * @param {object} [values]
   * @returns {string}
   */
  function text(key, values) {
    return RED._(`@tlac/node-red-tlac/tlac:tlac.evaluation.${key}`, values);
  }

  /** @param {string} selector */
  function fieldHolder(selector) {
    const field = $(selector);
    return {
      read: () => tlacDialog.textOf(field),
      write: (/** @type {string} */ value) => {
        field.val(value).trigger("change");
      },
    };
  }

  /**
   * Several fields that only mean something together.
   *
   * @param {readonly Holder[]} holders
   * @returns {Holder}
   */
  function joinHolders(holders) {
    return {
      read: () => JSON.stringify(holders.map(({ read }) => read())),
      write: (value) => {
        /** @type {string[]} */
        const values = JSON.parse(value);
        for (const [at, { write }] of holders.entries()) write(values[at] ?? "");
      },
    };
  }

  /**
   * @param {Holder} holder
   * @param {string} value
   * @returns {() => Promise<void>} puts back what was there
   */
  function change(holder, value) {
    const before = holder.read();
    holder.write(value);
    const after = holder.read();
    return () => {
      if (holder.read() !== after) return Promise.reject(new Error(text("changed")));
      holder.write(before);
      return Promise.resolve();
    };
  }

  /**
   * @param {NonNullable<ProposalView["effect"]>} effect
   */
  function createEffect({ photos, before, after, sentence, isSure }) {
    const rows = Object.entries({ before, after }).map(([side, score]) => {
      const bar = $("<div>", { class: "tlac-evaluation-shares", "aria-hidden": "true" });
      for (const grade of GRADES) {
        $("<div>", { class: `tlac-evaluation-${grade}` })
          .css("width", `${(100 * score[grade]) / Math.max(1, photos)}%`)
          .appendTo(bar);
      }
      const [right, wrong, person] = GRADES.map((grade) => score[grade]);
      return $("<tr>").append(
        $("<th>", { scope: "row" }).text(text(side)),
        $("<td>", { class: "tlac-proposal-bar" }).append(bar),
        $("<td>").text(text("score", { right, wrong, person })),
      );
    });
    return [
      $("<table>", { class: "tlac-proposal-effect" }).append($("<tbody>").append(rows)),
      tlacJobs.line(isSure ? "ok" : "note", sentence),
    ];
  }

  class Proposals {
    /**
     * @param {{ list: JQuery, applied: JQuery }} places
     * @param {Targets} targets
     */
    constructor({ list, applied }, targets) {
      this.list = list;
      this.place = applied;
      this.targets = targets;
      /**
       * The last one last.
       *
       * @type {Applied[]}
       */
      this.applied = [];
      this.busy = false;
    }

    clear() {
      this.list.empty();
    }

    /**
     * @param {string} report
     * @param {readonly ProposalView[]} proposals
     */
    show(report, proposals) {
      this.list.empty();
      if (proposals.length === 0) return;
      this.list.append(
        $("<h4>").text(text("proposals")),
        $("<ol>", { class: "tlac-proposals" }).append(
          proposals.map((proposal) => this.createItem(report, proposal)),
        ),
      );
    }

    /**
     * @param {string} report
     * @param {ProposalView} proposal
     */
    createItem(report, proposal) {
      const { kind, sentence, reason, effect } = proposal;
      const item = $("<li>").append(
        $("<strong>").text(sentence),
        $("<div>", { class: "tlac-small" }).text(reason),
        effect ? createEffect(effect) : "",
      );
      // A question that nobody has asked yet cannot be taken over.
      if (kind === "prompt" && proposal.value === null) return item;
      const elsewhere = this.findElsewhere(kind);
      if (elsewhere) return item.append(tlacJobs.line("note", elsewhere));
      const said = $("<div>", { role: "status" });
      const button = $("<button>", { type: "button", class: "red-ui-button red-ui-button-small" })
        .text(text("apply"))
        .attr("aria-label", text("applyThis", { sentence }))
        .on("click", () => {
          void this.attempt(said, async () => {
            const undo = await this.apply(report, proposal);
            this.applied.push({ sentence, undo, button });
            button.prop("disabled", true).text(text("done"));
          });
        });
      return item.append(button, said);
    }

    /**
     * Where a change is made that this dialog does not hold.
     *
     * @param {ProposalView["kind"]} kind
     */
    findElsewhere(kind) {
      if (kind === "examples") return "";
      if (kind === "mode" || kind === "accept" || kind === "prompt") {
        return this.targets.field(kind) ? "" : text("inNode");
      }
      return this.targets.classes() ? "" : text("inVocabulary");
    }

    /**
     * @param {string} report
     * @param {ProposalView} proposal
     * @returns {Promise<() => Promise<void>>} takes it back
     */
    async apply(report, { id, kind, value }) {
      const { targets } = this;
      const body = { ...targets.body(), report, proposal: id };
      if (kind === "examples") {
        /** @type {TaughtExamples} */
        const taught = await tlacRequest.send("POST", `${ROOT}/teach`, body);
        targets.onExamples(taught);
        return async () => {
          await tlacRequest.send("POST", `${ROOT}/forget`, { ...targets.body(), ...taught });
          targets.onExamples();
        };
      }
      if (kind === "mode" || kind === "accept" || kind === "prompt") {
        const field = targets.field(kind);
        if (!field || value === null) throw new Error(text("inNode"));
        return change(field, kind === "prompt" ? JSON.stringify([value, ""]) : value);
      }
      /** @type {ChangedClasses} */
      const changed = await tlacRequest.send("POST", `${ROOT}/apply`, body);
      const classes = targets.classes();
      if (!classes) throw new Error(text("inVocabulary"));
      return change(classes, classes.pick(changed));
    }

    async undo() {
      const last = this.applied.at(-1);
      if (!last) return;
      await last.undo();
      this.applied.pop();
      last.button.prop("disabled", false).text(text("apply"));
    }

    /**
     * One change at a time.
     *
     * @param {JQuery} said
     * @param {() => Promise<void>} work
     */
    async attempt(said, work) {
      if (this.busy) return;
      this.busy = true;
      said.empty();
      try {
        await work();
        this.showApplied();
      } catch (error) {
        said.append(tlacJobs.line("failed", tlacRequest.explain(error)));
      } finally {
        this.busy = false;
      }
    }

    /** What was taken over since the dialog was opened; the last can be taken back. */
    showApplied() {
      const said = $("<div>", { role: "status" });
      const lines = this.applied.map(({ sentence }) =>
        tlacJobs.line("ok", text("applied", { sentence })),
      );
      this.place.empty().append(lines);
      if (lines.length === 0) return;
      const undo = $("<button>", { type: "button", class: "red-ui-button red-ui-button-small" })
        .addClass("tlac-proposals-undo")
        .text(text("undo"))
        .on("click", () => void this.attempt(said, () => this.undo()));
      this.place.append(undo, said);
      // The button that was pressed can be pressed no more.
      undo.trigger("focus");
    }
  }

  return { Proposals, fieldHolder, joinHolders };
})();
