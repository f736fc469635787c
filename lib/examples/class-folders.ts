import { createHash } from "node:crypto";

import { foldNames } from "../vocabulary/class-names";
import { foldName } from "../vocabulary/fold-name";
import type { Vocabulary } from "../vocabulary/vocabulary";

/**
 * What a folder's name must not hold somewhere: path separators and what Windows refuses, control
 * and format characters, halves of a pair; and the two marks that are used here.
 */
const UNSAFE = /[<>:"/\\|?*%~\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** Devices of Windows, with or without an extension. */
const RESERVED = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$) *(?:\.|$)/i;

/** Bytes of UTF-8: eCryptfs allows 143, most others 255. */
const MOST_BYTES = 140;
const HASH_DIGITS = 12;

/**
 * The folder of a class: its id as it is, as far as that is one name in every file system. A
 * character that is none somewhere becomes `%` and four hex digits a UTF-16 unit. Where systems
 * disagree on what is equal (upper and lower case), and where a name would be too long and is cut,
 * `~` and a part of the id's SHA-256 follow.
 */
export function toFolderName(id: string): string {
  const composed = id === id.normalize("NFC");
  const characters = Array.from(id);
  const last = characters.length - 1;
  const escaped = characters.map((character, at) => {
    const atEdge =
      (at === 0 && (/^[. ]/.test(character) || RESERVED.test(id))) ||
      (at === last && /[. ]/.test(character));
    // macOS may tell a name in another composition than it was given.
    const unstable = !composed && character > "\u007f";
    return UNSAFE.test(character) || atEdge || unstable ? escapeUnits(character) : character;
  });
  const name = escaped.join("") || "%";
  if (Buffer.byteLength(name) > MOST_BYTES - HASH_DIGITS - 1) {
    return `${cut(escaped)}~${hashId(id)}`;
  }
  return isCaseless(name) ? name : `${name}~${hashId(id)}`;
}

/** The id that a folder stands for; null where it is not one of ours, or was cut. */
export function toClassId(folder: string): string | null {
  // A system that decomposes names gives them back decomposed.
  const [name = "", hash] = folder.normalize("NFC").split("~");
  const id = name
    .replace(/^%$/, "")
    .replace(/%([0-9a-f]{4})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  const ours = hash === undefined ? toFolderName(id) === name : hashId(id) === hash;
  return ours ? id : null;
}

/** Which class each folder is for. */
export interface FolderMatch {
  /** Class id by folder; several folders may be one class's. */
  readonly classIds: ReadonlyMap<string, string>;
  /** Folders that are for no class, or might be for several. */
  readonly unmatched: readonly string[];
}

/**
 * Matches folders to classes: by the name that we give them, else, for those that a person made,
 * by the id, label or an alias, folded. The id is nearer than a label, a label nearer than an alias.
 */
export function matchFolders(folders: readonly string[], vocabulary: Vocabulary): FolderMatch {
  const classIds = new Map<string, string>();
  const unmatched: string[] = [];
  for (const folder of folders) {
    const [owner, ...others] = findClasses(folder, vocabulary);
    if (owner !== undefined && others.length === 0) classIds.set(folder, owner);
    else unmatched.push(folder);
  }
  return { classIds, unmatched };
}

/**
 * The ids of the classes that a person's word for one may mean, by the same rule as `matchFolders`:
 * none, one, or several where it is a name of more than one.
 */
export function findClasses(word: string, vocabulary: Vocabulary): readonly string[] {
  return findOwners(word.normalize("NFC"), namesFor(vocabulary));
}

/** What folders of a vocabulary may be called; tables are made when the first folder needs them. */
interface FolderNames {
  readonly ids: ReadonlySet<string>;
  /** By the folder's name, those that were too long for one. */
  readonly cut: () => ReadonlyMap<string, string>;
  /** Ids by folded id, by folded label, by any folded name. */
  readonly folds: () => readonly ReadonlyMap<string, readonly string[]>[];
}

/** Folding ten thousand names takes some 100 ms, and folders are looked at often. */
const known = new WeakMap<Vocabulary, FolderNames>();

function namesFor(vocabulary: Vocabulary): FolderNames {
  const names = known.get(vocabulary) ?? createNames(vocabulary);
  known.set(vocabulary, names);
  return names;
}

function createNames(vocabulary: Vocabulary): FolderNames {
  const { classes } = vocabulary;
  return {
    ids: new Set(classes.map(({ id }) => id)),
    cut: once(() => new Map(classes.map(({ id }) => [toFolderName(id), id]))),
    folds: once(() => [
      group(classes.map(({ id }) => [foldName(id), id])),
      group(classes.map(({ id, label }) => [foldName(label), id])),
      group(
        [...foldNames(vocabulary, "names")].flatMap(([fold, positions]) =>
          positions.map((position) => [fold, classes[position]?.id ?? ""] as const),
        ),
      ),
    ]),
  };
}

function findOwners(name: string, { ids, cut, folds }: FolderNames): readonly string[] {
  const own = toClassId(name);
  if (own !== null && ids.has(own)) return [own];
  const whole = /~[0-9a-f]{12}$/.test(name) ? cut().get(name) : undefined;
  if (whole !== undefined) return [whole];
  if (ids.has(name)) return [name];
  const fold = foldName(name);
  // A name of nothing but marks stands for nothing.
  if (fold === "") return [];
  return (
    folds()
      .find((table) => table.has(fold))
      ?.get(fold) ?? []
  );
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

function escapeUnits(character: string): string {
  return character
    .split("")
    .map((unit) => `%${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");
}

/** Whether every system takes the name for itself only: full case folding changes nothing. */
function isCaseless(name: string): boolean {
  return name.toLowerCase() === name && name.toUpperCase().toLowerCase() === name;
}

/** As many of the pieces as fit, none of them halved. */
function cut(pieces: readonly string[]): string {
  let room = MOST_BYTES - HASH_DIGITS - 1;
  const end = pieces.findIndex((piece) => (room -= Buffer.byteLength(piece)) < 0);
  return pieces.slice(0, end < 0 ? pieces.length : end).join("");
}

function hashId(id: string): string {
  // UTF-16, because an id may hold half a pair, which UTF-8 has no form for.
  return createHash("sha256").update(id, "utf16le").digest("hex").slice(0, HASH_DIGITS);
}

function group(pairs: readonly (readonly [string, string])[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const [fold, id] of pairs) {
    const ids = groups.get(fold);
    if (ids) ids.push(id);
    else groups.set(fold, [id]);
  }
  return groups;
}
