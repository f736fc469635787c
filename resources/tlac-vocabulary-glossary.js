/**
 * English names for classes that the chosen model cannot read: what the glossary gives, and what
 * the LMM proposes for the rest. All of them become names of a class by a click only.
 */
window.tlacVocabularyGlossary = (function () {
  "use strict";

  /* global tlacJobs */
  /** Fields of a server that its questions depend on. */
  var SERVER_FIELDS = [
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
  /** By label: what the LMM has proposed since the dialog was opened. */
  var proposals = {};
  var task = null;

  function say(key, params) {
    return window.tlacVocabulary.say(key, params);
  }

  function element(name) {
    return $("#tlac-vocabulary-suggest" + (name ? "-" + name : ""));
  }

  /** The Ollama servers of the flow; first the one that a user of this vocabulary asks. */
  function listServers(vocabulary) {
    var servers = [];
    RED.nodes.eachConfig(function (config) {
      if (config.type === "lmm-server" && config.kind === "ollama" && !config.d) {
        servers.push(config);
      }
    });
    var used = [];
    RED.nodes.eachNode(function (user) {
      if (user.vocabulary === vocabulary && user.server) used.push(user.server);
    });
    return servers.sort(function (a, b) {
      return used.includes(b.id) - used.includes(a.id);
    });
  }

  /** As the server's own dialog sends it: a stored key is named by its node, never sent. */
  function readServer(id) {
    var server = RED.nodes.node(id);
    var body = { node: id };
    SERVER_FIELDS.forEach(function (field) {
      body[field] = server[field];
    });
    var key = server.credentials && server.credentials.apiKey;
    if (key && key !== "__PWRD__") body.apiKey = key;
    return body;
  }

  function fillServers(dialog) {
    var servers = listServers(dialog.node.id);
    var select = element("server").empty();
    servers.forEach(function (server) {
      $("<option>", { value: server.id })
        .text(RED.utils.getNodeLabel(server, server.id))
        .appendTo(select);
    });
    select.toggle(servers.length > 1);
    element("start").toggle(servers.length > 0);
    element("none").toggle(servers.length === 0);
  }

  function wire(dialog) {
    if (element().data("wired")) return;
    element().data("wired", true);
    fillServers(dialog);
    element("start").on("click", function () {
      start(dialog);
    });
    element("stop").on("click", function () {
      if (task) task.cancel();
    });
  }

  function start(dialog) {
    if (task) return;
    var labels = element().data("labels") || [];
    var body = Object.assign({ labels: labels }, readServer(element("server").val()));
    var bar = tlacJobs.createBar(element("bar").empty(), say("label.suggest"));
    element("said").empty();
    element("start").attr("aria-disabled", "true");
    element("stop").show();
    bar.show(undefined, say("status.suggesting", { done: 0, total: labels.length }));
    task = tlacJobs.run("tlac-vocabulary", "tlac-vocabulary/suggest", body, {
      onProgress: function (progress) {
        var words = say("status.suggesting", { done: progress.done, total: progress.total });
        bar.show(Math.round((100 * progress.done) / Math.max(1, progress.total)), words);
        if (progress.names) Object.assign(proposals, progress.names);
      },
      onEnd: function (state, sentence) {
        task = null;
        bar.hide();
        element("start").removeAttr("aria-disabled");
        element("stop").hide();
        if (dialog.closed) return;
        if (state === "failed") element("said").append(tlacJobs.line("failed", sentence));
        if (state !== "done") return;
        var found = labels.filter(function (label) {
          return proposals[label];
        });
        var result = say("status.suggested", { count: found.length, total: labels.length });
        element("said").append(tlacJobs.line(found.length ? "ok" : "note", result));
        dialog.lintNow();
      },
    });
  }

  return {
    /** What the lint is to offer beside the rows. */
    proposals: function () {
      return proposals;
    },

    /** What the glossary adds to each class, and a way to names for those that have none yet. */
    show: function (dialog, rows, answer) {
      answer.glossary.forEach(function (entry) {
        var container = rows[entry.row];
        if (!container) return;
        var sentence = say("hint.glossary", { names: entry.names.join(", ") });
        dialog.fixButton(entry.fix, rows).appendTo(dialog.note(container, sentence, "glossary"));
      });
      wire(dialog);
      var labels = answer.findings
        .filter(function (finding) {
          return finding.kind === "no-readable-name" && rows[finding.rows[0]];
        })
        .map(function (finding) {
          return String(rows[finding.rows[0]].find(".tlac-cell-label").val()).trim();
        });
      element()
        .data("labels", labels)
        .toggle(labels.length > 0);
      element("all").empty();
      if (answer.proposed) element("all").append(dialog.fixButton(answer.proposed, rows));
    },

    /** Nobody would see the answer any more. */
    close: function () {
      if (task) task.cancel();
      task = null;
      proposals = {};
    },
  };
})();
