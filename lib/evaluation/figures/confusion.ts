import type { Vocabulary } from "../../vocabulary/vocabulary";
import { gradeOf, type JudgedPhoto } from "../evaluated-photo";
import { toShare, type Share } from "./share";

/** What pictures show (rows) against what they were taken for (columns), as class ids. */
export interface Confusion {
  /** In the vocabulary's order; null, the last: pictures that show none of the classes. */
  readonly rows: readonly (string | null)[];
  /** In the vocabulary's order; null, the last: left to a person. */
  readonly columns: readonly (string | null)[];
  /** Those that are not empty. */
  readonly cells: readonly ConfusionCell[];
}

export interface ConfusionCell {
  readonly row: number;
  readonly column: number;
  readonly count: number;
}

export function countConfusion(photos: readonly JudgedPhoto[], { classes }: Vocabulary): Confusion {
  const truths = new Set(photos.map(({ truth }) => truth));
  const decisions = new Set(photos.map(({ decided }) => decided));
  // A class that pictures show has a column of its own, too: the diagonal is where to look first.
  const inOrder = (has: (id: string | null) => boolean): (string | null)[] =>
    [...classes.map(({ id }) => id), null].filter(has);
  const rows = inOrder((id) => truths.has(id));
  const columns = inOrder((id) => decisions.has(id) || (id !== null && truths.has(id)));
  const columnOf = new Map(columns.map((id, column) => [id, column]));
  const byTruth = group(photos, ({ truth }) => truth);
  const cells = rows.flatMap((id, row) =>
    [...group(byTruth.get(id) ?? [], ({ decided }) => decided)].map(([decided, { length }]) => ({
      row,
      column: columnOf.get(decided) ?? -1,
      count: length,
    })),
  );
  return { rows, columns, cells };
}

/** How one class fares. */
export interface ClassFigures {
  readonly id: string;
  readonly label: string;
  /** Pictures that show it, by how they were decided. */
  readonly photos: number;
  readonly right: number;
  readonly wrong: number;
  readonly person: number;
  /** Pictures of other classes, or of none, that were taken for it. */
  readonly taken: number;
  /** Of the pictures that show it, those that were decided as it. */
  readonly recall: Share;
  /** Of the pictures that were decided as it, those that show it. */
  readonly precision: Share;
}

/** The classes that a picture shows or was taken for, in the vocabulary's order. */
export function countClasses(
  photos: readonly JudgedPhoto[],
  { classes }: Vocabulary,
): ClassFigures[] {
  const byTruth = group(photos, ({ truth }) => truth);
  const byDecision = group(photos, ({ decided }) => decided);
  return classes.flatMap(({ id, label }): ClassFigures[] => {
    const own = byTruth.get(id) ?? [];
    const decided = byDecision.get(id) ?? [];
    if (own.length + decided.length === 0) return [];
    const count = (grade: string): number => own.filter((one) => gradeOf(one) === grade).length;
    const right = count("right");
    return [
      {
        ...{ id, label, photos: own.length, right },
        wrong: count("wrong"),
        person: count("person"),
        taken: decided.length - right,
        recall: toShare(right, own.length),
        precision: toShare(right, decided.length),
      },
    ];
  });
}

function group(
  photos: readonly JudgedPhoto[],
  keyOf: (photo: JudgedPhoto) => string | null,
): ReadonlyMap<string | null, JudgedPhoto[]> {
  const groups = new Map<string | null, JudgedPhoto[]>();
  for (const photo of photos) {
    const key = keyOf(photo);
    const own = groups.get(key);
    if (own) own.push(photo);
    else groups.set(key, [photo]);
  }
  return groups;
}
