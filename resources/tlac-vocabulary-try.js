/**
 * The box in the vocabulary's dialog that tries the classes as they are, before the deploy.
 *
 * @import { TryAnswer } from "../nodes/admin/vocabulary"
 */
var tlacVocabularyTry = (() => {
  "use strict";

  const outcomes = {
    class: "fa-check-circle",
    ambiguous: "fa-random",
    unknown: "fa-question-circle",
  };
  /** Pixels of a bar that stands for the score 1. */
  const BAR = 60;

  /** @type {typeof tlacVocabulary.say} */
  const say = (...words) => tlacVocabulary.say(...words);
  /** @type {typeof tlacVocabulary.icon} */
  const icon = (...names) => tlacVocabulary.icon(...names);

  class TryBox {
    /** @param {InstanceType<typeof tlacVocabulary.Dialog>} dialog says what to try */
    constructor(dialog) {
      this.dialog = dialog;
      this.turn = 0;
    }

    wire() {
      $("#tlac-vocabulary-word").on("keydown", (event) => {
        if (event.key !== "Enter" || event.originalEvent?.isComposing) return;
        event.preventDefault();
        event.stopPropagation();
        this.tryWord();
      });
      $("#tlac-vocabulary-try").on("click", () => {
        this.tryWord();
      });
      const controls = {
        area: $("#tlac-vocabulary-drop"),
        button: $("#tlac-vocabulary-choose"),
        input: $("#tlac-vocabulary-photo"),
        over: "tlac-over",
      };
      tlacPhoto.accept(controls, (file) => void this.tryPhoto(file));
    }

    tryWord() {
      const word = tlacDialog.textOf("#tlac-vocabulary-word").trim();
      if (!word) {
        $("#tlac-vocabulary-word").trigger("focus");
        return;
      }
      $("#tlac-vocabulary-shown").hide();
      void this.tryOut({ word });
    }

    /** @param {File} file */
    async tryPhoto(file) {
      const photo = await tlacPhoto.read(file).catch(() => undefined);
      if (!photo) {
        this.showProblem(say("error.photo", { file: file.name }));
        return;
      }
      $("#tlac-vocabulary-word").val("");
      $("#tlac-vocabulary-shown").attr({ src: photo.url, alt: file.name }).show();
      await this.tryOut({ image: photo.url });
    }

    /** @param {{ word: string } | { image: string }} what */
    async tryOut(what) {
      const turn = ++this.turn;
      const isLast = () => !this.dialog.closed && turn === this.turn;
      $("#tlac-vocabulary-outcome").text(say("status.trying"));
      $("#tlac-vocabulary-ranking").hide();
      try {
        const answer = await tlacVocabulary.ask("try", { ...this.dialog.body(), ...what });
        if (isLast()) this.show(answer);
      } catch (error) {
        if (isLast()) this.showProblem(tlacRequest.explain(error));
      }
    }

    /** @param {string} problem */
    showProblem(problem) {
      $("#tlac-vocabulary-ranking").hide();
      $("#tlac-vocabulary-outcome")
        .empty()
        .append(icon("fa-times-circle"), $("<span>").text(problem));
    }

    /** @param {TryAnswer} answer */
    show({ outcome, label, explanation, candidates, mode, model, ranking }) {
      const place = $("#tlac-vocabulary-outcome")
        .empty()
        .append(
          icon(outcomes[outcome]),
          $("<strong>").text(say(`outcome.${outcome}`, { label })),
          $("<div>").text(say("status.explanation", { text: explanation })),
        );
      const proposed = candidates.map(({ name }) => name);
      if (mode === "clip") place.append($("<div>").text(say("status.compared", { model })));
      else if (proposed.length > 1) {
        place.append($("<div>").text(say("status.seen", { names: proposed.join(", ") })));
      }
      $("#tlac-vocabulary-ranking").show().find("tbody").empty().append(ranking.map(toLine));
    }
  }

  /** @param {TryAnswer["ranking"][number]} ranked */
  function toLine({ label, score, via }) {
    const bar = $("<span>", { class: "tlac-vocabulary-bar", "aria-hidden": "true" });
    bar.css("width", `${Math.round(Math.max(0, Math.min(1, score)) * BAR)}px`);
    const alias = via.glossary ? say("hint.glossary", { names: via.alias }) : via.alias;
    return $("<tr>").append(
      $("<td>").text(label),
      $("<td>").append(bar, $("<span>").text(score.toFixed(3))),
      $("<td>").text(say(`via.${via.kind}`, { ...via, alias })),
    );
  }

  return {
    /** @param {InstanceType<typeof tlacVocabulary.Dialog>} dialog */
    open(dialog) {
      new TryBox(dialog).wire();
    },
  };
})();
