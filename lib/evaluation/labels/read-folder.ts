import path from "node:path";

import { toClassId } from "../../examples/class-folders";
import { findPictures } from "../../frame/find-pictures";
import type { Phrase } from "../../i18n/catalogue";
import type { LabelledPhoto, LabelledSet, LabelOptions } from "./labelled-set";
import { chooseSplit, toSplit } from "./splits";
import {
  findWordnetNames,
  isWordnetId,
  readWordnetNames,
  type WordnetNames,
} from "./wordnet-names";

/** A picture's place below the folder that was named. */
interface Place {
  readonly file: string;
  readonly name: string;
  /** Folders and the file's name, without those that say nothing of the class. */
  readonly parts: readonly string[];
}

/** Folders that only hold the class folders. */
const CONTAINERS = new Set(["images", "image", "img", "imgs", "data", "photos", "pictures"]);

/**
 * A folder of class folders, with or without `train`, `val` and `test` above them, by names or by
 * WordNet ids; or pictures whose file names say what they show, `x_the_name.jpg`.
 */
export async function readLabelledFolder(
  folder: string,
  options: LabelOptions,
): Promise<LabelledSet> {
  const root = path.resolve(folder);
  const { pictures, others } = await findPictures(root, options);
  const places = pictures.flatMap((file): Place[] => {
    const parts = path.relative(root, file).split(path.sep);
    // What programs keep beside the pictures, such as removed ones.
    if (parts.some((part) => part.startsWith("."))) return [];
    return [{ file, name: parts.join("/"), parts }];
  });
  const inside = dropContainers(places);
  const chosen = takeSplit(inside, options.split);
  const inFolders = chosen.filter(({ parts }) => parts.length > 1);
  const words = inFolders.length > 0 ? folderWord : fileWord;
  const labelled = chosen.flatMap((place) => {
    const word = words(place);
    return word === undefined ? [] : [{ ...place, word }];
  });
  const isLabelled = new Set(labelled.map(({ name }) => name));
  const found = new Set(labelled.map(({ word }) => word));
  const names = await namesOf([...found], root, options.names);
  const notes: Phrase[] = [];
  if (!names && [...found].some(isWordnetId)) notes.push({ key: "evaluation.note-wordnet" });
  return {
    photos: labelled.map(({ file, name, word }): LabelledPhoto => ({
      ...{ file, name },
      ...describe(word, names),
    })),
    classes: listClasses(found, names),
    unlabelled: chosen.flatMap(({ name }) => (isLabelled.has(name) ? [] : [name])),
    others: others.filter(({ file }) => !isHidden(path.relative(root, file))),
    notes,
  };
}

function isHidden(place: string): boolean {
  return place.split(path.sep).some((part) => part.startsWith("."));
}

/** Without a first folder that all pictures share and that is no class. */
function dropContainers(places: readonly Place[]): readonly Place[] {
  const [first = ""] = places[0]?.parts ?? [];
  const shared =
    CONTAINERS.has(first.toLowerCase()) &&
    places.every(({ parts }) => parts.length > 1 && parts[0] === first);
  return shared ? dropContainers(places.map(withoutFirst)) : places;
}

/** One part of the data set, where all pictures lie in folders of parts that hold class folders. */
function takeSplit(places: readonly Place[], wanted: string | undefined): readonly Place[] {
  const isParted = (place: Place): boolean =>
    place.parts.length > 2 && toSplit(place.parts[0] ?? "") !== undefined;
  const parted = places.length > 0 && places.every(isParted);
  const splitOf = ({ parts }: Place): string => toSplit(parts[0] ?? "") ?? "";
  const split = chooseSplit(new Set(parted ? places.map(splitOf) : []), wanted);
  if (!parted) return places;
  return places
    .filter((place) => split === undefined || splitOf(place) === split)
    .map(withoutFirst);
}

function withoutFirst(place: Place): Place {
  return { ...place, parts: place.parts.slice(1) };
}

function folderWord({ parts }: Place): string | undefined {
  return parts.length > 1 ? parts[0] : undefined;
}

/** What stands behind the first underscore; a number there counts pictures and names nothing. */
function fileWord({ parts }: Place): string | undefined {
  const { name } = path.parse(parts.at(-1) ?? "");
  const [, first = "", rest = ""] = /^([^_]*)_+(.+)$/.exec(name) ?? [];
  if (/\p{L}/u.test(rest)) return rest;
  return isWordnetId(first) ? first : undefined;
}

async function namesOf(
  words: readonly string[],
  root: string,
  file: string | undefined,
): Promise<WordnetNames | null> {
  if (file !== undefined) return readWordnetNames(file);
  return words.some(isWordnetId) ? findWordnetNames(root) : null;
}

function describe(
  word: string,
  names: WordnetNames | null,
): Pick<LabelledPhoto, "label" | "words"> {
  const known = names?.get(word);
  if (known?.[0]) return { label: known[0], words: [word, ...known] };
  const label = toLabel(word);
  return { label, words: [...new Set([word, label])] };
}

/** Folders of the example store are ids with escapes; people put underscores for spaces. */
function toLabel(word: string): string {
  return (toClassId(word) ?? word).replaceAll("_", " ").trim() || word;
}

/** With the ids of a names file where the words are WordNet's; else in the order of the names. */
function listClasses(
  found: ReadonlySet<string>,
  names: WordnetNames | null,
): LabelledSet["classes"] {
  const order = names ? [...names.keys()].filter((id) => found.has(id)) : [];
  const rest = [...found].filter((word) => !names?.has(word)).sort((a, b) => a.localeCompare(b));
  return [...order, ...rest].map((word) => {
    const { label, words } = describe(word, names);
    return { id: word, label, aliases: words.slice(1).filter((name) => name !== label) };
  });
}
