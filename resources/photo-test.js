/**
 * The panel in the dialog of `tlac` that sends a photo through the engine before the deploy, with
 * everything as it stands in the dialogs, and shows each step with its time and words.
 *
 * @import { TestFacts, TestStep } from "../nodes/admin/step-log"
 */
var tlacPhotoTest = (() => {
  "use strict";

  const catalogue = "@tlac/node-red-tlac/tlac:tlac.test.";
  /** Classes that are shown of a ranking. */
  const SHOWN = 3;
  const outcomes = /** @type {const} */ ({ class: "ok", ambiguous: "warning", unknown: "warning" });

  /**
   * @param {string} key
   * @param {object} [values]
   * @returns {string}
   */
  function text(key, values) {
    return RED._(catalogue + key, values);
  }

  /** @param {string} name */
  function element(name) {
    return $(`#tlac-test-${name}`);
  }

  /** @param {readonly { name: string }[]} candidates */
  function listNames(candidates) {
    return candidates.map(({ name }) => name).join(", ") || text("nothing");
  }

  /** @param {TestFacts["match"]["ranking"][number]} ranked */
  function describeRanked({ label, score, via }) {
    const how = `@tlac/node-red-tlac/tlac-vocabulary:tlac-vocabulary.via.${via.kind}`;
    return `${label} ${score.toFixed(2)} – ${RED._(how, via)}`;
  }

  /**
   * What each step has found out: a sentence, further lines, and long texts to be opened.
   *
   * @typedef {{ sentence: string, lines?: string[], long?: [title: string, text: string][] }} Told
   * @type {{ [N in keyof TestFacts]: (facts: TestFacts[N]) => Told }}
   */
  const tell = {
    settings: (facts) => ({ sentence: text("done.settings", facts) }),
    frame: ({ width, height, scaled }) => ({
      sentence: text("done.frame", { width, height }),
      lines: scaled ? [text("scaled", scaled)] : [],
    }),
    see: (facts) => ({ sentence: text("done.see", facts) }),
    look: ({ model, candidates, description, raw }) => ({
      sentence: text("done.look", { model, names: listNames(candidates) }),
      lines: description ? [description] : [],
      long: [[text("raw"), raw]],
    }),
    rules: ({ candidates, description, forcedUnknown }) => ({
      sentence: forcedUnknown
        ? text("forcedUnknown")
        : text("done.rules", { names: listNames(candidates) }),
      lines: description ? [description] : [],
    }),
    match: ({ model, ranking }) => ({
      sentence: text("done.match", { model }),
      lines: ranking.slice(0, SHOWN).map(describeRanked),
    }),
    ask: ({ model, question, answer }) => ({
      sentence: text("done.ask", { model, answer }),
      long: [[text("question"), question]],
    }),
    decision: ({ outcome, label, confidence, accept, explanation, mode, output }) => ({
      sentence: text(`outcome.${outcome}`, { label: label ?? "", output }),
      lines: [
        text("numbers", { percent: Math.floor(100 * confidence), accept, mode }),
        explanation,
      ],
    }),
  };

  /** @param {TestStep} step */
  function toIcon(step) {
    if (step.state !== "done") return step.state;
    return step.step === "decision" ? outcomes[step.facts.outcome] : "ok";
  }

  /**
   * @param {TestStep} step
   * @returns {Told}
   */
  function describe(step) {
    if (step.state === "running") return { sentence: text(`running.${step.step}`) };
    if (step.state === "failed") return { sentence: tlacRequest.tell(step.error) };
    // The table has a teller of the same facts under each name.
    return /** @type {(facts: unknown) => Told} */ (tell[step.step])(step.facts);
  }

  /**
   * @param {TestStep} step
   * @returns {JQuery}
   */
  function toItem(step) {
    const { sentence, lines = [], long = [] } = describe(step);
    const head = $("<div>", { class: "tlac-test-head" }).append(
      $("<strong>").text(text(`step.${step.step}`)),
    );
    if (step.state !== "running") {
      const seconds = (step.ms / 1000).toLocaleString(tlacRequest.language(), {
        minimumFractionDigits: 2,
        maximumFractionDigits: 2,
      });
      head.append($("<span>", { class: "tlac-test-time" }).text(text("time", { seconds })));
    }
    return $("<li>", { class: `tlac-test-step tlac-test-${step.state}` }).append(
      head,
      tlacJobs.line(toIcon(step), sentence),
      lines.map((line) => $("<div>", { class: "tlac-test-more" }).text(line)),
      long.map(([title, words]) =>
        $("<details>", { class: "tlac-test-more" }).append(
          $("<summary>").text(title),
          $("<pre>", { tabindex: 0 }).text(words),
        ),
      ),
    );
  }

  /**
   * Of two lists only what differs is drawn anew, so that a screen reader tells what has come and
   * what a person has opened stays open.
   *
   * @param {JQuery} list
   * @param {readonly TestStep[]} before
   * @param {readonly TestStep[]} steps
   */
  function update(list, before, steps) {
    for (const [index, step] of steps.entries()) {
      if (JSON.stringify(before[index]) === JSON.stringify(step)) continue;
      const old = list.children().eq(index);
      if (old.length > 0) old.replaceWith(toItem(step));
      else list.append(toItem(step));
    }
  }

  /**
   * @param {TlacNode} node
   * @returns {() => void} ends what still runs
   */
  function prepare(node) {
    const list = element("steps");
    const said = element("said");
    const start = element("start").prop("disabled", true);
    const stop = element("stop").hide();
    const shown = element("photo").hide();
    /** @type {{ url: string, shrunk: boolean } | undefined} */
    let photo;
    /** @type {{ cancel(): void } | undefined} */
    let task;

    /** @param {JQuery | string} line */
    function say(line) {
      said.empty().append(line);
    }
    function run() {
      if (!photo) return;
      task?.cancel();
      /** @type {readonly TestStep[]} */
      let before = [];
      list.empty();
      say(photo.shrunk ? tlacJobs.line("note", text("shrunk")) : "");
      const hadFocus = document.activeElement === start[0];
      start.hide();
      stop.show();
      if (hadFocus) stop.trigger("focus");
      const body = { ...tlacTestSettings.readDialog(node), image: photo.url };
      const own = tlacJobs.run("tlac", "tlac/test", body, {
        /** @param {readonly TestStep[]} steps */
        onProgress(steps) {
          update(list, before, steps);
          before = steps;
        },
        onEnd(state, sentence) {
          // A further test has taken its place.
          if (task !== own) return;
          task = undefined;
          const left = document.activeElement === stop[0];
          stop.hide();
          start.show();
          if (left) start.trigger("focus");
          list.find(".tlac-test-running").remove();
          if (state === "cancelled") say(tlacJobs.line("note", text("cancelled")));
          if (state === "failed") say(tlacJobs.line("failed", sentence));
        },
      });
      task = own;
    }
    /** @param {File} file */
    async function take(file) {
      photo = await tlacPhoto.read(file).catch(() => undefined);
      start.prop("disabled", !photo);
      if (!photo) {
        list.empty();
        shown.hide();
        say(tlacJobs.line("failed", text("unreadable", { file: file.name })));
        return;
      }
      shown.attr({ src: photo.url, alt: file.name }).show();
      run();
    }

    const controls = { area: element("drop"), button: element("choose"), input: element("file") };
    tlacPhoto.accept({ ...controls, over: "tlac-over" }, (file) => void take(file));
    // A TIFF is no picture to the browser, though it is one to the engine.
    shown.on("error", () => {
      shown.hide();
    });
    start.on("click", run);
    stop.on("click", () => {
      task?.cancel();
    });
    return () => {
      task?.cancel();
      photo = undefined;
    };
  }

  return { prepare };
})();
