import { TlacError } from "../../errors";

/** What parts of a data set are called. */
const NAMES = new Map(
  Object.entries({
    train: "train, training, 学習, 訓練",
    val: "val, valid, validation, dev, 検証",
    test: "test, testing, eval, evaluation, テスト, 評価",
  }).flatMap(([split, names]) => names.split(", ").map((name) => [name, split] as const)),
);

/** The part that a folder or cell names; undefined where it names none. */
export function toSplit(text: string): string | undefined {
  return NAMES.get(text.trim().toLowerCase());
}

/**
 * Which of the parts that are there is evaluated; undefined: all of them, where no part is for
 * testing. Throws `BAD_CONFIG` for one that was asked for and is not there.
 */
export function chooseSplit(
  there: ReadonlySet<string>,
  wanted: string | undefined,
): string | undefined {
  if (wanted === undefined) return ["test", "val"].find((split) => there.has(split));
  const split = toSplit(wanted) ?? wanted.trim();
  if (there.has(split)) return split;
  const splits = [...there].join(", ") || "–";
  throw new TlacError("BAD_CONFIG", "evaluation.no-split", { wanted, splits });
}
