import path from "node:path";

import { findPackageRoot } from "../basics/package-root";
import { DTYPE_SUFFIXES, type Dtype } from "./dtype";
import { FAMILIES, type Family, type FamilyRules } from "./family";

export interface TowerDtypes {
  readonly text: Dtype;
  readonly vision: Dtype;
}

/** A model that is known by name. */
export interface Preset extends Pick<FamilyRules, "decision"> {
  readonly name: string;
  /** `owner/name` on the model hub; null for the model that ships with this package. */
  readonly repo: string | null;
  /** Branch, tag or commit of the repository. */
  readonly revision: string;
  /** SPDX identifier of the weights' licence. */
  readonly licence: string;
  /** Megabytes of all files at the default dtypes. */
  readonly sizeMB: number;
  readonly family: Family;
  readonly languages: "en" | "multilingual";
  /** Taken where the user asks for none. */
  readonly dtypes: TowerDtypes;
  /** Files beside the towers, as paths in the repository. */
  readonly files: readonly string[];
}

/** What every model folder has beside its towers. */
const CONFIG_FILES = [
  "config.json",
  "preprocessor_config.json",
  "tokenizer.json",
  "tokenizer_config.json",
] as const;

// Text is embedded once and cached, so precision costs next to nothing there; pictures come all
// day, and q8 is three times as fast. The hub's Xenova repositories have no signed int8 files.
const CLIP_DTYPES: TowerDtypes = { text: "fp32", vision: "q8" };

/**
 * Sizes of the hub's models are those of their file lists. Decision defaults are the family's
 * until they are measured for the model.
 */
export const PRESETS: readonly Preset[] = [
  {
    name: "starter",
    repo: null,
    revision: "main",
    licence: "Apache-2.0",
    sizeMB: 37,
    family: "clip",
    languages: "en",
    dtypes: { text: "int8", vision: "fp16" },
    files: [...CONFIG_FILES, "labels.json"],
    // Measured by bench/decisions.ts on 110 labelled photos, 55 of them of classes under other
    // names, 55 of strangers. Text at 0.6: 47 % right, 4 % wrong, no stranger taken (0.5: 49, 4,
    // 2). Image at 0.6: 67 % right, none wrong, no stranger taken (0.7: 62, 0, 0).
    decision: { text: { threshold: 0.6, margin: 0.03 }, image: { threshold: 0.6, margin: 0.02 } },
  },
  {
    // The paper's embedder (openai/clip-vit-base-patch16).
    name: "clip-vit-base-patch16",
    repo: "Xenova/clip-vit-base-patch16",
    revision: "main",
    licence: "MIT",
    sizeMB: 344,
    family: "clip",
    languages: "en",
    dtypes: CLIP_DTYPES,
    files: CONFIG_FILES,
    decision: FAMILIES.clip.decision,
  },
  {
    name: "clip-vit-base-patch32",
    repo: "Xenova/clip-vit-base-patch32",
    revision: "main",
    licence: "MIT",
    sizeMB: 346,
    family: "clip",
    languages: "en",
    dtypes: CLIP_DTYPES,
    files: CONFIG_FILES,
    decision: FAMILIES.clip.decision,
  },
  {
    name: "siglip2-base-patch16-224",
    repo: "onnx-community/siglip2-base-patch16-224-ONNX",
    revision: "main",
    licence: "Apache-2.0",
    sizeMB: 420,
    family: "siglip",
    languages: "multilingual",
    // Its 256,000-word text tower takes 1.1 GB in fp32.
    dtypes: { text: "q8", vision: "q8" },
    files: CONFIG_FILES,
    decision: FAMILIES.siglip.decision,
  },
];

/** The preset of that name, or of that repository on the hub. */
export function findPreset(model: string): Preset | undefined {
  return PRESETS.find(({ name, repo }) => name === model || repo === model);
}

/** Where a tower lies inside a model's folder. */
export function towerFile(tower: keyof TowerDtypes, dtype: Dtype): string {
  return `onnx/${tower}_model${DTYPE_SUFFIXES[dtype]}.onnx`;
}

/** All files of a preset, towers in the dtype asked for or its defaults. */
export function listPresetFiles(preset: Preset, dtype?: Dtype): string[] {
  const { text, vision } = preset.dtypes;
  return [...preset.files, towerFile("text", dtype ?? text), towerFile("vision", dtype ?? vision)];
}

/** The folder of the model that ships with this package. */
export function findStarterFolder(): string {
  return path.join(findPackageRoot(), "models", "starter");
}
