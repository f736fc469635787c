/**
 * The vocabulary's dialog. It reads no vocabulary itself: the runtime reads every text, by the
 * rules that hold when the flow runs, and the dialog shows what it answers.
 */
window.tlacVocabulary = (function () {
  "use strict";

  var COLUMNS = ["label", "aliases", "not", "threshold", "alert"];
  var LEVELS = ["", "none", "info", "warning", "critical"];
  /** Fields that have no column but must survive an edit. */
  var HIDDEN = ["id", "template"];
  var BETWEEN_NAMES = " | ";
  /** ms without a key stroke before the runtime is asked. */
  var CALM = 500;
  var MOST_UNDO = 100;
  /** Each row costs the browser a dozen elements; a longer list is edited as a file. */
  var MOST_ROWS = 500;

  function say(key, params) {
    return RED._("@tlac/node-red-tlac/tlac-vocabulary:tlac-vocabulary." + key, params);
  }

  /** Asks the runtime; rejects with `{ code, message }` in the editor's language. */
  function ask(what, body) {
    return new Promise(function (resolve, reject) {
      $.ajax({
        url: "tlac/vocabulary/" + what + "?lang=" + encodeURIComponent(RED.i18n.lang() || ""),
        method: "POST",
        contentType: "application/json",
        data: JSON.stringify(body),
      }).then(resolve, function (xhr) {
        var answer = xhr.responseJSON;
        if (answer && answer.message) return reject(answer);
        var known = { 0: "offline", 401: "forbidden", 403: "forbidden", 413: "too-large" };
        var key = known[xhr.status] || "failed";
        reject({
          code: "ERROR",
          message: say("error." + key, { status: xhr.status }),
        });
      });
    });
  }

  // --- what is stored -----------------------------------------------------------------------

  function isBlank(row) {
    return COLUMNS.every(function (column) {
      return !String(row[column] || "").trim();
    });
  }

  /** The rows as the node stores them: JSON, one class a line, empty fields left out. */
  function toText(rows) {
    var lines = rows.map(function (row) {
      var kept = {};
      ["id"].concat(COLUMNS, "template").forEach(function (field) {
        var text = String(row[field] === undefined ? "" : row[field]).trim();
        if (text) kept[field] = text;
      });
      if (!kept.label) kept.label = "";
      return JSON.stringify(kept);
    });
    return lines.length ? "[\n" + lines.join(",\n") + "\n]" : "";
  }

  /** What the runtime said of a text: true or its sentence. The newest are kept. */
  var verdicts = new Map();

  /**
   * The editor shows a validator's sentence as HTML in one place and as text in another, and this
   * one quotes a vocabulary that may come from anywhere: look-alikes mean nothing in either.
   */
  function disarm(sentence) {
    return sentence.replace(/</g, "‹").replace(/>/g, "›").replace(/&/g, "＆");
  }

  function remember(text, verdict) {
    verdicts.set(text, verdict === true ? true : disarm(verdict));
    if (verdicts.size > 200) verdicts.delete(verdicts.keys().next().value);
  }

  /**
   * The editor's validator for a stored text. The rule is the runtime's: its verdict comes a
   * moment later and the node is looked at again.
   */
  function validate(text, node) {
    if (!text || !text.trim()) return say("error.classes");
    if (verdicts.has(text)) return verdicts.get(text);
    remember(text, true);
    ask("open", { text: text }).catch(function (error) {
      if (error.code !== "BAD_CONFIG") return;
      remember(text, error.message);
      if (!node || !node.id || !RED.nodes.node(node.id)) return;
      RED.editor.validateNode(node);
      RED.view.redraw();
    });
    return true;
  }

  // --- the dialog ---------------------------------------------------------------------------

  /** One open dialog. */
  function Dialog(node) {
    this.node = node;
    this.store = $("#node-config-input-classes");
    this.list = $("#tlac-vocabulary-rows");
    this.closed = false;
    /** Text that is no table: it cannot be read, or holds too many classes. */
    this.asText = false;
    this.history = [];
    this.turn = 0;
    /** What was guessed and left out of the text that was taken last. */
    this.notes = [];
  }

  Dialog.prototype.open = function () {
    var self = this;
    this.buildTable();
    this.fillModels();
    this.wireButtons();
    this.wirePaste();
    window.tlacVocabularyTry.open(this);
    $("#node-config-input-template").on("input", function () {
      self.lintSoon();
    });
    var text = this.store.val();
    if (!text.trim()) {
      this.show([]);
      this.add({});
      this.history = [[]];
      return;
    }
    ask("open", { text: text }).then(
      function (answer) {
        if (self.closed) return;
        if (answer.classes.length > MOST_ROWS) {
          self.showText(say("status.too-long", { count: answer.classes.length, most: MOST_ROWS }));
          return;
        }
        self.show(answer.rows);
        self.history = [self.rows()];
        self.lintNow();
      },
      function (error) {
        if (!self.closed) self.showText(error.message, true);
      },
    );
  };

  Dialog.prototype.close = function () {
    this.closed = true;
    clearTimeout(this.timer);
    window.tlacVocabularyGlossary.close();
  };

  // The table

  Dialog.prototype.buildTable = function () {
    var self = this;
    var header = $("<div>", { class: "tlac-vocabulary-row tlac-vocabulary-head" });
    COLUMNS.forEach(function (column) {
      $("<span>", { class: "tlac-cell-" + column })
        .text(say("column." + column))
        .appendTo(header);
    });
    this.list.editableList({
      header: header,
      addButton: false,
      sortable: true,
      removable: false,
      height: "auto",
      addItem: function (container, index, row) {
        self.buildRow(container, row);
      },
      sortItems: function () {
        self.changed();
      },
    });
  };

  Dialog.prototype.buildRow = function (container, row) {
    var self = this;
    var line = $("<div>", { class: "tlac-vocabulary-row", role: "group" }).appendTo(container);
    COLUMNS.forEach(function (column) {
      var cell = column === "alert" ? $("<select>") : $("<input>", { type: "text" });
      if (column === "alert") {
        LEVELS.forEach(function (level) {
          $("<option>", { value: level })
            .text(say("level." + (level || "unset")))
            .appendTo(cell);
        });
      } else {
        cell.attr({ autocomplete: "off", spellcheck: "false" });
      }
      if (column === "threshold") cell.attr({ inputmode: "decimal", placeholder: "–" });
      cell
        .addClass("tlac-cell tlac-cell-" + column)
        .attr({ "data-column": column, "aria-label": say("column." + column) })
        .val(row[column] || "")
        .appendTo(line);
    });
    var buttons = $("<span>", { class: "tlac-cell-buttons" }).appendTo(line);
    [
      ["up", "fa-arrow-up"],
      ["down", "fa-arrow-down"],
      ["delete", "fa-trash"],
    ].forEach(function (button) {
      $("<button>", {
        type: "button",
        class: "red-ui-button red-ui-button-small",
        "data-act": button[0],
        title: say("button." + button[0]),
        "aria-label": say("button." + button[0]),
      })
        .append($("<i>", { class: "fa " + button[1], "aria-hidden": "true" }))
        .on("click", function () {
          if (button[0] === "delete") self.remove(container);
          else self.move(container, button[0] === "up" ? -1 : 1, this);
        })
        .appendTo(buttons);
    });
    // One place for what the runtime says of the row, one for what typing in it means.
    $("<div>", { class: "tlac-vocabulary-notes" }).appendTo(container);
    $("<div>", { class: "tlac-vocabulary-hints", role: "status" }).appendTo(container);
    line
      .on("input", function () {
        self.edited();
      })
      .on("change", function () {
        self.hint(container, row.label);
        self.changed();
      })
      .on("focusin", ".tlac-cell", function () {
        $(this).data("before", $(this).val());
      })
      .on("keydown", function (event) {
        self.key(event, container);
      })
      .on("paste", "input", function (event) {
        self.pasteIntoCell(event, container);
      });
  };

  /** What someone who typed this may not expect; `label`: as the row came. */
  Dialog.prototype.hint = function (container, label) {
    var self = this;
    var row = readContainer(container);
    var hints = container.find(".tlac-vocabulary-hints").empty();
    var add = function (sentence, fix, mend) {
      var note = $("<div>", { class: "tlac-vocabulary-note" }).appendTo(hints);
      note.append(icon("fa-info-circle")).append($("<span>").text(sentence));
      $("<button>", { type: "button", class: "red-ui-button red-ui-button-small" })
        .text(fix)
        .on("click", function () {
          mend();
          container.find(".tlac-cell-label").trigger("focus");
          self.hint(container, label);
          self.changed();
        })
        .appendTo(note);
    };
    if (row.id && row.label !== label) {
      add(say("hint.id", { id: row.id }), say("fix.new-id"), function () {
        container.data("data").id = "";
      });
    }
    ["aliases", "not"].forEach(function (column) {
      var text = row[column];
      if (!/[,，]/.test(text) || /[|"]/.test(text)) return;
      add(say("hint.comma", { text: text }), say("fix.split"), function () {
        var names = text.split(/[,，]/).map(function (name) {
          return name.trim();
        });
        container.find(".tlac-cell-" + column).val(names.filter(Boolean).join(BETWEEN_NAMES));
      });
    });
  };

  Dialog.prototype.containers = function () {
    return this.list
      .children("li")
      .toArray()
      .map(function (item) {
        return $(item).find(".red-ui-editableList-item-content");
      });
  };

  function readContainer(container) {
    var row = {};
    var data = container.data("data") || {};
    HIDDEN.forEach(function (field) {
      row[field] = data[field] || "";
    });
    container.find(".tlac-cell").each(function () {
      row[this.dataset.column] = this.value;
    });
    return row;
  }

  /** All rows, those that are still empty left out. */
  Dialog.prototype.rows = function () {
    return this.filled().map(readContainer);
  };

  Dialog.prototype.filled = function () {
    return this.containers().filter(function (container) {
      return !isBlank(readContainer(container));
    });
  };

  Dialog.prototype.show = function (rows) {
    this.asText = false;
    $(".tlac-vocabulary-table").show();
    this.list.editableList("empty");
    this.list.editableList("addItems", rows);
    this.count();
  };

  Dialog.prototype.add = function (row, after) {
    var items = this.containers();
    var index = after ? items.indexOf(findSame(items, after)) + 1 : items.length;
    this.list.editableList("addItem", row);
    var item = this.list.children("li").last();
    if (after && index < items.length) item.insertAfter(this.list.children("li").eq(index - 1));
    var container = item.find(".red-ui-editableList-item-content");
    container.find(".tlac-cell-label").trigger("focus");
    return container;
  };

  function findSame(items, container) {
    return items.find(function (item) {
      return item[0] === container[0];
    });
  }

  Dialog.prototype.remove = function (container) {
    var item = container.closest("li");
    var next = item.next("li").length ? item.next("li") : item.prev("li");
    item.remove();
    this.changed();
    var target = next.length ? next.find("[data-act=delete]") : $("#tlac-vocabulary-add");
    target.trigger("focus");
  };

  /** `by`: −1 up, 1 down. The focus stays where it was. */
  Dialog.prototype.move = function (container, by, focused) {
    var item = container.closest("li");
    var other = by < 0 ? item.prev("li") : item.next("li");
    if (!other.length) return;
    if (by < 0) item.insertBefore(other);
    else item.insertAfter(other);
    $(focused).trigger("focus");
    this.changed();
    var at = item.index() + 1;
    this.tell(say("status.moved", { label: readContainer(container).label, position: at }));
  };

  Dialog.prototype.key = function (event, container) {
    var field = $(event.target);
    if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      event.preventDefault();
      this.move(container, event.key === "ArrowUp" ? -1 : 1, event.target);
    } else if (event.key === "Enter" && field.is("input") && !event.originalEvent.isComposing) {
      event.preventDefault();
      event.stopPropagation();
      var next = container.closest("li").next("li");
      if (!next.length) {
        this.changed();
        this.add({});
      } else next.find("[data-column=" + event.target.dataset.column + "]").trigger("focus");
    } else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") {
      // What was typed since the cell got the focus is the browser's to undo.
      if (field.is("input") && field.val() !== field.data("before")) return;
      event.preventDefault();
      event.stopPropagation();
      this.undo();
    }
  };

  // Changes

  /** While someone types: the stored text follows, without a step of undo for each letter. */
  Dialog.prototype.edited = function () {
    this.save();
    this.lintSoon();
  };

  Dialog.prototype.changed = function () {
    var rows = this.rows();
    var last = this.history[this.history.length - 1];
    if (JSON.stringify(last) !== JSON.stringify(rows)) {
      this.history.push(rows);
      if (this.history.length > MOST_UNDO) this.history.shift();
    }
    this.save();
    this.lintSoon();
  };

  Dialog.prototype.save = function () {
    this.store.val(toText(this.rows()));
    this.count();
  };

  Dialog.prototype.undo = function () {
    var now = JSON.stringify(this.rows());
    var last = this.history[this.history.length - 1];
    if (this.history.length > 1 && JSON.stringify(last) === now) this.history.pop();
    var before = this.history[this.history.length - 1];
    if (!before || JSON.stringify(before) === now) return;
    this.show(before);
    this.save();
    this.lintNow();
    this.tell(say("status.undone"));
    $("#tlac-vocabulary-undo").trigger("focus");
  };

  Dialog.prototype.count = function () {
    var count = this.filled().length;
    $("#tlac-vocabulary-count").text(say("status.classes", { count: count }));
    $("#tlac-vocabulary-undo").attr("aria-disabled", String(this.history.length < 2));
    $("#tlac-vocabulary-empty").toggle(count === 0);
  };

  /** A sentence for those who hear the dialog. */
  Dialog.prototype.tell = function (sentence) {
    $("#tlac-vocabulary-said").text(sentence);
  };

  // Lint

  Dialog.prototype.lintSoon = function () {
    var self = this;
    clearTimeout(this.timer);
    this.timer = setTimeout(function () {
      self.lintNow();
    }, CALM);
  };

  Dialog.prototype.body = function () {
    return {
      // A list that is too long for the table is taken as it is stored.
      classes: this.asText ? this.store.val() : JSON.parse(toText(this.rows()) || "[]"),
      template: $("#node-config-input-template").val(),
      model: $("#tlac-vocabulary-model").val() || "",
      proposals: window.tlacVocabularyGlossary.proposals(),
    };
  };

  Dialog.prototype.lintNow = function () {
    var self = this;
    clearTimeout(this.timer);
    if (this.closed || this.asText) return;
    var turn = ++this.turn;
    var body = this.body();
    var text = this.store.val();
    // An answer belongs to these rows, wherever they have moved by then.
    var rows = this.filled();
    if (!body.classes.length) return this.showLint(rows, null, null);
    $("#tlac-vocabulary-lint").text(say("status.checking"));
    ask("lint", body).then(
      function (answer) {
        if (self.closed || turn !== self.turn) return;
        remember(text, answer.wrong ? answer.wrong.message : true);
        self.showLint(rows, answer, answer.wrong);
      },
      function (error) {
        if (!self.closed && turn === self.turn) self.showLint(rows, null, error);
      },
    );
  };

  Dialog.prototype.showLint = function (rows, answer, error) {
    var self = this;
    this.list.find(".tlac-vocabulary-notes").empty();
    this.list.find(".tlac-cell").removeClass("input-error").removeAttr("aria-invalid");
    this.store.trigger("change");
    var summary = $("#tlac-vocabulary-lint").empty();
    var general = $("#tlac-vocabulary-error").empty().hide();
    if (error) {
      summary.append(icon("fa-times-circle")).append($("<span>").text(say("status.wrong")));
      var wrong = rows[error.row];
      if (!wrong) {
        general.show().append(icon("fa-times-circle")).append($("<span>").text(error.message));
        return;
      }
      wrong
        .find(".tlac-cell-" + error.column)
        .addClass("input-error")
        .attr("aria-invalid", "true");
      this.note(wrong, error.message, "wrong");
      return;
    }
    if (!answer) return;
    var whole = this.notes.slice();
    answer.findings.forEach(function (finding) {
      if (!finding.rows.length) whole.push(finding.message);
      finding.rows.forEach(function (row, place) {
        var container = rows[row];
        if (!container) return;
        // The sentence names both classes; its fixes are offered once.
        var note = self.note(container, finding.message, "notice");
        if (place > 0) return;
        finding.fixes.forEach(function (fix) {
          self.fixButton(fix, rows).appendTo(note);
        });
      });
    });
    window.tlacVocabularyGlossary.show(this, rows, answer);
    var count = answer.findings.length;
    summary.append(icon(count ? "fa-exclamation-triangle" : "fa-check"));
    var result = count ? say("status.findings", { count: count }) : say("status.no-findings");
    summary.append($("<span>").text(result));
    if (count) {
      $("<button>", { type: "button", class: "red-ui-button red-ui-button-small" })
        .text(say("button.next"))
        .on("click", function () {
          self.showNext();
        })
        .appendTo(summary);
    }
    if (answer.model)
      summary.append($("<span>").text(say("status.model", { model: answer.model })));
    if (answer.problem) whole.push(say("status.names-only", { reason: answer.problem }));
    whole.forEach(function (sentence) {
      var line = $("<div>").append(icon("fa-info-circle")).append($("<span>").text(sentence));
      general.show().append(line);
    });
  };

  /** Leads through the notices, one with each call. */
  Dialog.prototype.showNext = function () {
    var notes = this.list.find(".tlac-vocabulary-notice");
    if (!notes.length) return;
    this.shown = (this.shown === undefined ? 0 : this.shown + 1) % notes.length;
    var note = notes.eq(this.shown);
    note.closest("li")[0].scrollIntoView({ block: "nearest" });
    this.list.find(".tlac-vocabulary-current").removeClass("tlac-vocabulary-current");
    note.addClass("tlac-vocabulary-current");
    this.tell(note.children("span").text());
  };

  function icon(name) {
    return $("<i>", { class: "fa " + name, "aria-hidden": "true" });
  }

  Dialog.prototype.note = function (container, message, kind) {
    var note = $("<div>", { class: "tlac-vocabulary-note tlac-vocabulary-" + kind });
    var icons = { wrong: "fa-times-circle", glossary: "fa-book" };
    note.append(icon(icons[kind] || "fa-exclamation-triangle"));
    note.append($("<span>").text(message));
    return note.appendTo(container.find(".tlac-vocabulary-notes"));
  };

  Dialog.prototype.fixButton = function (fix, rows) {
    var self = this;
    return $("<button>", { type: "button", class: "red-ui-button red-ui-button-small" })
      .text(say("fix." + fix.action, fix.params))
      .on("click", function () {
        if (fix.edit) {
          rows[fix.edit.row].find("[data-column=" + fix.edit.column + "]").trigger("focus");
          return;
        }
        fix.set.forEach(function (cell) {
          rows[cell.row].find("[data-column=" + cell.column + "]").val(cell.value);
        });
        fix.remove.forEach(function (row) {
          rows[row].closest("li").remove();
        });
        self.changed();
        self.lintNow();
        self.tell(say("status.fixed"));
        var changed = fix.set[0] && rows[fix.set[0].row];
        if (changed) changed.find(".tlac-cell-aliases").trigger("focus");
      });
  };

  // Models

  /** The starter, and every model of the flow; the one that a user of this vocabulary has first. */
  Dialog.prototype.fillModels = function () {
    var self = this;
    var select = $("#tlac-vocabulary-model");
    $("<option>", { value: "" }).text(say("model.starter")).appendTo(select);
    RED.nodes.eachConfig(function (config) {
      if (config.type !== "clip-model" || config.d) return;
      $("<option>", { value: config.id })
        .text(RED.utils.getNodeLabel(config, config.id))
        .appendTo(select);
    });
    var used = "";
    RED.nodes.eachNode(function (user) {
      if (user.vocabulary === self.node.id && user.model) used = user.model;
    });
    select.val(used);
    if (select.val() === null) select.val("");
    select.on("change", function () {
      self.lintNow();
    });
  };

  // Buttons

  Dialog.prototype.wireButtons = function () {
    var self = this;
    $("#tlac-vocabulary-add").on("click", function () {
      self.add({});
    });
    $("#tlac-vocabulary-undo").on("click", function () {
      self.undo();
    });
    $("#tlac-vocabulary-paste").on("click", function () {
      self.togglePaste();
    });
    $("#tlac-vocabulary-open").on("click", function () {
      $("#tlac-vocabulary-file").val("").trigger("click");
    });
    $("#tlac-vocabulary-file").on("change", function () {
      if (this.files[0]) self.openFile(this.files[0]);
    });
    $("#tlac-vocabulary-csv").on("click", function () {
      self.exportAs("csv");
    });
    $("#tlac-vocabulary-json").on("click", function () {
      self.exportAs("json");
    });
  };

  Dialog.prototype.exportAs = function (format) {
    var self = this;
    var name = $("#node-config-input-name").val() || "";
    var whole = this.asText
      ? ask("open", { text: this.store.val() })
      : ask("open", { text: toText(this.rows()) });
    whole
      .then(function (answer) {
        if (format === "json") {
          var text = JSON.stringify({ classes: answer.classes }, null, 2) + "\n";
          window.tlacVocabularyFiles.download(text, "application/json", ".json", name);
          return null;
        }
        return ask("csv", { classes: answer.classes }).then(function (formatted) {
          // Excel takes a file for UTF-8 only with the mark.
          window.tlacVocabularyFiles.download("\ufeff" + formatted.csv, "text/csv", ".csv", name);
        });
      })
      .catch(function (error) {
        self.showError(error.message);
      });
  };

  Dialog.prototype.showError = function (message, sign) {
    $("#tlac-vocabulary-error")
      .empty()
      .show()
      .append(icon(sign || "fa-times-circle"))
      .append($("<span>").text(message));
  };

  // Paste and files

  Dialog.prototype.wirePaste = function () {
    var self = this;
    var area = $("#tlac-vocabulary-text");
    area.on("input", function () {
      if (self.asText) self.store.val(area.val());
      self.previewSoon();
    });
    area.on("paste", function () {
      // With nothing to lose, what is pasted need not be confirmed.
      if (self.asText || self.filled().length || area.val().trim()) return;
      setTimeout(function () {
        self.take(true);
      });
    });
    $("#tlac-vocabulary-replace").on("click", function () {
      self.take(true);
    });
    $("#tlac-vocabulary-append").on("click", function () {
      self.take(false);
    });
    $("#tlac-vocabulary-cancel").on("click", function () {
      self.togglePaste(false);
      $("#tlac-vocabulary-paste").trigger("focus");
    });
  };

  Dialog.prototype.togglePaste = function (open) {
    var panel = $(".tlac-vocabulary-paste");
    var show = open === undefined ? !panel.is(":visible") : open;
    panel.toggle(show);
    $("#tlac-vocabulary-paste").attr("aria-expanded", String(show));
    $("#tlac-vocabulary-cancel").toggle(!this.asText);
    $("#tlac-vocabulary-replace").text(say("button.replace"));
    $("#tlac-vocabulary-append").toggle(!this.asText && this.filled().length > 0);
    if (show) $("#tlac-vocabulary-text").trigger("focus");
    else $("#tlac-vocabulary-text").val("");
    $("#tlac-vocabulary-preview").text("");
  };

  /** A stored text that is no table stays as it is, to be mended or exported. */
  Dialog.prototype.showText = function (message, wrong) {
    this.asText = true;
    $(".tlac-vocabulary-table").hide();
    this.togglePaste(true);
    $("#tlac-vocabulary-text").val(this.store.val());
    $("#tlac-vocabulary-replace").text(say("button.table"));
    this.showError(message, wrong ? "fa-times-circle" : "fa-info-circle");
  };

  Dialog.prototype.previewSoon = function () {
    var self = this;
    clearTimeout(this.previewTimer);
    this.previewTimer = setTimeout(function () {
      var text = $("#tlac-vocabulary-text").val();
      if (self.closed || !text.trim()) return;
      ask("parse", { text: text }).then(
        function (answer) {
          if ($("#tlac-vocabulary-text").val() !== text) return;
          var labels = answer.classes.slice(0, 5).map(function (entry) {
            return entry.label;
          });
          var params = { count: answer.classes.length, labels: labels.join(", ") };
          var sentences = [say("status.preview", params)].concat(answer.notes);
          $("#tlac-vocabulary-preview").text(sentences.join(" "));
        },
        function (error) {
          if ($("#tlac-vocabulary-text").val() === text)
            $("#tlac-vocabulary-preview").text(error.message);
        },
      );
    }, CALM);
  };

  Dialog.prototype.openFile = function (file) {
    var self = this;
    window.tlacVocabularyFiles.readText(file).then(
      function (answer) {
        if (self.closed) return null;
        self.togglePaste(true);
        $("#tlac-vocabulary-text").val(answer.text).trigger("input");
        // Nothing to lose in an empty table.
        if (!self.asText && !self.filled().length) return self.take(true);
        return null;
      },
      function (error) {
        if (!self.closed) self.showError(error.message);
      },
    );
  };

  Dialog.prototype.take = function (replace) {
    var self = this;
    var wasText = this.asText;
    return ask("parse", { text: $("#tlac-vocabulary-text").val() }).then(
      function (answer) {
        if (self.closed) return;
        $("#tlac-vocabulary-error").hide();
        var rows = answer.rows;
        var all = replace ? rows : self.rows().concat(rows);
        if (all.length > MOST_ROWS) {
          self.store.val(toText(all));
          self.showText(say("status.too-long", { count: all.length, most: MOST_ROWS }));
          return;
        }
        self.insert(replace ? [] : self.rows(), rows, [], answer.notes);
        if (wasText) self.history = [self.rows()];
        self.togglePaste(false);
        $("#tlac-vocabulary-add").trigger("focus");
      },
      function (error) {
        self.showError(error.message);
      },
    );
  };

  /** Puts rows between others; an id that is taken is made anew from the label. */
  Dialog.prototype.insert = function (before, rows, after, notes) {
    var taken = before.concat(after).map(function (row) {
      return row.id;
    });
    var fresh = rows.map(function (row) {
      return taken.includes(row.id) ? Object.assign({}, row, { id: "" }) : row;
    });
    this.show(before.concat(fresh, after));
    this.changed();
    this.notes = notes;
    this.lintNow();
    this.tell([say("status.added", { count: rows.length })].concat(notes).join(" "));
  };

  /** Cells from a spreadsheet fill rows; anything else goes into the cell as usual. */
  Dialog.prototype.pasteIntoCell = function (event, container) {
    var self = this;
    var clipboard = event.originalEvent.clipboardData;
    var text = clipboard ? clipboard.getData("text/plain") : "";
    if (!/[\t\n]/.test(text.replace(/[\r\n]+$/, ""))) return;
    event.preventDefault();
    if (event.target.dataset.column !== "label" && !text.includes("\t")) {
      // Lines without columns are names for this cell; the browser would make one name of them.
      var lines = text.split(/[\r\n]+/).filter(Boolean);
      document.execCommand("insertText", false, lines.join(BETWEEN_NAMES));
      return;
    }
    ask("parse", { text: text }).then(
      function (answer) {
        if (self.closed) return;
        var all = self.containers();
        var at = all.indexOf(findSame(all, container));
        var keep = isBlank(readContainer(container)) ? at : at + 1;
        var read = function (items) {
          return items.map(readContainer).filter(function (row) {
            return !isBlank(row);
          });
        };
        var rows = answer.rows;
        self.insert(read(all.slice(0, keep)), rows, read(all.slice(at + 1)), answer.notes);
        $("#tlac-vocabulary-add").trigger("focus");
      },
      function (error) {
        self.showError(error.message);
      },
    );
  };

  var dialog = null;

  return {
    validate: validate,
    say: say,
    ask: ask,
    icon: icon,
    open: function (node) {
      if (dialog) dialog.close();
      dialog = new Dialog(node);
      dialog.open();
    },
    close: function () {
      if (dialog) dialog.close();
      dialog = null;
    },
  };
})();
