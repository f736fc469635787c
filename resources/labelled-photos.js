/**
 * Photos in class folders that a person drops or chooses in a dialog, and their way to the runtime:
 * one after the other, as they are.
 *
 * @import { UploadAnswer } from "../nodes/admin/evaluation/serve-evaluation"
 */
var tlacLabelledPhotos = (() => {
  "use strict";

  const ROOT = "tlac/evaluation/uploads";
  /** What a browser that does not know a type may still have as a photo. */
  const ENDINGS = /\.(jpe?g|jfif|png|webp|gif|tiff?|bmp|avif|heic|heif)$/i;
  /** Times that a photo is sent again where nobody answers. */
  const MOST_TRIES = 3;
  const PAUSE_MS = 2_000;

  /**
   * A photo, and its place below the folder that was chosen: `bolt/1.jpg`.
   *
   * @typedef {{ name: string, file: File }} Photo
   * @typedef {{ name: string, photos: Photo[] }} Folder
   */

  /** @param {Photo} photo */
  function isPhoto({ name, file }) {
    const hidden = name.split("/").some((part) => part.startsWith("."));
    return !hidden && (file.type.startsWith("image/") || ENDINGS.test(name));
  }

  /**
   * What was chosen as a folder of class folders. The folder around them says nothing of a photo;
   * one that holds nothing but photos is itself that of a class.
   *
   * @param {readonly Photo[]} found
   * @returns {Folder}
   */
  function toFolder(found) {
    const photos = found.filter(isPhoto);
    const roots = [...new Set(photos.map(({ name }) => name.split("/")[0]))];
    const name = roots.join(", ");
    const isAround =
      roots.length === 1 && photos.every(({ name: place }) => place.split("/").length > 2);
    if (!isAround) return { name, photos };
    const inside = photos.map(({ name: place, file }) => ({
      name: place.slice(place.indexOf("/") + 1),
      file,
    }));
    return { name, photos: inside };
  }

  /**
   * All files below what was dropped.
   *
   * @param {readonly FileSystemEntry[]} entries
   * @returns {Promise<Photo[]>}
   */
  async function walk(entries) {
    /** @type {Photo[]} */
    const found = [];
    const waiting = [...entries];
    for (let entry = waiting.shift(); entry; entry = waiting.shift()) {
      const name = entry.fullPath.replace(/^\/+/, "");
      if (entry.isFile) {
        const { file } = /** @type {FileSystemFileEntry} */ (entry);
        found.push({ name, file: await new Promise(file.bind(entry)) });
        continue;
      }
      const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
      for (;;) {
        /** @type {FileSystemEntry[]} */
        const batch = await new Promise(reader.readEntries.bind(reader));
        if (batch.length === 0) break;
        waiting.push(...batch);
      }
    }
    return found;
  }

  /**
   * Takes class folders by drop and by the browser's own choice of a folder.
   *
   * @param {{ area: JQuery<any>, button: JQuery<any>, input: JQuery<any>, over: string }} controls
   * @param {(folder: Folder) => void} take
   * @param {(error: unknown) => void} fail
   */
  function accept({ area, button, input, over }, take, fail) {
    button.on("click", () => {
      input.trigger("click");
    });
    input.on("change", (/** @type {JQuery.ChangeEvent} */ event) => {
      /** @type {HTMLInputElement} */
      const chooser = event.currentTarget;
      const files = [...(chooser.files ?? [])];
      chooser.value = "";
      // Nothing is chosen where the choice was cancelled.
      if (files.length === 0) return;
      take(toFolder(files.map((file) => ({ name: file.webkitRelativePath || file.name, file }))));
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
        const { dataTransfer } = /** @type {DragEvent} */ (event.originalEvent);
        // The browser forgets them once this handler has returned.
        const entries = [...(dataTransfer?.items ?? [])].flatMap(
          (item) => item.webkitGetAsEntry() ?? [],
        );
        walk(entries).then((found) => {
          take(toFolder(found));
        }, fail);
      });
  }

  /** @param {AbortSignal} signal */
  function pause(signal) {
    return new Promise((resolve) => {
      const timer = window.setTimeout(resolve, PAUSE_MS);
      signal.addEventListener("abort", () => {
        window.clearTimeout(timer);
        resolve(undefined);
      });
    });
  }

  /**
   * A connection that breaks off for a moment is no reason to begin anew.
   *
   * @param {string} path
   * @param {Blob} file
   * @param {AbortSignal} signal
   */
  async function sendPhoto(path, file, signal) {
    for (let tries = 1; ; tries += 1) {
      try {
        return await tlacRequest.send("POST", path, file, signal);
      } catch (error) {
        if (signal.aborted || tries >= MOST_TRIES || !tlacRequest.isAway(error)) throw error;
        await pause(signal);
      }
    }
  }

  /**
   * Sends a folder's photos. Rejects with what the runtime has against it.
   *
   * @param {Folder} folder
   * @param {AbortSignal} signal
   * @param {(done: number) => void} onSent
   * @returns {Promise<string>} what the runtime knows them by, until `drop`
   */
  async function send({ photos }, signal, onSent) {
    const bytes = photos.reduce((sum, { file }) => sum + file.size, 0);
    const size = { files: photos.length, bytes };
    // Not ended by the signal: what has begun must be known, to be removed.
    /** @type {UploadAnswer} */
    const { upload } = await tlacRequest.send("POST", ROOT, size);
    try {
      for (const [at, { name, file }] of photos.entries()) {
        signal.throwIfAborted();
        const place = `${ROOT}/${upload}/photo?name=${encodeURIComponent(name)}`;
        await sendPhoto(place, file, signal);
        onSent(at + 1);
      }
      return upload;
    } catch (error) {
      drop(upload);
      throw error;
    }
  }

  /** @param {string} upload */
  function drop(upload) {
    tlacRequest.send("POST", `${ROOT}/${upload}/drop`, {}).catch(() => {
      // Nobody asks for it any more, so it goes by itself.
    });
  }

  return { accept, send, drop };
})();
