/** What the dialogs of this package share. */
window.tlacDialog = (function () {
  "use strict";

  var catalogue = "@tlac/node-red-tlac/tlac:tlac.";

  function trimmed(v) {
    return String(v === undefined || v === null ? "" : v).trim();
  }

  /**
   * A validator for an optional number, as strict as the runtime; two parameters, or Node-RED
   * takes its sentence for "valid".
   */
  function number(field, range) {
    return function (v, opt) {
      var text = trimmed(v);
      var value = Number(text);
      if (text === "") return true;
      if (value >= range.min && value <= range.max && (!range.whole || Number.isInteger(value))) {
        return true;
      }
      var values = { field: RED._(catalogue + "label." + field), min: range.min, max: range.max };
      var key = range.whole ? "error.whole" : "error.range";
      return RED._(catalogue + key, Object.assign(values, opt));
    };
  }

  /** Shows the rows of a class only while a condition holds. */
  function showWhen(selector, condition) {
    $(selector).toggle(Boolean(condition));
  }

  /** Where the image comes from, and what may be read. */
  function prepareImage() {
    $("#node-input-image").typedInput({
      types: ["msg", "flow", "global"],
      typeField: "#node-input-imageType",
    });
    $("#node-input-readFiles")
      .on("change", function () {
        showWhen(".tlac-row-access", this.checked);
      })
      .trigger("change");
  }

  function prepareCamera() {
    $("#node-input-camera").typedInput({
      types: ["msg", "flow", "global"],
      typeField: "#node-input-cameraType",
    });
  }

  /** The node's own classes count only while no shared vocabulary is chosen. */
  function prepareClasses() {
    $("#node-input-vocabulary")
      .on("change", function () {
        var value = $(this).val();
        showWhen(".tlac-row-classes", !value || value === "_ADD_");
      })
      .trigger("change");
  }

  /**
   * A validator for the rules on an LMM's answer, as strict as the runtime; two parameters for the
   * reason above.
   */
  function filters(v, opt) {
    var rules = Array.isArray(v) ? v : [];
    for (var i = 0; i < rules.length; i += 1) {
      var problem = findFilterProblem(rules[i]);
      if (problem) {
        var values = { position: i + 1, problem: problem };
        return RED._(catalogue + "error.filter", Object.assign(values, opt));
      }
    }
    return true;
  }

  /** What is wrong with one rule, in words; empty where nothing is. */
  function findFilterProblem(rule) {
    var value = String(rule.value || "");
    if (rule.test !== "regex") {
      return value.replace(/[,、，\s]/g, "") ? "" : RED._(catalogue + "error.noWords");
    }
    if (!value) return RED._(catalogue + "error.noPattern");
    if (value.length > 300) return RED._(catalogue + "error.longPattern");
    try {
      new RegExp(value, "giu");
      return "";
    } catch {
      // The browser's own reason is English in every language.
      return RED._(catalogue + "error.badPattern");
    }
  }

  /**
   * A validator for one side of the region of interest, which must end inside the image. In the
   * dialog its start is the field beside it, on the canvas the node's.
   */
  function side(field, start, range) {
    var check = number(field, range);
    return function (v, opt) {
      var found = check(v, opt);
      var text = trimmed(v);
      if (found !== true || text === "") return found;
      var input = document.getElementById("node-input-" + start);
      var begin = Number(input ? input.value : this[start]) || 0;
      if (begin + Number(text) <= range.max) return true;
      var names = { field: RED._(catalogue + "label." + field), max: range.max - begin };
      return RED._(catalogue + "error.side", Object.assign(names, opt));
    };
  }

  /** Validators that look at more than a number; two parameters for the reason above. */
  var check = {
    host: function (v, opt) {
      var fits = !v || /^(https?:\/\/)?[^\s/]+(\/\S*)?$/.test(v);
      return fits || RED._("@tlac/node-red-tlac/lmm-server:lmm-server.error.host", opt);
    },
    lmmModel: function (v, opt) {
      var fits = this.kind !== "ollama" || trimmed(v) !== "";
      return fits || RED._("@tlac/node-red-tlac/lmm-server:lmm-server.error.model", opt);
    },
    folder: function (v, opt) {
      var fits = this.kind !== "folder" || trimmed(v) !== "";
      return fits || RED._("@tlac/node-red-tlac/clip-model:clip-model.error.folder", opt);
    },
    template: function (v, opt) {
      var fits = !v || v.includes("{name}");
      var key = "@tlac/node-red-tlac/tlac-vocabulary:tlac-vocabulary.error.template";
      return fits || RED._(key, opt);
    },
    vocabulary: function (v, opt) {
      return window.tlacVocabulary.validate(v, this, opt);
    },
  };

  return {
    number: number,
    side: side,
    check: check,
    filters: filters,
    findFilterProblem: findFilterProblem,
    showWhen: showWhen,
    prepareImage: prepareImage,
    prepareCamera: prepareCamera,
    prepareClasses: prepareClasses,
  };
})();
