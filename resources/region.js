/**
 * A region of interest drawn on a sample photo, by mouse, pen, finger or keys. The photo stays in
 * the browser; what is kept are the four number fields, in per cent of the upright image.
 */
var tlacRegion = (() => {
  "use strict";

  const catalogue = "@tlac/node-red-tlac/tlac:tlac.region.";
  const SMALLEST = 1;
  const names = { left: "roiLeft", top: "roiTop", width: "roiWidth", height: "roiHeight" };

  /** @typedef {{ left: number, top: number, width: number, height: number }} Region in per cent */
  /** @typedef {{ x: number, y: number }} Point in per cent */
  /** @typedef {keyof typeof names} Side */
  const sides = /** @type {Side[]} */ (Object.keys(names));

  /** @param {string} key */
  function text(key) {
    return RED._(catalogue + key);
  }

  /** @param {Side} side */
  function field(side) {
    return $(`#node-input-${names[side]}`);
  }

  /** @param {number} value */
  function round(value) {
    return Math.round(value * 10) / 10;
  }

  /**
   * @param {number} value
   * @param {number} min
   * @param {number} max
   */
  function clamp(value, min, max) {
    return Math.min(Math.max(value, min), max);
  }

  /**
   * The number that a field holds; NaN for none.
   *
   * @param {Side} side
   */
  function read(side) {
    const value = String(field(side).val()).trim();
    return value === "" ? NaN : Number(value);
  }

  /**
   * The region as the runtime reads the fields; undefined where it would refuse them.
   *
   * @returns {Region | undefined}
   */
  function readRegion() {
    for (const side of sides) {
      if (String(field(side).val()).trim() !== "" && isNaN(read(side))) return undefined;
    }
    const left = read("left") || 0;
    const top = read("top") || 0;
    const width = isNaN(read("width")) ? 100 - left : read("width");
    const height = isNaN(read("height")) ? 100 - top : read("height");
    const inside = left >= 0 && top >= 0 && width >= SMALLEST && height >= SMALLEST;
    if (!inside || left + width > 100 || top + height > 100) return undefined;
    return { left, top, width, height };
  }

  /**
   * Two rounded numbers may add up to a hair more than the whole, which the runtime refuses.
   *
   * @param {number} start
   * @param {number} length
   */
  function fit(start, length) {
    let size = round(length);
    while (start + size > 100) size = round(size - 0.1);
    return size;
  }

  /**
   * Writes a region into the fields; the whole image leaves them empty.
   *
   * @param {Region} region
   */
  function writeRegion(region) {
    const left = round(region.left);
    const top = round(region.top);
    const rounded = {
      left,
      top,
      width: fit(left, region.width),
      height: fit(top, region.height),
    };
    const whole = left === 0 && top === 0 && rounded.width === 100 && rounded.height === 100;
    for (const side of sides) field(side).val(whole ? "" : String(rounded[side]));
    // After all four are written: a validator looks at its neighbour, too.
    for (const changed of sides) field(changed).trigger("change");
  }

  /**
   * A region between two corners, kept inside the image and no smaller than what can be used.
   *
   * @param {Point} a
   * @param {Point} b
   */
  function between(a, b) {
    const left = clamp(Math.min(a.x, b.x), 0, 100 - SMALLEST);
    const top = clamp(Math.min(a.y, b.y), 0, 100 - SMALLEST);
    return {
      left,
      top,
      width: clamp(Math.abs(a.x - b.x), SMALLEST, 100 - left),
      height: clamp(Math.abs(a.y - b.y), SMALLEST, 100 - top),
    };
  }

  /**
   * @param {Region} region
   * @param {number} dx
   * @param {number} dy
   */
  function moved(region, dx, dy) {
    return {
      ...region,
      left: clamp(region.left + dx, 0, 100 - region.width),
      top: clamp(region.top + dy, 0, 100 - region.height),
    };
  }

  /**
   * @param {Region} region
   * @param {number} dx
   * @param {number} dy
   */
  function resized(region, dx, dy) {
    return {
      ...region,
      width: clamp(region.width + dx, SMALLEST, 100 - region.left),
      height: clamp(region.height + dy, SMALLEST, 100 - region.top),
    };
  }

  /**
   * Fills the element with the stage; the returned function lets go of the photo.
   *
   * @param {string} container
   */
  function prepare(container) {
    let url = "";
    /**
     * Where the pointer went down, and what is moved or resized; else a new region is drawn.
     *
     * @typedef {(region: Region, dx: number, dy: number) => Region} Change
     * @type {{ start: Point, change?: Change, region?: Region } | undefined}
     */
    let drag;
    const picture = $("<img>", { alt: text("photo"), draggable: false }).hide();
    const hint = $("<span>", { class: "tlac-region-hint" }).text(text("drop"));
    const box = $("<div>", {
      class: "tlac-region-box",
      tabindex: 0,
      role: "group",
      "aria-label": text("box"),
    });
    const handle = $("<span>", { class: "tlac-region-handle", "aria-hidden": "true" }).appendTo(
      box,
    );
    const stage = $("<div>", { class: "tlac-region-stage" }).append(picture, hint, box);
    const status = $("<div>", { class: "tlac-region-status", role: "status" });
    const file = $("<input>", { type: "file", accept: "image/*" }).hide();
    file.attr("aria-label", text("choose"));
    const choose = createButton("fa-picture-o", text("choose"));
    const whole = createButton("fa-arrows-alt", text("whole"));
    $(container)
      .empty()
      .append($("<div>", { class: "tlac-tools" }).append(choose, whole, file), stage, status)
      .append($("<div>", { class: "tlac-region-keys" }).text(text("keys")));

    function show() {
      const region = readRegion();
      box.toggle(Boolean(region));
      if (!region) {
        say("fa-exclamation-triangle", text("beyond"));
        return;
      }
      for (const side of sides) box.css(side, `${region[side]}%`);
      hint.toggle(!url && region.width === 100 && region.height === 100);
      status.empty();
    }

    /**
     * @param {string} icon
     * @param {string} sentence
     */
    function say(icon, sentence) {
      status.empty();
      if (!sentence) return;
      status.append(
        $("<i>", { class: `fa ${icon}`, "aria-hidden": "true" }),
        $("<span>").text(sentence),
      );
    }

    function release() {
      if (url) URL.revokeObjectURL(url);
      url = "";
    }

    /** @param {File} photo */
    function load(photo) {
      release();
      url = URL.createObjectURL(photo);
      picture.attr("src", url);
    }

    picture.on("load", () => {
      picture.show();
      stage.addClass("tlac-region-filled");
      show();
    });
    picture.on("error", () => {
      if (!url) return;
      release();
      picture.hide();
      stage.removeClass("tlac-region-filled");
      show();
      say("fa-exclamation-triangle", text("unreadable"));
    });
    tlacPhoto.accept({ area: stage, button: choose, input: file }, load);
    whole.on("click", () => {
      writeRegion({ left: 0, top: 0, width: 100, height: 100 });
    });

    /**
     * @param {PointerEvent} event
     * @returns {Point}
     */
    function toPoint(event) {
      const area = stage[0].getBoundingClientRect();
      return {
        x: clamp((100 * (event.clientX - area.left)) / area.width, 0, 100),
        y: clamp((100 * (event.clientY - area.top)) / area.height, 0, 100),
      };
    }

    stage.on("pointerdown", (jqueryEvent) => {
      const event = /** @type {PointerEvent} */ (jqueryEvent.originalEvent);
      if (event.button !== 0) return;
      const region = readRegion();
      const start = toPoint(event);
      const whole = region && region.width === 100 && region.height === 100;
      if (region && event.target === handle[0]) drag = { change: resized, start, region };
      else if (region && !whole && event.target === box[0]) drag = { change: moved, start, region };
      else drag = { start };
      stage[0].setPointerCapture(event.pointerId);
      event.preventDefault();
      box.trigger("focus");
    });
    stage.on("pointermove", (jqueryEvent) => {
      if (!drag) return;
      const { start, change, region } = drag;
      const at = toPoint(/** @type {PointerEvent} */ (jqueryEvent.originalEvent));
      const dx = at.x - start.x;
      const dy = at.y - start.y;
      if (change && region) writeRegion(change(region, dx, dy));
      // A click that trembles is not a region.
      else if (Math.abs(dx) > 1 && Math.abs(dy) > 1) writeRegion(between(start, at));
    });
    stage.on("pointerup pointercancel", () => {
      drag = undefined;
    });

    box.on("keydown", (event) => {
      /** @type {Readonly<Record<string, [dx: number, dy: number]>>} */
      const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
      const step = steps[event.key];
      const region = readRegion();
      if (!step || !region) return;
      event.preventDefault();
      event.stopPropagation();
      const change = event.shiftKey ? resized : moved;
      writeRegion(change(region, step[0], step[1]));
    });

    for (const side of sides) field(side).on("change input", show);
    show();
    return release;
  }

  /**
   * @param {string} icon
   * @param {string} label
   */
  function createButton(icon, label) {
    return $("<button>", { type: "button", class: "red-ui-button" }).append(
      $("<i>", { class: `fa ${icon}`, "aria-hidden": "true" }),
      " ",
      $("<span>").text(label),
    );
  }

  return { prepare };
})();
