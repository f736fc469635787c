/**
 * Long tasks that a dialog starts at the runtime, with a progress bar and lines of what they say.
 *
 * @import { JobView } from "../nodes/admin/jobs"
 */
var tlacJobs = (() => {
  "use strict";

  const POLL_MS = 700;
  /** Polls without an answer after which the runtime is taken for gone. */
  const MOST_MISSES = 10;
  const icons = {
    ok: "fa-check-circle",
    failed: "fa-times-circle",
    running: "fa-spinner fa-spin",
    skipped: "fa-minus-circle",
    note: "fa-info-circle",
    warning: "fa-exclamation-triangle",
  };

  /**
   * @typedef {object} Handlers
   * @property {(progress: any) => void} onProgress
   * @property {(state: "done" | "failed" | "cancelled", sentence: string, code?: string) => void} onEnd
   */

  /**
   * `cancel` ends it at once for the dialog, and resolves when the runtime has ended it, too.
   *
   * @typedef {{ cancel(): Promise<void> }} Task
   */

  /**
   * 4733363377 → "4.7 GB", in decimal units as the model pages have them.
   *
   * @param {number} bytes
   */
  function formatBytes(bytes) {
    const units = /** @type {const} */ ({ GB: 1e9, MB: 1e6, kB: 1e3 });
    const unit = bytes >= units.GB ? "GB" : bytes >= units.MB ? "MB" : "kB";
    const maximumFractionDigits = unit === "GB" ? 1 : 0;
    const value = bytes / units[unit];
    return `${value.toLocaleString(tlacRequest.language(), { maximumFractionDigits })} ${unit}`;
  }

  /**
   * A line with an icon; the sentence says the same as the icon.
   *
   * @param {keyof typeof icons} state
   * @param {string} sentence
   */
  function line(state, sentence) {
    return $("<div>", { class: `tlac-line tlac-line-${state}` }).append(
      $("<i>", { class: `fa ${icons[state]}`, "aria-hidden": "true" }),
      $("<span>").text(sentence),
    );
  }

  /**
   * A progress bar that is hidden until it is shown.
   *
   * @param {string | JQuery} place
   * @param {string} label
   */
  function createBar(place, label) {
    const fill = $("<div>", { class: "tlac-bar-fill" });
    const bar = $("<div>", {
      class: "tlac-bar",
      role: "progressbar",
      "aria-label": label,
      "aria-valuemin": 0,
      "aria-valuemax": 100,
    }).append(fill);
    const caption = $("<div>", { class: "tlac-bar-text" });
    const both = (typeof place === "string" ? $(place) : place).append(bar, caption).hide();
    return {
      /**
       * @param {number | undefined} percent undefined: nobody knows
       * @param {string} words
       */
      show(percent, words) {
        const known = percent !== undefined;
        bar.toggleClass("tlac-bar-unknown", !known);
        if (known) bar.attr("aria-valuenow", percent);
        else bar.removeAttr("aria-valuenow");
        fill.css("width", known ? `${percent}%` : "100%");
        bar.attr("aria-valuetext", words);
        caption.text(words);
        both.show();
      },
      hide() {
        both.hide();
      },
    };
  }

  /**
   * Starts a job and asks after it until it ends; the returned `cancel` ends it.
   *
   * @param {string} type
   * @param {string} path
   * @param {object} body
   * @param {Handlers} handlers
   * @returns {Task}
   */
  function run(type, path, body, handlers) {
    /** @type {string | null} */
    let id = null;
    let ended = false;
    /** @type {number | undefined} */
    let timer;
    let misses = 0;

    /** @type {Handlers["onEnd"]} */
    function end(state, sentence, code) {
      if (ended) return;
      ended = true;
      window.clearTimeout(timer);
      handlers.onEnd(state, sentence, code);
    }
    /** @param {JobView} view */
    function follow({ state, progress, error }) {
      misses = 0;
      if (ended) return;
      if (progress) handlers.onProgress(progress);
      if (state === "running") pollIn(POLL_MS);
      else end(state, error ? tlacRequest.tell(error) : "", error?.code);
    }
    async function poll() {
      try {
        follow(await tlacRequest.send("GET", `${type}/jobs/${id}`));
      } catch (error) {
        // A connection that breaks off is no reason to give up.
        misses += 1;
        if (tlacRequest.isAway(error) && misses < MOST_MISSES) pollIn(3 * POLL_MS);
        else end("failed", tlacRequest.explain(error));
      }
    }
    /** @param {number} ms */
    function pollIn(ms) {
      timer = window.setTimeout(() => void poll(), ms);
    }
    async function sendCancel() {
      if (id === null) return;
      try {
        await tlacRequest.send("POST", `${type}/jobs/${id}/cancel`, {});
      } catch {
        // It has ended by itself, or ends when nobody asks after it.
      }
    }
    async function start() {
      try {
        /** @type {{ job: string }} */
        const { job } = await tlacRequest.send("POST", path, body);
        id = job;
        if (!ended) void poll();
      } catch (error) {
        end("failed", tlacRequest.explain(error));
      }
    }
    const started = start();
    return {
      async cancel() {
        if (ended) return;
        end("cancelled", "");
        // It can be ended by the name that it has from then on.
        await started;
        await sendCancel();
      },
    };
  }

  return { formatBytes, line, createBar, run };
})();
