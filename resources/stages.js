/** The picture of what a mode of `tlac` does, stage by stage, and what that costs. */
var tlacStages = (() => {
  "use strict";

  const catalogue = "@tlac/node-red-tlac/tlac:tlac.";
  const sprite = "resources/@tlac/node-red-tlac/stages.svg#";
  const svg = "http://www.w3.org/2000/svg";

  /**
   * Steps of each mode in their order: the picture, its words where they are others, and the stage
   * that one LMM call does.
   *
   * @typedef {readonly [picture: string, words?: string, stage?: string]} Step
   * @type {Readonly<Record<string, readonly Step[]>>}
   */
  const stages = {
    clip: [["photo"], ["match", "matchImage"], ["class"]],
    slac: [["photo"], ["ask", "ask", "one"], ["match", "matchWords"], ["class"]],
    tlac: [
      ["photo"],
      ["ask", "ask", "one"],
      ["choose", "chooseAll", "two"],
      ["match", "matchWords"],
      ["class"],
    ],
    cascade: [
      ["photo"],
      ["match", "matchImage"],
      ["ask", "ask", "oneMaybe"],
      ["choose", "chooseNear", "twoMaybe"],
      ["class"],
    ],
    cascadeAsked: [
      ["photo"],
      ["ask", "ask", "one"],
      ["match", "matchWords"],
      ["choose", "chooseNear", "twoMaybe"],
      ["class"],
    ],
  };

  /**
   * @param {string} key
   * @param {object} [values]
   */
  function text(key, values) {
    return RED._(catalogue + key, values);
  }

  /** @param {string} name */
  function createPicture(name) {
    const picture = document.createElementNS(svg, "svg");
    const use = document.createElementNS(svg, "use");
    use.setAttribute("href", sprite + name);
    picture.setAttribute("class", `tlac-stage-${name === "next" ? "arrow" : "picture"}`);
    picture.setAttribute("aria-hidden", "true");
    picture.setAttribute("focusable", "false");
    picture.append(use);
    return picture;
  }

  /** The mode as it stands in the dialog, and whether a person has chosen it. */
  function readMode() {
    const chosen = tlacDialog.textOf("#node-input-mode");
    const server = tlacDialog.chosenConfig("#node-input-server");
    return {
      chosen,
      mode: chosen || (server && server.kind !== "recogniser" ? "cascade" : "slac"),
    };
  }

  /** Whether a cascade is told to ask about every image. */
  function asksAlways() {
    return $("#node-input-askAlways").prop("checked") === true;
  }

  /** @param {JQuery} container */
  function show(container) {
    const { chosen, mode } = readMode();
    const way = mode === "cascade" && asksAlways() ? "cascadeAsked" : mode;
    const list = $("<ol>", { class: "tlac-stages" });
    for (const [index, [picture, words, stage]] of (stages[way] ?? []).entries()) {
      const item = $("<li>", { class: stage ? `tlac-stage tlac-stage-${stage}` : "tlac-stage" });
      if (index > 0)
        $("<li>", { "aria-hidden": "true" }).append(createPicture("next")).appendTo(list);
      if (stage) item.append($("<strong>").text(text(`stage.${stage}`)));
      item.append(createPicture(picture), $("<span>").text(text(`stage.${words ?? picture}`)));
      list.append(item);
    }
    const cost = chosen ? [] : [text("cost.auto", { mode })];
    tlacDialog.showWhen(".tlac-row-cascade", mode === "cascade");
    container.empty().append(list, $("<p>").text([...cost, text(`cost.${way}`)].join(" ")));
  }

  function prepare() {
    const container = $("#tlac-mode-picture");
    $("#node-input-mode, #node-input-server, #node-input-askAlways").on("change", () => {
      show(container);
    });
    show(container);
  }

  return { prepare };
})();
