/** What the dialogs of this package share: validators, and rows that come and go. */
var tlacDialog = (() => {
  "use strict";

  const catalogue = "@tlac/node-red-tlac/tlac:tlac.";
  const MOST_PATTERN = 300;
  /** Milliseconds for which the browser may take to begin a download. */
  const DOWNLOAD_MS = 10_000;

  /**
   * What Node-RED hands to a validator beside the value. A validator must take two parameters, or
   * Node-RED takes its sentence for "valid".
   *
   * @typedef {object} Options
   * @typedef {true | string} Verdict
   */

  /** @param {unknown} v */
  function trimmed(v) {
    return String(v ?? "").trim();
  }

  /**
   * The text of a control.
   *
   * @param {string | JQuery<any>} control
   */
  function textOf(control) {
    const found = typeof control === "string" ? $(control) : control;
    return String(found.val() ?? "");
  }

  /**
   * A validator for an optional number, as strict as the runtime.
   *
   * @param {string} field
   * @param {{ min: number, max: number, whole: boolean }} range
   * @returns {(v: unknown, opt: Options) => Verdict}
   */
  function number(field, { min, max, whole }) {
    return (v, opt) => {
      const text = trimmed(v);
      const value = Number(text);
      if (text === "") return true;
      if (value >= min && value <= max && (!whole || Number.isInteger(value))) return true;
      const values = { field: RED._(`${catalogue}label.${field}`), min, max };
      return RED._(catalogue + (whole ? "error.whole" : "error.range"), { ...values, ...opt });
    };
  }

  /**
   * A validator for one side of the region of interest, which must end inside the image. In the
   * dialog its start is the field beside it, on the canvas the node's.
   *
   * @param {string} field
   * @param {string} start
   * @param {{ min: number, max: number, whole: boolean }} range
   * @returns {(this: Record<string, unknown>, v: unknown, opt: Options) => Verdict}
   */
  function side(field, start, range) {
    const check = number(field, range);
    return function (v, opt) {
      const found = check(v, opt);
      const text = trimmed(v);
      if (found !== true || text === "") return found;
      const input = /** @type {HTMLInputElement | null} */ (
        document.getElementById(`node-input-${start}`)
      );
      const begin = Number(input ? input.value : this[start]) || 0;
      if (begin + Number(text) <= range.max) return true;
      const names = { field: RED._(`${catalogue}label.${field}`), max: range.max - begin };
      return RED._(`${catalogue}error.side`, { ...names, ...opt });
    };
  }

  /** Validators that look at more than a number. */
  const check = {
    /**
     * @param {unknown} v
     * @param {Options} opt
     * @returns {Verdict}
     */
    address(v, opt) {
      const text = trimmed(v);
      const fits = /^\$\{\S+\}$/.test(text) || /^(https?|rtsps?):\/\/[^\s/]+/i.test(text);
      return fits || RED._("@tlac/node-red-tlac/tlac-camera:tlac-camera.error.address", opt);
    },
    /**
     * @this {Record<string, unknown>}
     * @param {unknown} v
     * @param {Options} opt
     * @returns {Verdict}
     */
    fingerprint(v, opt) {
      const digits = trimmed(v)
        .replace(/^sha-?256[:= ]*/i, "")
        .replace(/[^0-9a-f]/gi, "");
      const input = /** @type {HTMLSelectElement | null} */ (
        document.getElementById("node-input-tls")
      );
      const fits = (input ? input.value : this.tls) !== "pin" || digits.length === 64;
      return fits || RED._("@tlac/node-red-tlac/tlac-camera:tlac-camera.error.fingerprint", opt);
    },
    /**
     * @param {unknown} v
     * @param {Options} opt
     * @returns {Verdict}
     */
    host(v, opt) {
      // As the runtime parts them.
      const separator = trimmed(v).includes("@") ? /[\r\n]+|,\s+/ : /[\r\n,]+/;
      const hosts = trimmed(v).split(separator).map(trimmed).filter(Boolean);
      const fits = hosts.every((host) => /^(https?:\/\/)?[^\s/]+(\/\S*)?$/.test(host));
      return fits || RED._("@tlac/node-red-tlac/lmm-server:lmm-server.error.host", opt);
    },
    /**
     * @this {Record<string, unknown>}
     * @param {unknown} v
     * @param {Options} opt
     * @returns {Verdict}
     */
    lmmModel(v, opt) {
      const fits = this.kind === "recogniser" || trimmed(v) !== "";
      return fits || RED._("@tlac/node-red-tlac/lmm-server:lmm-server.error.model", opt);
    },
    /**
     * @this {Record<string, unknown>}
     * @param {unknown} v
     * @param {Options} opt
     * @returns {Verdict}
     */
    folder(v, opt) {
      const fits = this.kind !== "folder" || trimmed(v) !== "";
      return fits || RED._("@tlac/node-red-tlac/clip-model:clip-model.error.folder", opt);
    },
    /**
     * @param {unknown} v
     * @param {Options} opt
     * @returns {Verdict}
     */
    template(v, opt) {
      const text = trimmed(v);
      const fits = text === "" || text.includes("{name}");
      const key = "@tlac/node-red-tlac/tlac-vocabulary:tlac-vocabulary.error.template";
      return fits || RED._(key, opt);
    },
    /**
     * Classes of a node's own, or a vocabulary: in the dialog as it is chosen there.
     *
     * @this {Record<string, unknown>}
     * @param {unknown} v
     * @param {Options} opt
     * @returns {Verdict}
     */
    classes(v, opt) {
      const input = /** @type {HTMLSelectElement | null} */ (
        document.getElementById("node-input-vocabulary")
      );
      const chosen = trimmed(input ? input.value : this.vocabulary);
      const fits = trimmed(v) !== "" || (chosen !== "" && chosen !== "_ADD_");
      return fits || RED._(`${catalogue}error.classes`, opt);
    },
    /**
     * @this {{ id?: string }}
     * @param {unknown} v
     * @param {Options} _opt
     * @returns {Verdict}
     */
    vocabulary(v, _opt) {
      return tlacVocabulary.validate(String(v ?? ""), this);
    },
  };

  /**
   * One rule on an LMM's answer, as the dialog keeps it.
   *
   * @typedef {{ test?: string, value?: string, action?: string, replacement?: string }} Rule
   */

  /**
   * A validator for the rules on an LMM's answer, as strict as the runtime.
   *
   * @param {unknown} v
   * @param {Options} opt
   * @returns {Verdict}
   */
  function filters(v, opt) {
    /** @type {readonly Rule[]} */
    const rules = Array.isArray(v) ? v : [];
    for (const [index, rule] of rules.entries()) {
      const problem = findFilterProblem(rule);
      if (problem) {
        return RED._(`${catalogue}error.filter`, { position: index + 1, problem, ...opt });
      }
    }
    return true;
  }

  /**
   * What is wrong with one rule, in words; empty where nothing is.
   *
   * @param {Rule} rule
   * @returns {string}
   */
  function findFilterProblem(rule) {
    const value = rule.value ?? "";
    if (rule.test !== "regex") {
      return value.replace(/[,、，\s]/g, "") ? "" : RED._(`${catalogue}error.noWords`);
    }
    if (!value) return RED._(`${catalogue}error.noPattern`);
    if (value.length > MOST_PATTERN) return RED._(`${catalogue}error.longPattern`);
    try {
      new RegExp(value, "giu");
      return "";
    } catch {
      // The browser's own reason is English in every language.
      return RED._(`${catalogue}error.badPattern`);
    }
  }

  /**
   * The config node that a field has chosen; Node-RED's own choice for none is "_ADD_".
   *
   * @param {string} selector
   */
  function chosenConfig(selector) {
    const value = textOf(selector);
    return value && value !== "_ADD_" ? RED.nodes.node(value) : null;
  }

  /**
   * A config node's settings as they stand in the editor, deployed or not. A stored key is named
   * by its node, never sent.
   *
   * @param {TlacNode} config
   */
  function readConfig(config) {
    const names = Object.keys(config._def.defaults);
    const apiKey = config.credentials?.apiKey;
    return {
      ...Object.fromEntries(names.map((name) => [name, config[name]])),
      node: config.id,
      ...(apiKey && apiKey !== "__PWRD__" ? { apiKey } : {}),
    };
  }

  /**
   * The settings of the dialog that is open, as they stand in its controls.
   *
   * @param {TlacNode} node
   * @returns {Record<string, string | boolean>}
   */
  function readFields(node) {
    const prefix = node._def.category === "config" ? "#node-config-input-" : "#node-input-";
    const fields = Object.keys(node._def.defaults).map((name) => {
      const control = $(prefix + name);
      return [name, control.is(":checkbox") ? control.prop("checked") : textOf(control)];
    });
    return Object.fromEntries(fields);
  }

  /**
   * The classes as the runtime would read them: the shared vocabulary's or the node's own.
   *
   * @returns {string}
   */
  function readClasses() {
    const shared = chosenConfig("#node-input-vocabulary");
    return shared ? shared.classes : textOf("#node-input-classes");
  }

  /**
   * Shows the rows of a class only while a condition holds.
   *
   * @param {string} selector
   * @param {unknown} condition
   */
  function showWhen(selector, condition) {
    $(selector).toggle(Boolean(condition));
  }

  /**
   * Follows a control from now on.
   *
   * @param {string} selector
   * @param {(control: HTMLInputElement) => void} follow
   */
  function follow(selector, follow) {
    $(selector)
      .on("change", (event) => {
        follow(/** @type {HTMLInputElement} */ (event.currentTarget));
      })
      .trigger("change");
  }

  /**
   * Has the browser save a file.
   *
   * @param {Blob} content
   * @param {string} name
   */
  function saveFile(content, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(content);
    link.download = name;
    link.click();
    window.setTimeout(() => {
      URL.revokeObjectURL(link.href);
    }, DOWNLOAD_MS);
  }

  /**
   * Where in a message something stands. Node-RED puts controls of its own in place of the field,
   * which its label no longer names; a screen reader is told by ids.
   *
   * @param {"image" | "camera" | "time"} field
   */
  function prepareProperty(field) {
    const id = `node-input-${field}`;
    $(`#${id}`).typedInput({
      types: ["msg", "flow", "global"],
      typeField: `#${id}Type`,
    });
    const label = $(`label[for="${id}"]`).attr("id", `${id}-label`);
    // Beside the field or around it, as the version of Node-RED has it.
    const container = $(`#${id}`).closest(".form-row").find(".red-ui-typedInput-container");
    container
      .find("input[type=text]")
      .attr({ id: `${id}-value`, "aria-labelledby": `${id}-label` });
    label.attr("for", `${id}-value`);
    container.find(".red-ui-typedInput-type-label").attr("id", `${id}-kind`);
    container
      .find(".red-ui-typedInput-type-select")
      .attr("aria-labelledby", `${id}-label ${id}-kind`);
  }

  /** Where the image comes from, and what may be read. */
  function prepareImage() {
    prepareProperty("image");
    follow("#node-input-readFiles", ({ checked }) => {
      showWhen(".tlac-row-access", checked);
    });
  }

  function prepareCamera() {
    prepareProperty("camera");
  }

  function prepareTime() {
    prepareProperty("time");
  }

  /** The node's own classes count only while no shared vocabulary is chosen. */
  function prepareClasses() {
    follow("#node-input-vocabulary", ({ value }) => {
      showWhen(".tlac-row-classes", !value || value === "_ADD_");
    });
  }

  return {
    number,
    side,
    check,
    filters,
    findFilterProblem,
    textOf,
    chosenConfig,
    readConfig,
    readFields,
    readClasses,
    showWhen,
    follow,
    saveFile,
    prepareImage,
    prepareCamera,
    prepareTime,
    prepareClasses,
  };
})();
