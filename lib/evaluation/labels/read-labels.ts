import { readdir, stat } from "node:fs/promises";
import path from "node:path";

import { TlacError, toError } from "../../errors";
import { takeSubset, type LabelledSet, type LabelOptions } from "./labelled-set";
import { readLabelledFolder } from "./read-folder";
import { readLabelledList } from "./read-list";

/** The list that a data set of CoOp has beside its pictures. */
const COOP_LIST = /^split_zhou_\w+\.json$/;

/**
 * Labelled pictures in the form in which they lie there: class folders, ImageNet's folders, file
 * names, a CSV or a list of CoOp. Throws `BAD_CONFIG` where there is no labelled picture, and
 * `CLOSED`.
 */
export async function readLabels(place: string, options: LabelOptions = {}): Promise<LabelledSet> {
  const stats = await stat(place).catch((thrown: unknown) => {
    const params = { file: place, reason: toError(thrown).message };
    throw new TlacError("BAD_CONFIG", "evaluation.unreadable", params);
  });
  const list = stats.isDirectory() ? await findList(place) : place;
  const set = await (list === undefined
    ? readLabelledFolder(place, options)
    : readLabelledList(list, options));
  if (set.photos.length === 0) {
    const params = { place, unlabelled: set.unlabelled.length };
    throw new TlacError("BAD_CONFIG", "evaluation.no-labels", params);
  }
  return takeSubset(set, options.subset);
}

async function findList(folder: string): Promise<string | undefined> {
  const lists = (await readdir(folder)).filter((name) => COOP_LIST.test(name));
  return lists.length === 1 ? path.join(folder, lists[0] ?? "") : undefined;
}
