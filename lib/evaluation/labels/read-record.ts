import { stat } from "node:fs/promises";
import path from "node:path";

import { TlacError } from "../../errors";
import type { LmmIdentity } from "../../lmm/lmm";
import { DecisionRecord, type Recorded } from "../../record/record";
import { findSegment, listSegments, pictureOf } from "../../record/segments";
import type { Mode } from "../../tlac/result";
import { readHeard, type Heard } from "../record/heard";
import type { LabelledPhoto, LabelledSet, LabelOptions } from "./labelled-set";
import { chooseSplit } from "./splits";

/** What a record tells beside pictures and labels. */
export interface FromRecord {
  /** What the LMM said, by the picture's file. */
  readonly heard: ReadonlyMap<string, Heard>;
  /** The way in which most of the pictures were decided. */
  readonly mode: Mode;
  /** The model that said most of it; null: none was asked. */
  readonly lmm: LmmIdentity | null;
}

/** A confirmed decision whose picture was kept. */
interface Confirmed {
  readonly recorded: Recorded;
  readonly file: string;
  /** Class id; null: none of the classes. */
  readonly correct: string | null;
  readonly heldOut: boolean;
}

/** Label of a picture that shows none of the classes: no vocabulary has such a class. */
const NONE = "–";

/** The folder of a record: the one that was named, or that of a Node-RED user directory. */
export async function findRecord(folder: string): Promise<string | undefined> {
  for (const place of [folder, path.join(folder, "tlac", "record"), path.join(folder, "record")]) {
    if ((await listSegments(place).catch(() => [])).length > 0) return place;
  }
  return undefined;
}

/** As `readLabelledRecord`; throws `BAD_CONFIG` where there is none, too. */
export async function readConfirmed(root: string, options: LabelOptions): Promise<LabelledSet> {
  const set = await readLabelledRecord(root, options);
  if (set.photos.length > 0) return set;
  throw new TlacError("BAD_CONFIG", "evaluation.nothing-confirmed", { place: root });
}

/**
 * The decisions of which people said what they show, with the pictures that were kept. `split`:
 * `test` are those that were kept out of the examples, `train` the others. Throws `BAD_CONFIG`
 * where the decisions of several vocabularies are there and none of them is named.
 */
async function readLabelledRecord(
  root: string,
  { split, ofVocabulary, signal }: LabelOptions,
): Promise<LabelledSet> {
  const record = DecisionRecord.open(root);
  const labels = new Map<string, string>();
  const confirmed: Confirmed[] = [];
  const pictureless: string[] = [];
  const counts = new Map<string, number>();
  for await (const recorded of record.readConfirmed()) {
    signal?.throwIfAborted();
    const { entry, at, standing } = recorded;
    const { id: vocabulary } = entry.vocabulary;
    const { correct, heldOut = false } = standing.answer ?? {};
    counts.set(vocabulary, (counts.get(vocabulary) ?? 0) + 1);
    if (correct === undefined || (ofVocabulary !== undefined && vocabulary !== ofVocabulary)) {
      continue;
    }
    for (const { class: id, label } of entry.result.ranking) labels.set(id, label);
    const segment = findSegment(root, at);
    const file = segment ? pictureOf(segment, entry.id) : "";
    const isKept = (await stat(file).catch(() => null))?.isFile() === true;
    if (isKept) confirmed.push({ recorded, file, correct, heldOut });
    else pictureless.push(nameOf(recorded));
  }
  checkVocabulary(counts, ofVocabulary);
  const chosen = takeSplit(confirmed, split);
  const ids = new Set(chosen.flatMap(({ correct }) => correct ?? []));
  return {
    photos: chosen.map(({ recorded, file, correct }): LabelledPhoto => {
      const label = correct === null ? NONE : (labels.get(correct) ?? correct);
      const words = correct === null ? [] : [correct, label];
      return { file, name: nameOf(recorded), label, words };
    }),
    classes: [...ids].sort().map((id) => ({ id, label: labels.get(id) ?? id })),
    unlabelled: [],
    others: [],
    notes:
      pictureless.length > 0
        ? [{ key: "evaluation.no-picture", params: { count: pictureless.length } }]
        : [],
    ...(chosen.length > 0 ? { fromRecord: describe(chosen) } : {}),
  };
}

function checkVocabulary(counts: ReadonlyMap<string, number>, wanted: string | undefined): void {
  if (wanted === undefined ? counts.size < 2 : counts.has(wanted)) return;
  const vocabularies = [...counts].map(([id, count]) => `${id || "–"} (${count})`).join(", ");
  const key = wanted === undefined ? "evaluation.several-vocabularies" : "evaluation.no-vocabulary";
  const params = { wanted: wanted ?? "", vocabularies: vocabularies || "–" };
  throw new TlacError("BAD_CONFIG", key, params);
}

function takeSplit(confirmed: readonly Confirmed[], wanted: string | undefined): Confirmed[] {
  if (wanted === undefined) return [...confirmed];
  const splitOf = ({ heldOut }: Confirmed): string => (heldOut ? "test" : "train");
  const split = chooseSplit(new Set(confirmed.map(splitOf)), wanted);
  return confirmed.filter((one) => splitOf(one) === split);
}

/** As the folder has it: a person finds the picture by it. */
function nameOf({ entry, at }: Recorded): string {
  return `${at}/${entry.id}.jpg`;
}

function describe(chosen: readonly Confirmed[]): FromRecord {
  const heard = chosen.map(({ file, recorded: { entry } }) => [file, readHeard(entry)] as const);
  const models = heard.flatMap(([, { model }]) => model ?? []);
  return {
    heard: new Map(heard),
    mode: commonest(chosen.map(({ recorded }) => recorded.entry.result.mode)) ?? "cascade",
    lmm: commonest(models, ({ name, digest = "" }) => `${name} ${digest}`) ?? null,
  };
}

function commonest<T>(list: readonly T[], nameOf: (one: T) => string = String): T | undefined {
  const counts = new Map<string, { readonly one: T; count: number }>();
  for (const one of list) {
    const known = counts.get(nameOf(one));
    if (known) known.count += 1;
    else counts.set(nameOf(one), { one, count: 1 });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count)[0]?.one;
}
