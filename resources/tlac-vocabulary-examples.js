/**
 * The pictures that a person has confirmed for each class: how many there are, what they look like,
 * and ways to add and remove some. They are files beside the flow, so a change counts at once and
 * not with the next deploy.
 *
 * @import { AddedExample, ExamplesAnswer, ShownExamples } from "../nodes/admin/examples"
 */
var tlacVocabularyExamples = (() => {
  "use strict";

  /** Pictures that one answer shows; a class has more only where somebody has put them there. */
  const MOST_SHOWN = 64;

  /** @type {typeof tlacVocabulary.say} */
  const say = (...words) => tlacVocabulary.say(...words);

  /** @param {string} name */
  const find = (name) => `.tlac-vocabulary-examples-${name}`;

  /** One row's button and panel. */
  class Panel {
    /**
     * @param {Examples} examples
     * @param {JQuery} container
     */
    constructor(examples, container) {
      this.examples = examples;
      this.container = container;
      /** @type {readonly string[]} */
      this.files = [];
      /**
       * Those that were removed here, the last one last.
       *
       * @type {string[]}
       */
      this.removed = [];
      /** Changes come one after the other. */
      this.work = Promise.resolve();
      this.button = this.createButton();
      this.place = this.createPlace();
      this.count([]);
    }

    createButton() {
      return $("<button>", {
        type: "button",
        class: "red-ui-button red-ui-button-small",
        "data-act": "examples",
        "aria-expanded": "false",
      })
        .append(tlacVocabulary.icon("fa-picture-o"), $("<span>"))
        .on("click", () => {
          this.toggle(!this.isOpen());
        });
    }

    createPlace() {
      const input = $("<input>", { type: "file", accept: "image/*", multiple: true }).hide();
      input.attr("aria-label", say("button.add-examples"));
      const choose = $("<button>", { type: "button", class: "red-ui-button red-ui-button-small" })
        .addClass("tlac-vocabulary-examples-choose")
        .append(tlacVocabulary.icon("fa-plus"), $("<span>").text(say("button.add-examples")));
      const undo = $("<button>", { type: "button", class: "red-ui-button red-ui-button-small" })
        .addClass("tlac-vocabulary-examples-undo")
        .text(say("button.undo"))
        .hide()
        .on("click", () => {
          this.undo();
        });
      const place = $("<div>", { class: "tlac-vocabulary-examples" })
        .hide()
        .append(
          $("<ul>", { class: "tlac-vocabulary-examples-list" }),
          $("<div>", { class: "tlac-vocabulary-examples-bar" }).append(
            choose,
            input,
            $("<span>").text(say("tip.examples")),
          ),
          $("<div>", { class: "tlac-vocabulary-examples-bar" }).append(
            $("<span>", { class: "tlac-vocabulary-examples-said", role: "status" }),
            undo,
          ),
        );
      const over = "tlac-vocabulary-over";
      // The whole row takes what is dropped: the panel need not be open.
      tlacPhoto.accept(
        { area: this.container, button: choose, input, over, many: true },
        (file) => {
          this.add(file);
        },
      );
      return place;
    }

    isOpen() {
      return this.button.attr("aria-expanded") === "true";
    }

    /** @param {boolean} open */
    toggle(open) {
      this.button.attr("aria-expanded", String(open));
      this.place.toggle(open);
      if (open) void this.show();
    }

    /** @param {string} sentence */
    tell(sentence) {
      this.place.find(find("said")).text(sentence);
    }

    /**
     * How many there are, as the runtime has counted.
     *
     * @param {readonly string[]} files
     */
    count(files) {
      const isNews = JSON.stringify(files) !== JSON.stringify(this.files);
      this.files = files;
      const called = say("button.examples", { count: files.length });
      this.button
        .attr({ title: called, "aria-label": called })
        .children("span")
        .text(files.length || "");
      if (isNews && this.isOpen()) void this.show();
    }

    async show() {
      const { files } = this;
      const list = this.place.find(find("list"));
      try {
        /** @type {ShownExamples} */
        const { pictures } = await this.examples.ask("show", { files: files.slice(0, MOST_SHOWN) });
        if (files !== this.files) return;
        list.empty().append(pictures.map((picture, at) => this.createThumbnail(picture, at + 1)));
        const more = files.length - pictures.length;
        if (more > 0) {
          $("<li>")
            .text(say("status.examples-more", { count: more }))
            .appendTo(list);
        }
      } catch (error) {
        this.tell(tlacRequest.explain(error));
      }
    }

    /**
     * @param {ShownExamples["pictures"][number]} picture
     * @param {number} number
     */
    createThumbnail({ file, jpeg, problem }, number) {
      const called = say("button.remove-example", { number });
      const remove = $("<button>", {
        type: "button",
        class: "red-ui-button red-ui-button-small",
        title: called,
        "aria-label": called,
      })
        .append(tlacVocabulary.icon("fa-times"))
        .on("click", () => {
          this.remove(file, number);
        });
      const shown =
        jpeg === null
          ? $("<span>", {
              class: "tlac-vocabulary-examples-broken",
              role: "img",
              title: problem ?? "",
              "aria-label": `${file}: ${problem ?? ""}`,
            }).append(
              tlacVocabulary.icon("fa-exclamation-triangle"),
              $("<span>").text(file.split("/").at(-1) ?? ""),
            )
          : $("<img>", { src: `data:image/jpeg;base64,${jpeg}`, alt: file, title: file });
      return $("<li>").append(shown, remove);
    }

    /**
     * @param {() => Promise<string>} work resolves with what to say of it
     */
    change(work) {
      this.work = this.work.then(async () => {
        if (this.examples.dialog.closed) return;
        try {
          const sentence = await work();
          await this.examples.refresh();
          this.tell(sentence);
        } catch (error) {
          this.toggle(true);
          this.tell(tlacRequest.explain(error));
        }
        this.place.find(find("undo")).toggle(this.removed.length > 0);
      });
    }

    /** @param {File} file */
    add(file) {
      if (!this.isOpen()) this.toggle(true);
      this.change(async () => {
        const { dialog } = this.examples;
        const rows = dialog.table.filled();
        const row = rows.findIndex((container) => container[0] === this.container[0]);
        if (row < 0) throw new Error(say("error.example-label"));
        const photo = await tlacPhoto.read(file).catch(() => undefined);
        if (!photo) throw new Error(say("error.photo", { file: file.name }));
        this.tell(say("status.example-adding", { file: file.name }));
        const body = { ...dialog.body(), row, image: photo.url };
        /** @type {AddedExample} */
        const { id, removed } = await this.examples.ask("add", body);
        // The folder has the id's name: from now on a new label must not change it.
        const data = this.container.data("data");
        if (!data.id) {
          data.id = id;
          dialog.table.changed();
        }
        const key = removed === null ? "status.example-added" : "status.example-room";
        return say(key, { file: file.name });
      });
    }

    /**
     * @param {string} file
     * @param {number} number
     */
    remove(file, number) {
      this.change(async () => {
        await this.examples.ask("remove", { file });
        this.removed.push(file);
        this.place.find(find("choose")).trigger("focus");
        return say("status.example-removed", { number });
      });
    }

    undo() {
      this.change(async () => {
        const file = this.removed.pop();
        const { classes } = this.examples.dialog.body();
        if (file !== undefined) await this.examples.ask("restore", { file, classes });
        if (!this.removed.length) this.place.find(find("choose")).trigger("focus");
        return say("status.example-restored");
      });
    }
  }

  /** The examples of one open dialog. */
  class Examples {
    /** @param {InstanceType<typeof tlacVocabulary.Dialog>} dialog */
    constructor(dialog) {
      this.dialog = dialog;
      this.turn = 0;
    }

    /**
     * @param {"list" | "show" | "add" | "remove" | "restore"} what
     * @param {object} body
     */
    ask(what, body) {
      const whole = { vocabulary: this.dialog.node.id, ...body };
      return tlacRequest.send("POST", `vocabulary/examples/${what}`, whole);
    }

    /**
     * Gives a new row its button, to stand with the others, and the panel that it opens.
     *
     * @param {JQuery} container
     */
    attach(container) {
      const panel = new Panel(this, container);
      container.data("examples", panel);
      container.append(panel.place);
      return panel.button;
    }

    /** Counts anew; where the classes cannot be read their row says why. */
    async refresh() {
      const { dialog } = this;
      const rows = dialog.table.filled();
      const { classes } = dialog.body();
      const turn = ++this.turn;
      if (dialog.asText || !rows.length) return;
      try {
        /** @type {ExamplesAnswer} */
        const answer = await this.ask("list", { classes });
        if (dialog.closed || turn !== this.turn) return;
        for (const [at, row] of rows.entries()) {
          /** @type {Panel | undefined} */
          const panel = row.data("examples");
          panel?.count(answer.classes[at]?.files ?? []);
        }
        $("#tlac-vocabulary-examples-said")
          .empty()
          .append(answer.leftOut.map((sentence) => tlacJobs.line("note", sentence)));
      } catch {
        // What is wrong with the classes is said at their rows.
      }
    }
  }

  return { Examples };
})();
