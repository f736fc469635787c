import path from "node:path";

import { DTYPES } from "../../../lib/clip/dtype";
import { PROVIDERS } from "../../../lib/clip/provider";
import type { EmbedderOptions } from "../../../lib/clip/shared-embedders";
import { readChoice, readNumber, type NumberField } from "./read-settings";

/** The fields of the dialog that say which model is meant. */
export interface ModelFields {
  kind: string;
  preset: string;
  folder: string;
  /** Empty: per tower, by the files that are there. */
  dtype: string;
  /** Absent in flows that are older than it: the CPU. */
  provider?: string;
  /** Empty: the runtime's own choice. */
  threads: NumberField;
  offline: boolean;
}

/** How that model is loaded. Throws `BAD_CONFIG`. */
export function readModelOptions(fields: ModelFields, cacheDir: string): EmbedderOptions {
  const dtype = readChoice(fields.dtype, DTYPES, "dtype", "BAD_CONFIG");
  const provider = readChoice(fields.provider, PROVIDERS, "provider", "BAD_CONFIG");
  const threads = readNumber(fields.threads, "threads");
  return {
    model: findModel(fields),
    cacheDir,
    offline: fields.offline,
    ...(dtype ? { dtype } : {}),
    ...(provider ? { provider } : {}),
    ...(threads ? { threads } : {}),
  };
}

function findModel({ kind, preset, folder }: ModelFields): string {
  if (kind === "preset") return preset;
  // A bare folder name must not be taken for a preset of that name.
  return kind === "folder" ? path.resolve(folder) : "starter";
}
