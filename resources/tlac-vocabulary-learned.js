/**
 * What people's answers taught the vocabulary, beside what is typed: a name can be taken into the
 * table, changed or removed, a word of which people say different things settled, and a correction
 * taken back. Each counts at once, but what goes with a change of the table: that is settled with the
 * dialog's OK, and the table counts with the next deploy.
 *
 * @import { LearnedAnswer } from "../nodes/admin/describe-learned"
 */
var tlacVocabularyLearned = (() => {
  "use strict";

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
    const text = $("<span>").text(sentence);
    return $("<li>").append(tlacVocabulary.icon(sign), text, ...buttons);
  }

  /** What was learned, in one open dialog. */
  class Learned {
    /** @param {InstanceType<typeof tlacVocabulary.Dialog>} dialog */
    constructor(dialog) {
      this.dialog = dialog;
      this.turn = 0;
      /**
       * What words teach once the table is kept: class id; null: nothing.
       *
       * @type {Map<string, string | null>}
       */
      this.settling = new Map();
    }

    /** The dialog's OK. */
    keep() {
      for (const [word, meaning] of this.settling) {
        this.ask("settle", { word, class: meaning }).catch((error) => {
          RED.notify($("<span>").text(tlacRequest.explain(error)), "error");
        });
      }
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
     * @param {"list" | "settle" | "undo" | "import"} what
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
        const answer = await this.ask("list", {
          classes,
          settling: [...this.settling].map(([word, meaning]) => ({ word, class: meaning })),
        });
        if (!dialog.closed && turn === this.turn) this.show(answer, rows);
      } catch {
        // Nothing is shown of classes that cannot be read.
      }
    }

    /**
     * @param {LearnedAnswer} answer
     * @param {readonly JQuery[]} rows
     */
    show({ names, held, settled, lessons, more }, rows) {
      const lines = [
        ...held.map((word) => this.createHeld(word, rows)),
        ...names.map((name) => this.createName(name, rows)),
        ...settled.map(({ word, label }) => {
          const sentence =
            label === null
              ? say("learned.silenced", { word })
              : say("learned.settled", { word, label });
          return line("fa-gavel", sentence, this.createUndo(word));
        }),
      ];
      const left = more.names + more.held + more.settled;
      if (left > 0) lines.push(line("fa-ellipsis-h", say("learned.more", { count: left })));
      element("names").empty().append(lines);
      element("lessons")
        .empty()
        .append(lessons.map((lesson) => this.createLesson(lesson)));
      if (more.lessons > 0) {
        element("lessons").append(
          line("fa-ellipsis-h", say("learned.more", { count: more.lessons })),
        );
      }
      element("taught").toggle(lessons.length > 0);
      element("none").toggle(lines.length + lessons.length === 0);
      const count = names.length + more.names + held.length + more.held;
      element("count").text(count > 0 ? `(${count})` : "");
      element("export").prop("disabled", lines.length + lessons.length === 0);
      const details = element("all");
      // What waits for a person is not hidden from one.
      if (held.length > 0 && !details.data("led")) details.attr("open", "").data("led", true);
      void this.showPictures(lessons);
    }

    /**
     * @param {LearnedAnswer["held"][number]} held
     * @param {readonly JQuery[]} rows
     */
    createHeld({ word, claims }, rows) {
      const said = claims.map(({ label, lessons, typed }) =>
        typed
          ? say("learned.claim-typed", { label })
          : say("learned.claim", { label, count: lessons }),
      );
      const choices = claims.flatMap(({ class: id, label, fixes }) => {
        if (id === null || !fixes || (this.dialog.asText && fixes.length > 0)) return [];
        return [
          button(say("button.is", { label }), () => {
            if (fixes.length === 0) this.settle(word, id);
            else this.settling.set(word, id);
            for (const fix of fixes) this.dialog.lint.mend(fix, rows);
          }),
        ];
      });
      const none = button(say("button.teaches-nothing"), () => {
        this.settle(word, null);
      });
      const sentence = say("learned.held", { word, claims: said.join(", ") });
      return line("fa-question-circle", sentence, ...choices, none).addClass("tlac-learned-held");
    }

    /**
     * @param {LearnedAnswer["names"][number]} learned
     * @param {readonly JQuery[]} rows
     */
    createName({ kind, name, label, lessons, take }, rows) {
      const isSettled = lessons === 0;
      const sentence = say(`learned.${kind}${isSettled ? "-settled" : ""}`, {
        ...{ name, label },
        count: lessons,
      });
      const remove = isSettled
        ? this.createUndo(name)
        : button(say("button.remove-learned"), () => {
            this.settle(name, null);
          });
      const inTable = this.dialog.asText
        ? []
        : [
            button(say("button.take"), () => {
              this.dialog.lint.mend(take, rows);
            }),
            button(say("button.edit"), () => {
              this.edit(name, take, rows);
            }),
          ];
      const sign = kind === "alias" ? "fa-plus-circle" : "fa-minus-circle";
      return line(sign, sentence, ...inTable, remove);
    }

    /** @param {string} word that was settled */
    createUndo(word) {
      return button(say("button.undo"), () => {
        if (this.settling.delete(word)) void this.refresh();
        else this.settle(word, undefined);
      });
    }

    /** @param {LearnedAnswer["lessons"][number]} lesson */
    createLesson({ id, time, who, label, was, word, file, test }) {
      const at = new Date(time).toLocaleString(tlacRequest.language());
      const facts = [
        label ?? say("learned.wrong"),
        was !== null && was !== label ? say("learned.was", { label: was }) : "",
        word === null ? "" : say("learned.word", { word }),
        test ? say("learned.test") : "",
        who,
        at,
      ];
      const back = button(say("button.take-back"), () => {
        void this.change(async () => {
          const { classes } = this.dialog.body();
          await this.ask("undo", { lesson: id, classes });
          void this.dialog.examples.refresh();
          return say("status.taken-back");
        });
      });
      const sign = file === null ? "fa-comment-o" : "fa-picture-o";
      return line(sign, facts.filter(Boolean).join(" · "), back).attr("data-file", file ?? "");
    }

    /** @param {LearnedAnswer["lessons"]} lessons */
    async showPictures(lessons) {
      const files = lessons.flatMap(({ file }) => file ?? []);
      if (files.length === 0) return;
      try {
        /** @type {{ pictures: readonly { file: string, jpeg: string | null }[] }} */
        const { pictures } = await this.dialog.examples.ask("show", { files });
        const lines = element("lessons").children("li").toArray();
        for (const { file, jpeg } of pictures) {
          if (jpeg === null) continue;
          $(lines.filter(({ dataset }) => dataset.file === file))
            .children("i")
            .replaceWith($("<img>", { src: `data:image/jpeg;base64,${jpeg}`, alt: "" }));
        }
      } catch {
        // The lines say what was taught, with or without a picture.
      }
    }

    /**
     * The name as it was learned teaches no more once the table, where it can be changed, is kept.
     *
     * @param {string} name
     * @param {LearnedAnswer["names"][number]["take"]} take
     * @param {readonly JQuery[]} rows
     */
    edit(name, take, rows) {
      this.settling.set(name, null);
      this.dialog.lint.mend(take, rows);
      const [cell] = take.set;
      if (cell) rows[cell.row]?.find(`[data-column=${cell.column}]`).trigger("focus");
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
      const { node } = this.dialog;
      const file = await tlacVocabularyTransfer.save(node.id, this.dialog.body().classes);
      const name = tlacDialog.textOf("#node-config-input-name");
      tlacVocabularyFiles.download(file, "text/plain", ".learned.jsonl", name);
      return "";
    }

    /** @param {File} file */
    async load(file) {
      const { classes } = this.dialog.body();
      const sum = await tlacVocabularyTransfer.load(file, (lines) =>
        this.ask("import", { classes, lines }),
      );
      void this.dialog.examples.refresh();
      return say("learned.imported", sum);
    }
  }

  return { Learned };
})();
