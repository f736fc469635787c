import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";

import { writeWholeFile } from "../basics/write-whole-file";
import type { Calibration, CalibrationKey } from "./calibration";
import { readCalibration } from "./read-calibration";

const ENDING = ".calibration.json";
/** A vocabulary is used with a handful of models and modes. */
const MOST_FILES = 100;
const MOST_BYTES = 1024 * 1024;

/**
 * What labelled photos have shown of one vocabulary: a file for each combination of models and
 * mode, `<folder>/<mode>-<hash>.calibration.json`. Whoever copies a file to another plant copies
 * what was learnt; a file that cannot be read counts for nothing.
 */
export class CalibrationStore {
  private known: { readonly changed: number; readonly all: readonly Calibration[] } | undefined;

  private constructor(private readonly folder: string) {}

  /** Touches nothing. */
  static open(folder: string): CalibrationStore {
    return new CalibrationStore(path.resolve(folder));
  }

  /** All calibrations, newest first; read anew once a file has come, gone or been replaced. */
  async read(): Promise<readonly Calibration[]> {
    const changed = await stat(this.folder).then(
      ({ mtimeMs }) => mtimeMs,
      () => undefined,
    );
    if (changed === undefined) return [];
    if (this.known?.changed !== changed) {
      this.known = { changed, all: await this.readFiles() };
    }
    return this.known.all;
  }

  /** Takes the place of the one for the same models and mode. */
  async write(calibration: Calibration): Promise<void> {
    const file = path.join(this.folder, fileName(calibration.key));
    await writeWholeFile(file, `${JSON.stringify(calibration, null, 2)}\n`);
    this.known = undefined;
  }

  private async readFiles(): Promise<Calibration[]> {
    const names = (await readdir(this.folder)).filter(
      (name) => name.endsWith(ENDING) && !name.startsWith("."),
    );
    const files = names.sort().slice(0, MOST_FILES);
    const all = await Promise.all(files.map((name) => readOne(path.join(this.folder, name))));
    const known = all.filter((one) => one !== null);
    return known.sort((a, b) => (a.date < b.date ? 1 : -1));
  }
}

/** The newest calibration of these models in this mode. */
export function findCalibration(
  calibrations: readonly Calibration[],
  { embedder, lmm, mode }: CalibrationKey,
): Calibration | undefined {
  return calibrations.find(
    ({ key }) => key.embedder === embedder && key.lmm === lmm && key.mode === mode,
  );
}

async function readOne(file: string): Promise<Calibration | null> {
  try {
    if ((await stat(file)).size > MOST_BYTES) return null;
    return readCalibration(await readFile(file, "utf8"));
  } catch {
    return null;
  }
}

function fileName({ mode, embedder, lmm }: CalibrationKey): string {
  const models = createHash("sha256")
    .update(JSON.stringify([embedder, lmm]))
    .digest("hex");
  return `${mode.replace(/[^a-z]/g, "")}-${models.slice(0, 12)}${ENDING}`;
}
