/** What the dialogs of `tlac`, `lmm-candidates` and `clip-match` are made of beyond plain fields. */
var tlacFlowNodes = (() => {
  "use strict";

  const catalogue = "@tlac/node-red-tlac/tlac:tlac.";
  /**
   * What the dialog that is open has to let go of.
   *
   * @type {(() => void)[]}
   */
  const releases = [];

  // --- What empty fields of the decision mean -------------------------------------------------

  /** @typedef {"text" | "image"} Side of the model that a decision rests on */

  /**
   * @param {readonly import("../nodes/admin/models").PresetState[]} presets
   */
  function findPreset(presets) {
    const model = tlacDialog.chosenConfig("#node-input-model");
    const name = model && model.kind !== "starter" ? model.preset : "starter";
    // What is measured for a folder of one's own shows only once it is loaded.
    if (model && model.kind === "folder") return undefined;
    return presets.find((preset) => preset.name === name);
  }

  /**
   * @param {JQuery} control
   * @param {(value: string) => readonly Side[]} readSides
   */
  async function prepareDecision(control, readSides) {
    /**
     * As the runtime knows them; empty until it has told, or where it may not tell.
     *
     * @type {readonly import("../nodes/admin/models").PresetState[]}
     */
    let presets = [];

    function show() {
      const decision = findPreset(presets)?.decision;
      for (const field of /** @type {const} */ (["threshold", "margin"])) {
        const sides = readSides(tlacDialog.textOf(control));
        const values = new Set(sides.map((side) => decision?.[side][field]));
        const [value] = values;
        const words =
          values.size === 1 && value !== undefined
            ? RED._(`${catalogue}placeholder.measuredValue`, { value })
            : RED._(`${catalogue}placeholder.measured`);
        $(`#node-input-${field}`).attr("placeholder", words);
      }
    }
    control.on("change", show);
    $("#node-input-model").on("change", show);
    try {
      ({ presets } = await tlacRequest.send("GET", "clip-model/presets?dtype="));
      show();
    } catch {
      // The placeholder says "as measured", without the number.
    }
  }

  // --- Unchanged scenes -----------------------------------------------------------------------

  function prepareUnchanged() {
    tlacDialog.follow("#node-input-unchanged", ({ value }) => {
      tlacDialog.showWhen(".tlac-row-unchanged", value !== "off");
    });
  }

  // --- The three dialogs ----------------------------------------------------------------------

  function prepareClasses() {
    tlacDialog.prepareClasses();
    releases.push(tlacClassesLint.prepare());
  }

  function prepareImage() {
    tlacDialog.prepareImage();
    releases.push(tlacRegion.prepare("#tlac-region"));
  }

  /** What is wrong must not hide in a part that is closed. */
  function openWrongParts() {
    window.setTimeout(() => {
      $(".tlac-dialog details").has(".input-error").prop("open", true);
    }, 0);
  }

  function close() {
    for (const release of releases.splice(0)) release();
  }

  /**
   * The search of the palette looks at a node's type and label alone, and no newcomer knows what a
   * "tlac" is: further words go where the label is looked up, beside what is shown.
   *
   * @param {"tlac" | "lmm-candidates" | "clip-match"} type
   */
  function addKeywords(type) {
    const entry = $(`.red-ui-palette-node[data-palette-type="${type}"]`);
    const label = entry.attr("data-palette-label") ?? type;
    entry.attr("data-palette-label", `${label} ${RED._(`${catalogue}keywords`)}`);
  }

  return {
    addKeywords,
    /** @param {TlacNode} node */
    prepareTlac(node) {
      close();
      prepareClasses();
      prepareImage();
      tlacDialog.prepareCamera();
      tlacStages.prepare();
      releases.push(tlacQuestion.prepare("tlac"));
      releases.push(tlacAnswerRules.prepare(node, "tlac"));
      void prepareDecision($("#node-input-mode"), (mode) => [mode === "clip" ? "image" : "text"]);
      prepareUnchanged();
      releases.push(tlacPhotoTest.prepare(node));
      openWrongParts();
    },
    /** @param {TlacNode} node */
    prepareCandidates(node) {
      close();
      prepareImage();
      tlacDialog.prepareCamera();
      releases.push(tlacQuestion.prepare("lmm-candidates"));
      releases.push(tlacAnswerRules.prepare(node, "lmm-candidates"));
      openWrongParts();
    },
    prepareMatch() {
      close();
      prepareClasses();
      prepareImage();
      void prepareDecision($("#node-input-input"), (input) =>
        input === "words" ? ["text"] : input === "image" ? ["image"] : ["text", "image"],
      );
      openWrongParts();
    },
    /** @param {TlacNode} node */
    saveFilters(node) {
      node.filters = tlacAnswerRules.read();
    },
    close,
  };
})();
