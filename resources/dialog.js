/** What the dialogs of this package share. */
window.tlacDialog = (function () {
  "use strict";

  var catalogue = "@tlac/node-red-tlac/tlac:tlac.";

  /** A validator for an optional number; two parameters, or Node-RED takes its sentence for "valid". */
  function range(field, min, max) {
    return function (v, opt) {
      var text = String(v === undefined || v === null ? "" : v).trim();
      if (text === "" || (Number(text) >= min && Number(text) <= max)) return true;
      var values = { field: RED._(catalogue + "label." + field), min: min, max: max };
      return RED._(catalogue + "error.range", Object.assign(values, opt));
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
  function side(field, start) {
    var check = range(field, 1, 100);
    return function (v, opt) {
      var found = check(v, opt);
      var text = String(v === undefined || v === null ? "" : v).trim();
      if (found !== true || text === "") return found;
      var input = document.getElementById("node-input-" + start);
      var begin = Number(input ? input.value : this[start]) || 0;
      if (begin + Number(text) <= 100) return true;
      var names = { field: RED._(catalogue + "label." + field), max: 100 - begin };
      return RED._(catalogue + "error.side", Object.assign(names, opt));
    };
  }

  return {
    range: range,
    side: side,
    filters: filters,
    findFilterProblem: findFilterProblem,
    showWhen: showWhen,
    prepareImage: prepareImage,
    prepareCamera: prepareCamera,
    prepareClasses: prepareClasses,
  };
})();
