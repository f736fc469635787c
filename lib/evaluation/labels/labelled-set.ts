import type { OtherFile } from "../../frame/find-pictures";
import type { Phrase } from "../../i18n/catalogue";
import type { ClassInput } from "../../vocabulary/vocabulary";
import type { FromRecord } from "./read-record";

/** A picture and what a person says it shows. */
export interface LabelledPhoto {
  /** Absolute path. */
  readonly file: string;
  /** The path as a person knows it: from the folder or list that was named, with `/`. */
  readonly name: string;
  /** What it shows, as a person reads it. */
  readonly label: string;
  /** All words for that, the most exact first: an id of the data set, the label, synonyms. */
  readonly words: readonly string[];
}

/** Labelled pictures, in whatever form they were handed in. */
export interface LabelledSet {
  /** In the order of their source. */
  readonly photos: readonly LabelledPhoto[];
  /** Every label as a class, in the data set's own order: a vocabulary where there is no other. */
  readonly classes: readonly ClassInput[];
  /** Pictures that nothing says a label of. */
  readonly unlabelled: readonly string[];
  /** Files that are no pictures. */
  readonly others: readonly OtherFile[];
  /** How the source was read, for the person whose it is. */
  readonly notes: readonly Phrase[];
  /** Of confirmed decisions: how they were decided. */
  readonly fromRecord?: FromRecord;
}

/** The halves of a data set's classes in experiments on new classes; see `takeSubset`. */
export const SUBSETS = ["all", "base", "new"] as const;
export type Subset = (typeof SUBSETS)[number];

export interface LabelOptions {
  /** File with the names of WordNet ids; default: looked for beside the pictures. */
  readonly names?: string | undefined;
  /** Folder that a list's paths count from; default: looked for beside the list. */
  readonly images?: string | undefined;
  /** Part of the data set; default: `test` where there is one, else `val`, else everything. */
  readonly split?: string | undefined;
  readonly subset?: Subset | undefined;
  /** Id of the vocabulary whose decisions are taken from a record; default: the only one. */
  readonly ofVocabulary?: string | undefined;
  /** Whether nothing in a folder is taken for a list or record, which may name files elsewhere. */
  readonly onlyFolders?: boolean | undefined;
  /** Files of any kind in a folder, at most. */
  readonly mostFiles?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Keeps one half of the classes and their pictures, by the rule of CoOp and CoCoOp (Zhou et al.
 * 2022): the first half of the sorted class numbers, rounded up, is `base`, the rest `new`.
 */
export function takeSubset(set: LabelledSet, subset: Subset = "all"): LabelledSet {
  if (subset === "all") return set;
  const half = Math.ceil(set.classes.length / 2);
  const classes = subset === "base" ? set.classes.slice(0, half) : set.classes.slice(half);
  const kept = new Set(classes.map(keyOf));
  const photos = set.photos.filter(({ label, words }) => kept.has(words[0] ?? label));
  return { ...set, classes, photos };
}

/** What `LabelledPhoto.words` begins with for a picture of the class. */
function keyOf({ id, label }: ClassInput): string {
  return id ?? label;
}
