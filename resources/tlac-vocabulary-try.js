/** The box in the vocabulary's dialog that tries the classes as they are, before the deploy. */
window.tlacVocabularyTry = (function () {
  "use strict";

  function say(key, params) {
    return window.tlacVocabulary.say(key, params);
  }

  function ask(what, body) {
    return window.tlacVocabulary.ask(what, body);
  }

  function icon(name) {
    return window.tlacVocabulary.icon(name);
  }

  /** `dialog` says what to try: `body()` is asked at each try, and nothing is shown once `closed`. */
  function TryBox(dialog) {
    this.dialog = dialog;
    this.turn = 0;
  }

  TryBox.prototype.wire = function () {
    var self = this;
    var word = $("#tlac-vocabulary-word");
    var drop = $("#tlac-vocabulary-drop");
    word.on("keydown", function (event) {
      if (event.key !== "Enter" || event.originalEvent.isComposing) return;
      event.preventDefault();
      event.stopPropagation();
      self.tryWord();
    });
    $("#tlac-vocabulary-try").on("click", function () {
      self.tryWord();
    });
    $("#tlac-vocabulary-choose").on("click", function () {
      $("#tlac-vocabulary-photo").val("").trigger("click");
    });
    $("#tlac-vocabulary-photo").on("change", function () {
      if (this.files[0]) self.tryPhoto(this.files[0]);
    });
    drop
      .on("dragover dragenter", function (event) {
        event.preventDefault();
        event.stopPropagation();
        drop.addClass("tlac-vocabulary-over");
      })
      .on("dragleave", function () {
        drop.removeClass("tlac-vocabulary-over");
      })
      .on("drop", function (event) {
        event.preventDefault();
        event.stopPropagation();
        drop.removeClass("tlac-vocabulary-over");
        var file = event.originalEvent.dataTransfer.files[0];
        if (file) self.tryPhoto(file);
      });
  };

  TryBox.prototype.tryWord = function () {
    var word = $("#tlac-vocabulary-word").val().trim();
    if (!word) return $("#tlac-vocabulary-word").trigger("focus");
    $("#tlac-vocabulary-shown").hide();
    return this.tryOut({ word: word });
  };

  TryBox.prototype.tryPhoto = function (file) {
    var self = this;
    window.tlacVocabularyFiles.readPhoto(file).then(
      function (url) {
        $("#tlac-vocabulary-word").val("");
        $("#tlac-vocabulary-shown").attr({ src: url, alt: file.name }).show();
        return self.tryOut({ image: url });
      },
      function () {
        self.showTry(null, say("error.photo", { file: file.name }));
      },
    );
  };

  TryBox.prototype.tryOut = function (what) {
    var self = this;
    var turn = ++this.turn;
    var body = this.dialog.body();
    $("#tlac-vocabulary-outcome").text(say("status.trying"));
    $("#tlac-vocabulary-ranking").hide();
    return ask("try", Object.assign(body, what)).then(
      function (answer) {
        if (!self.dialog.closed && turn === self.turn) self.showTry(answer, null);
      },
      function (error) {
        if (!self.dialog.closed && turn === self.turn) self.showTry(null, error.message);
      },
    );
  };

  TryBox.prototype.showTry = function (answer, problem) {
    var outcome = $("#tlac-vocabulary-outcome").empty();
    var table = $("#tlac-vocabulary-ranking").hide();
    if (problem) {
      outcome.append(icon("fa-times-circle")).append($("<span>").text(problem));
      return;
    }
    var icons = { class: "fa-check-circle", ambiguous: "fa-random", unknown: "fa-question-circle" };
    outcome
      .append(icon(icons[answer.outcome]))
      .append($("<strong>").text(say("outcome." + answer.outcome, { label: answer.label })))
      .append($("<div>").text(say("status.explanation", { text: answer.explanation })));
    var proposed = answer.candidates.map(function (candidate) {
      return candidate.name;
    });
    if (answer.mode === "clip") {
      outcome.append($("<div>").text(say("status.compared", { model: answer.model })));
    } else if (proposed.length > 1) {
      outcome.append($("<div>").text(say("status.seen", { names: proposed.join(", ") })));
    }
    var body = table.show().find("tbody").empty();
    answer.ranking.forEach(function (ranked) {
      var line = $("<tr>").appendTo(body);
      $("<td>").text(ranked.label).appendTo(line);
      var bar = $("<span>", { class: "tlac-vocabulary-bar", "aria-hidden": "true" });
      bar.css("width", Math.round(Math.max(0, Math.min(1, ranked.score)) * 60) + "px");
      $("<td>")
        .append(bar)
        .append($("<span>").text(ranked.score.toFixed(3)))
        .appendTo(line);
      var via = ranked.via;
      var name = via.glossary ? say("hint.glossary", { names: via.alias }) : via.alias;
      $("<td>")
        .text(say("via." + via.kind, { candidate: via.candidate, alias: name }))
        .appendTo(line);
    });
  };

  return {
    open: function (dialog) {
      new TryBox(dialog).wire();
    },
  };
})();
