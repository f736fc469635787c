/** What the dialogs of servers and models share: requests, long tasks with a progress bar, lines. */
window.tlacJobs = (function () {
  "use strict";

  var POLL_MS = 700;
  var catalogue = "@tlac/node-red-tlac/lmm-server:lmm-server.job.";
  var icons = {
    ok: "fa-check-circle",
    failed: "fa-times-circle",
    running: "fa-spinner fa-spin",
    skipped: "fa-minus-circle",
    note: "fa-info-circle",
    warning: "fa-exclamation-triangle",
  };

  function text(key, values) {
    return RED._(catalogue + key, values || {});
  }

  /** The language in which the editor is shown, for the server's sentences. */
  function language() {
    return document.documentElement.lang || RED.i18n.lang() || "en-US";
  }

  /** A request to one of our endpoints; a relative path, so that Node-RED adds the login. */
  function request(method, path, body) {
    var options = { method: method, dataType: "json" };
    if (body)
      Object.assign(options, { contentType: "application/json", data: JSON.stringify(body) });
    var separator = path.indexOf("?") < 0 ? "?" : "&";
    var url = "tlac/" + path + separator + "lang=" + encodeURIComponent(language());
    return $.ajax(url, options);
  }

  /** What a failed request or job means to the person in front of the dialog. */
  function explain(complaint) {
    if (complaint && complaint.message) return complaint.message;
    var known = ["NOT_FOUND", "IN_USE", "TOO_MANY"];
    var code = complaint && complaint.code;
    return known.indexOf(code) < 0 ? text("lost") : text(code);
  }

  function explainRequest(xhr) {
    if (xhr.status === 401 || xhr.status === 403) return text("forbidden");
    return explain(xhr.responseJSON);
  }

  /** 4733363377 → "4.7 GB", in decimal units as the model pages have them. */
  function formatBytes(bytes) {
    var unit = bytes >= 1e9 ? "GB" : bytes >= 1e6 ? "MB" : "kB";
    var value = bytes / { GB: 1e9, MB: 1e6, kB: 1e3 }[unit];
    var digits = unit === "GB" ? 1 : 0;
    return value.toLocaleString(language(), { maximumFractionDigits: digits }) + " " + unit;
  }

  /** A line with an icon; the sentence says the same as the icon. */
  function line(state, sentence) {
    return $("<div>", { class: "tlac-line tlac-line-" + state }).append(
      $("<i>", { class: "fa " + icons[state], "aria-hidden": "true" }),
      $("<span>").text(sentence),
    );
  }

  /** A progress bar that is hidden until it is shown. */
  function createBar(place, label) {
    var fill = $("<div>", { class: "tlac-bar-fill" });
    var bar = $("<div>", {
      class: "tlac-bar",
      role: "progressbar",
      "aria-label": label,
      "aria-valuemin": 0,
      "aria-valuemax": 100,
    }).append(fill);
    var caption = $("<div>", { class: "tlac-bar-text" });
    var both = $(place).append(bar, caption).hide();
    return {
      show: function (percent, words) {
        var known = typeof percent === "number";
        bar.toggleClass("tlac-bar-unknown", !known);
        if (known) bar.attr("aria-valuenow", percent);
        else bar.removeAttr("aria-valuenow");
        fill.css("width", known ? percent + "%" : "100%");
        bar.attr("aria-valuetext", words);
        caption.text(words);
        both.show();
      },
      hide: function () {
        both.hide();
      },
    };
  }

  /**
   * Starts a job and asks after it until it ends. `onProgress(progress)`,
   * `onEnd(state, sentence, code)` with state done, failed or cancelled; the returned `cancel`
   * ends it.
   */
  function run(type, path, body, handlers) {
    var id = null;
    var cancelled = false;
    var ended = false;
    var timer = null;
    var misses = 0;

    function end(state, sentence, code) {
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      handlers.onEnd(state, sentence, code);
    }
    function follow(view) {
      misses = 0;
      if (ended) return;
      if (view.progress) handlers.onProgress(view.progress);
      if (view.state === "running") timer = setTimeout(poll, POLL_MS);
      else if (view.error) end(view.state, explain(view.error), view.error.code);
      else end(view.state, "");
    }
    function poll() {
      request("GET", type + "/jobs/" + id)
        .done(follow)
        .fail(function (xhr) {
          // A restart of the editor's connection is no reason to give up.
          misses += 1;
          if (xhr.status === 0 && misses < 10) timer = setTimeout(poll, 3 * POLL_MS);
          else end("failed", explainRequest(xhr));
        });
    }
    request("POST", path, body)
      .done(function (answer) {
        id = answer.job;
        if (cancelled) sendCancel();
        else poll();
      })
      .fail(function (xhr) {
        end("failed", explainRequest(xhr));
      });

    function sendCancel() {
      request("POST", type + "/jobs/" + id + "/cancel", {});
    }
    return {
      cancel: function () {
        if (ended) return;
        cancelled = true;
        if (id) sendCancel();
        end("cancelled", "");
      },
    };
  }

  return {
    text: text,
    request: request,
    explainRequest: explainRequest,
    formatBytes: formatBytes,
    line: line,
    createBar: createBar,
    run: run,
  };
})();
