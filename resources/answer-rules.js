/**
 * The list of rules on an LMM's answer: each a test, and what happens where it holds.
 *
 * @import { RulesAnswer } from "../nodes/admin/rules"
 */
var tlacAnswerRules = (() => {
  "use strict";

  const catalogue = "@tlac/node-red-tlac/tlac:tlac.filter.";
  /** Milliseconds without a change before the runtime is asked. */
  const CALM_MS = 300;
  const TESTS = ["words", "regex"];
  const ACTIONS = ["drop", "replace", "unknown"];

  /** @typedef {Parameters<typeof tlacDialog.findFilterProblem>[0]} Rule */

  /** @param {string} key */
  function text(key) {
    return RED._(catalogue + key);
  }

  /**
   * @param {string} label
   * @param {string} group
   * @param {readonly string[]} values
   * @param {string | undefined} chosen
   */
  function createSelect(label, group, values, chosen) {
    const select = $("<select>", { "aria-label": label });
    for (const value of values) {
      $("<option>", { value })
        .text(text(`${group}.${value}`))
        .appendTo(select);
    }
    return select.val(values.find((value) => value === chosen) ?? values[0] ?? "");
  }

  /**
   * @param {JQuery} row
   * @param {Rule} rule
   */
  function fillRule(row, rule) {
    const test = createSelect(text("test"), "tests", TESTS, rule.test);
    const value = $("<input>", { type: "text", "aria-label": text("value") });
    const action = createSelect(text("action"), "actions", ACTIONS, rule.action);
    const replacement = $("<input>", { type: "text", "aria-label": text("replacement") });
    const problem = $("<div>", { class: "tlac-filter-problem", role: "status" });

    /** @param {string} sentence */
    function say(sentence) {
      problem.empty();
      if (!sentence) return;
      const icon = $("<i>", { class: "fa fa-exclamation-triangle", "aria-hidden": "true" });
      problem.append(icon, " ", document.createTextNode(sentence));
    }
    function read() {
      const does = tlacDialog.textOf(action);
      return {
        test: tlacDialog.textOf(test),
        value: tlacDialog.textOf(value),
        action: does,
        replacement: does === "replace" ? tlacDialog.textOf(replacement) : "",
      };
    }
    function show() {
      const rule = read();
      const found = tlacDialog.findFilterProblem(rule);
      value.toggleClass("input-error", found !== "").attr("aria-invalid", String(found !== ""));
      value.attr("placeholder", text(`placeholder.${rule.test}`));
      replacement.toggle(rule.action === "replace");
      say(found);
    }

    value.val(rule.value ?? "");
    replacement.val(rule.replacement ?? "").attr("placeholder", text("placeholder.replacement"));
    row
      .addClass("tlac-filter")
      .data({ read, say })
      .append(
        $("<div>", { class: "tlac-filter-line" }).append(test, value),
        $("<div>", { class: "tlac-filter-line" }).append(action, replacement),
        problem,
      );
    for (const control of [test, value, action]) control.on("input change", show);
    show();
  }

  function items() {
    return $("#tlac-filters").editableList("items").toArray();
  }

  /**
   * Has the runtime try the rules, for what no look at them can tell.
   *
   * @param {"tlac" | "lmm-candidates"} type
   */
  async function check(type) {
    const rules = read();
    const wrong = rules.some((rule) => tlacDialog.findFilterProblem(rule) !== "");
    if (wrong || !rules.some(({ test }) => test === "regex")) return;
    const before = JSON.stringify(rules);
    try {
      /** @type {RulesAnswer} */
      const { hints } = await tlacRequest.send("POST", `${type}/rules`, { filters: rules });
      if (JSON.stringify(read()) !== before) return;
      for (const { position, message } of hints) $(items()[position - 1]).data("say")(message);
    } catch {
      // The runtime says the same again at the deploy.
    }
  }

  /**
   * @param {TlacNode} node
   * @param {"tlac" | "lmm-candidates"} type
   * @returns {() => void} lets go of what still waits
   */
  function prepare(node, type) {
    /** @type {number | undefined} */
    let timer;
    function checkSoon() {
      window.clearTimeout(timer);
      timer = window.setTimeout(() => void check(type), CALM_MS);
    }
    const list = $("#tlac-filters").editableList({
      sortable: true,
      removable: true,
      height: "auto",
      addButton: text("add"),
      sortItems: checkSoon,
      removeItem: checkSoon,
      addItem: (row, _index, data) => {
        const rule = /** @type {Rule} */ (data);
        fillRule(row, rule.test ? rule : { test: "words", action: "drop" });
        row
          .closest("li")
          .find(".red-ui-editableList-item-remove")
          .attr("aria-label", text("remove"));
      },
    });
    list.editableList("addItems", [.../** @type {Rule[]} */ (node.filters ?? [])]);
    list.on("input change", checkSoon);
    checkSoon();
    return () => {
      window.clearTimeout(timer);
    };
  }

  /**
   * The rules as they stand in the dialog.
   *
   * @returns {Rule[]}
   */
  function read() {
    return items().map((row) => $(row).data("read")());
  }

  return { prepare, read };
})();
