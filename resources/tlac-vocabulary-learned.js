/**
 * What people's answers taught the vocabulary, beside what is typed: a name can be taken into the
 * table, changed or forgotten, and a word of which people say different things can be settled.
 *
 * @import { LearnedAnswer } from "../nodes/admin/learned"
 * @import { Imported } from "../lib/learn/transfer"
 */
var tlacVocabularyLearned = (() => {
  "use strict";

  /** Characters of one request; Node-RED lets five million bytes through. */
  const MOST_CHUNK = 1_500_000;

  /** @type {typeof tlacVocabulary.say} */
  const say = (...words) => tlacVocabulary.say(...words);

  /** @param {string} name */
  function element(name) {
    return $(`#tlac-vocabulary-learned-${name}`);
  }

  /**
   * @param {string} text
   * @param {() => void} press
   */
  function button(text, press) {
    return $("<button>", { type: "button", class: "red-ui-button red-ui-button-small" })
      .text(text)
      .on("click", press);
  }

  /**
   * @param {string} sign
   * @param {string} sentence
   * @param {...JQuery} buttons
   */
  function line(sign, sentence, ...buttons) {
    return $("<li>").append(tlacVocabulary.icon(sign), $("<span>").text(sentence), ...buttons);
  }

  /** What was learned, in one open dialog. */
  class Learned {
    /** @param {InstanceType<typeof tlacVocabulary.Dialog>} dialog */
    constructor(dialog) {
      this.dialog = dialog;
      this.turn = 0;
    }

    wire() {
      element("export").on("click", () => {
        void this.change(() => this.save());
      });
      element("import").on("click", () => {
        element("file").trigger("click");
      });
      element("file").on("change", (event) => {
        const input = /** @type {HTMLInputElement} */ (event.target);
        const [file] = input.files ?? [];
        if (file) void this.change(() => this.load(file));
        input.value = "";
      });
    }

    /**
     * @param {"list" | "settle" | "import"} what
     * @param {object} body
     */
    ask(what, body) {
      const whole = { vocabulary: this.dialog.node.id, ...body };
      return tlacRequest.send("POST", `vocabulary/learned/${what}`, whole);
    }

    /** Where the classes cannot be read, their row says why. */
    async refresh() {
      const { dialog } = this;
      const { classes } = dialog.body();
      const rows = dialog.table.filled();
      const turn = ++this.turn;
      try {
        /** @type {LearnedAnswer} */
        const answer = await this.ask("list", { classes });
        if (!dialog.closed && turn === this.turn) this.show(answer, rows);
      } catch {
        // Nothing is shown of classes that cannot be read.
      }
    }

    /**
     * @param {LearnedAnswer} answer
     * @param {readonly JQuery[]} rows
     */
    show({ names, held, silenced }, rows) {
      const lines = [
        ...held.map(({ word, claims }) => {
          const labels = claims.map(({ label }) => label).join(", ");
          const typed = claims.some((claim) => claim.typed);
          // What is typed is settled in the table.
          const choices = claims.flatMap(({ class: id, label }) =>
            typed || id === null ? [] : [button(say("button.is", { label }), () => this.settle(word, id))],
          );
          const none = button(say("button.teaches-nothing"), () => this.settle(word, null));
          return line("fa-question-circle", say("learned.held", { word, labels }), ...choices, none);
        }),
        ...names.map(({ kind, name, label, lessons, take }) => {
          const sentence = say(`learned.${kind}`, { name, label, count: lessons });
          const mend = () => {
            this.dialog.lint.mend(take, rows);
            void this.refresh();
          };
          const edit = async () => {
            await this.ask("settle", { word: name, class: null });
            mend();
            const [cell] = take.set;
            if (cell) rows[cell.row]?.find(`.tlac-cell-${cell.column}`).trigger("focus");
          };
          return line(
            kind === "alias" ? "fa-plus-circle" : "fa-minus-circle",
            sentence,
            button(say("button.take"), mend),
            button(say("button.edit"), () => void edit()),
            button(say("button.forget"), () => this.settle(name, null)),
          );
        }),
        ...silenced.map((word) =>
          line(
            "fa-ban",
            say("learned.silenced", { word }),
            button(say("button.undo"), () => this.settle(word, undefined)),
          ),
        ),
      ];
      element("list").empty().append(lines);
      element("none").toggle(lines.length === 0);
      element("count").text(names.length > 0 || held.length > 0 ? `(${names.length + held.length})` : "");
    }

    /**
     * @param {string} word
     * @param {string | null | undefined} meaning class id; null: nothing; undefined: what was answered
     */
    settle(word, meaning) {
      void this.change(async () => {
        await this.ask("settle", { word, class: meaning });
        return "";
      });
    }

    /** @param {() => Promise<string>} work what is to be said once it is done */
    async change(work) {
      element("said").empty();
      try {
        const sentence = await work();
        if (sentence) element("said").append(tlacJobs.line("ok", sentence));
      } catch (error) {
        element("said").append(tlacJobs.line("failed", tlacRequest.explain(error)));
      }
      if (!this.dialog.closed) await this.refresh();
    }

    /** All that was learned as one file. */
    async save() {
      const { classes } = this.dialog.body();
      const body = JSON.stringify({ vocabulary: this.dialog.node.id, classes });
      const text = await new Promise((resolve, reject) => {
        $.ajax("tlac/vocabulary/learned/export", {
          method: "POST",
          dataType: "text",
          contentType: "application/json",
          data: body,
        }).then(resolve, (xhr) => reject(new Error(tlacRequest.tell(undefined, xhr.status))));
      });
      const name = tlacDialog.textOf("#node-config-input-name");
      tlacVocabularyFiles.download(String(text), "text/plain", ".learned.jsonl", name);
      return "";
    }

    /** @param {File} file */
    async load(file) {
      const lines = (await file.text()).split("\n").filter((text) => text.trim() !== "");
      const [header = "", ...rest] = lines;
      const { classes } = this.dialog.body();
      const sum = { lessons: 0, pictures: 0, leftOut: 0 };
      /** @type {string[]} */
      let chunk = [];
      const send = async () => {
        /** @type {Imported} */
        const { lessons, pictures, leftOut } = await this.ask("import", {
          classes,
          lines: [header, ...chunk],
        });
        sum.lessons += lessons;
        sum.pictures += pictures;
        sum.leftOut += leftOut;
        chunk = [];
      };
      let length = 0;
      for (const text of rest) {
        if (chunk.length > 0 && length + text.length > MOST_CHUNK) {
          await send();
          length = 0;
        }
        chunk.push(text);
        length += text.length;
      }
      await send();
      void this.dialog.examples.refresh();
      return say("learned.imported", sum);
    }
  }

  return { Learned };
})();
