/**
 * The part of a dialog that judges labelled photos with everything as it stands there, and shows how
 * good that is.
 *
 * @import { EvaluationProgress, EvaluationResult } from "../nodes/admin/evaluation/evaluation-job"
 * @import { ReportAnswer } from "../nodes/admin/evaluation/serve-evaluation"
 */
var tlacEvaluation = (() => {
  "use strict";

  const ROOT = "tlac/evaluation";
  const catalogue = "@tlac/node-red-tlac/tlac:tlac.evaluation.";

  /**
   * What is judged: a folder of the server, photos that were sent to it, or what people confirmed.
   *
   * @typedef {{ folder: string } | { upload: string, name: string } | { confirmed: true, name: string }} Source
   * @typedef {ConstructorParameters<typeof tlacProposals.Proposals>[1]} Targets
   */

  /**
   * The report that was opened last: its tab may be loaded anew.
   *
   * @type {string | undefined}
   */
  let opened;

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
    return $(`#tlac-evaluation-${name}`);
  }

  /**
   * @param {string} report
   * @param {"html" | "csv"} form
   * @returns {Promise<Blob>}
   */
  async function fetchReport(report, form) {
    const types = { html: "text/html", csv: "text/csv" };
    /** @type {ReportAnswer} */
    const answer = await tlacRequest.send("GET", `${ROOT}/reports/${report}?form=${form}`);
    return new Blob([answer.text], { type: `${types[form]};charset=utf-8` });
  }

  /**
   * The page comes with the editor's login, which a plain link would not have.
   *
   * @param {string} report
   */
  async function openReport(report) {
    // At once: a tab that opens after a while is taken for an advertisement.
    const tab = window.open("", "_blank");
    if (!tab) throw new Error(text("blocked"));
    try {
      const page = await fetchReport(report, "html");
      if (opened) URL.revokeObjectURL(opened);
      opened = URL.createObjectURL(page);
      tab.opener = null;
      tab.location.replace(opened);
    } catch (error) {
      tab.close();
      throw error;
    }
  }

  /** @param {string} report */
  async function saveCsv(report) {
    tlacDialog.saveFile(await fetchReport(report, "csv"), "tlac-report.csv");
  }

  /** @param {EvaluationResult} result */
  function showResult({ verdict, shares, facts, blames, notes }) {
    const bar = $("<div>", { class: "tlac-evaluation-shares", "aria-hidden": "true" });
    for (const { grade, share } of shares) {
      $("<div>", { class: `tlac-evaluation-${grade}` })
        .css("width", `${100 * share}%`)
        .appendTo(bar);
    }
    const legend = $("<div>", { class: "tlac-evaluation-legend" });
    for (const { grade, name, count, share } of shares) {
      $("<span>")
        .append(
          $("<i>", {
            class: `tlac-evaluation-key tlac-evaluation-${grade}`,
            "aria-hidden": "true",
          }),
          $("<span>").text(text("share", { name, count, percent: (100 * share).toFixed(1) })),
        )
        .appendTo(legend);
    }
    const list = $("<dl>", { class: "tlac-facts" });
    for (const { name, value } of facts) list.append($("<dt>").text(name), $("<dd>").text(value));
    const failures = blames.map(({ count, name, advice }) =>
      $("<li>").append($("<strong>").text(text("blame", { count, name })), $("<div>").text(advice)),
    );
    element("result")
      .empty()
      .append(
        $("<p>", { class: "tlac-evaluation-verdict" }).text(verdict),
        bar,
        legend,
        list,
        failures.length > 0 ? $("<h4>").text(text("fails")) : "",
        failures.length > 0 ? $("<ul>", { class: "tlac-evaluation-blames" }).append(failures) : "",
        notes.map((note) => tlacJobs.line("note", note)),
      );
  }

  class Panel {
    /** @param {Targets} targets the dialog around it */
    constructor(targets) {
      this.targets = targets;
      const places = { list: element("proposals"), applied: element("applied") };
      this.proposals = new tlacProposals.Proposals(places, targets);
      this.bar = tlacJobs.createBar(element("bar"), text("progress"));
      /** @type {Source | undefined} */
      this.source = undefined;
      /** @type {EvaluationResult | undefined} */
      this.result = undefined;
      /**
       * Ends what runs.
       *
       * @type {(() => void) | undefined}
       */
      this.end = undefined;
      /** Until the runtime has ended what was ended here: it runs one at a time. */
      this.ending = Promise.resolve();
      this.closed = false;
    }

    wire() {
      const controls = {
        area: element("drop"),
        button: element("choose"),
        input: element("files"),
        over: "tlac-over",
      };
      tlacLabelledPhotos.accept(
        controls,
        (folder) => void this.take(folder),
        () => {
          this.say("failed", text("unreadable"));
        },
      );
      const folder = element("folder");
      const start = () => {
        if (this.end) return;
        const place = tlacDialog.textOf(folder).trim();
        if (!place) {
          folder.trigger("focus");
          return;
        }
        this.forgetUpload();
        this.source = { folder: place };
        void this.evaluate();
      };
      element("start").on("click", start);
      folder.on("keydown", (event) => {
        if (event.key !== "Enter" || event.originalEvent?.isComposing) return;
        event.preventDefault();
        event.stopPropagation();
        start();
      });
      element("confirmed").on("click", () => {
        this.forgetUpload();
        this.source = { confirmed: true, name: text("confirmed") };
        void this.evaluate();
      });
      element("again").on("click", () => void this.evaluate());
      element("stop").on("click", () => {
        this.end?.();
      });
      element("report").on("click", () => void this.attempt(openReport));
      element("csv").on("click", () => void this.attempt(saveCsv));
      this.show();
    }

    close() {
      this.closed = true;
      this.end?.();
      this.forgetUpload();
    }

    forgetUpload() {
      if (this.source && "upload" in this.source) tlacLabelledPhotos.drop(this.source.upload);
      this.source = undefined;
    }

    /** @param {(report: string) => Promise<void>} work */
    async attempt(work) {
      if (!this.result) return;
      try {
        await work(this.result.report);
        this.hush();
      } catch (error) {
        this.say("failed", tlacRequest.explain(error));
      }
    }

    /** @param {Parameters<typeof tlacLabelledPhotos.send>[0]} folder */
    async take(folder) {
      this.end?.();
      this.forgetUpload();
      this.clear();
      const total = folder.photos.length;
      if (total === 0) {
        this.say("failed", text("none"));
        return;
      }
      const ender = new AbortController();
      const { signal } = ender;
      const end = () => {
        ender.abort();
        if (this.end === end) this.finish(text("cancelled"));
      };
      this.begin(end);
      /** @param {number} done */
      const onSent = (done) => {
        if (this.end !== end) return;
        this.bar.show((100 * done) / total, text("sending", { done, total }));
      };
      onSent(0);
      try {
        const upload = await tlacLabelledPhotos.send(folder, signal, onSent);
        if (this.end !== end) {
          tlacLabelledPhotos.drop(upload);
          return;
        }
        this.source = { upload, name: folder.name };
        void this.evaluate();
      } catch (error) {
        if (this.end !== end) return;
        this.finish();
        this.say("failed", tlacRequest.explain(error));
      }
    }

    async evaluate() {
      this.end?.();
      this.clear();
      const body = { ...this.targets.body(), ...this.source };
      /** @type {ReturnType<typeof tlacJobs.run> | null} */
      let task = null;
      const end = () => {
        if (task) this.ending = task.cancel();
        else this.finish(text("cancelled"));
      };
      this.begin(end);
      await this.ending;
      if (this.end !== end) return;
      task = tlacJobs.run("tlac/evaluation", ROOT, body, {
        /** @param {EvaluationProgress} progress */
        onProgress: ({ sentence, done, total, result }) => {
          if (this.end !== end) return;
          const percent = done === null || !total ? undefined : (100 * done) / total;
          if (result) this.result = result;
          else this.bar.show(percent, sentence);
        },
        onEnd: (state, sentence) => {
          if (this.end !== end) return;
          this.finish(state === "cancelled" ? text("cancelled") : "");
          if (state === "failed") this.say("failed", sentence);
        },
      });
    }

    /** @param {() => void} end */
    begin(end) {
      this.end = end;
      this.show();
    }

    /** @param {string} [sentence] */
    finish(sentence) {
      this.end = undefined;
      this.bar.hide();
      if (this.closed) return;
      const left = document.activeElement === element("stop")[0];
      this.show();
      if (left) element(this.source ? "again" : "choose").trigger("focus");
      if (sentence) this.say("note", sentence);
      if (!this.result) return;
      showResult(this.result);
      this.proposals.show(this.result.report, this.result.proposals);
    }

    clear() {
      this.result = undefined;
      this.hush();
      element("result").empty();
      this.proposals.clear();
    }

    /** What can be done now. */
    show() {
      for (const name of ["choose", "start", "confirmed"]) {
        element(name).prop("disabled", this.end !== undefined);
      }
      element("stop").toggle(this.end !== undefined);
      element("again").toggle(this.end === undefined && this.source !== undefined);
      element("report").toggle(this.result !== undefined);
      element("csv").toggle(this.result !== undefined);
    }

    /**
     * @param {"note" | "failed"} state
     * @param {string} sentence
     */
    say(state, sentence) {
      element("said").empty().append(tlacJobs.line(state, sentence));
    }

    hush() {
      element("said").empty();
    }
  }

  return {
    /**
     * @param {Targets} targets the dialog around it
     * @returns {() => void} ends what still runs
     */
    prepare(targets) {
      const panel = new Panel(targets);
      panel.wire();
      return () => {
        panel.close();
      };
    },
  };
})();
