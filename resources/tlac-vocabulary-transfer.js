/**
 * All that a vocabulary has learned as one file, for another plant.
 *
 * @import { Imported } from "../lib/learn/transfer"
 */
var tlacVocabularyTransfer = (() => {
  "use strict";

  /** Characters of one request; Node-RED lets five million bytes through. */
  const MOST_CHUNK = 1_500_000;

  /**
   * The pictures are many megabytes: the browser keeps them as they come.
   *
   * @param {string} vocabulary
   * @param {unknown} classes
   * @returns {Promise<Blob>}
   */
  function save(vocabulary, classes) {
    const lang = encodeURIComponent(tlacRequest.language());
    return new Promise((resolve, reject) => {
      $.ajax(`tlac/vocabulary/learned/export?lang=${lang}`, {
        method: "POST",
        contentType: "application/json",
        data: JSON.stringify({ vocabulary, classes }),
        xhrFields: { responseType: "blob" },
      }).then(resolve, (xhr) => {
        reject(new Error(tlacRequest.tell(undefined, xhr.status)));
      });
    });
  }

  /**
   * Sends a file in parts that a request may have.
   *
   * @param {File} file
   * @param {(lines: readonly string[]) => Promise<Imported>} send
   * @returns {Promise<Imported>} of all parts together
   */
  async function load(file, send) {
    const sum = { lessons: 0, pictures: 0, leftOut: 0 };
    for (const lines of divide(await file.text())) {
      const { lessons, pictures, leftOut } = await send(lines);
      sum.lessons += lessons;
      sum.pictures += pictures;
      sum.leftOut += leftOut;
    }
    return sum;
  }

  /**
   * Each part begins as the file does, because that tells what it is.
   *
   * @param {string} text
   */
  function divide(text) {
    const [header = "", ...rest] = text.split("\n").filter((line) => line.trim() !== "");
    const parts = [[header]];
    let length = 0;
    for (const line of rest) {
      if (length > 0 && length + line.length > MOST_CHUNK) {
        parts.push([header]);
        length = 0;
      }
      parts.at(-1)?.push(line);
      length += line.length;
    }
    return parts;
  }

  return { save, load };
})();
