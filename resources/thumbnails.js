/**
 * The last image of a `tlac` node, drawn under it with class and score. It lives in this window
 * alone: nothing of it is part of the flow.
 */
(function () {
  "use strict";

  // The dialogs' scripts may run again, for example when the package is updated.
  if (window.tlacThumbnails) return;
  window.tlacThumbnails = true;

  var svg = "http://www.w3.org/2000/svg";
  var topic = "tlac/thumbnail/";
  /** Of the canvas; the image has twice as many pixels, for dense screens. */
  var SIDE = 100;
  var CAPTION = 18;
  /** Below the status text of a node. */
  var GAP = 22;
  /** Last image by node id, for a tab that one returns to. */
  var last = new Map();

  function create(name, attributes, parent) {
    var element = document.createElementNS(svg, name);
    for (var key in attributes) element.setAttribute(key, attributes[key]);
    if (parent) parent.append(element);
    return element;
  }

  function findDrawing(id) {
    var group = document.getElementById(id);
    return group ? group.querySelector(":scope > .tlac-thumbnail") : null;
  }

  function erase(id) {
    var drawing = findDrawing(id);
    if (drawing) drawing.remove();
  }

  function forget(id) {
    last.delete(id);
    erase(id);
  }

  function describe(shown) {
    var name =
      shown.outcome === "class"
        ? shown.label
        : RED._("@tlac/node-red-tlac/tlac:tlac.thumbnail." + shown.outcome);
    return { name: String(name), score: Number(shown.score).toFixed(2) };
  }

  /** Shortens the name until it stands beside its score. */
  function fit(element, words, width) {
    var letters = Array.from(words.name);
    var cut = letters.length;
    element.textContent = words.name + " " + words.score;
    while (cut > 1 && element.getComputedTextLength() > width) {
      cut -= 1;
      element.textContent = letters.slice(0, cut).join("") + "… " + words.score;
    }
  }

  function draw(id) {
    var group = document.getElementById(id);
    var node = RED.nodes.node(id);
    var shown = last.get(id);
    erase(id);
    if (!group || !node || !shown) return;
    var scale = SIDE / Math.max(shown.width, shown.height, 1);
    var width = Math.round(shown.width * scale);
    var height = Math.round(shown.height * scale);
    var words = describe(shown);
    var drawing = create("g", {
      class: "tlac-thumbnail tlac-thumbnail-" + (shown.outcome === "class" ? "class" : "review"),
      transform: "translate(0," + (node.h + GAP) + ")",
      role: "img",
      "aria-label": words.name + " " + words.score,
    });
    create(
      "rect",
      { class: "tlac-thumbnail-card", width: SIDE + 8, height: height + CAPTION + 8, rx: 3 },
      drawing,
    );
    create(
      "image",
      {
        href: "data:image/jpeg;base64," + shown.jpeg,
        x: 4 + (SIDE - width) / 2,
        y: 4,
        width: width,
        height: height,
      },
      drawing,
    );
    var caption = create(
      "text",
      { x: 4 + SIDE / 2, y: height + CAPTION, "text-anchor": "middle" },
      drawing,
    );
    group.append(drawing);
    fit(caption, words, SIDE);
  }

  RED.comms.subscribe(topic + "#", function (name, shown) {
    var id = name.slice(topic.length);
    var node = RED.nodes.node(id);
    if (!node || !node.thumbnail || !shown || typeof shown.jpeg !== "string") return;
    last.set(id, shown);
    draw(id);
  });
  RED.hooks.add("viewAddNode.tlac-thumbnail", function (event) {
    if (!last.has(event.node.id)) return;
    // The height of a node is known only once the view has drawn it.
    requestAnimationFrame(function () {
      draw(event.node.id);
    });
  });
  RED.events.on("nodes:remove", function (node) {
    forget(node.id);
  });
  RED.events.on("nodes:change", function (node) {
    if (node.type !== "tlac") return;
    if (!node.thumbnail) forget(node.id);
    else if (last.has(node.id)) draw(node.id);
  });
  RED.events.on("workspace:clear", function () {
    last.clear();
  });

  // An editor that was open before the package came is told to the runtime; others it knows.
  $.ajax("tlac/tlac/editor", { method: "POST" });
})();
