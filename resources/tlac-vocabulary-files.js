/** Files that go into the vocabulary's dialog and come out of it. */
window.tlacVocabularyFiles = (function () {
  "use strict";

  /** Bytes that fit Node-RED's limit for a request (5 MB) as base64. */
  var MOST_PHOTO = 3e6;
  var PHOTO_SIDE = 1024;

  /** The text of a file in whatever encoding; the runtime tells which. */
  function readText(file) {
    return readDataUrl(file).then(function (url) {
      // An empty file has no comma.
      return window.tlacVocabulary.ask("text", { base64: url.split(",")[1] || "" });
    });
  }

  function download(text, type, extension, name) {
    var link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: type + ";charset=utf-8" }));
    link.download = (name.trim() || "vocabulary").replace(/[\\/:*?"<>|]/g, "-") + extension;
    link.click();
    setTimeout(function () {
      URL.revokeObjectURL(link.href);
    }, 10000);
  }

  /** A photo as a data URL that fits into a request. */
  function readPhoto(file) {
    if (file.size <= MOST_PHOTO) return readDataUrl(file);
    return createImageBitmap(file).then(function (bitmap) {
      var scale = Math.min(1, PHOTO_SIDE / Math.max(bitmap.width, bitmap.height));
      var canvas = document.createElement("canvas");
      canvas.width = Math.max(1, Math.round(bitmap.width * scale));
      canvas.height = Math.max(1, Math.round(bitmap.height * scale));
      canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
      bitmap.close();
      return canvas.toDataURL("image/jpeg", 0.92);
    });
  }

  function readDataUrl(file) {
    return new Promise(function (resolve, reject) {
      var reader = new FileReader();
      reader.onload = function () {
        resolve(reader.result);
      };
      reader.onerror = function () {
        reject(reader.error);
      };
      reader.readAsDataURL(file);
    });
  }

  return { readText: readText, download: download, readPhoto: readPhoto };
})();
