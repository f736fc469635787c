import { cp, mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { findStarterFolder } from "../../lib/clip/presets";

/** A model folder to spoil: small files copied from the starter, weights linked. */
export async function copyStarter(): Promise<{ folder: string; remove: () => Promise<void> }> {
  const starter = findStarterFolder();
  const folder = await mkdtemp(path.join(tmpdir(), "tlac-model-"));
  for (const entry of await readdir(starter, { withFileTypes: true })) {
    if (!entry.isFile()) continue;
    await cp(path.join(starter, entry.name), path.join(folder, entry.name));
  }
  await mkdir(path.join(folder, "onnx"));
  for (const file of await readdir(path.join(starter, "onnx"))) {
    await symlink(path.join(starter, "onnx", file), path.join(folder, "onnx", file));
  }
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
