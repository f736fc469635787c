import path from "node:path";

import { findPackageRoot } from "../basics/package-root";
import { DTYPE_SUFFIXES, type Dtype } from "./dtype";
import { FAMILIES, type Family, type FamilyRules } from "./family";

export interface TowerDtypes {
  readonly text: Dtype;
  readonly vision: Dtype;
}

/** A model that is known by name. */
export interface Preset extends Pick<FamilyRules, "sharpness" | "sameName"> {
  readonly name: string;
  /** `owner/name` on the model hub; null for the model that ships with this package. */
  readonly repo: string | null;
  /**
   * Commit of the repository; `main` where none is known: then the one that the hub names at the
   * first download is kept.
   */
  readonly revision: string;
  /** SHA-256 of its files at that commit, hex, as far as they are known. */
  readonly digests?: Readonly<Record<string, string>>;
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
 * Sizes of the hub's models are those of their file lists. Commits and digests are those that
 * several public projects, independent of each other, pin for the same repositories; a file or
 * repository without such witnesses has none. Decision defaults are the family's
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
    // tools/starter-model/README.md has the sight's; words between 12 and 25 differ by a point.
    sharpness: { words: 20, sight: 22 },
    sameName: 0.84,
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
    sharpness: FAMILIES.clip.sharpness,
    sameName: FAMILIES.clip.sameName,
  },
  {
    name: "clip-vit-base-patch32",
    repo: "Xenova/clip-vit-base-patch32",
    revision: "d15189d7028b43f1d3e65039190477f6af591c2a",
    digests: {
      "config.json": "493ef57ff783e42d1530c91b53469b7fdf8db8a9c1408e86998fcb7899a4f495",
      "preprocessor_config.json":
        "6f638fb9401a6d6296feff533ee7efe657b787c49f954f82f5906b36ef2a1b1f",
      "tokenizer.json": "f7f3b7af117d467b58374797691a6438d3e6b9e9cef800dfd5dced7f697a90cd",
      "tokenizer_config.json": "60ba2912bc6344c94bc16bbdec27fa1209409167b6f2fdf3cfe9e65462ea3967",
      "onnx/text_model.onnx": "3f6571f5bad13a97c469c1622e1cfc4d9aef78b79fdbfcff804ca357bfada8cc",
      "onnx/vision_model_quantized.onnx":
        "583fd1110a514667812fee7d684952aaf82a99b959760c8d7dca7e0ab9839299",
    },
    licence: "MIT",
    sizeMB: 346,
    family: "clip",
    languages: "en",
    dtypes: CLIP_DTYPES,
    files: CONFIG_FILES,
    sharpness: FAMILIES.clip.sharpness,
    sameName: FAMILIES.clip.sameName,
  },
  {
    name: "siglip2-base-patch16-224",
    repo: "onnx-community/siglip2-base-patch16-224-ONNX",
    revision: "ba1f3b0843f24bc5417d38e19c37b287d719b2f4",
    digests: {
      "config.json": "e43a9f7692d3819886a82cb2097048258d444f123c67d37ec825f9345b019cf2",
      "preprocessor_config.json":
        "9b36b57ebaf20f09bf4c22100ccc21877ea6bfe5aead0c00c59f8af8ccefacfc",
      "tokenizer.json": "cb9140fae3ac5122c972d37adf83e1248471a38147ad76f8215c8872c6fd8322",
      "tokenizer_config.json": "7c3a247599e741bceba1a3fe0285aea88d1044dc1fad2caa1e48cdd9fd25f630",
      "onnx/vision_model_quantized.onnx":
        "5f2b401c1a4fc095702a5d45348e17ad46c4f87064085365b43c6e8eaa5c0070",
    },
    licence: "Apache-2.0",
    sizeMB: 420,
    family: "siglip",
    languages: "multilingual",
    // Its 256,000-word text tower takes 1.1 GB in fp32.
    dtypes: { text: "q8", vision: "q8" },
    files: CONFIG_FILES,
    sharpness: FAMILIES.siglip.sharpness,
    sameName: FAMILIES.siglip.sameName,
  },
];

/** Whether a value is the full name of a commit in git. */
export function isCommit(value: unknown): value is string {
  return typeof value === "string" && /^[0-9a-f]{40}$/.test(value);
}

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
