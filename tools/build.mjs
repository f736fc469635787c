// Builds dist/: compiled JavaScript, and beside the nodes the HTML, catalogues, help and icons,
// because Node-RED looks for all of them next to a node's own file.
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { require as requireTs } from "tsx/cjs/api";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = path.join(root, "dist");
const nodes = path.join(dist, "nodes");
const load = (file) => requireTs(path.join(root, file), import.meta.url);
const { NODE_FIELDS } = load("nodes/field-table.ts");
const { composeDialog } = load("tools/dialogs/compose-dialog.ts");
const { composeHelp } = load("tools/dialogs/compose-help.ts");

rmSync(dist, { recursive: true, force: true });
mkdirSync(nodes, { recursive: true });
execFileSync(
  process.execPath,
  [
    createRequire(import.meta.url).resolve("typescript/bin/tsc"),
    "-p",
    path.join(root, "tsconfig.build.json"),
  ],
  { stdio: "inherit" },
);
for (const language of ["en-US", "ja"]) {
  const [from, to] = [root, nodes].map((folder) => path.join(folder, "locales", language));
  // The engine's sentences, which only the engine reads.
  const own = path.join(from, "lib");
  cpSync(own, path.join(dist, "locales", language, "lib"), { recursive: true });
  cpSync(from, to, { recursive: true, filter: (source) => source !== own });
}
for (const type of Object.keys(NODE_FIELDS)) {
  writeFileSync(path.join(nodes, `${type}.html`), composeDialog(type));
  for (const language of ["en-US", "ja"]) {
    const help = path.join(nodes, "locales", language, `${type}.html`);
    writeFileSync(help, composeHelp(type, language));
  }
}
cpSync(path.join(root, "icons"), path.join(nodes, "icons"), { recursive: true });
chmodSync(path.join(dist, "bin", "tlac.js"), 0o755);
