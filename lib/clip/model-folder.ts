import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import path from "node:path";

import { isRecord } from "../basics/is-record";
import { freezeDeep } from "../basics/freeze-deep";
import { TlacError } from "../errors";
import type { PixelSpec } from "../frame/frame";
import { readPixelSpec } from "../frame/pixel-spec";
import { DTYPE_PREFERENCE, DTYPES, isDtype, type Dtype } from "./dtype";
import { detectFamily, detectLanguages, readMaxTokens, type Family } from "./family";
import { readFileFacts } from "./file-facts";
import { towerFile, type TowerDtypes } from "./presets";
import { checkEnds, missingFile, readJson, readRecord } from "./read-json";

/** A name that the image tower itself was trained on. */
export interface Label {
  readonly name: string;
  readonly synonyms: readonly string[];
}

/** What a model's folder holds, read and checked before any library sees it. */
export interface ModelFolder {
  readonly folder: string;
  readonly family: Family;
  readonly dtypes: { readonly text: Dtype; readonly vision: Dtype | null };
  readonly maxTokens: number;
  readonly languages: "en" | "multilingual";
  /** Null without an image tower. */
  readonly pixelSpec: PixelSpec | null;
  readonly labels: readonly Label[] | null;
}

/** What only reading all of a model's files tells. */
export interface ModelFacts {
  /**
   * Whether a text's vector depends on what it shares a batch with. It does where activations are
   * quantised by the extremes of the whole batch; the dtype in a file's name does not tell.
   */
  readonly batchMatters: boolean;
  /** First 16 hex digits of the SHA-256 over the files that decide what comes out. */
  readonly digest: string;
}

export interface InspectOptions {
  /** For both towers; absent: the preferred of those that are there. */
  readonly dtype?: Dtype;
  /** What to prefer before the general order. */
  readonly preferred?: TowerDtypes;
}

/**
 * Reads a folder in the layout of the hub's ONNX repositories. Throws `BAD_CONFIG` where the
 * folder or the dtype is not to be had, `EMBEDDER_UNAVAILABLE` that names a missing or bad file.
 */
export async function inspectModelFolder(
  folder: string,
  options: InspectOptions = {},
): Promise<ModelFolder> {
  const { dtype, preferred } = options;
  checkDtype(dtype);
  if (!(await isFolder(folder))) throw new TlacError("BAD_CONFIG", "clip.no-folder", { folder });
  const [config, tokenizerConfig, labels, text, vision] = await inOrder([
    readRecord(folder, "config.json"),
    readRecord(folder, "tokenizer_config.json"),
    readLabels(folder),
    chooseDtype(folder, "text", dtype, preferred?.text),
    chooseDtype(folder, "vision", dtype, preferred?.vision),
    checkEnds(folder, "tokenizer.json"),
  ]);
  if (text === null) throw missingFile(folder, towerFile("text", dtype ?? "fp32"));
  const family = detectFamily(config);
  const preprocessor = vision ? await readRecord(folder, "preprocessor_config.json") : null;
  return {
    folder,
    family,
    dtypes: { text, vision },
    maxTokens: readMaxTokens(family, config, tokenizerConfig),
    languages: detectLanguages(config),
    pixelSpec: preprocessor ? readPixelSpec(preprocessor) : null,
    labels,
  };
}

/** Reads a model's files through; `signal` ends it with an error of its own. */
export async function readModelFacts(
  { folder, dtypes }: Pick<ModelFolder, "folder" | "dtypes">,
  signal?: AbortSignal,
): Promise<ModelFacts> {
  const text = path.join(folder, towerFile("text", dtypes.text));
  return {
    batchMatters: (await readFileFacts(text, signal)).dynamic,
    digest: await digestFolder(folder, dtypes, signal),
  };
}

/** Throws `BAD_CONFIG` for a dtype that does not exist. */
export function checkDtype(dtype: unknown): void {
  if (dtype === undefined || isDtype(dtype)) return;
  throw new TlacError("BAD_CONFIG", "clip.bad-dtype", {
    dtype: typeof dtype === "string" ? dtype : JSON.stringify(dtype),
    dtypes: DTYPES.join(", "),
  });
}

/** All at once; of several that fail, the first in the list is told. */
async function inOrder<T extends readonly unknown[]>(work: {
  readonly [Place in keyof T]: Promise<T[Place]>;
}): Promise<T> {
  await Promise.allSettled(work);
  return Promise.all(work) as Promise<unknown> as Promise<T>;
}

/** Null where the folder has no such tower at all. */
async function chooseDtype(
  folder: string,
  tower: keyof TowerDtypes,
  wanted: Dtype | undefined,
  preferred: Dtype | undefined,
): Promise<Dtype | null> {
  const found = await Promise.all(
    DTYPE_PREFERENCE.map((dtype) => isFile(path.join(folder, towerFile(tower, dtype)))),
  );
  const there = DTYPE_PREFERENCE.filter((_, index) => found[index]);
  if (wanted === undefined) {
    return there.find((dtype) => dtype === preferred) ?? there[0] ?? null;
  }
  if (there.length === 0 || there.includes(wanted)) return there.length === 0 ? null : wanted;
  throw new TlacError("BAD_CONFIG", "clip.dtype-not-there", {
    dtype: wanted,
    file: path.join(folder, towerFile(tower, wanted)),
    available: there.join(", "),
  });
}

async function readLabels(folder: string): Promise<readonly Label[] | null> {
  if (!(await isFile(path.join(folder, "labels.json")))) return null;
  const labels = await readJson(folder, "labels.json");
  if (Array.isArray(labels) && labels.length > 0 && labels.every(isLabel)) {
    return freezeDeep(labels.map(({ name, synonyms }) => ({ name, synonyms })));
  }
  throw new TlacError("EMBEDDER_UNAVAILABLE", "clip.bad-labels", {
    file: path.join(folder, "labels.json"),
  });
}

function isLabel(value: unknown): value is Label {
  return (
    isRecord(value) &&
    typeof value.name === "string" &&
    Array.isArray(value.synonyms) &&
    value.synonyms.every((synonym) => typeof synonym === "string")
  );
}

async function digestFolder(
  folder: string,
  { text, vision }: ModelFolder["dtypes"],
  signal: AbortSignal | undefined,
): Promise<string> {
  const towers = [towerFile("text", text), ...(vision ? [towerFile("vision", vision)] : [])];
  const files = [
    "config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "preprocessor_config.json",
    "labels.json",
    ...towers,
    // Weights over 2 GB lie beside their graph.
    ...towers.map((file) => `${file}_data`),
  ];
  const hash = createHash("sha256");
  for (const file of files) {
    const place = path.join(folder, file);
    if (await isFile(place))
      hash.update(`${file} ${(await readFileFacts(place, signal)).digest}\n`);
  }
  return hash.digest("hex").slice(0, 16);
}

async function isFile(place: string): Promise<boolean> {
  return stat(place).then(
    (stats) => stats.isFile() && stats.size > 0,
    () => false,
  );
}

async function isFolder(place: string): Promise<boolean> {
  return stat(place).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}
