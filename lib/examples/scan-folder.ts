import { createHash } from "node:crypto";
import type { Dirent } from "node:fs";
import { opendir, stat } from "node:fs/promises";
import path from "node:path";

import { throwIfClosed, toError } from "../errors";
import type { Phrase } from "../i18n/catalogue";

/** A file in a class's folder, which may be a picture or not. */
export interface FoundFile {
  /** `<folder>/<name>`, as the system spells both. */
  readonly file: string;
  readonly folder: string;
  readonly bytes: number;
  /** ms since 1970. */
  readonly modified: number;
  /** The same, of its last move too. */
  readonly changed: number;
  /** Size and times: another content has another stamp. */
  readonly stamp: string;
}

/** What could not be read or was left out, and why. */
export interface BrokenExample {
  /** `<folder>/<name>`, or a folder. */
  readonly file: string;
  readonly reason: Phrase;
}

/** The folders and files below a root, in the order of names. */
export interface FolderScan {
  readonly folders: readonly string[];
  readonly files: readonly FoundFile[];
  readonly broken: readonly BrokenExample[];
  /** Changes with any name, size or time. */
  readonly signature: string;
}

/** Pictures that are read, in all and of one folder; their vectors take some 50 MB. */
const MOST_FILES = 10_000;
const MOST_OF_FOLDER = 1_000;

/** Names that are looked at in one folder, so that a folder of millions costs no memory. */
const MOST_NAMES = 50_000;

/** Questions to the file system at a time, of the four threads that all of Node has for it. */
const BATCH = 16;

/** What file managers leave behind in any folder, beside names that begin with a dot. */
const LITTER = new Set(["thumbs.db", "desktop.ini", "ehthumbs.db", "@eadir"]);

/**
 * Lists the class folders below `root` with their files, without reading any. A root that is not
 * there is empty. Throws `CLOSED` only.
 */
export async function scanFolder(root: string, signal?: AbortSignal): Promise<FolderScan> {
  const broken: BrokenExample[] = [];
  const folders = await listNames(root, "", broken, (entry) =>
    entry.isSymbolicLink() ? isFolder(path.join(root, entry.name)) : entry.isDirectory(),
  );
  const most = Math.max(1, Math.min(MOST_OF_FOLDER, Math.floor(MOST_FILES / folders.length)));
  const files: FoundFile[] = [];
  for (const folder of folders) {
    throwIfClosed(signal);
    const place = path.join(root, folder);
    const names = await listNames(place, folder, broken, (entry) => !entry.isDirectory());
    if (names.length > most) {
      const params = { count: names.length, most };
      broken.push({ file: folder, reason: { key: "examples.too-many", params } });
    }
    files.push(...(await statAll(root, folder, names.slice(0, most))));
  }
  return { folders, files, broken, signature: sign(folders, files, broken) };
}

async function listNames(
  folder: string,
  shown: string,
  broken: BrokenExample[],
  wants: (entry: Dirent) => boolean | Promise<boolean>,
): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const entry of await opendir(folder)) {
      const { name } = entry;
      if (name.startsWith(".") || LITTER.has(name.toLowerCase())) continue;
      if (await wants(entry)) names.push(name);
      if (names.length >= MOST_NAMES) break;
    }
  } catch (thrown) {
    const error: NodeJS.ErrnoException = toError(thrown);
    // Not made yet, or removed while we looked.
    if (error.code !== "ENOENT") {
      const params = { folder, reason: error.message };
      broken.push({ file: shown, reason: { key: "examples.folder-unreadable", params } });
    }
  }
  return names.sort();
}

async function statAll(
  root: string,
  folder: string,
  names: readonly string[],
): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  for (let from = 0; from < names.length; from += BATCH) {
    const batch = names.slice(from, from + BATCH).map(async (name): Promise<FoundFile | null> => {
      // A link counts as what it leads to.
      const stats = await stat(path.join(root, folder, name)).catch(() => null);
      if (!stats || stats.isDirectory()) return null;
      const { size, mtimeMs, ctimeMs } = stats;
      const stamp = `${size}-${mtimeMs}-${ctimeMs}`;
      const times = { modified: mtimeMs, changed: ctimeMs };
      return { file: `${folder}/${name}`, folder, bytes: size, ...times, stamp };
    });
    for (const file of await Promise.all(batch)) if (file) found.push(file);
  }
  return found;
}

async function isFolder(place: string): Promise<boolean> {
  return stat(place).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}

function sign(
  folders: readonly string[],
  files: readonly FoundFile[],
  broken: readonly BrokenExample[],
): string {
  const hash = createHash("sha256");
  hash.update(JSON.stringify([folders, broken]));
  for (const { file, stamp } of files) hash.update(`${JSON.stringify(file)} ${stamp}\n`);
  return hash.digest("base64");
}
