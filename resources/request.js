/**
 * Requests from a dialog to the runtime, and what their failures mean to the person before it.
 *
 * @import { Complaint, RefusalCode } from "../nodes/admin/reply"
 */
var tlacRequest = (() => {
  "use strict";

  const catalogue = "@tlac/node-red-tlac/tlac:tlac.request.";
  /**
   * Refusals that the runtime tells without a sentence.
   *
   * @type {Readonly<Record<RefusalCode, RefusalCode>>}
   */
  const REFUSALS = {
    NOT_FOUND: "NOT_FOUND",
    IN_USE: "IN_USE",
    NOT_JSON: "NOT_JSON",
    TOO_MANY: "TOO_MANY",
  };
  /**
   * What else can be told by the status alone. Of 200 only an answer that is no JSON comes here.
   *
   * @type {Readonly<Record<number, string>>}
   */
  const STATUSES = {
    0: "lost",
    200: "foreign",
    401: "forbidden",
    403: "forbidden",
    413: "tooLarge",
    502: "proxy",
    503: "proxy",
    504: "proxy",
  };

  /** A request that was not granted, with a sentence in the language of the editor. */
  class TlacRefusal extends Error {
    /**
     * @param {string} code
     * @param {string} message
     * @param {number} status of HTTP; 0: no answer
     */
    constructor(code, message, status) {
      super(message);
      this.code = code;
      this.status = status;
    }
  }

  /** The language in which the editor is shown, for the server's sentences. */
  function language() {
    return document.documentElement.lang || RED.i18n.lang() || "en-US";
  }

  /**
   * The sentence for a complaint that a request or a job ended with.
   *
   * @param {Complaint | undefined} complaint
   * @param {number} [status]
   * @returns {string}
   */
  function tell(complaint, status = 500) {
    if (status === 401 || status === 403) return RED._(`${catalogue}forbidden`);
    if (complaint?.message) return complaint.message;
    const refusal = Object.entries(REFUSALS).find(([code]) => code === complaint?.code)?.[1];
    return RED._(catalogue + (refusal ?? STATUSES[status] ?? "failed"), { status });
  }

  /**
   * The JSON that an endpoint of this package answers. The path is relative, so that Node-RED adds
   * the login.
   *
   * @param {"GET" | "POST"} method
   * @param {string} path below `tlac/`
   * @param {object} [body] a file is sent as it is, all else as JSON
   * @param {AbortSignal} [signal] ends the request
   * @returns {Promise<any>} rejects with a `TlacRefusal`
   */
  function send(method, path, body, signal) {
    const separator = path.includes("?") ? "&" : "?";
    const url = `tlac/${path}${separator}lang=${encodeURIComponent(language())}`;
    return new Promise((resolve, reject) => {
      const request = $.ajax(url, { method, dataType: "json", ...toContent(body) });
      const abort = () => request.abort();
      signal?.addEventListener("abort", abort);
      request.always(() => signal?.removeEventListener("abort", abort));
      request.then(resolve, (xhr) => {
        /** @type {Complaint | undefined} */
        const complaint = xhr.responseJSON;
        const sentence = tell(complaint, xhr.status);
        reject(new TlacRefusal(complaint?.code ?? "FAILED", sentence, xhr.status));
      });
    });
  }

  /**
   * @param {object | undefined} body
   * @returns {JQuery.AjaxSettings}
   */
  function toContent(body) {
    if (!body) return {};
    if (body instanceof Blob) {
      return { contentType: "application/octet-stream", data: body, processData: false };
    }
    return { contentType: "application/json", data: JSON.stringify(body) };
  }

  /**
   * The sentence of what `send` rejected with.
   *
   * @param {unknown} error
   * @returns {string}
   */
  function explain(error) {
    return error instanceof Error ? error.message : String(error);
  }

  /**
   * Of HTTP; undefined where it was no request that failed.
   *
   * @param {unknown} error
   */
  function statusOf(error) {
    return error instanceof TlacRefusal ? error.status : undefined;
  }

  /**
   * Whether nobody, or only a proxy, has answered, as while Node-RED restarts.
   *
   * @param {unknown} error
   */
  function isAway(error) {
    return [0, 502, 503, 504].some((status) => status === statusOf(error));
  }

  return { send, tell, explain, statusOf, isAway, language };
})();
