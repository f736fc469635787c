import { readFile } from "node:fs/promises";
import path from "node:path";

import { isRecord } from "../basics/is-record";
import type { EmbedderInfo } from "./embedder";
import { detectLanguages } from "./family";
import { findPreset } from "./presets";

/**
 * What a model reads, told without loading it: by the table of presets, else by the folder's
 * configuration. Undefined where the folder does not say; loading it then says why.
 */
export async function readModelLanguages(
  model: string,
): Promise<Pick<EmbedderInfo, "name" | "languages"> | undefined> {
  const preset = findPreset(model);
  if (preset) return preset;
  try {
    const config: unknown = JSON.parse(await readFile(path.join(model, "config.json"), "utf8"));
    if (!isRecord(config)) return undefined;
    return { name: path.basename(model), languages: detectLanguages(config) };
  } catch {
    return undefined;
  }
}
