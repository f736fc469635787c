import { readdir, stat } from "node:fs/promises";
import path from "node:path";

import { TlacError, toError } from "../../errors";
import { takeSubset, type LabelledSet, type LabelOptions } from "./labelled-set";
import { readLabelledFolder } from "./read-folder";
import { readLabelledList } from "./read-list";
import { findRecord, readConfirmed } from "./read-record";

/** The list that a data set of CoOp has beside its pictures. */
const COOP_LIST = /^split_zhou_\w+\.json$/;

/**
 * Labelled pictures in the form in which they lie there: class folders, ImageNet's folders, file
 * names, a CSV, a list of CoOp, or the confirmed decisions of a record. Throws `BAD_CONFIG` where there is no labelled picture, and
 * `CLOSED`.
 */
export async function readLabels(place: string, options: LabelOptions = {}): Promise<LabelledSet> {
  const stats = await stat(place).catch((thrown: unknown) => {
    const params = { file: place, reason: toError(thrown).message };
    throw new TlacError("BAD_CONFIG", "evaluation.unreadable", params);
  });
  const isSearched = stats.isDirectory() && !options.onlyFolders;
  const record = isSearched ? await findRecord(place) : undefined;
  const set = await (record === undefined
    ? readFiles(place, stats.isDirectory(), options)
    : readConfirmed(record, options));
  if (set.photos.length === 0) {
    const params = { place, unlabelled: set.unlabelled.length };
    throw new TlacError("BAD_CONFIG", "evaluation.no-labels", params);
  }
  return takeSubset(set, options.subset);
}

async function readFiles(
  place: string,
  isFolder: boolean,
  options: LabelOptions,
): Promise<LabelledSet> {
  const isSearched = isFolder && !options.onlyFolders;
  const list = isSearched ? await findList(place) : isFolder ? undefined : place;
  return list === undefined ? readLabelledFolder(place, options) : readLabelledList(list, options);
}

async function findList(folder: string): Promise<string | undefined> {
  const lists = (await readdir(folder)).filter((name) => COOP_LIST.test(name));
  return lists.length === 1 ? path.join(folder, lists[0] ?? "") : undefined;
}
