/**
 * The dialog of `lmm-server`: check, model list, pull, and what the deployed server is doing.
 *
 * @import { CheckStep } from "../nodes/admin/lmm-server"
 * @import { ServerView } from "../nodes/runtime/settings/config-nodes"
 * @import { ListedModel, PullProgress } from "../lib/lmm/client/engine"
 * @import { Measurement } from "../lib/lmm/measure-server"
 */
var tlacLmmServer = (() => {
  "use strict";

  const ACTIVITY_MS = 2000;
  /**
   * What the dialog that is open has to end.
   *
   * @typedef {{ timers: number[], tasks: { cancel(): void }[] }} Dialog
   * @type {Dialog | null}
   */
  let open = null;

  /**
   * The dialog's own words.
   *
   * @typedef {(key: string, values?: object) => string} Say
   */

  /** @param {string} field */
  function input(field) {
    return $(`#node-config-input-${field}`);
  }

  /**
   * The settings as they stand in the dialog; a stored key is named by its node, never sent.
   *
   * @param {TlacNode} node
   */
  function readBody(node) {
    const apiKey = tlacDialog.textOf(input("apiKey"));
    return {
      ...tlacDialog.readFields(node),
      node: node.id,
      model: tlacDialog.textOf(input("model")),
      ...(apiKey && apiKey !== "__PWRD__" ? { apiKey } : {}),
    };
  }

  /** @param {TlacNode} node */
  function prepare(node) {
    /** @type {Say} */
    const t = (key, values) => node._(`lmm-server.${key}`, values);
    const dialog = { timers: [], tasks: [] };
    open = dialog;
    const hosts = readDefaultHosts();
    tlacDialog.follow("#node-config-input-kind", ({ value }) => {
      tlacDialog.showWhen(".tlac-row-served", value !== "recogniser");
      for (const kind of ["recogniser", "ollama", "openai"]) {
        tlacDialog.showWhen(`.tlac-row-${kind}`, value === kind);
      }
      $("#tlac-server-models, #tlac-server-test-result, #tlac-server-measure-result").empty();
      void hosts.then((known) => input("host").attr("placeholder", known[value] ?? ""));
    });
    const refresh = prepareModels(node, t);
    preparePull(node, t, dialog, refresh);
    prepareTest(node, t, dialog);
    prepareMeasure(node, t, dialog);
    prepareActivity(node, t, dialog);
  }

  /**
   * What an empty host means, by kind; nothing where the runtime does not tell.
   *
   * @returns {Promise<Record<string, string>>}
   */
  async function readDefaultHosts() {
    try {
      return await tlacRequest.send("GET", "lmm-server/defaults");
    } catch {
      return {};
    }
  }

  /** Ends what the dialog has started: nobody would see how it goes on. */
  function close() {
    if (!open) return;
    for (const timer of open.timers) window.clearInterval(timer);
    for (const task of open.tasks) task.cancel();
    open = null;
  }

  /**
   * @param {TlacNode} node
   * @param {Say} t
   */
  function prepareModels(node, t) {
    const button = $("#tlac-server-list");
    const place = $("#tlac-server-models");
    const icons = { vision: "fa-eye", noVision: "fa-eye-slash", untold: "fa-question" };

    function mark() {
      const chosen = tlacDialog.textOf(input("model")).trim();
      for (const element of place.find(".tlac-model")) {
        const name = $(element).data("model");
        const same = name === chosen || name === `${chosen}:latest`;
        element.setAttribute("aria-pressed", String(same));
      }
    }
    /** @param {ListedModel} model */
    function toRow(model) {
      const { vision, parameterSize, sizeBytes } = model;
      const told = vision === null ? "untold" : vision ? "vision" : "noVision";
      const size = sizeBytes ? tlacJobs.formatBytes(sizeBytes) : "";
      const note = [t(`models.${told}`), parameterSize, size].filter(Boolean).join(" · ");
      return $("<button>", { type: "button", class: "tlac-model" })
        .data("model", model.name)
        .append(
          $("<i>", {
            class: `fa ${icons[told]}`,
            "aria-hidden": "true",
          }),
          $("<span>", { class: "tlac-model-name" }).text(model.name),
          $("<span>", { class: "tlac-model-note" }).text(note),
        )
        .on("click", () => {
          input("model").val(model.name).trigger("change");
        });
    }
    async function refresh() {
      button.prop("disabled", true);
      place.empty().append(tlacJobs.line("running", t("models.asking")));
      try {
        /** @type {{ models: ListedModel[] }} */
        const { models } = await tlacRequest.send("POST", "lmm-server/models", readBody(node));
        place.empty();
        const title = { class: "tlac-models", role: "group", "aria-label": t("models.title") };
        if (models.length > 0) place.append($("<div>", title).append(models.map(toRow)));
        else {
          const isOllama = tlacDialog.textOf(input("kind")) === "ollama";
          place.append(tlacJobs.line("note", t(isOllama ? "models.none" : "models.noneServed")));
        }
        mark();
      } catch (error) {
        place.empty().append(tlacJobs.line("failed", tlacRequest.explain(error)));
      } finally {
        button.prop("disabled", false);
      }
    }
    button.on("click", () => void refresh());
    input("model").on("change input", mark);
    return refresh;
  }

  /**
   * @param {TlacNode} node
   * @param {Say} t
   * @param {Dialog} dialog
   * @param {() => Promise<void>} refresh the list of models
   */
  function preparePull(node, t, dialog, refresh) {
    const start = $("#tlac-server-pull");
    const stop = $("#tlac-server-pull-cancel").hide();
    const place = $("#tlac-server-pull-result");
    const bar = tlacJobs.createBar("#tlac-server-pull-bar", t("pull.label"));
    /** @type {{ cancel(): void } | undefined} */
    let task;

    /** @param {PullProgress} progress */
    function onProgress({ completedBytes = 0, totalBytes }) {
      if (!totalBytes) {
        bar.show(undefined, t("pull.preparing"));
        return;
      }
      const percent = Math.floor((100 * completedBytes) / totalBytes);
      const done = tlacJobs.formatBytes(completedBytes);
      bar.show(
        percent,
        t("pull.progress", { percent, done, total: tlacJobs.formatBytes(totalBytes) }),
      );
    }
    start.on("click", () => {
      const body = readBody(node);
      start.hide();
      stop.show().trigger("focus");
      place.empty().append(tlacJobs.line("note", t("pull.keepOpen")));
      bar.show(undefined, t("pull.preparing"));
      task = tlacJobs.run("lmm-server", "lmm-server/pull", body, {
        onProgress,
        onEnd(state, sentence, code) {
          bar.hide();
          stop.hide();
          start.show();
          place.empty();
          if (state === "done") {
            place.append(tlacJobs.line("ok", t("pull.done", { model: body.model })));
            void refresh();
          } else if (state === "cancelled") {
            place.append(tlacJobs.line("note", t("pull.cancelled")));
          } else {
            place.append(tlacJobs.line("failed", sentence));
            // A name that no registry knows stays unknown, however often it is asked for.
            if (code === "LMM_MODEL_MISSING") return;
            place.append(tlacJobs.line("note", t("pull.retry", { model: body.model })));
          }
        },
      });
      dialog.tasks.push(task);
    });
    stop.on("click", () => {
      task?.cancel();
      start.trigger("focus");
    });
  }

  /**
   * @param {TlacNode} node
   * @param {Say} t
   * @param {Dialog} dialog
   */
  function prepareTest(node, t, dialog) {
    const start = $("#tlac-server-test");
    const stop = $("#tlac-server-test-cancel").hide();
    const place = $("#tlac-server-test-result");
    /** @type {{ cancel(): void } | undefined} */
    let task;

    /** @param {readonly CheckStep[]} steps */
    function show(steps) {
      place.empty().append(steps.map(toLine));
    }
    /** @param {CheckStep} step */
    function toLine({ step, state, params, error }) {
      const { bytes, parameters, server } = params ?? {};
      const size = bytes ? tlacJobs.formatBytes(Number(bytes)) : "";
      const facts = [parameters, size].filter(Boolean).join(", ");
      const isBare =
        state === "ok" && ((step === "reach" && !server) || (step === "model" && !facts));
      const key = `test.${step}.${state}${isBare ? "Bare" : ""}`;
      const sentence = error ? tlacRequest.tell(error) : t(key, { ...params, facts });
      return tlacJobs.line(state === "untold" ? "note" : state, sentence);
    }
    start.on("click", () => {
      start.hide();
      stop.show().trigger("focus");
      show([{ step: "reach", state: "running" }]);
      task = tlacJobs.run("lmm-server", "lmm-server/test", readBody(node), {
        onProgress: show,
        onEnd(state, sentence) {
          stop.hide();
          start.show();
          if (state === "cancelled")
            place.empty().append(tlacJobs.line("note", t("test.cancelled")));
          if (state === "failed") place.empty().append(tlacJobs.line("failed", sentence));
        },
      });
      dialog.tasks.push(task);
    });
    stop.on("click", () => {
      task?.cancel();
      start.trigger("focus");
    });
  }

  /**
   * How fast the server is with 1, 2, 4 and 8 questions at a time.
   *
   * @param {TlacNode} node
   * @param {Say} t
   * @param {Dialog} dialog
   */
  function prepareMeasure(node, t, dialog) {
    const start = $("#tlac-server-measure");
    const stop = $("#tlac-server-measure-cancel").hide();
    const place = $("#tlac-server-measure-result");
    /** @type {{ cancel(): void } | undefined} */
    let task;

    /** @param {number} value */
    function round(value) {
      return value.toLocaleString(tlacRequest.language(), { maximumSignificantDigits: 2 });
    }
    /** @param {Measurement} measurement */
    function show({ figures, best, others }) {
      const lines = figures.map(({ atOnce, perMinute, medianMs }) => {
        const values = { rate: round(perMinute), seconds: round(medianMs / 1000) };
        return tlacJobs.line("ok", t("measure.figure", { atOnce, ...values }));
      });
      place.empty().append(lines);
      if (best === null) {
        place.append(tlacJobs.line("running", t("measure.running")));
        return;
      }
      const isMost = figures[figures.length - 1]?.atOnce === best;
      place.append(tlacJobs.line("note", t(isMost ? "measure.most" : "measure.best", { best })));
      if (others > 0) place.append(tlacJobs.line("note", t("measure.others", { others })));
      place.append(toChoice(best));
    }
    /** @param {number} best */
    function toChoice(best) {
      return $("<button>", { type: "button", class: "red-ui-button red-ui-button-small" })
        .text(t("measure.use", { best }))
        .on("click", () => {
          input("concurrency").val(String(best)).trigger("change");
          place.find("button").prop("disabled", true);
        });
    }
    start.on("click", () => {
      start.hide();
      stop.show().trigger("focus");
      show({ figures: [], best: null, others: 0 });
      task = tlacJobs.run("lmm-server", "lmm-server/measure", readBody(node), {
        onProgress: show,
        onEnd(state, sentence) {
          stop.hide();
          start.show();
          if (state === "done") return;
          place.find(".tlac-line-running").remove();
          const isCancelled = state === "cancelled";
          const said = isCancelled ? t("measure.cancelled") : sentence;
          place.append(tlacJobs.line(isCancelled ? "note" : "failed", said));
        },
      });
      dialog.tasks.push(task);
    });
    stop.on("click", () => {
      task?.cancel();
      start.trigger("focus");
    });
  }

  /**
   * A look at the deployed server, renewed while the dialog is open.
   *
   * @param {TlacNode} node
   * @param {Say} t
   * @param {Dialog} dialog
   */
  function prepareActivity(node, t, dialog) {
    const place = $("#tlac-server-activity");

    /** @param {number} ms */
    function seconds(ms) {
      return (ms / 1000).toLocaleString(tlacRequest.language(), { maximumFractionDigits: 1 });
    }
    /** @param {ServerView["state"]} state */
    function toIcon(state) {
      switch (state) {
        case "blind":
        case "breaker-open":
        case "failed":
          return "failed";
        case "loading":
        case "checking":
        case "breaker-half-open":
          return "running";
        case "ready":
          return "ok";
        default:
          return "note";
      }
    }
    /** @param {ServerView["hosts"][number]} host */
    function toHostLine({ error, state, ...counts }) {
      if (!error) return tlacJobs.line(toIcon(state), t("activity.host", counts));
      const reason = tlacRequest.tell(error);
      return tlacJobs.line("failed", t("activity.hostAway", { host: counts.host, reason }));
    }
    /** @param {ServerView} view */
    function describeLast({ lastMs, lastAt }) {
      if (lastMs === null || lastAt === null) return t("activity.noneYet");
      const time = new Date(lastAt).toLocaleTimeString(tlacRequest.language());
      return t("activity.last", { seconds: seconds(lastMs), time });
    }
    /** @param {ServerView} view */
    function show(view) {
      const { queue, calls, failed, saved, checks, state, pauseSeconds, error, hosts } = view;
      const now = t(`activity.state.${state ?? "none"}`, { seconds: pauseSeconds });
      const rows = [
        ["queue", document.createTextNode(t("activity.queueNow", queue))],
        ["latency", document.createTextNode(describeLast(view))],
        ["calls", document.createTextNode(t("activity.callsSoFar", { calls, failed }))],
        // A row of zeros tells nothing: most servers save no call.
        ...(saved.sight + saved.reconcile + saved.frame > 0
          ? [["saved", document.createTextNode(t("activity.savedSoFar", saved))]]
          : []),
        ...(checks.asked > 0
          ? [["checks", document.createTextNode(t("activity.checksSoFar", checks))]]
          : []),
        ["breaker", tlacJobs.line(toIcon(state), now)[0]],
        // One host is the server itself, of which all else tells.
        ...(hosts.length > 1 ? [["hosts", $("<div>").append(hosts.map(toHostLine))[0]]] : []),
      ];
      const list = $("<dl>", { class: "tlac-facts" });
      for (const [name, content] of rows) {
        list.append($("<dt>").text(t(`activity.${name}`)), $("<dd>").append(content));
      }
      place.empty().append(list);
      if (error) place.append(tlacJobs.line("note", tlacRequest.tell(error)));
    }
    async function poll() {
      if (document.hidden) return;
      try {
        show(await tlacRequest.send("GET", `lmm-server/activity/${encodeURIComponent(node.id)}`));
      } catch (error) {
        const isNew = tlacRequest.statusOf(error) === 404;
        const sentence = isNew ? t("activity.undeployed") : tlacRequest.explain(error);
        place.empty().append(tlacJobs.line("note", sentence));
      }
    }
    void poll();
    dialog.timers.push(window.setInterval(() => void poll(), ACTIVITY_MS));
  }

  return { prepare, close };
})();
