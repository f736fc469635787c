import { existsSync } from "node:fs";
import path from "node:path";

let root: string | undefined;

/** The folder of this package, from its sources and from its build. */
export function findPackageRoot(): string {
  root ??= climb(__dirname);
  return root;
}

function climb(folder: string): string {
  const parent = path.dirname(folder);
  if (parent === folder || existsSync(path.join(folder, "package.json"))) return folder;
  return climb(parent);
}
