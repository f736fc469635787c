/** The evaluation in the vocabulary's dialog: the classes as they stand, decided as a node does. */
var tlacVocabularyEvaluation = (() => {
  "use strict";

  /** Without a node the photos are judged as by a new one, with the model that names are checked with. */
  const ALONE = "";

  /**
   * Offers the nodes that use the vocabulary, the first of them first.
   *
   * @param {JQuery} select
   * @param {string} vocabulary
   */
  function fillNodes(select, vocabulary) {
    $("<option>", { value: ALONE }).text(tlacVocabulary.say("as.alone")).appendTo(select);
    let first = ALONE;
    RED.nodes.eachNode((node) => {
      if (node.type !== "tlac" || node.vocabulary !== vocabulary || node.d) return;
      first ||= node.id;
      $("<option>", { value: node.id })
        .text(RED.utils.getNodeLabel(node, node.id))
        .appendTo(select);
    });
    select.val(first);
  }

  /** @param {string} id */
  function readWay(id) {
    const node = id === ALONE ? null : RED.nodes.node(id);
    if (node) return tlacTestSettings.readNode(node);
    const model = tlacDialog.chosenConfig("#tlac-vocabulary-model");
    return { settings: {}, server: null, model: tlacTestSettings.readChosen(model) };
  }

  /**
   * The classes as the dialog holds them: in the table, or as a text that is none.
   *
   * @param {InstanceType<typeof tlacVocabulary.Dialog>} dialog
   */
  function holdClasses(dialog) {
    const { toText } = tlacVocabularyTable;
    if (dialog.asText) {
      return {
        read: () => dialog.stored(),
        write: (/** @type {string} */ value) => {
          dialog.entry.area.val(value).trigger("input");
        },
        pick: (/** @type {ChangedClasses} */ { text }) => text,
      };
    }
    return {
      read: () => toText(dialog.table.rows()),
      write: (/** @type {string} */ value) => {
        dialog.table.show(JSON.parse(value || "[]"));
        dialog.table.changed();
      },
      pick: (/** @type {ChangedClasses} */ { rows }) => toText(rows),
    };
  }

  /**
   * The folders of new examples have the ids' names, which new labels must not change.
   *
   * @param {InstanceType<typeof tlacVocabulary.Dialog>} dialog
   * @param {TaughtExamples} taught
   */
  function keepIds({ table }, { ids }) {
    const rows = table.filled();
    for (const [row, id] of Object.entries(ids)) {
      const data = rows[Number(row)]?.data("data");
      if (data && !data.id) data.id = id;
    }
    table.changed();
  }

  return {
    /**
     * @param {InstanceType<typeof tlacVocabulary.Dialog>} dialog
     * @returns {() => void} ends what still runs
     */
    open(dialog) {
      const select = $("#tlac-vocabulary-as");
      fillNodes(select, dialog.node.id);
      const way = () => tlacDialog.textOf(select);
      return tlacEvaluation.prepare({
        body: () => ({
          ...readWay(way()),
          classes: dialog.stored(),
          template: tlacDialog.textOf("#node-config-input-template"),
          accept: tlacDialog.textOf("#node-config-input-accept"),
          vocabulary: dialog.node.id,
        }),
        classes: () => holdClasses(dialog),
        // What the node has of its own comes before the vocabulary's.
        field: (kind) =>
          kind === "accept" && !RED.nodes.node(way())?.accept
            ? tlacProposals.fieldHolder("#node-config-input-accept")
            : null,
        onExamples: (taught) => {
          if (taught && !dialog.asText) keepIds(dialog, taught);
          void dialog.examples.refresh();
        },
      });
    },
  };
})();
