/**
 * The vocabulary's dialog. It reads no vocabulary itself: the runtime reads every text, by the
 * rules that hold when the flow runs, and the dialog shows what it answers. This file keeps what
 * is stored; the table, the notices and what comes in and goes out have files of their own.
 *
 * @import { OpenAnswer } from "../nodes/admin/vocabulary"
 */
var tlacVocabulary = (() => {
  "use strict";

  /** Each row costs the browser a dozen elements; a longer list is edited as a file. */
  const MOST_ROWS = 500;
  const MOST_VERDICTS = 200;

  /**
   * @param {string} key
   * @param {object} [params]
   */
  function say(key, params) {
    return RED._(`@tlac/node-red-tlac/tlac-vocabulary:tlac-vocabulary.${key}`, params);
  }

  /**
   * Asks the runtime; rejects with a `TlacRefusal`.
   *
   * @param {"open" | "parse" | "text" | "csv" | "lint" | "try"} what
   * @param {object} body
   */
  function ask(what, body) {
    return tlacRequest.send("POST", `vocabulary/${what}`, body);
  }

  /** @param {string} name */
  function icon(name) {
    return $("<i>", { class: `fa ${name}`, "aria-hidden": "true" });
  }

  // --- what the runtime says of a stored text -------------------------------------------------

  /**
   * By text: true or the runtime's sentence. The newest are kept.
   *
   * @type {Map<string, true | string>}
   */
  const verdicts = new Map();

  /**
   * The editor shows a validator's sentence as HTML in one place and as text in another, and this
   * one quotes a vocabulary that may come from anywhere: look-alikes mean nothing in either.
   *
   * @param {string} sentence
   */
  function disarm(sentence) {
    return sentence.replace(/</g, "‹").replace(/>/g, "›").replace(/&/g, "＆");
  }

  /**
   * @param {string} text
   * @param {true | string} verdict
   */
  function remember(text, verdict) {
    verdicts.set(text, verdict === true ? true : disarm(verdict));
    for (const oldest of verdicts.keys()) {
      if (verdicts.size <= MOST_VERDICTS) break;
      verdicts.delete(oldest);
    }
  }

  /**
   * The editor's validator for a stored text. The rule is the runtime's: its verdict comes a
   * moment later and the node is looked at again.
   *
   * @param {string} text
   * @param {{ id?: string }} node
   */
  function validate(text, node) {
    if (!text || !text.trim()) return say("error.classes");
    const known = verdicts.get(text);
    if (known !== undefined) return known;
    remember(text, true);
    ask("open", { text }).catch((error) => {
      if (error.code !== "BAD_CONFIG") return;
      remember(text, error.message);
      if (!node || !node.id || !RED.nodes.node(node.id)) return;
      RED.editor.validateNode(node);
      RED.view.redraw();
    });
    return true;
  }

  // --- the dialog -----------------------------------------------------------------------------

  /** One open dialog: the table, the notices beside it, and what is pasted, opened and tried. */
  class Dialog {
    /** @param {TlacNode} node */
    constructor(node) {
      this.node = node;
      this.closed = false;
      /** Text that is no table: it cannot be read, or holds too many classes. */
      this.asText = false;
      this.store = $("#node-config-input-classes");
      this.table = new tlacVocabularyTable.Table(this);
      this.lint = new tlacVocabularyLint.Lint(this);
      this.entry = new tlacVocabularyImport.Entry(this);
      this.examples = new tlacVocabularyExamples.Examples(this);
      this.learned = new tlacVocabularyLearned.Learned(this);
      this.endEvaluation = () => {};
    }

    async open() {
      this.table.build();
      this.lint.wire();
      this.entry.wire();
      this.learned.wire();
      tlacVocabularyTry.open(this);
      tlacVocabularyGlossary.wire(this);
      this.fillModels();
      this.endEvaluation = tlacVocabularyEvaluation.open(this);
      const text = this.stored();
      if (!text.trim()) {
        this.table.show([]);
        this.table.add({});
        this.table.forget();
        return;
      }
      try {
        /** @type {OpenAnswer} */
        const { classes, rows } = await ask("open", { text });
        if (this.closed) return;
        if (classes.length > MOST_ROWS) {
          this.entry.showText(
            say("status.too-long", { count: classes.length, most: MOST_ROWS }),
            "fa-info-circle",
          );
          void this.learned.refresh();
          return;
        }
        this.table.show(rows);
        this.table.forget();
        this.lint.now();
      } catch (error) {
        if (!this.closed) this.entry.showText(tlacRequest.explain(error), "fa-times-circle");
      }
    }

    close() {
      this.closed = true;
      this.lint.close();
      this.entry.close();
      tlacVocabularyGlossary.close();
      this.endEvaluation();
    }

    /** The text as the node will store it. */
    stored() {
      return tlacDialog.textOf(this.store);
    }

    save() {
      this.store.val(tlacVocabularyTable.toText(this.table.rows()));
    }

    /** What the runtime is asked about: the classes as they stand, and what they are for. */
    body() {
      const text = tlacVocabularyTable.toText(this.table.rows());
      return {
        // A list that is too long for the table is taken as it is stored.
        classes: this.asText ? this.stored() : JSON.parse(text || "[]"),
        template: tlacDialog.textOf("#node-config-input-template"),
        model: tlacDialog.textOf("#tlac-vocabulary-model"),
        proposals: tlacVocabularyGlossary.proposals(),
      };
    }

    /**
     * A sentence for those who hear the dialog.
     *
     * @param {string} sentence
     */
    tell(sentence) {
      $("#tlac-vocabulary-said").text(sentence);
    }

    /**
     * @param {string} message
     * @param {string} [sign]
     */
    showError(message, sign) {
      $("#tlac-vocabulary-error")
        .empty()
        .show()
        .append(icon(sign ?? "fa-times-circle"), $("<span>").text(message));
    }

    hideError() {
      $("#tlac-vocabulary-error").empty().hide();
    }

    /** The starter, and every model of the flow; the one that a user of this vocabulary has first. */
    fillModels() {
      const select = $("#tlac-vocabulary-model");
      $("<option>", { value: "" }).text(say("model.starter")).appendTo(select);
      RED.nodes.eachConfig((config) => {
        if (config.type !== "clip-model" || config.d) return;
        $("<option>", { value: config.id })
          .text(RED.utils.getNodeLabel(config, config.id))
          .appendTo(select);
      });
      let used = "";
      RED.nodes.eachNode((user) => {
        if (user.vocabulary === this.node.id && user.model) used = user.model;
      });
      select.val(used);
      if (select.val() === null) select.val("");
      select.on("change", () => {
        this.lint.now();
      });
    }
  }

  /** @type {Dialog | null} */
  let dialog = null;

  return {
    Dialog,
    MOST_ROWS,
    validate,
    remember,
    say,
    ask,
    icon,
    /** @param {TlacNode} node */
    open(node) {
      dialog?.close();
      dialog = new Dialog(node);
      void dialog.open();
    },
    keep() {
      dialog?.learned.keep();
      this.close();
    },
    close() {
      dialog?.close();
      dialog = null;
    },
  };
})();
