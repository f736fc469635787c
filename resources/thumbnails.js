/**
 * The last image of a `tlac` node, drawn under it with class and confidence. It lives in this window
 * alone: nothing of it is part of the flow.
 *
 * @import { Thumbnail } from "../nodes/admin/thumbnails"
 */
/** @type {boolean} */
var tlacThumbnails = (() => {
  "use strict";

  // The dialogs' scripts may run again, for example when the package is updated.
  if ("tlacThumbnails" in window && window.tlacThumbnails) return true;

  const svg = "http://www.w3.org/2000/svg";
  const topic = "tlac/thumbnail/";
  /** Of the canvas; the image has twice as many pixels, for dense screens. */
  const SIDE = 100;
  const CAPTION = 18;
  /** Below the status text of a node. */
  const GAP = 22;
  /**
   * Last image by node id, for a tab that one returns to.
   *
   * @type {Map<string, Thumbnail>}
   */
  const last = new Map();

  /**
   * @template {keyof SVGElementTagNameMap} K
   * @param {K} name
   * @param {Readonly<Record<string, string | number>>} attributes
   * @returns {SVGElementTagNameMap[K]}
   */
  function create(name, attributes) {
    const element = document.createElementNS(svg, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
    return element;
  }

  /** @param {string} id */
  function erase(id) {
    document.getElementById(id)?.querySelector(":scope > .tlac-thumbnail")?.remove();
  }

  /** @param {string} id */
  function forget(id) {
    last.delete(id);
    erase(id);
  }

  /** @param {Thumbnail} shown */
  function describe(shown) {
    const name =
      shown.outcome === "class"
        ? shown.label
        : RED._(`@tlac/node-red-tlac/tlac:tlac.thumbnail.${shown.outcome}`);
    return { name: String(name), sure: `${String(Math.floor(100 * Number(shown.confidence)))}%` };
  }

  /**
   * Shortens the name until it stands beside its confidence.
   *
   * @param {SVGTextElement} element
   * @param {{ name: string, sure: string }} words
   * @param {number} width
   */
  function fit(element, words, width) {
    const letters = Array.from(words.name);
    let cut = letters.length;
    element.textContent = `${words.name} ${words.sure}`;
    while (cut > 1 && element.getComputedTextLength() > width) {
      cut -= 1;
      element.textContent = `${letters.slice(0, cut).join("")}… ${words.sure}`;
    }
  }

  /** @param {string} id */
  function draw(id) {
    const group = document.getElementById(id);
    const node = RED.nodes.node(id);
    const shown = last.get(id);
    erase(id);
    if (!group || !node || !shown) return;
    const scale = SIDE / Math.max(shown.width, shown.height, 1);
    const width = Math.round(shown.width * scale);
    const height = Math.round(shown.height * scale);
    const words = describe(shown);
    const drawing = create("g", {
      class: `tlac-thumbnail tlac-thumbnail-${shown.outcome === "class" ? "class" : "review"}`,
      transform: `translate(0,${node.h + GAP})`,
      role: "img",
      "aria-label": `${words.name} ${words.sure}`,
    });
    const card = { width: SIDE + 8, height: height + CAPTION + 8, rx: 3 };
    const href = `data:image/jpeg;base64,${shown.jpeg}`;
    const middle = { x: 4 + SIDE / 2, y: height + CAPTION, "text-anchor": "middle" };
    const caption = create("text", middle);
    drawing.append(
      create("rect", { class: "tlac-thumbnail-card", ...card }),
      create("image", { href, x: 4 + (SIDE - width) / 2, y: 4, width, height }),
      caption,
    );
    group.append(drawing);
    fit(caption, words, SIDE);
  }

  RED.comms.subscribe(`${topic}#`, (name, message) => {
    const shown = /** @type {Thumbnail | null} */ (message);
    const id = name.slice(topic.length);
    const node = RED.nodes.node(id);
    if (!node || !node.thumbnail || !shown || typeof shown.jpeg !== "string") return;
    last.set(id, shown);
    draw(id);
  });
  RED.hooks.add("viewAddNode.tlac-thumbnail", (event) => {
    if (!last.has(event.node.id)) return;
    // The height of a node is known only once the view has drawn it.
    requestAnimationFrame(() => {
      draw(event.node.id);
    });
  });
  RED.events.on("nodes:remove", (node) => {
    forget(node.id);
  });
  RED.events.on("nodes:change", (node) => {
    if (node.type !== "tlac") return;
    if (!node.thumbnail) forget(node.id);
    else if (last.has(node.id)) draw(node.id);
  });
  RED.events.on("workspace:clear", () => {
    last.clear();
  });

  // An editor that was open before the package came is told to the runtime; others it knows.
  tlacRequest.send("POST", "tlac/editor", {}).catch(() => {
    // Without it the next editor that connects is counted.
  });
  return true;
})();
