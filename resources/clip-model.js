/**
 * The dialog of `clip-model`: download with progress, folder check, disk use, removal.
 *
 * @import { DownloadProgress, FolderAnswer, PresetState } from "../nodes/admin/models"
 */
var tlacClipModel = (() => {
  "use strict";

  /** @type {{ cancel(): void } | null} */
  let task = null;

  /**
   * The dialog's own words.
   *
   * @typedef {(key: string, values?: object) => string} Say
   */

  /** @param {string} field */
  function input(field) {
    return $(`#node-config-input-${field}`);
  }

  /** @param {TlacNode} node */
  function prepare(node) {
    /** @type {Say} */
    const t = (key, values) => node._(`clip-model.${key}`, values);
    task = null;
    const refresh = preparePreset(t);
    tlacDialog.follow("#node-config-input-kind", ({ value }) => {
      tlacDialog.showWhen(".tlac-row-files", value !== "folder");
      tlacDialog.showWhen(".tlac-row-preset", value === "preset");
      tlacDialog.showWhen(".tlac-row-folder", value === "folder");
      void refresh();
    });
    $("#node-config-input-preset, #node-config-input-dtype, #node-config-input-offline").on(
      "change",
      () => void refresh(),
    );
    prepareFolder(t);
    void offerProviders();
  }

  /** Leaves those to choose that the runtime has on its computer, and what was chosen before. */
  async function offerProviders() {
    /** @type {{ providers: readonly string[] }} */
    const { providers } = await tlacRequest
      .send("GET", "clip-model/providers")
      .catch(() => ({ providers: [] }));
    if (providers.length === 0) return;
    const chosen = tlacDialog.textOf(input("provider"));
    input("provider")
      .find("option")
      .filter((_, option) => {
        const { value } = /** @type {HTMLOptionElement} */ (option);
        return value !== chosen && !providers.includes(value);
      })
      .remove();
  }

  /** Ends a download: nobody would see how it goes on. */
  function close() {
    task?.cancel();
    task = null;
  }

  /** @param {Say} t */
  function preparePreset(t) {
    const state = $("#tlac-model-state");
    const result = $("#tlac-model-result");
    const start = $("#tlac-model-download");
    const stop = $("#tlac-model-cancel").hide();
    const remove = $("#tlac-model-remove");
    const confirm = $("#tlac-model-confirm").hide();
    const bar = tlacJobs.createBar("#tlac-model-bar", t("download.label"));
    let asked = 0;

    function choose() {
      return input("kind").val() === "preset" ? tlacDialog.textOf(input("preset")) : "starter";
    }

    async function refresh() {
      confirm.hide();
      if (input("kind").val() === "folder") return;
      asked += 1;
      const turn = asked;
      const dtype = encodeURIComponent(tlacDialog.textOf(input("dtype")));
      try {
        /** @type {{ presets: PresetState[] }} */
        const { presets } = await tlacRequest.send("GET", `clip-model/presets?dtype=${dtype}`);
        // The last question counts, whichever answer comes last.
        if (turn === asked) show(presets);
      } catch (error) {
        if (turn !== asked) return;
        state.empty().append(tlacJobs.line("failed", tlacRequest.explain(error)));
      }
    }

    /** @param {readonly PresetState[]} presets */
    function show(presets) {
      const preset = presets.find(({ name }) => name === choose());
      if (!preset) return;
      const isThere = preset.missing.length === 0;
      const offline = input("offline").prop("checked");
      const facts = [
        ["licence", preset.licence],
        ["languages", t(`languages.${preset.languages}`)],
        ["folder", preset.folder],
        ["disk", preset.bytes > 0 ? tlacJobs.formatBytes(preset.bytes) : t("facts.nothing")],
      ];
      // The starter model came with the package.
      if (preset.repo !== null) facts.unshift(["size", t("facts.sizeMB", { size: preset.sizeMB })]);
      const list = $("<dl>", { class: "tlac-facts" });
      for (const [name, value = ""] of facts) {
        list.append($("<dt>").text(t(`facts.${name}`)), $("<dd>").text(value));
      }
      state.empty().append(list);
      if (isThere) state.append(tlacJobs.line("ok", t("state.there")));
      else if (offline) {
        const values = {
          files: preset.missing.join(", "),
          repo: preset.repo,
          revision: preset.revision,
          folder: preset.folder,
        };
        state.append(tlacJobs.line("failed", t("state.offline", values)));
      } else if (preset.bytes > 0) state.append(tlacJobs.line("note", t("state.partial")));
      else state.append(tlacJobs.line("note", t("state.absent")));
      const isPreset = preset.repo !== null;
      start.prop("disabled", isThere || offline || Boolean(task)).toggle(isPreset && !task);
      remove.prop("disabled", preset.bytes === 0 || Boolean(task)).toggle(isPreset);
      $("#tlac-model-remove-yes").text(
        t("remove.yes", { size: tlacJobs.formatBytes(preset.bytes) }),
      );
    }

    start.on("click", () => {
      const body = { preset: choose(), dtype: input("dtype").val() };
      start.hide();
      stop.show().trigger("focus");
      remove.prop("disabled", true);
      result.empty().append(tlacJobs.line("note", t("download.keepOpen")));
      bar.show(undefined, t("download.starting"));
      task = tlacJobs.run("clip-model", "clip-model/download", body, {
        /** @param {DownloadProgress} progress */
        onProgress({ percent, loadedBytes, file }) {
          const done = tlacJobs.formatBytes(loadedBytes);
          bar.show(percent, t("download.progress", { percent, done, file }));
        },
        onEnd(ending, sentence) {
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
          void refresh();
        },
      });
    });
    stop.on("click", () => {
      task?.cancel();
      start.trigger("focus");
    });

    remove.on("click", () => {
      confirm.show();
      $("#tlac-model-remove-no").trigger("focus");
    });
    $("#tlac-model-remove-no").on("click", () => {
      confirm.hide();
      remove.trigger("focus");
    });
    $("#tlac-model-remove-yes").on("click", async () => {
      confirm.hide();
      try {
        await tlacRequest.send("POST", "clip-model/remove", { preset: choose() });
        result.empty().append(tlacJobs.line("ok", t("remove.done")));
      } catch (error) {
        result.empty().append(tlacJobs.line("failed", tlacRequest.explain(error)));
      }
      void refresh();
    });
    input("kind")
      .add(input("preset"))
      .on("change", () => {
        result.empty();
      });
    return refresh;
  }

  /** @param {Say} t */
  function prepareFolder(t) {
    const button = $("#tlac-model-check");
    const result = $("#tlac-model-check-result");

    /** @param {FolderAnswer} model */
    function show({ folder, family, languages, bytes, text, vision }) {
      const values = {
        folder,
        family: family === "siglip" ? "SigLIP" : "CLIP",
        languages: t(`languages.${languages}`),
        size: tlacJobs.formatBytes(bytes),
        text,
        vision,
      };
      const sees = vision
        ? tlacJobs.line("ok", t("check.vision", values))
        : tlacJobs.line("note", t("check.noVision", values));
      result.empty().append(tlacJobs.line("ok", t("check.ok", values)), sees);
    }
    button.on("click", async () => {
      button.prop("disabled", true);
      result.empty().append(tlacJobs.line("running", t("check.running")));
      const body = { folder: input("folder").val(), dtype: input("dtype").val() };
      try {
        show(await tlacRequest.send("POST", "clip-model/check", body));
      } catch (error) {
        result.empty().append(tlacJobs.line("failed", tlacRequest.explain(error)));
      } finally {
        button.prop("disabled", false);
      }
    });
    $("#node-config-input-folder, #node-config-input-dtype").on("change", () => {
      result.empty();
    });
  }

  return { prepare, close };
})();
