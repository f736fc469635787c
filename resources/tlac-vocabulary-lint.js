/**
 * What the runtime says of the classes, shown at their rows with ways to mend it.
 *
 * @import { LintAnswer } from "../nodes/admin/vocabulary"
 * @import { Fix } from "../nodes/admin/vocabulary-fixes"
 */
var tlacVocabularyLint = (() => {
  "use strict";

  /** Milliseconds without a key stroke before the runtime is asked. */
  const CALM_MS = 500;
  const signs = {
    wrong: "fa-times-circle",
    notice: "fa-exclamation-triangle",
    glossary: "fa-book",
  };

  /** @type {typeof tlacVocabulary.say} */
  const say = (...words) => tlacVocabulary.say(...words);
  /** @type {typeof tlacVocabulary.icon} */
  const icon = (...names) => tlacVocabulary.icon(...names);

  class Lint {
    /** @param {InstanceType<typeof tlacVocabulary.Dialog>} dialog */
    constructor(dialog) {
      this.dialog = dialog;
      /** @type {number | undefined} */
      this.timer = undefined;
      /** Of the questions asked: the last one counts, whichever answer comes last. */
      this.turn = 0;
      /** Of the notices: the one that the person was led to. */
      this.shown = -1;
    }

    wire() {
      $("#node-config-input-template").on("input", () => {
        this.soon();
      });
    }

    close() {
      window.clearTimeout(this.timer);
    }

    soon() {
      window.clearTimeout(this.timer);
      this.timer = window.setTimeout(() => {
        this.now();
      }, CALM_MS);
    }

    now() {
      void this.ask();
    }

    async ask() {
      const { dialog } = this;
      window.clearTimeout(this.timer);
      if (dialog.closed || dialog.asText) return;
      const turn = ++this.turn;
      const isLast = () => !dialog.closed && turn === this.turn;
      const body = dialog.body();
      const text = dialog.stored();
      // An answer belongs to these rows, wherever they have moved by then.
      const rows = dialog.table.filled();
      if (!body.classes.length) {
        this.clear();
        return;
      }
      $("#tlac-vocabulary-lint").text(say("status.checking"));
      void dialog.examples.refresh();
      void dialog.learned.refresh();
      try {
        /** @type {LintAnswer} */
        const answer = await tlacVocabulary.ask("lint", body);
        if (!isLast()) return;
        tlacVocabulary.remember(text, answer.wrong ? answer.wrong.message : true);
        this.clear();
        if (answer.wrong) this.showWrong(answer.wrong.message, rows, answer.wrong);
        else this.showFindings(rows, answer);
      } catch (error) {
        if (!isLast()) return;
        this.clear();
        this.showWrong(tlacRequest.explain(error), rows, null);
      }
    }

    clear() {
      const { list } = this.dialog.table;
      list.find(".tlac-vocabulary-notes").empty();
      list.find(".tlac-cell").removeClass("input-error").removeAttr("aria-invalid");
      this.dialog.store.trigger("change");
      $("#tlac-vocabulary-lint").empty();
      this.dialog.hideError();
    }

    /**
     * Why nothing can be used yet.
     *
     * @param {string} message
     * @param {readonly JQuery[]} rows
     * @param {LintAnswer["wrong"]} place
     */
    showWrong(message, rows, place) {
      $("#tlac-vocabulary-lint").append(
        icon("fa-times-circle"),
        $("<span>").text(say("status.wrong")),
      );
      const row = place?.row == null ? undefined : rows[place.row];
      if (!place || !row) {
        this.dialog.showError(message);
        return;
      }
      row.find(`.tlac-cell-${place.column}`).addClass("input-error").attr("aria-invalid", "true");
      this.note(row, message, "wrong");
    }

    /**
     * @param {readonly JQuery[]} rows
     * @param {LintAnswer} answer
     */
    showFindings(rows, answer) {
      const { findings, model, problem } = answer;
      const whole = [...this.dialog.entry.notes];
      for (const finding of findings) {
        if (!finding.rows.length) whole.push(finding.message);
        for (const [place, row] of finding.rows.entries()) {
          const container = rows[row];
          if (!container) continue;
          // The sentence names both classes; its fixes are offered once.
          const note = this.note(container, finding.message, "notice");
          if (place === 0) note.append(finding.fixes.map((fix) => this.createFix(fix, rows)));
        }
      }
      tlacVocabularyGlossary.show(this, rows, answer);
      this.summarise(findings.length, model);
      if (problem) whole.push(say("status.names-only", { reason: problem }));
      for (const sentence of whole) {
        $("<div>")
          .append(icon("fa-info-circle"), $("<span>").text(sentence))
          .appendTo($("#tlac-vocabulary-error").show());
      }
    }

    /**
     * @param {number} count
     * @param {string | null} model
     */
    summarise(count, model) {
      const summary = $("#tlac-vocabulary-lint");
      const result = count ? say("status.findings", { count }) : say("status.no-findings");
      summary.append(
        icon(count ? "fa-exclamation-triangle" : "fa-check"),
        $("<span>").text(result),
      );
      if (count) {
        $("<button>", { type: "button", class: "red-ui-button red-ui-button-small" })
          .text(say("button.next"))
          .on("click", () => {
            this.showNext();
          })
          .appendTo(summary);
      }
      if (model) summary.append($("<span>").text(say("status.model", { model })));
    }

    /** Leads through the notices, one with each call. */
    showNext() {
      const { list } = this.dialog.table;
      const notes = list.find(".tlac-vocabulary-notice");
      if (!notes.length) return;
      this.shown = (this.shown + 1) % notes.length;
      const note = notes.eq(this.shown);
      note.closest("li")[0]?.scrollIntoView({ block: "nearest" });
      list.find(".tlac-vocabulary-current").removeClass("tlac-vocabulary-current");
      note.addClass("tlac-vocabulary-current");
      this.dialog.tell(note.children("span").text());
    }

    /**
     * @param {JQuery} container
     * @param {string} message
     * @param {keyof typeof signs} kind
     */
    note(container, message, kind) {
      return $("<div>", { class: `tlac-vocabulary-note tlac-vocabulary-${kind}` })
        .append(icon(signs[kind]))
        .append($("<span>").text(message))
        .appendTo(container.find(".tlac-vocabulary-notes"));
    }

    /**
     * @param {Fix} fix
     * @param {readonly JQuery[]} rows
     */
    createFix(fix, rows) {
      return $("<button>", { type: "button", class: "red-ui-button red-ui-button-small" })
        .text(say(`fix.${fix.action}`, fix.params))
        .on("click", () => {
          this.mend(fix, rows);
        });
    }

    /**
     * @param {Fix} fix
     * @param {readonly JQuery[]} rows
     */
    mend(fix, rows) {
      if (fix.edit) {
        rows[fix.edit.row]?.find(`[data-column=${fix.edit.column}]`).trigger("focus");
        return;
      }
      for (const cell of fix.set) {
        rows[cell.row]?.find(`[data-column=${cell.column}]`).val(cell.value);
      }
      for (const row of fix.remove) rows[row]?.closest("li").remove();
      this.dialog.table.changed();
      this.now();
      this.dialog.tell(say("status.fixed"));
      const [first] = fix.set;
      if (first) rows[first.row]?.find(".tlac-cell-aliases").trigger("focus");
    }
  }

  return { CALM_MS, Lint };
})();
