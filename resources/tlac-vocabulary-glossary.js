/** English names for classes that the chosen model cannot read: what the glossary gives. */
window.tlacVocabularyGlossary = (function () {
  "use strict";

  function say(key, params) {
    return window.tlacVocabulary.say(key, params);
  }

  return {
    /** What the glossary adds to each class, with a button that makes it the class's own. */
    show: function (dialog, rows, answer) {
      answer.glossary.forEach(function (entry) {
        var container = rows[entry.row];
        if (!container) return;
        var sentence = say("hint.glossary", { names: entry.names.join(", ") });
        dialog.fixButton(entry.fix, rows).appendTo(dialog.note(container, sentence, "glossary"));
      });
    },
  };
})();
