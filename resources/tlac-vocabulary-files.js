/**
 * Files that go into the vocabulary's dialog and come out of it.
 *
 * @import { TextAnswer } from "../nodes/admin/vocabulary"
 */
var tlacVocabularyFiles = (() => {
  "use strict";

  /** Milliseconds for which the browser may take to begin a download. */
  const DOWNLOAD_MS = 10_000;

  /**
   * The text of a file in whatever encoding; the runtime tells which.
   *
   * @param {File} file
   * @returns {Promise<TextAnswer>}
   */
  async function readText(file) {
    const url = await tlacPhoto.readDataUrl(file);
    // An empty file has no comma.
    return tlacVocabulary.ask("text", { base64: url.split(",")[1] ?? "" });
  }

  /**
   * @param {string | Blob} text
   * @param {string} type of the file, as MIME knows it
   * @param {string} extension
   * @param {string} name
   */
  function download(text, type, extension, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
    link.download = (name.trim() || "vocabulary").replace(/[\\/:*?"<>|]/g, "-") + extension;
    link.click();
    window.setTimeout(() => {
      URL.revokeObjectURL(link.href);
    }, DOWNLOAD_MS);
  }

  return { readText, download };
})();
