// Builds dist/: compiled JavaScript, and beside the nodes the HTML, catalogues, help and icons,
// because Node-RED looks for all of them next to a node's own file.
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = path.join(root, "dist");
const nodes = path.join(dist, "nodes");

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
for (const file of readdirSync(path.join(root, "nodes"))) {
  if (file.endsWith(".html")) cpSync(path.join(root, "nodes", file), path.join(nodes, file));
}
cpSync(path.join(root, "locales"), path.join(nodes, "locales"), { recursive: true });
cpSync(path.join(root, "icons"), path.join(nodes, "icons"), { recursive: true });
chmodSync(path.join(dist, "bin", "tlac.js"), 0o755);
