// Writes examples/*.json and tools/start/demo-flow.json. They are generated so that each node in
// them has every property of its dialog with today's default, and so that the photos in them are
// the shipped ones: run it after a change of either (`node tools/examples/build-examples.mjs`).
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

import sharp from "sharp";
import { require as requireTs } from "tsx/cjs/api";

import { describeDemo, describeExamples } from "./flows.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const { newNode, NODE_FIELDS } = requireTs(
  path.join(root, "nodes/field-table.ts"),
  import.meta.url,
);

/** Makes the nodes of one tab; ids are stable, so that a rebuild changes only what changed. */
function createTab(name, label, info) {
  const nodes = [{ id: `${name}-tab`, type: "tab", label, disabled: false, info, env: [] }];
  return {
    nodes,
    /** Adds a node of ours or of the core; `wires` are node keys, one list an output. */
    add(key, type, x, y, properties = {}, wires = []) {
      const own = type in NODE_FIELDS ? newNode(type) : {};
      nodes.push({
        id: `${name}-${key}`,
        type,
        z: `${name}-tab`,
        name: "",
        ...own,
        ...properties,
        x,
        y,
        wires: wires.map((port) => port.map((target) => `${name}-${target}`)),
      });
      return `${name}-${key}`;
    },
    /** Adds a config node of ours or of the core. */
    config(key, type, properties = {}) {
      const own = type in NODE_FIELDS ? newNode(type) : {};
      nodes.push({ id: `${name}-${key}`, type, ...own, ...properties });
      return `${name}-${key}`;
    },
  };
}

/** A shipped photo small enough for a flow file, as the data URL that a camera might send. */
async function photo(file) {
  const jpeg = await sharp(path.join(root, "examples", "photos", file))
    .resize(320, 320, { fit: "inside", withoutEnlargement: true })
    .jpeg({ quality: 70 })
    .toBuffer();
  return `data:image/jpeg;base64,${jpeg.toString("base64")}`;
}

for (const { title, nodes } of await describeExamples(createTab, photo)) {
  writeFileSync(
    path.join(root, "examples", `${title}.json`),
    `${JSON.stringify(nodes, null, 2)}\n`,
  );
}
const demo = describeDemo(
  createTab,
  readFileSync(path.join(root, "examples/photos/classes.csv"), "utf8"),
);
writeFileSync(path.join(root, "tools/start/demo-flow.json"), `${JSON.stringify(demo, null, 2)}\n`);
