/** The picture of what the numbers of `tlac-alert` mean, with its words as the dialog has them. */
var tlacAlertTimeline = (() => {
  "use strict";

  const catalogue = "@tlac/node-red-tlac/tlac-alert:tlac-alert.timeline.";

  /**
   * A number as it stands in the dialog; undefined where it is empty or none.
   *
   * @param {string} field
   */
  function read(field) {
    const text = tlacDialog.textOf(`#node-input-${field}`).trim();
    return text !== "" && Number.isFinite(Number(text)) ? Number(text) : undefined;
  }

  /**
   * The number, or the one that an empty field stands for.
   *
   * @param {string} field
   */
  function valueOf(field) {
    return read(field) ?? $(`#node-input-${field}`).attr("placeholder");
  }

  /**
   * @param {string} key
   * @param {object} [values]
   */
  function text(key, values) {
    return RED._(catalogue + key, values);
  }

  /** What each number in the picture stands for, in its order. */
  function readLegend() {
    const within = read("raiseWithin");
    const after = read("clearAfter");
    const frames = valueOf("clearFrames");
    const escalate = read("escalateAfter");
    const silent = read("silentAfter");
    const raise = { frames: valueOf("raiseFrames"), of: valueOf("raiseOf"), seconds: within };
    return [
      text(within === undefined ? "raise" : "raiseWithin", raise),
      escalate === undefined ? text("noEscalation") : text("escalation", { minutes: escalate }),
      after !== undefined
        ? text("clearAfter", { seconds: after })
        : text(Number(frames) === 0 ? "neverClear" : "clear", { frames }),
      text("cooldown", { minutes: valueOf("cooldown") }),
      silent === undefined ? text("notSilent") : text("silent", { minutes: silent }),
    ];
  }

  /** @param {JQuery} legend */
  function show(legend) {
    legend.empty().append(readLegend().map((line) => $("<li>").text(line)));
  }

  function prepare() {
    const legend = $("#tlac-alert-legend");
    $("#tlac-alert-numbers, #tlac-alert-watch").on("input change", "input", () => {
      show(legend);
    });
    show(legend);
  }

  return { prepare };
})();
