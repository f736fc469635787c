/** The dialog of `lmm-server`: check, model list, pull, and what the deployed server is doing. */
window.tlacLmmServer = (function () {
  "use strict";

  /* global tlacJobs, tlacDialog */
  var ACTIVITY_MS = 2000;
  var fields = [
    "host",
    "model",
    "keepAlive",
    "numCtx",
    "numPredict",
    "connectTimeout",
    "loadTimeout",
    "answerTimeout",
    "totalTimeout",
  ];
  var open = null;

  function input(field) {
    return $("#node-config-input-" + field);
  }

  /** The settings as they stand in the dialog; a stored key is named by its node, never sent. */
  function readBody(node) {
    var body = { node: node.id };
    fields.forEach(function (field) {
      body[field] = input(field).val();
    });
    var key = input("apiKey").val();
    if (key && key !== "__PWRD__") body.apiKey = key;
    return body;
  }

  function prepare(node) {
    var t = function (key, values) {
      return node._("lmm-server." + key, values || {});
    };
    open = { timers: [], tasks: [] };
    input("kind")
      .on("change", function () {
        var isOllama = $(this).val() === "ollama";
        tlacDialog.showWhen(".tlac-row-ollama", isOllama);
        tlacDialog.showWhen(".tlac-row-recogniser", !isOllama);
      })
      .trigger("change");
    tlacJobs.request("GET", "lmm-server/defaults").done(function (defaults) {
      input("host").attr("placeholder", defaults.host);
    });
    var refresh = prepareModels(node, t);
    preparePull(node, t, refresh);
    prepareTest(node, t);
    prepareActivity(node, t, open);
  }

  /** Ends what the dialog has started: nobody would see how it goes on. */
  function close() {
    if (!open) return;
    open.timers.forEach(clearInterval);
    open.tasks.forEach(function (task) {
      task.cancel();
    });
    open = null;
  }

  function prepareModels(node, t) {
    var button = $("#tlac-server-list");
    var place = $("#tlac-server-models");

    function mark() {
      var chosen = input("model").val().trim();
      place.find(".tlac-model").each(function () {
        var name = $(this).data("model");
        var same = name === chosen || name === chosen + ":latest";
        $(this).attr("aria-pressed", String(same));
      });
    }
    function toRow(model) {
      var facts = [model.parameterSize, tlacJobs.formatBytes(model.sizeBytes)].filter(Boolean);
      var sees = t(model.vision ? "models.vision" : "models.noVision");
      return $("<button>", { type: "button", class: "tlac-model" })
        .data("model", model.name)
        .append(
          $("<i>", {
            class: "fa " + (model.vision ? "fa-eye" : "fa-eye-slash"),
            "aria-hidden": "true",
          }),
          $("<span>", { class: "tlac-model-name" }).text(model.name),
          $("<span>", { class: "tlac-model-note" }).text(sees + " · " + facts.join(" · ")),
        )
        .on("click", function () {
          input("model").val(model.name).trigger("change");
        });
    }
    function refresh() {
      button.prop("disabled", true);
      place.empty().append(tlacJobs.line("running", t("models.asking")));
      tlacJobs
        .request("POST", "lmm-server/models", readBody(node))
        .done(function (answer) {
          place.empty();
          if (answer.models.length === 0) {
            place.append(tlacJobs.line("note", t("models.none")));
            return;
          }
          var list = $("<div>", {
            class: "tlac-models",
            role: "group",
            "aria-label": t("models.title"),
          });
          place.append(list.append(answer.models.map(toRow)));
          mark();
        })
        .fail(function (xhr) {
          place.empty().append(tlacJobs.line("failed", tlacJobs.explainRequest(xhr)));
        })
        .always(function () {
          button.prop("disabled", false);
        });
    }
    button.on("click", refresh);
    input("model").on("change input", mark);
    return refresh;
  }

  function preparePull(node, t, refresh) {
    var start = $("#tlac-server-pull");
    var stop = $("#tlac-server-pull-cancel").hide();
    var place = $("#tlac-server-pull-result");
    var bar = tlacJobs.createBar("#tlac-server-pull-bar", t("pull.label"));
    var task = null;

    function onProgress(progress) {
      var percent = progress.totalBytes
        ? Math.floor((100 * progress.completedBytes) / progress.totalBytes)
        : undefined;
      var words =
        percent === undefined
          ? t("pull.preparing")
          : t("pull.progress", {
              percent: percent,
              done: tlacJobs.formatBytes(progress.completedBytes),
              total: tlacJobs.formatBytes(progress.totalBytes),
            });
      bar.show(percent, words);
    }
    start.on("click", function () {
      var body = readBody(node);
      start.hide();
      stop.show().trigger("focus");
      place.empty().append(tlacJobs.line("note", t("pull.keepOpen")));
      bar.show(undefined, t("pull.preparing"));
      task = tlacJobs.run("lmm-server", "lmm-server/pull", body, {
        onProgress: onProgress,
        onEnd: function (state, sentence, code) {
          bar.hide();
          stop.hide();
          start.show();
          place.empty();
          if (state === "done") {
            place.append(tlacJobs.line("ok", t("pull.done", { model: body.model })));
            refresh();
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
      if (open) open.tasks.push(task);
    });
    stop.on("click", function () {
      task.cancel();
      start.trigger("focus");
    });
  }

  function prepareTest(node, t) {
    var start = $("#tlac-server-test");
    var stop = $("#tlac-server-test-cancel").hide();
    var place = $("#tlac-server-test-result");
    var task = null;

    function show(steps) {
      place.empty().append(
        steps.map(function (step) {
          var values = Object.assign({}, step.params);
          if (values.bytes) values.size = tlacJobs.formatBytes(values.bytes);
          var sentence = step.error
            ? step.error.message || tlacJobs.text("lost")
            : t("test." + step.step + "." + step.state, values);
          return tlacJobs.line(step.state, sentence);
        }),
      );
    }
    start.on("click", function () {
      start.hide();
      stop.show().trigger("focus");
      show([{ step: "reach", state: "running" }]);
      task = tlacJobs.run("lmm-server", "lmm-server/test", readBody(node), {
        onProgress: show,
        onEnd: function (state, sentence) {
          stop.hide();
          start.show();
          if (state === "cancelled")
            place.empty().append(tlacJobs.line("note", t("test.cancelled")));
          if (state === "failed") place.empty().append(tlacJobs.line("failed", sentence));
        },
      });
      if (open) open.tasks.push(task);
    });
    stop.on("click", function () {
      task.cancel();
      start.trigger("focus");
    });
  }

  /** A look at the deployed server, renewed while the dialog is open. */
  function prepareActivity(node, t, dialog) {
    var place = $("#tlac-server-activity");

    function seconds(ms) {
      return (ms / 1000).toLocaleString(undefined, { maximumFractionDigits: 1 });
    }
    function toIcon(state) {
      if (["blind", "breaker-open", "failed"].indexOf(state) >= 0) return "failed";
      if (["loading", "checking", "breaker-half-open"].indexOf(state) >= 0) return "running";
      return state === "ready" ? "ok" : "note";
    }
    function describeState(view) {
      if (view.state === "breaker-open") {
        return t("activity.state.breaker-open", { seconds: view.pauseSeconds });
      }
      return t("activity.state." + (view.state || "none"));
    }
    function show(view) {
      var last =
        view.lastMs === null
          ? t("activity.noneYet")
          : t("activity.last", {
              seconds: seconds(view.lastMs),
              time: new Date(view.lastAt).toLocaleTimeString(),
            });
      var rows = [
        ["queue", t("activity.queueNow", view.queue)],
        ["latency", last],
        ["calls", t("activity.callsSoFar", { calls: view.calls, failed: view.failed })],
        ["breaker", tlacJobs.line(toIcon(view.state), describeState(view))],
      ];
      // A row of zeros tells nothing: most servers save no call.
      if (view.saved.reconcile + view.saved.frame > 0) {
        rows.splice(3, 0, ["saved", t("activity.savedSoFar", view.saved)]);
      }
      var list = $("<dl>", { class: "tlac-facts" });
      rows.forEach(function (row) {
        list.append($("<dt>").text(t("activity." + row[0])), $("<dd>").append(toContent(row[1])));
      });
      place.empty().append(list);
      if (view.error) place.append(tlacJobs.line("note", view.error.message));
    }
    function toContent(content) {
      return typeof content === "string" ? document.createTextNode(content) : content;
    }
    function poll() {
      if (document.hidden) return;
      tlacJobs
        .request("GET", "lmm-server/activity/" + encodeURIComponent(node.id))
        .done(show)
        .fail(function (xhr) {
          var sentence =
            xhr.status === 404 ? t("activity.undeployed") : tlacJobs.explainRequest(xhr);
          place.empty().append(tlacJobs.line("note", sentence));
        });
    }
    poll();
    dialog.timers.push(setInterval(poll, ACTIVITY_MS));
  }

  return { prepare: prepare, close: close };
})();
