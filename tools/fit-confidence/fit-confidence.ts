/**
 * Fits the default coefficients of `lib/confidence` on labelled photos:
 * `npx tsx tools/fit-confidence/fit-confidence.ts FOLDER...`. What it reports, and the thresholds
 * of the knob, come from cross-validation over photos, never from photos that were fitted.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { findPackageRoot } from "../../lib/basics/package-root";
import { acquireEmbedder } from "../../lib/clip/shared-embedders";
import { thresholdOf, type Coefficients } from "../../lib/confidence/confidence";
import { DEFAULT_KNOB } from "../../lib/confidence/knob";
import { drawFolds, fitCoefficients, FOLDS, gatherRows, type Row } from "./fit";
import { seePhotos, type SeenPhoto } from "./photos";
import { describeQuality } from "./quality";

async function main(): Promise<void> {
  const folders = process.argv.slice(2);
  if (folders.length === 0) throw new Error("Give folders of labelled photos.");
  const cacheDir = await mkdtemp(path.join(tmpdir(), "tlac-fit-"));
  const lease = acquireEmbedder({ model: "starter", offline: true, cacheDir });
  try {
    const embedder = await lease.value;
    const photos: SeenPhoto[] = [];
    for (const folder of folders) photos.push(...(await seePhotos(folder, embedder)));
    const rows = await gatherRows(photos, embedder);
    const { coefficients, judged } = fitCoefficients(rows, drawFolds(photos));
    const figures = Object.fromEntries(
      [...judged].map(([voices, own]) => [voices, describeQuality(own)]),
    );
    for (const [voices, text] of Object.entries(figures)) {
      console.log(`${voices.padEnd(24)} ${text}`);
    }
    report([...judged.values()].flat(), coefficients);
    const provenance = {
      photos: photos.length,
      date: new Date().toISOString().slice(0, 10),
      model: `${embedder.info.name} ${embedder.info.digest}`,
      method: `${String(FOLDS)}-fold cross-validation over photos, half of them strangers`,
      figures,
    };
    const file = path.join(findPackageRoot(), "lib", "confidence", "coefficients.json");
    await writeFile(file, `${JSON.stringify({ provenance, ...coefficients }, null, 2)}\n`);
  } finally {
    await lease.release();
    await rm(cacheDir, { recursive: true, force: true });
  }
}

/** The situations in groups, at the default knob. */
function report(rows: readonly Row[], coefficients: Coefficients): void {
  const groups = new Map<string, Row[]>();
  const byId = new Map(rows.map((row) => [row.id, row]));
  for (const row of rows.filter(({ whole }) => whole)) {
    const { title, names, synonyms, labels, density, examples, classes } = row.situation;
    const shown = [`examples ${String(examples)}`, `others ${String(classes)}`];
    const key = [
      ...[title, names, synonyms ? "syn" : "---", labels ? "labels" : "texts "],
      `density ${String(density)}`,
      ...(examples > 0 ? [row.set, ...shown] : []),
    ].join(" ");
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  for (const [key, own] of groups) {
    const quality = describeQuality(own, ({ voices }) =>
      thresholdOf(DEFAULT_KNOB, voices, coefficients),
    );
    console.log(`${key.padEnd(70)} ${quality}`);
    console.log(`${"".padEnd(70)} ${describeCascade(own, byId, coefficients)}`);
  }
}

/** What a cascade makes of rows that all witnesses were heard of, at the default knob. */
function describeCascade(
  rows: readonly Row[],
  byId: ReadonlyMap<number, Row>,
  coefficients: Coefficients,
): string {
  const isSure = ({ voices, confidence }: Row): boolean =>
    confidence >= thresholdOf(DEFAULT_KNOB, voices, coefficients, true);
  const settled = (row: Row): Row | undefined => {
    const first = byId.get(row.first ?? -1);
    return first && isSure(first) ? first : undefined;
  };
  const early = rows.flatMap((row) => settled(row) ?? []);
  const decided = [...early, ...rows.filter((row) => !settled(row) && isSure(row))];
  const known = rows.filter((row) => row.known).length;
  const right = decided.filter((row) => row.right).length;
  const percent = (part: number, whole: number): string =>
    `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`;
  return (
    `as a cascade right ${percent(right, known)} wrong ${percent(decided.length - right, rows.length)}, ` +
    `without a call ${percent(early.length, rows.length)}`
  );
}

main().then(
  () => process.exit(0),
  (thrown: unknown) => {
    console.error(thrown);
    process.exit(1);
  },
);
