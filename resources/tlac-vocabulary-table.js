/** The table of classes: rows of cells, moved, removed and undone by mouse or keys. */
var tlacVocabularyTable = (() => {
  "use strict";

  const COLUMNS = /** @type {const} */ ([
    "label",
    "aliases",
    "not",
    "accept",
    "threshold",
    "alert",
  ]);
  /** What the cells of a column offer. */
  const CHOICES = {
    alert: ["", "none", "info", "warning", "critical"],
    accept: ["", "20", "50", "100", "200", "1000"],
  };
  /** Fields that have no column but must survive an edit. */
  const HIDDEN = /** @type {const} */ (["id", "template"]);
  const BETWEEN_NAMES = " | ";
  const MOST_UNDO = 100;

  /** @typedef {Record<keyof import("../lib/vocabulary/format-vocabulary").TextRow, string>} Row */

  /** @type {typeof tlacVocabulary.say} */
  const say = (...words) => tlacVocabulary.say(...words);

  /** @param {Partial<Row>} row */
  function isBlank(row) {
    return COLUMNS.every((column) => !String(row[column] ?? "").trim());
  }

  /**
   * The rows as the node stores them: JSON, one class a line, empty fields left out.
   *
   * @param {readonly Partial<Row>[]} rows
   */
  function toText(rows) {
    const lines = rows.map((row) => {
      /** @type {Partial<Row>} */
      const kept = {};
      for (const field of /** @type {const} */ (["id", ...COLUMNS, "template"])) {
        const text = String(row[field] ?? "").trim();
        if (text) kept[field] = text;
      }
      kept.label ??= "";
      return JSON.stringify(kept);
    });
    return lines.length ? `[\n${lines.join(",\n")}\n]` : "";
  }

  /**
   * @param {JQuery} container
   * @returns {Row}
   */
  function readContainer(container) {
    /** @type {Partial<Row>} */
    const data = container.data("data") ?? {};
    const row = /** @type {Row} */ ({});
    for (const field of HIDDEN) row[field] = data[field] ?? "";
    for (const column of COLUMNS) {
      row[column] = tlacDialog.textOf(container.find(`.tlac-cell-${column}`));
    }
    return row;
  }

  /**
   * @param {readonly JQuery[]} items
   * @param {JQuery} container
   */
  function indexOf(items, container) {
    return items.findIndex((item) => item[0] === container[0]);
  }

  class Table {
    /** @param {InstanceType<typeof tlacVocabulary.Dialog>} dialog */
    constructor(dialog) {
      this.dialog = dialog;
      this.list = $("#tlac-vocabulary-rows");
      /**
       * What the rows were after each change.
       *
       * @type {Row[][]}
       */
      this.history = [];
    }

    build() {
      const header = $("<div>", { class: "tlac-vocabulary-row tlac-vocabulary-head" });
      for (const column of COLUMNS) {
        $("<span>", { class: `tlac-cell-${column}` })
          .text(say(`column.${column}`))
          .appendTo(header);
      }
      this.list.editableList({
        header,
        addButton: false,
        sortable: true,
        removable: false,
        height: "auto",
        addItem: (container, _index, row) => {
          this.buildRow(container, /** @type {Partial<Row>} */ (row));
        },
        sortItems: () => {
          this.changed();
        },
      });
      $("#tlac-vocabulary-add").on("click", () => {
        this.add({});
      });
      $("#tlac-vocabulary-undo").on("click", () => {
        this.undo();
      });
    }

    /**
     * @param {JQuery} container
     * @param {Partial<Row>} row
     */
    buildRow(container, row) {
      const line = $("<div>", { class: "tlac-vocabulary-row", role: "group" }).appendTo(container);
      for (const column of COLUMNS) line.append(createCell(column, row[column] ?? ""));
      const buttons = this.createButtons(container).appendTo(line);
      // One place for what the runtime says of the row, one for what typing in it means.
      $("<div>", { class: "tlac-vocabulary-notes" }).appendTo(container);
      $("<div>", { class: "tlac-vocabulary-hints", role: "status" }).appendTo(container);
      buttons.prepend(this.dialog.examples.attach(container));
      line
        .on("input", () => {
          this.edited();
        })
        .on("change", () => {
          this.hint(container, row.label);
          this.changed();
        })
        .on("focusin", ".tlac-cell", (event) => {
          const cell = $(event.currentTarget);
          cell.data("before", cell.val());
        })
        .on("keydown", (event) => {
          this.key(event, container);
        })
        .on("paste", "input", (event) => {
          void this.dialog.entry.pasteIntoCell(event, container);
        });
    }

    /** @param {JQuery} container */
    createButtons(container) {
      const buttons = $("<span>", { class: "tlac-cell-buttons" });
      for (const [act, sign] of [
        ["up", "fa-arrow-up"],
        ["down", "fa-arrow-down"],
        ["delete", "fa-trash"],
      ]) {
        const called = say(`button.${act}`);
        $("<button>", {
          type: "button",
          class: "red-ui-button red-ui-button-small",
          "data-act": act,
          title: called,
          "aria-label": called,
        })
          .append($("<i>", { class: `fa ${sign}`, "aria-hidden": "true" }))
          .on("click", (event) => {
            if (act === "delete") this.remove(container);
            else this.move(container, act === "up" ? -1 : 1, event.currentTarget);
          })
          .appendTo(buttons);
      }
      return buttons;
    }

    /**
     * What someone who typed this may not expect; `label`: as the row came.
     *
     * @param {JQuery} container
     * @param {string | undefined} label
     */
    hint(container, label) {
      const row = readContainer(container);
      const hints = container.find(".tlac-vocabulary-hints").empty();
      /**
       * @param {string} sentence
       * @param {string} fix
       * @param {() => void} mend
       */
      const add = (sentence, fix, mend) => {
        const button = $("<button>", { type: "button", class: "red-ui-button red-ui-button-small" })
          .text(fix)
          .on("click", () => {
            mend();
            container.find(".tlac-cell-label").trigger("focus");
            this.hint(container, label);
            this.changed();
          });
        $("<div>", { class: "tlac-vocabulary-note" })
          .append(tlacVocabulary.icon("fa-info-circle"), $("<span>").text(sentence), button)
          .appendTo(hints);
      };
      if (row.id && row.label !== label) {
        add(say("hint.id", { id: row.id }), say("fix.new-id"), () => {
          container.data("data").id = "";
        });
      }
      for (const column of /** @type {const} */ (["aliases", "not"])) {
        const text = row[column];
        if (!/[,，]/.test(text) || /[|"]/.test(text)) continue;
        add(say("hint.comma", { text }), say("fix.split"), () => {
          const names = text.split(/[,，]/).map((name) => name.trim());
          container
            .find(`.tlac-cell-${column}`)
            .val(names.filter((name) => name !== "").join(BETWEEN_NAMES));
        });
      }
    }

    /** @returns {JQuery[]} */
    containers() {
      return this.list
        .children("li")
        .toArray()
        .map((item) => $(item).find(".red-ui-editableList-item-content"));
    }

    /** Those that are not still empty. */
    filled() {
      return this.containers().filter((container) => !isBlank(readContainer(container)));
    }

    rows() {
      return this.filled().map(readContainer);
    }

    /**
     * The rows before and after one, those that are still empty left out.
     *
     * @param {JQuery} container
     */
    rowsAround(container) {
      const all = this.containers();
      const at = indexOf(all, container);
      /** @param {readonly JQuery[]} items */
      const read = (items) => items.map(readContainer).filter((row) => !isBlank(row));
      const keep = isBlank(readContainer(container)) ? at : at + 1;
      return { before: read(all.slice(0, keep)), after: read(all.slice(at + 1)) };
    }

    /** @param {readonly Row[]} rows */
    show(rows) {
      this.dialog.asText = false;
      $(".tlac-vocabulary-table").show();
      this.list.editableList("empty");
      this.list.editableList("addItems", [...rows]);
      this.count();
    }

    /** @param {Partial<Row>} row */
    add(row) {
      this.list.editableList("addItem", row);
      this.list.children("li").last().find(".tlac-cell-label").trigger("focus");
    }

    /** @param {JQuery} container */
    remove(container) {
      const item = container.closest("li");
      const next = item.next("li").length ? item.next("li") : item.prev("li");
      item.remove();
      this.changed();
      const target = next.length ? next.find("[data-act=delete]") : $("#tlac-vocabulary-add");
      target.trigger("focus");
    }

    /**
     * The focus stays where it was.
     *
     * @param {JQuery} container
     * @param {-1 | 1} by −1 up, 1 down
     * @param {HTMLElement} focused
     */
    move(container, by, focused) {
      const item = container.closest("li");
      const other = by < 0 ? item.prev("li") : item.next("li");
      if (!other.length) return;
      if (by < 0) item.insertBefore(other);
      else item.insertAfter(other);
      $(focused).trigger("focus");
      this.changed();
      const position = item.index() + 1;
      this.dialog.tell(say("status.moved", { label: readContainer(container).label, position }));
    }

    /**
     * @param {JQuery.KeyDownEvent} event
     * @param {JQuery} container
     */
    key(event, container) {
      const field = $(event.target);
      if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
        event.preventDefault();
        this.move(container, event.key === "ArrowUp" ? -1 : 1, event.target);
      } else if (event.key === "Enter" && field.is("input") && !event.originalEvent?.isComposing) {
        event.preventDefault();
        event.stopPropagation();
        const next = container.closest("li").next("li");
        if (next.length) next.find(`[data-column=${event.target.dataset.column}]`).trigger("focus");
        else {
          this.changed();
          this.add({});
        }
      } else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") {
        // What was typed since the cell got the focus is the browser's to undo.
        if (field.is("input") && field.val() !== field.data("before")) return;
        event.preventDefault();
        event.stopPropagation();
        this.undo();
      }
    }

    /** While someone types: the stored text follows, without a step of undo for each letter. */
    edited() {
      this.save();
      this.dialog.lint.soon();
    }

    changed() {
      const rows = this.rows();
      if (JSON.stringify(this.history.at(-1)) !== JSON.stringify(rows)) {
        this.history.push(rows);
        if (this.history.length > MOST_UNDO) this.history.shift();
      }
      this.save();
      this.dialog.lint.soon();
    }

    save() {
      this.dialog.save();
      this.count();
    }

    /** Nothing before this moment can be undone. */
    forget() {
      this.history = [this.rows()];
    }

    undo() {
      const now = JSON.stringify(this.rows());
      if (this.history.length > 1 && JSON.stringify(this.history.at(-1)) === now) {
        this.history.pop();
      }
      const before = this.history.at(-1);
      if (!before || JSON.stringify(before) === now) return;
      this.show(before);
      this.save();
      this.dialog.lint.now();
      this.dialog.tell(say("status.undone"));
      $("#tlac-vocabulary-undo").trigger("focus");
    }

    count() {
      const count = this.filled().length;
      // Cosines are what old flows demand: nobody else needs their column.
      const old = this.containers().some((container) => readContainer(container).threshold !== "");
      $(".tlac-vocabulary-table").toggleClass("tlac-with-threshold", old);
      $("#tlac-vocabulary-count").text(say("status.classes", { count }));
      $("#tlac-vocabulary-undo").attr("aria-disabled", String(this.history.length < 2));
      $("#tlac-vocabulary-empty").toggle(count === 0);
    }
  }

  /**
   * @param {typeof COLUMNS[number]} column
   * @param {string} text
   */
  function createCell(column, text) {
    const choices = column === "alert" || column === "accept" ? CHOICES[column] : undefined;
    const cell = choices ? $("<select>") : $("<input>", { type: "text" });
    if (choices) {
      const kind = column === "alert" ? "level" : "knob";
      for (const choice of choices) {
        $("<option>", { value: choice })
          .text(say(`${kind}.${choice || "unset"}`))
          .appendTo(cell);
      }
    } else cell.attr({ autocomplete: "off", spellcheck: "false" });
    if (column === "threshold") cell.attr({ inputmode: "decimal", placeholder: "–" });
    return cell
      .addClass(`tlac-cell tlac-cell-${column}`)
      .attr({ "data-column": column, "aria-label": say(`column.${column}`) })
      .val(text);
  }

  return { Table, BETWEEN_NAMES, toText };
})();
