/** Photos that a person drops or chooses in a dialog. They stay in the browser until they are tried. */
var tlacPhoto = (() => {
  "use strict";

  /** Bytes that fit Node-RED's default limit for a request (5 MB) as base64. */
  const MOST_BYTES = 3e6;
  /** Pixels of the longer side of a photo that is made smaller to fit; the first that does. */
  const SIDES = [2048, 1440, 1024, 512];
  const QUALITY = 0.92;

  /**
   * A photo as a data URL that fits into a request; a larger one is made smaller first. Rejects
   * where the browser cannot show what would have to be made smaller.
   *
   * @param {File} file
   * @returns {Promise<{ url: string, shrunk: boolean }>}
   */
  async function read(file) {
    if (file.size <= MOST_BYTES) return { url: await readDataUrl(file), shrunk: false };
    const bitmap = await createImageBitmap(file);
    try {
      for (const side of SIDES) {
        const smaller = await draw(bitmap, side);
        if (smaller && smaller.size <= MOST_BYTES) {
          return { url: await readDataUrl(smaller), shrunk: true };
        }
      }
    } finally {
      bitmap.close();
    }
    throw new RangeError(file.name);
  }

  /**
   * @param {ImageBitmap} bitmap
   * @param {number} side
   * @returns {Promise<Blob | null>} a JPEG whose longer side is no longer
   */
  function draw(bitmap, side) {
    const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    return new Promise((resolve) => {
      canvas.toBlob(resolve, "image/jpeg", QUALITY);
    });
  }

  /**
   * A file of any kind as a data URL.
   *
   * @param {Blob} file
   * @returns {Promise<string>}
   */
  function readDataUrl(file) {
    return new Promise((resolve, reject) => {
      const reader = new FileReader();
      reader.onload = () => {
        resolve(String(reader.result));
      };
      reader.onerror = () => {
        reject(reader.error);
      };
      reader.readAsDataURL(file);
    });
  }

  /**
   * Takes photos by drop and by the browser's own choice of files.
   *
   * @typedef {object} Controls
   * @property {JQuery<any>} area
   * @property {JQuery<any>} button
   * @property {JQuery<any>} input
   * @property {string} [over] class of the area while a photo hangs above it
   * @property {boolean} [many] takes all that are dropped or chosen at once, else the first
   *
   * @param {Controls} controls
   * @param {(file: File) => void} take
   */
  function accept({ area, button, input, over = "", many = false }, take) {
    /** @param {Iterable<File>} files */
    const takeAll = (files) => {
      for (const file of [...files].slice(0, many ? undefined : 1)) take(file);
    };
    button.on("click", () => {
      input.trigger("click");
    });
    input.on("change", (/** @type {JQuery.ChangeEvent} */ event) => {
      /** @type {HTMLInputElement} */
      const chooser = event.currentTarget;
      takeAll(chooser.files ?? []);
      // The same photo may be chosen again after it was changed on disk.
      chooser.value = "";
    });
    area
      .on("dragover dragenter", (/** @type {JQuery.TriggeredEvent} */ event) => {
        event.preventDefault();
        event.stopPropagation();
        area.addClass(over);
      })
      .on("dragleave", () => {
        area.removeClass(over);
      })
      .on("drop", (/** @type {JQuery.TriggeredEvent} */ event) => {
        event.preventDefault();
        event.stopPropagation();
        area.removeClass(over);
        takeAll(/** @type {DragEvent} */ (event.originalEvent).dataTransfer?.files ?? []);
      });
  }

  return { read, readDataUrl, accept };
})();
