/**
 * What comes into the table and goes out of it: pasted text, files, cells of a spreadsheet.
 *
 * @import { ParseAnswer } from "../nodes/admin/vocabulary"
 */
var tlacVocabularyImport = (() => {
  "use strict";

  /** @type {typeof tlacVocabulary.say} */
  const say = (...words) => tlacVocabulary.say(...words);
  /** @type {typeof tlacVocabulary.ask} */
  const ask = (...question) => tlacVocabulary.ask(...question);

  /** @typedef {ParseAnswer["rows"][number]} Row */

  class Entry {
    /** @param {InstanceType<typeof tlacVocabulary.Dialog>} dialog */
    constructor(dialog) {
      this.dialog = dialog;
      this.area = $("#tlac-vocabulary-text");
      /** @type {number | undefined} */
      this.timer = undefined;
      /**
       * What was guessed and left out of the text that was taken last.
       *
       * @type {readonly string[]}
       */
      this.notes = [];
    }

    wire() {
      const { dialog } = this;
      this.area
        .on("input", () => {
          if (dialog.asText) dialog.store.val(this.typed());
          this.previewSoon();
        })
        .on("paste", () => {
          // With nothing to lose, what is pasted need not be confirmed.
          if (dialog.asText || dialog.table.filled().length || this.typed().trim()) return;
          window.setTimeout(() => {
            void this.take(true);
          });
        });
      $("#tlac-vocabulary-replace").on("click", () => {
        void this.take(true);
      });
      $("#tlac-vocabulary-append").on("click", () => {
        void this.take(false);
      });
      $("#tlac-vocabulary-cancel").on("click", () => {
        this.toggle(false);
        $("#tlac-vocabulary-paste").trigger("focus");
      });
      $("#tlac-vocabulary-paste").on("click", () => {
        this.toggle(!$(".tlac-vocabulary-paste").is(":visible"));
      });
      const file = /** @type {JQuery<HTMLInputElement>} */ ($("#tlac-vocabulary-file"));
      $("#tlac-vocabulary-open").on("click", () => {
        file.val("").trigger("click");
      });
      file.on("change", () => {
        const [chosen] = file[0]?.files ?? [];
        if (chosen) void this.openFile(chosen);
      });
      $("#tlac-vocabulary-csv").on("click", () => {
        void this.exportAs("csv");
      });
      $("#tlac-vocabulary-json").on("click", () => {
        void this.exportAs("json");
      });
    }

    close() {
      window.clearTimeout(this.timer);
    }

    typed() {
      return tlacDialog.textOf(this.area);
    }

    /** @param {boolean} show */
    toggle(show) {
      const { dialog } = this;
      $(".tlac-vocabulary-paste").toggle(show);
      $("#tlac-vocabulary-paste").attr("aria-expanded", String(show));
      $("#tlac-vocabulary-cancel").toggle(!dialog.asText);
      $("#tlac-vocabulary-replace").text(say("button.replace"));
      $("#tlac-vocabulary-append").toggle(!dialog.asText && dialog.table.filled().length > 0);
      if (show) this.area.trigger("focus");
      else this.area.val("");
      $("#tlac-vocabulary-preview").text("");
    }

    /**
     * A stored text that is no table stays as it is, to be mended or exported.
     *
     * @param {string} message
     * @param {string} sign
     */
    showText(message, sign) {
      this.dialog.asText = true;
      $(".tlac-vocabulary-table").hide();
      this.toggle(true);
      this.area.val(this.dialog.stored());
      $("#tlac-vocabulary-replace").text(say("button.table"));
      this.dialog.showError(message, sign);
    }

    previewSoon() {
      window.clearTimeout(this.timer);
      this.timer = window.setTimeout(() => {
        void this.preview();
      }, tlacVocabularyLint.CALM_MS);
    }

    async preview() {
      const text = this.typed();
      if (this.dialog.closed || !text.trim()) return;
      const sentence = await this.describe(text);
      if (this.typed() === text) $("#tlac-vocabulary-preview").text(sentence);
    }

    /**
     * @param {string} text
     * @returns {Promise<string>}
     */
    async describe(text) {
      try {
        /** @type {ParseAnswer} */
        const { classes, notes } = await ask("parse", { text });
        const labels = classes.slice(0, 5).map(({ label }) => label);
        const found = say("status.preview", { count: classes.length, labels: labels.join(", ") });
        return [found, ...notes].join(" ");
      } catch (error) {
        return tlacRequest.explain(error);
      }
    }

    /** @param {File} file */
    async openFile(file) {
      const { dialog } = this;
      try {
        const { text } = await tlacVocabularyFiles.readText(file);
        if (dialog.closed) return;
        this.toggle(true);
        this.area.val(text).trigger("input");
        // Nothing to lose in an empty table.
        if (!dialog.asText && !dialog.table.filled().length) await this.take(true);
      } catch (error) {
        if (!dialog.closed) dialog.showError(tlacRequest.explain(error));
      }
    }

    /** @param {boolean} replace */
    async take(replace) {
      const { dialog } = this;
      const wasText = dialog.asText;
      try {
        /** @type {ParseAnswer} */
        const { rows, notes } = await ask("parse", { text: this.typed() });
        if (dialog.closed) return;
        dialog.hideError();
        const before = replace ? [] : dialog.table.rows();
        const all = [...before, ...rows];
        const most = tlacVocabulary.MOST_ROWS;
        if (all.length > most) {
          dialog.store.val(tlacVocabularyTable.toText(all));
          const count = all.length;
          this.showText(say("status.too-long", { count, most }), "fa-info-circle");
          return;
        }
        this.insert(before, rows, [], notes);
        if (wasText) dialog.table.forget();
        this.toggle(false);
        $("#tlac-vocabulary-add").trigger("focus");
      } catch (error) {
        dialog.showError(tlacRequest.explain(error));
      }
    }

    /**
     * Puts rows between others; an id that is taken is made anew from the label.
     *
     * @param {readonly Row[]} before
     * @param {readonly Row[]} rows
     * @param {readonly Row[]} after
     * @param {readonly string[]} notes of what was guessed and left out
     */
    insert(before, rows, after, notes) {
      const { table, lint } = this.dialog;
      const taken = new Set([...before, ...after].map(({ id }) => id));
      const fresh = rows.map((row) => (taken.has(row.id) ? { ...row, id: "" } : row));
      table.show([...before, ...fresh, ...after]);
      table.changed();
      this.notes = notes;
      lint.now();
      this.dialog.tell([say("status.added", { count: rows.length }), ...notes].join(" "));
    }

    /**
     * Cells from a spreadsheet fill rows; anything else goes into the cell as usual.
     *
     * @param {JQuery.TriggeredEvent} event
     * @param {JQuery} container
     */
    async pasteIntoCell(event, container) {
      const { dialog } = this;
      const pasted = /** @type {ClipboardEvent} */ (event.originalEvent);
      const text = pasted.clipboardData?.getData("text/plain") ?? "";
      if (!/[\t\n]/.test(text.replace(/[\r\n]+$/, ""))) return;
      event.preventDefault();
      if (event.target.dataset.column !== "label" && !text.includes("\t")) {
        // Lines without columns are names for this cell; the browser would make one name of them.
        const lines = text.split(/[\r\n]+/).filter((line) => line !== "");
        document.execCommand("insertText", false, lines.join(tlacVocabularyTable.BETWEEN_NAMES));
        return;
      }
      try {
        /** @type {ParseAnswer} */
        const { rows, notes } = await ask("parse", { text });
        if (dialog.closed) return;
        const { before, after } = dialog.table.rowsAround(container);
        this.insert(before, rows, after, notes);
        $("#tlac-vocabulary-add").trigger("focus");
      } catch (error) {
        dialog.showError(tlacRequest.explain(error));
      }
    }

    /** @param {"csv" | "json"} format */
    async exportAs(format) {
      const { dialog } = this;
      const name = tlacDialog.textOf("#node-config-input-name");
      const { toText } = tlacVocabularyTable;
      const text = dialog.asText ? dialog.stored() : toText(dialog.table.rows());
      try {
        /** @type {import("../nodes/admin/vocabulary").OpenAnswer} */
        const { classes } = await ask("open", { text });
        if (format === "json") {
          const json = `${JSON.stringify({ classes }, null, 2)}\n`;
          tlacVocabularyFiles.download(json, "application/json", ".json", name);
          return;
        }
        /** @type {{ csv: string }} */
        const { csv } = await ask("csv", { classes });
        // Excel takes a file for UTF-8 only with the mark.
        tlacVocabularyFiles.download(`\ufeff${csv}`, "text/csv", ".csv", name);
      } catch (error) {
        dialog.showError(tlacRequest.explain(error));
      }
    }
  }

  return { Entry };
})();
