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

  return {
    /**
     * @param {InstanceType<typeof tlacVocabulary.Dialog>} dialog
     * @returns {() => void} ends what still runs
     */
    open(dialog) {
      const select = $("#tlac-vocabulary-as");
      fillNodes(select, dialog.node.id);
      return tlacEvaluation.prepare(() => ({
        ...readWay(tlacDialog.textOf(select)),
        classes: dialog.stored(),
        template: tlacDialog.textOf("#node-config-input-template"),
        accept: tlacDialog.textOf("#node-config-input-accept"),
        vocabulary: dialog.node.id,
      }));
    },
  };
})();
