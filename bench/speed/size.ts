import { execFileSync } from "node:child_process";
import { lstatSync, readdirSync } from "node:fs";
import path from "node:path";

import type { Row } from "./row";

const MEGABYTE = 1e6;

/** What an install puts on the disk, and how much of it this platform never opens. */
export function measureSize(): Row {
  const folders = execFileSync("npm", ["ls", "--omit=dev", "--all", "--parseable"], {
    encoding: "utf8",
    shell: process.platform === "win32",
    stdio: ["ignore", "pipe", "ignore"],
  })
    .split(/\r?\n/)
    .filter((folder) => folder.includes("node_modules"));
  const package_ = ["dist", "models", "resources", "examples"].reduce(
    (sum, folder) => sum + sizeOf(path.resolve(folder)),
    0,
  );
  const total = folders.reduce((sum, folder) => sum + sizeOf(folder), package_);
  const runtime = path.resolve("node_modules/onnxruntime-node/bin/napi-v6");
  const others = readdirSync(runtime).filter((platform) => platform !== process.platform);
  const unused = others.reduce((sum, platform) => sum + sizeOf(path.join(runtime, platform)), 0);
  return {
    measure: "installed size",
    limit: "what this platform opens",
    value: total / MEGABYTE,
    unit: "MB",
    goal: null,
    details: {
      "opened MB": (total - unused) / MEGABYTE,
      "other platforms' runtime MB": unused / MEGABYTE,
    },
  };
}

/** Bytes of a folder's files without packages inside it, which are counted for themselves. */
function sizeOf(folder: string): number {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === "node_modules" ? sum : sum + sizeOf(file);
    return sum + lstatSync(file).size;
  }, 0);
}
