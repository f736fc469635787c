/** The dialog of `clip-model`: download with progress, folder check, disk use, removal. */
window.tlacClipModel = (function () {
  "use strict";

  /* global tlacJobs, tlacDialog */
  var task = null;

  function input(field) {
    return $("#node-config-input-" + field);
  }

  function prepare(node) {
    var t = function (key, values) {
      return node._("clip-model." + key, values || {});
    };
    task = null;
    var refresh = preparePreset(t);
    input("kind")
      .on("change", function () {
        var kind = $(this).val();
        tlacDialog.showWhen(".tlac-row-files", kind !== "folder");
        tlacDialog.showWhen(".tlac-row-preset", kind === "preset");
        tlacDialog.showWhen(".tlac-row-folder", kind === "folder");
        refresh();
      })
      .trigger("change");
    $("#node-config-input-preset, #node-config-input-dtype, #node-config-input-offline").on(
      "change",
      refresh,
    );
    prepareFolder(t);
  }

  /** Ends a download: nobody would see how it goes on. */
  function close() {
    if (task) task.cancel();
    task = null;
  }

  function preparePreset(t) {
    var state = $("#tlac-model-state");
    var result = $("#tlac-model-result");
    var start = $("#tlac-model-download");
    var stop = $("#tlac-model-cancel").hide();
    var remove = $("#tlac-model-remove");
    var confirm = $("#tlac-model-confirm").hide();
    var bar = tlacJobs.createBar("#tlac-model-bar", t("download.label"));
    var asked = 0;

    function choose() {
      return input("kind").val() === "preset" ? input("preset").val() : "starter";
    }

    function refresh() {
      confirm.hide();
      if (input("kind").val() === "folder") return;
      var turn = (asked += 1);
      tlacJobs
        .request("GET", "clip-model/presets?dtype=" + encodeURIComponent(input("dtype").val()))
        .done(function (answer) {
          // The last question counts, whichever answer comes last.
          if (turn === asked) show(answer.presets);
        })
        .fail(function (xhr) {
          if (turn !== asked) return;
          state.empty().append(tlacJobs.line("failed", tlacJobs.explainRequest(xhr)));
        });
    }

    function show(presets) {
      var preset = presets.filter(function (one) {
        return one.name === choose();
      })[0];
      if (!preset) return;
      var isThere = preset.missing.length === 0;
      var offline = input("offline").prop("checked");
      var facts = [
        ["licence", preset.licence],
        ["languages", t("languages." + preset.languages)],
        ["folder", preset.folder],
        ["disk", preset.bytes > 0 ? tlacJobs.formatBytes(preset.bytes) : t("facts.nothing")],
      ];
      // The starter model came with the package.
      if (preset.repo !== null) facts.unshift(["size", t("facts.sizeMB", { size: preset.sizeMB })]);
      var list = $("<dl>", { class: "tlac-facts" });
      facts.forEach(function (fact) {
        list.append($("<dt>").text(t("facts." + fact[0])), $("<dd>").text(fact[1]));
      });
      state.empty().append(list);
      if (isThere) state.append(tlacJobs.line("ok", t("state.there")));
      else if (offline) {
        var values = { files: preset.missing.join(", "), repo: preset.repo, folder: preset.folder };
        state.append(tlacJobs.line("failed", t("state.offline", values)));
      } else if (preset.bytes > 0) state.append(tlacJobs.line("note", t("state.partial")));
      else state.append(tlacJobs.line("note", t("state.absent")));
      var isPreset = preset.repo !== null;
      start.prop("disabled", isThere || offline || Boolean(task)).toggle(isPreset && !task);
      remove.prop("disabled", preset.bytes === 0 || Boolean(task)).toggle(isPreset);
      $("#tlac-model-remove-yes").text(
        t("remove.yes", { size: tlacJobs.formatBytes(preset.bytes) }),
      );
    }

    start.on("click", function () {
      var body = { preset: choose(), dtype: input("dtype").val() };
      start.hide();
      stop.show().trigger("focus");
      remove.prop("disabled", true);
      result.empty().append(tlacJobs.line("note", t("download.keepOpen")));
      bar.show(undefined, t("download.starting"));
      task = tlacJobs.run("clip-model", "clip-model/download", body, {
        onProgress: function (progress) {
          bar.show(
            progress.percent,
            t("download.progress", {
              percent: progress.percent,
              done: tlacJobs.formatBytes(progress.loadedBytes),
              file: progress.file,
            }),
          );
        },
        onEnd: function (ending, sentence) {
          task = null;
          bar.hide();
          stop.hide();
          result.empty();
          if (ending === "cancelled") result.append(tlacJobs.line("note", t("download.cancelled")));
          if (ending === "done") result.append(tlacJobs.line("ok", t("download.done")));
          if (ending === "failed") {
            result.append(
              tlacJobs.line("failed", sentence),
              tlacJobs.line("note", t("download.retry")),
            );
          }
          refresh();
        },
      });
    });
    stop.on("click", function () {
      if (task) task.cancel();
      start.trigger("focus");
    });

    remove.on("click", function () {
      confirm.show();
      $("#tlac-model-remove-no").trigger("focus");
    });
    $("#tlac-model-remove-no").on("click", function () {
      confirm.hide();
      remove.trigger("focus");
    });
    $("#tlac-model-remove-yes").on("click", function () {
      confirm.hide();
      tlacJobs
        .request("POST", "clip-model/remove", { preset: choose() })
        .done(function () {
          result.empty().append(tlacJobs.line("ok", t("remove.done")));
        })
        .fail(function (xhr) {
          result.empty().append(tlacJobs.line("failed", tlacJobs.explainRequest(xhr)));
        })
        .always(refresh);
    });
    input("kind")
      .add(input("preset"))
      .on("change", function () {
        result.empty();
      });
    return refresh;
  }

  function prepareFolder(t) {
    var button = $("#tlac-model-check");
    var result = $("#tlac-model-check-result");
    button.on("click", function () {
      button.prop("disabled", true);
      result.empty().append(tlacJobs.line("running", t("check.running")));
      tlacJobs
        .request("POST", "clip-model/check", {
          folder: input("folder").val(),
          dtype: input("dtype").val(),
        })
        .done(function (model) {
          var values = {
            folder: model.folder,
            family: model.family === "siglip" ? "SigLIP" : "CLIP",
            languages: t("languages." + model.languages),
            size: tlacJobs.formatBytes(model.bytes),
            text: model.text,
            vision: model.vision,
          };
          result
            .empty()
            .append(
              tlacJobs.line("ok", t("check.ok", values)),
              tlacJobs.line(
                model.vision ? "ok" : "note",
                t(model.vision ? "check.vision" : "check.noVision", values),
              ),
            );
        })
        .fail(function (xhr) {
          result.empty().append(tlacJobs.line("failed", tlacJobs.explainRequest(xhr)));
        })
        .always(function () {
          button.prop("disabled", false);
        });
    });
    $("#node-config-input-folder, #node-config-input-dtype").on("change", function () {
      result.empty();
    });
  }

  return { prepare: prepare, close: close };
})();
