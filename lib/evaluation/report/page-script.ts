import { readFile } from "node:fs/promises";
import path from "node:path";

import { findPackageRoot } from "../../basics/package-root";

/** The engine's modules that the page computes with, each behind those that it needs. */
const MODULES = ["queue", "plan", "describe-plan"];

/** Scripts of the page, which share what they declare. */
const SCRIPTS = ["page.js", "estimate.js"];

/** All that runs in the page, as one script: its numbers are the engine's own, not computed twice. */
export async function readPageScript(): Promise<string> {
  const root = findPackageRoot();
  const read = (...place: string[]): Promise<string> => readFile(path.join(root, ...place), "utf8");
  const modules = await Promise.all(
    MODULES.map((name) => read("dist", "lib", "estimate", `${name}.js`)),
  );
  const scripts = await Promise.all(SCRIPTS.map((name) => read("resources", "report", name)));
  // Compiled modules are CommonJS; all of them export into one object.
  const wrapped = modules.map(
    (module) => `((exports, require) => {\n${module}\n})(tlacEstimate, () => tlacEstimate);`,
  );
  return ["const tlacEstimate = {};", ...wrapped, ...scripts].join("\n");
}
