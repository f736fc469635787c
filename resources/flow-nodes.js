/** What the dialogs of the nodes in a flow are made of beyond plain fields. */
var tlacFlowNodes = (() => {
  "use strict";

  const catalogue = "@tlac/node-red-tlac/tlac:tlac.";
  /**
   * What the dialog that is open has to let go of.
   *
   * @type {(() => void)[]}
   */
  const releases = [];

  // --- Unchanged scenes -----------------------------------------------------------------------

  function prepareUnchanged() {
    tlacDialog.follow("#node-input-unchanged", ({ value }) => {
      tlacDialog.showWhen(".tlac-row-unchanged", value !== "off");
    });
  }

  // --- The dialogs ----------------------------------------------------------------------------

  function prepareClasses() {
    tlacDialog.prepareClasses();
    releases.push(tlacClassesLint.prepare());
  }

  function prepareImage() {
    tlacDialog.prepareImage();
    releases.push(tlacRegion.prepare("#tlac-region"));
  }

  /**
   * What an evaluation proposes goes into the fields; a shared vocabulary has a dialog of its own.
   *
   * @param {TlacNode} node
   */
  function prepareEvaluation(node) {
    const { fieldHolder, joinHolders } = tlacProposals;
    return tlacEvaluation.prepare({
      body: () => tlacTestSettings.readDialog(node),
      classes: () =>
        tlacDialog.chosenConfig("#node-input-vocabulary")
          ? null
          : { ...fieldHolder("#node-input-classes"), pick: ({ text }) => text },
      field: (kind) =>
        kind === "prompt"
          ? joinHolders(["#node-input-domain", "#node-input-prompt"].map(fieldHolder))
          : fieldHolder(`#node-input-${kind}`),
      // They are files, which this dialog does not show.
      onExamples: () => {},
    });
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
   * @param {"tlac" | "lmm-candidates" | "clip-match" | "tlac-alert" | "tlac-camera"} type
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
      prepareUnchanged();
      releases.push(tlacPhotoTest.prepare(node));
      releases.push(prepareEvaluation(node));
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
      openWrongParts();
    },
    prepareCamera() {
      close();
      tlacDialog.follow("#node-input-tls", ({ value }) => {
        tlacDialog.showWhen(".tlac-row-caFile", value === "caFile");
        tlacDialog.showWhen(".tlac-row-pin", value === "pin");
        tlacDialog.showWhen(".tlac-row-none", value === "none");
        $("#node-input-fingerprint").trigger("change");
      });
      openWrongParts();
    },
    prepareAlert() {
      close();
      tlacDialog.prepareCamera();
      tlacDialog.prepareTime();
      tlacAlertTimeline.prepare();
      openWrongParts();
    },
    /** @param {TlacNode} node */
    saveFilters(node) {
      node.filters = tlacAnswerRules.read();
    },
    prepareReview() {
      const path = $("#node-input-path");
      const link = $("#tlac-review-link").text(
        RED._(`@tlac/node-red-tlac/tlac-review:tlac-review.label.open`),
      );
      const follow = () => {
        const root = String(RED.settings.httpNodeRoot || "/").replace(/\/+$/, "");
        link.attr("href", `${root}${tlacDialog.textOf(path)}`);
      };
      path.on("input", follow);
      follow();
    },
    close,
  };
})();
