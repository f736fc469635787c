/**
 * Files that go into the vocabulary's dialog and come out of it.
 *
 * @import { TextAnswer } from "../nodes/admin/vocabulary"
 */
var tlacVocabularyFiles = (() => {
  "use strict";

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
    const content = new Blob([text], { type: `${type};charset=utf-8` });
    const file = (name.trim() || "vocabulary").replace(/[\\/:*?"<>|]/g, "-") + extension;
    tlacDialog.saveFile(content, file);
  }

  return { readText, download };
})();
