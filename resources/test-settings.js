/** What the runtime is told of a node whose decisions are tried before it is deployed. */
var tlacTestSettings = (() => {
  "use strict";

  /**
   * The fields of a config node as they stand in the editor; null where none is chosen.
   *
   * @param {TlacNode | null} node
   */
  function readChosen(node) {
    return node ? tlacDialog.readConfig(node) : null;
  }

  /**
   * As the dialog of a `tlac` stands.
   *
   * @param {TlacNode} node
   */
  function readDialog(node) {
    const vocabulary = tlacDialog.chosenConfig("#node-input-vocabulary");
    return {
      settings: { ...tlacDialog.readFields(node), filters: tlacAnswerRules.read() },
      classes: tlacDialog.readClasses(),
      template: vocabulary?.template ?? "",
      accept: vocabulary?.accept ?? "",
      // Whose examples count.
      vocabulary: vocabulary?.id ?? node.id,
      server: readChosen(tlacDialog.chosenConfig("#node-input-server")),
      model: readChosen(tlacDialog.chosenConfig("#node-input-model")),
    };
  }

  /**
   * How a `tlac` of the flow decides, whatever the classes are.
   *
   * @param {TlacNode} node
   */
  function readNode(node) {
    const names = Object.keys(node._def.defaults);
    return {
      settings: Object.fromEntries(names.map((name) => [name, node[name]])),
      server: readChosen(RED.nodes.node(node.server)),
      model: readChosen(RED.nodes.node(node.model)),
    };
  }

  return { readChosen, readDialog, readNode };
})();
