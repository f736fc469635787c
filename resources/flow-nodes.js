/** What the dialogs of `tlac`, `lmm-candidates` and `clip-match` show beyond plain fields. */
window.tlacFlowNodes = (function () {
  "use strict";

  var catalogue = "@tlac/node-red-tlac/tlac:tlac.";
  var PREVIEW_MS = 300;
  /** What the dialog that is open has to let go of. */
  var releases = [];

  function text(key, values) {
    return RED._(catalogue + key, values || {});
  }

  function element(id) {
    return $("#" + id);
  }

  /** Node-RED's own choice for a config node that is not chosen is "_ADD_". */
  function chosenConfig(id) {
    var value = element(id).val();
    return value && value !== "_ADD_" ? RED.nodes.node(value) : null;
  }

  // --- The stages of a mode ------------------------------------------------------------------

  var sprite = "resources/@tlac/node-red-tlac/stages.svg#";
  var svg = "http://www.w3.org/2000/svg";

  /** Steps of each mode in their order; `stage` groups what one LMM call does. */
  var stages = {
    clip: [["photo"], ["match", "matchImage"], ["class"]],
    slac: [["photo"], ["ask", "ask", "one"], ["match", "matchWords"], ["class"]],
    tlac: [
      ["photo"],
      ["ask", "ask", "one"],
      ["choose", "chooseAll", "two"],
      ["match", "matchWords"],
      ["class"],
    ],
    cascade: [
      ["photo"],
      ["ask", "ask", "one"],
      ["match", "matchWords"],
      ["choose", "chooseNear", "twoMaybe"],
      ["class"],
    ],
  };

  function createPicture(name) {
    var picture = document.createElementNS(svg, "svg");
    var use = document.createElementNS(svg, "use");
    use.setAttribute("href", sprite + name);
    picture.setAttribute("class", "tlac-stage-" + (name === "next" ? "arrow" : "picture"));
    picture.setAttribute("aria-hidden", "true");
    picture.setAttribute("focusable", "false");
    picture.append(use);
    return picture;
  }

  function showMode(container) {
    var chosen = element("node-input-mode").val();
    var server = chosenConfig("node-input-server");
    var automatic = server && server.kind === "ollama" ? "cascade" : "slac";
    var mode = chosen || automatic;
    var list = $("<ol>", { class: "tlac-stages" });
    stages[mode].forEach(function (step, index) {
      var item = $("<li>", { class: step[2] ? "tlac-stage tlac-stage-" + step[2] : "tlac-stage" });
      if (index > 0)
        list.append($("<li>", { "aria-hidden": "true" }).append(createPicture("next")));
      if (step[2]) item.append($("<strong>").text(text("stage." + step[2])));
      item.append(createPicture(step[0]), $("<span>").text(text("stage." + (step[1] || step[0]))));
      list.append(item);
    });
    var words = chosen ? [] : [text("cost.auto", { mode: automatic })];
    words.push(text("cost." + mode));
    container.empty().append(list, $("<p>").text(words.join(" ")));
  }

  function prepareMode() {
    var container = element("tlac-mode-picture");
    function show() {
      showMode(container);
    }
    element("node-input-mode").on("change", show);
    element("node-input-server").on("change", show);
    show();
  }

  // --- The question --------------------------------------------------------------------------

  /** The classes as the runtime would read them: the shared vocabulary's or the node's own. */
  function readClasses() {
    var shared = chosenConfig("node-input-vocabulary");
    return shared ? shared.classes : element("node-input-classes").val() || "";
  }

  /** Shows the question as the LMM would get it, and lets the shipped one be edited. */
  function preparePrompt(type) {
    var prompt = element("node-input-prompt");
    var domain = element("node-input-domain");
    var shown = element("tlac-prompt-preview");
    var problem = element("tlac-prompt-problem");
    var note = element("tlac-prompt-note");
    var edit = element("tlac-prompt-edit");
    var back = element("tlac-prompt-back");
    var shipped = "";
    var timer;
    var latest = 0;

    function ask() {
      latest += 1;
      var turn = latest;
      var body = { domain: domain.val(), prompt: prompt.val(), classes: readClasses() };
      window.tlacJobs
        .request("POST", type + "/prompt", body)
        .done(function (answer) {
          if (turn !== latest) return;
          shipped = answer.shipped;
          problem.empty();
          shown.text(answer.prompt).show();
          note.text(text("question." + answer.answer)).show();
          answer.hints.forEach(function (hint) {
            problem.append(window.tlacJobs.line("warning", hint));
          });
          edit.prop("disabled", false);
        })
        .fail(function (xhr) {
          if (turn !== latest) return;
          shown.hide();
          note.hide();
          problem
            .empty()
            .append(window.tlacJobs.line("failed", window.tlacJobs.explainRequest(xhr)));
        });
    }

    function askSoon() {
      edit.toggle(prompt.val().trim() === "");
      back.toggle(prompt.val().trim() !== "");
      clearTimeout(timer);
      timer = setTimeout(ask, PREVIEW_MS);
    }

    edit.prop("disabled", true).on("click", function () {
      prompt.val(shipped).attr("rows", 8).trigger("change").trigger("focus");
    });
    back.on("click", function () {
      prompt.val("").trigger("change").trigger("focus");
    });
    prompt.on("input change", askSoon);
    domain.on("change", askSoon);
    element("node-input-vocabulary").on("change", askSoon);
    element("node-input-classes").on("change", askSoon);
    if (prompt.val().trim()) prompt.attr("rows", 8);
    askSoon();
    releases.push(function () {
      latest += 1;
      clearTimeout(timer);
    });
  }

  // --- Rules on the answer -------------------------------------------------------------------

  function createSelect(label, group, values, chosen) {
    var select = $("<select>", { "aria-label": label });
    values.forEach(function (value) {
      $("<option>", { value: value })
        .text(text(group + "." + value))
        .appendTo(select);
    });
    return select.val(values.indexOf(chosen) < 0 ? values[0] : chosen);
  }

  function fillRule(row, rule) {
    var test = createSelect(text("filter.test"), "filter.tests", ["words", "regex"], rule.test);
    var value = $("<input>", { type: "text", "aria-label": text("filter.value") });
    var actions = ["drop", "replace", "unknown"];
    var action = createSelect(text("filter.action"), "filter.actions", actions, rule.action);
    var replacement = $("<input>", { type: "text", "aria-label": text("filter.replacement") });
    var problem = $("<div>", { class: "tlac-filter-problem", role: "status" });

    function say(sentence) {
      problem.empty();
      if (sentence)
        problem.append(
          $("<i>", { class: "fa fa-exclamation-triangle" }),
          " ",
          document.createTextNode(sentence),
        );
    }
    function read() {
      return {
        test: test.val(),
        value: value.val(),
        action: action.val(),
        replacement: action.val() === "replace" ? replacement.val() : "",
      };
    }
    function show() {
      var found = window.tlacDialog.findFilterProblem(read());
      value.toggleClass("input-error", Boolean(found)).attr("aria-invalid", Boolean(found));
      say(found);
      value.attr("placeholder", text("filter.placeholder." + test.val()));
      replacement.toggle(action.val() === "replace");
    }

    value.val(rule.value || "");
    replacement
      .val(rule.replacement || "")
      .attr("placeholder", text("filter.placeholder.replacement"));
    row
      .addClass("tlac-filter")
      .data("read", read)
      .data("say", say)
      .append(
        $("<div>", { class: "tlac-filter-line" }).append(test, value),
        $("<div>", { class: "tlac-filter-line" }).append(action, replacement),
        problem,
      );
    [test, value, action].forEach(function (control) {
      control.on("input change", show);
    });
    show();
  }

  /** Has the runtime try the rules, for what no look at them can tell. */
  function checkRules(type) {
    var rules = readFilters();
    var wrong = rules.some(function (rule) {
      return window.tlacDialog.findFilterProblem(rule) !== "";
    });
    var tried = rules.some(function (rule) {
      return rule.test === "regex";
    });
    if (wrong || !tried) return;
    var before = JSON.stringify(rules);
    window.tlacJobs.request("POST", type + "/rules", { filters: rules }).done(function (answer) {
      if (JSON.stringify(readFilters()) !== before) return;
      var rows = element("tlac-filters").editableList("items").toArray();
      answer.hints.forEach(function (hint) {
        rows[hint.position - 1].data("say")(hint.message);
      });
    });
  }

  function prepareFilters(node, type) {
    var timer;
    function checkSoon() {
      clearTimeout(timer);
      timer = setTimeout(function () {
        checkRules(type);
      }, PREVIEW_MS);
    }
    var list = element("tlac-filters").editableList({
      sortable: true,
      removable: true,
      height: "auto",
      addButton: text("filter.add"),
      sortItems: checkSoon,
      removeItem: checkSoon,
      addItem: function (row, index, data) {
        fillRule(row, data.test ? data : { test: "words", action: "drop" });
        row
          .closest("li")
          .find(".red-ui-editableList-item-remove")
          .attr("aria-label", text("filter.remove"));
      },
    });
    list.editableList("addItems", node.filters || []);
    list.on("input change", checkSoon);
    checkSoon();
    releases.push(function () {
      clearTimeout(timer);
    });
  }

  function readFilters() {
    return element("tlac-filters")
      .editableList("items")
      .toArray()
      .map(function (row) {
        return row.data("read")();
      });
  }

  // --- What empty fields of the decision mean -------------------------------------------------

  /** Presets as the runtime knows them; empty until it has told, or where it may not tell. */
  function prepareDecision(control, readSides) {
    var presets = [];

    function findPreset() {
      var model = chosenConfig("node-input-model");
      var name = model && model.kind !== "starter" ? model.preset : "starter";
      // What is measured for a folder of one's own shows only once it is loaded.
      if (model && model.kind === "folder") return undefined;
      return presets.find(function (preset) {
        return preset.name === name;
      });
    }
    function show() {
      var preset = findPreset();
      ["threshold", "margin"].forEach(function (field) {
        var values = readSides(control.val()).map(function (side) {
          return preset && preset.decision[side][field];
        });
        var same = values.every(function (value) {
          return value !== undefined && value === values[0];
        });
        var words = same
          ? text("placeholder.measuredValue", { value: values[0] })
          : text("placeholder.measured");
        element("node-input-" + field).attr("placeholder", words);
      });
    }
    control.on("change", show);
    element("node-input-model").on("change", show);
    window.tlacJobs.request("GET", "clip-model/presets?dtype=").done(function (answer) {
      presets = answer.presets;
      show();
    });
  }

  // --- Unchanged scenes ----------------------------------------------------------------------

  function prepareUnchanged() {
    element("node-input-unchanged")
      .on("change", function () {
        window.tlacDialog.showWhen(".tlac-row-unchanged", $(this).val() !== "off");
      })
      .trigger("change");
  }

  // --- The three dialogs ---------------------------------------------------------------------

  function prepareImage() {
    window.tlacDialog.prepareImage();
    releases.push(window.tlacRegion.prepare("#tlac-region"));
  }

  /** What is wrong must not hide in a part that is closed. */
  function openWrongParts() {
    setTimeout(function () {
      $(".tlac-dialog details").has(".input-error").prop("open", true);
    }, 0);
  }

  function close() {
    releases.splice(0).forEach(function (release) {
      release();
    });
  }

  return {
    prepareTlac: function (node) {
      close();
      window.tlacDialog.prepareClasses();
      prepareImage();
      window.tlacDialog.prepareCamera();
      prepareMode();
      preparePrompt("tlac");
      prepareFilters(node, "tlac");
      prepareDecision(element("node-input-mode"), function (mode) {
        return [mode === "clip" ? "image" : "text"];
      });
      prepareUnchanged();
      openWrongParts();
    },
    prepareCandidates: function (node) {
      close();
      prepareImage();
      window.tlacDialog.prepareCamera();
      preparePrompt("lmm-candidates");
      prepareFilters(node, "lmm-candidates");
      openWrongParts();
    },
    prepareMatch: function () {
      close();
      window.tlacDialog.prepareClasses();
      prepareImage();
      prepareDecision(element("node-input-input"), function (input) {
        return { words: ["text"], image: ["image"] }[input] || ["text", "image"];
      });
      openWrongParts();
    },
    saveFilters: function (node) {
      node.filters = readFilters();
    },
    close: close,
  };
})();
