/**
 * A region of interest drawn on a sample photo, by mouse, pen, finger or keys. The photo stays in
 * the browser; what is kept are the four number fields, in per cent of the upright image.
 */
window.tlacRegion = (function () {
  "use strict";

  var catalogue = "@tlac/node-red-tlac/tlac:tlac.region.";
  var SMALLEST = 1;
  var names = { left: "roiLeft", top: "roiTop", width: "roiWidth", height: "roiHeight" };

  function text(key) {
    return RED._(catalogue + key);
  }

  function field(side) {
    return $("#node-input-" + names[side]);
  }

  function round(value) {
    return Math.round(value * 10) / 10;
  }

  function clamp(value, min, max) {
    return Math.min(Math.max(value, min), max);
  }

  /** The number that a field holds; NaN for none. */
  function read(side) {
    var value = String(field(side).val()).trim();
    return value === "" ? NaN : Number(value);
  }

  /** The region as the runtime reads the fields; undefined where it would refuse them. */
  function readRegion() {
    for (var side in names) {
      if (String(field(side).val()).trim() !== "" && isNaN(read(side))) return undefined;
    }
    var left = read("left") || 0;
    var top = read("top") || 0;
    var width = isNaN(read("width")) ? 100 - left : read("width");
    var height = isNaN(read("height")) ? 100 - top : read("height");
    var inside = left >= 0 && top >= 0 && width >= SMALLEST && height >= SMALLEST;
    if (!inside || left + width > 100 || top + height > 100) return undefined;
    return { left: left, top: top, width: width, height: height };
  }

  /** Two rounded numbers may add up to a hair more than the whole, which the runtime refuses. */
  function fit(start, length) {
    var size = round(length);
    while (start + size > 100) size = round(size - 0.1);
    return size;
  }

  /** Writes a region into the fields; the whole image leaves them empty. */
  function writeRegion(region) {
    var left = round(region.left);
    var top = round(region.top);
    var rounded = {
      left: left,
      top: top,
      width: fit(left, region.width),
      height: fit(top, region.height),
    };
    var whole = left === 0 && top === 0 && rounded.width === 100 && rounded.height === 100;
    for (var side in names) field(side).val(whole ? "" : String(rounded[side]));
    // After all four are written: a validator looks at its neighbour, too.
    for (var changed in names) field(changed).trigger("change");
  }

  /** A region between two corners, kept inside the image and no smaller than what can be used. */
  function between(a, b) {
    var left = clamp(Math.min(a.x, b.x), 0, 100 - SMALLEST);
    var top = clamp(Math.min(a.y, b.y), 0, 100 - SMALLEST);
    return {
      left: left,
      top: top,
      width: clamp(Math.abs(a.x - b.x), SMALLEST, 100 - left),
      height: clamp(Math.abs(a.y - b.y), SMALLEST, 100 - top),
    };
  }

  function moved(region, dx, dy) {
    return Object.assign({}, region, {
      left: clamp(region.left + dx, 0, 100 - region.width),
      top: clamp(region.top + dy, 0, 100 - region.height),
    });
  }

  function resized(region, dx, dy) {
    return Object.assign({}, region, {
      width: clamp(region.width + dx, SMALLEST, 100 - region.left),
      height: clamp(region.height + dy, SMALLEST, 100 - region.top),
    });
  }

  /** Fills the element with the stage; the returned function lets go of the photo. */
  function prepare(container) {
    var url = "";
    var drag;
    var picture = $("<img>", { alt: text("photo"), draggable: false }).hide();
    var hint = $("<span>", { class: "tlac-region-hint" }).text(text("drop"));
    var box = $("<div>", {
      class: "tlac-region-box",
      tabindex: 0,
      role: "group",
      "aria-label": text("box"),
    });
    var handle = $("<span>", { class: "tlac-region-handle", "aria-hidden": "true" }).appendTo(box);
    var stage = $("<div>", { class: "tlac-region-stage" }).append(picture, hint, box);
    var status = $("<div>", { class: "tlac-region-status", role: "status" });
    var file = $("<input>", { type: "file", accept: "image/*" }).hide();
    file.attr("aria-label", text("choose"));
    var choose = createButton("fa-picture-o", text("choose"));
    var whole = createButton("fa-arrows-alt", text("whole"));
    $(container)
      .empty()
      .append($("<div>", { class: "tlac-tools" }).append(choose, whole, file), stage, status)
      .append($("<div>", { class: "tlac-region-keys" }).text(text("keys")));

    function show() {
      var region = readRegion();
      box.toggle(Boolean(region));
      if (!region) {
        say("fa-exclamation-triangle", text("beyond"));
        return;
      }
      for (var side in names) box.css(side, region[side] + "%");
      hint.toggle(!url && region.width === 100 && region.height === 100);
      status.empty();
    }

    function say(icon, sentence) {
      status.empty();
      if (!sentence) return;
      status.append(
        $("<i>", { class: "fa " + icon, "aria-hidden": "true" }),
        $("<span>").text(sentence),
      );
    }

    function release() {
      if (url) URL.revokeObjectURL(url);
      url = "";
    }

    function load(photo) {
      if (!photo) return;
      release();
      url = URL.createObjectURL(photo);
      picture.attr("src", url);
    }

    picture.on("load", function () {
      picture.show();
      stage.addClass("tlac-region-filled");
      show();
    });
    picture.on("error", function () {
      if (!url) return;
      release();
      picture.hide();
      stage.removeClass("tlac-region-filled");
      show();
      say("fa-exclamation-triangle", text("unreadable"));
    });
    choose.on("click", function () {
      file.trigger("click");
    });
    file.on("change", function () {
      load(this.files[0]);
      // The same photo may be chosen again after it was changed on disk.
      this.value = "";
    });
    whole.on("click", function () {
      writeRegion({ left: 0, top: 0, width: 100, height: 100 });
    });
    stage.on("dragover", function (event) {
      event.preventDefault();
      event.stopPropagation();
    });
    stage.on("drop", function (event) {
      event.preventDefault();
      event.stopPropagation();
      load(event.originalEvent.dataTransfer.files[0]);
    });

    function toPoint(event) {
      var area = stage[0].getBoundingClientRect();
      return {
        x: clamp((100 * (event.clientX - area.left)) / area.width, 0, 100),
        y: clamp((100 * (event.clientY - area.top)) / area.height, 0, 100),
      };
    }

    stage.on("pointerdown", function (jqueryEvent) {
      var event = jqueryEvent.originalEvent;
      if (event.button !== 0) return;
      var region = readRegion();
      var start = toPoint(event);
      var whole = region && region.width === 100 && region.height === 100;
      var kind = "draw";
      if (region && event.target === handle[0]) kind = "resize";
      else if (region && !whole && event.target === box[0]) kind = "move";
      drag = { kind: kind, start: start, region: region };
      stage[0].setPointerCapture(event.pointerId);
      event.preventDefault();
      box.trigger("focus");
    });
    stage.on("pointermove", function (jqueryEvent) {
      if (!drag) return;
      var at = toPoint(jqueryEvent.originalEvent);
      var dx = at.x - drag.start.x;
      var dy = at.y - drag.start.y;
      if (drag.kind === "move") writeRegion(moved(drag.region, dx, dy));
      else if (drag.kind === "resize") writeRegion(resized(drag.region, dx, dy));
      // A click that trembles is not a region.
      else if (Math.abs(dx) > 1 && Math.abs(dy) > 1) writeRegion(between(drag.start, at));
    });
    stage.on("pointerup pointercancel", function () {
      drag = undefined;
    });

    box.on("keydown", function (event) {
      var steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
      var step = steps[event.key];
      var region = readRegion();
      if (!step || !region) return;
      event.preventDefault();
      event.stopPropagation();
      var change = event.shiftKey ? resized : moved;
      writeRegion(change(region, step[0], step[1]));
    });

    for (var side in names) field(side).on("change input", show);
    show();
    return release;
  }

  function createButton(icon, label) {
    return $("<button>", { type: "button", class: "red-ui-button" }).append(
      $("<i>", { class: "fa " + icon, "aria-hidden": "true" }),
      " ",
      $("<span>").text(label),
    );
  }

  return { prepare: prepare };
})();
