/**
 * The question as the LMM would get it, and the shipped one as a start for an own.
 *
 * @import { PromptAnswer } from "../nodes/admin/prompts"
 */
var tlacQuestion = (() => {
  "use strict";

  const catalogue = "@tlac/node-red-tlac/tlac:tlac.question.";
  const PREVIEW_MS = 300;
  /** Lines of the field while it holds an own question. */
  const ROWS = 8;

  /**
   * @param {"tlac" | "lmm-candidates"} type
   * @returns {() => void} lets go of what still waits
   */
  function prepare(type) {
    const prompt = $("#node-input-prompt");
    const domain = $("#node-input-domain");
    const shown = $("#tlac-prompt-preview");
    const problem = $("#tlac-prompt-problem");
    const note = $("#tlac-prompt-note");
    const edit = $("#tlac-prompt-edit");
    const back = $("#tlac-prompt-back");
    const describe = $("#node-input-describe");
    let shipped = "";
    /** @type {number | undefined} */
    let timer;
    let latest = 0;

    async function ask() {
      latest += 1;
      const turn = latest;
      const body = {
        domain: domain.val(),
        prompt: prompt.val(),
        classes: tlacDialog.readClasses(),
        describe: describe.prop("checked"),
      };
      try {
        /** @type {PromptAnswer} */
        const answer = await tlacRequest.send("POST", `${type}/prompt`, body);
        if (turn !== latest) return;
        shipped = answer.shipped;
        shown.text(answer.prompt).show();
        note.text(RED._(catalogue + answer.answer)).show();
        problem.empty().append(answer.hints.map((hint) => tlacJobs.line("warning", hint)));
        edit.prop("disabled", false);
      } catch (error) {
        if (turn !== latest) return;
        shown.hide();
        note.hide();
        problem.empty().append(tlacJobs.line("failed", tlacRequest.explain(error)));
      }
    }

    function askSoon() {
      const own = tlacDialog.textOf(prompt).trim() !== "";
      edit.toggle(!own);
      back.toggle(own);
      window.clearTimeout(timer);
      timer = window.setTimeout(() => void ask(), PREVIEW_MS);
    }

    edit.prop("disabled", true).on("click", () => {
      prompt.val(shipped).attr("rows", ROWS).trigger("change").trigger("focus");
    });
    back.on("click", () => {
      prompt.val("").trigger("change").trigger("focus");
    });
    prompt.on("input change", askSoon);
    domain.on("change", askSoon);
    $("#node-input-vocabulary, #node-input-classes").on("change", askSoon);
    if (tlacDialog.textOf(prompt).trim()) prompt.attr("rows", ROWS);
    askSoon();
    return () => {
      latest += 1;
      window.clearTimeout(timer);
    };
  }

  return { prepare };
})();
