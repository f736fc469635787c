import type { Dirent } from "node:fs";
import { open, opendir, stat } from "node:fs/promises";
import path from "node:path";

import { TlacError, throwIfClosed } from "../errors";
import { sniffType, type FileType } from "./formats/sniff-type";

/** A file of a folder that is no picture. */
export interface OtherFile {
  readonly file: string;
  /** What it is, such as "text"; empty where that is not known. */
  readonly kind: string;
}

export interface FoundPictures {
  /** In the order of their names. */
  readonly pictures: readonly string[];
  readonly others: readonly OtherFile[];
}

/** Many times as fast as `localeCompare`. */
const BY_NAME = new Intl.Collator();

const ENTRIES_AT_ONCE = 256;

/** Bytes that tell a file's type. */
const HEAD_BYTES = 4096;

/** Endings that claim a photo: one whose content is no picture is tried, and fails with the reason. */
const CLAIMS = /\.(?:jpe?g|jpe|jfif|png|webp|gif|tiff?|bmp|avif|heic|heif)$/i;

/** What we cannot decode, and yet is a picture: it is tried, and the reason tells how to convert it. */
const PICTURES = /^frame\.convert(?:-heic|-raw|-dicom|-vector)?$/;

export interface FindOptions {
  readonly signal?: AbortSignal | undefined;
  /** Files of any kind and folders below the folder; one more ends the search. */
  readonly mostFiles?: number | undefined;
}

/** What lies below a folder and is none itself, or is one that cannot be read. */
interface Place {
  readonly file: string;
  readonly unreadable?: boolean;
}

/**
 * The pictures below a folder, searched to the bottom and told by their content, whatever their
 * names. Throws `BAD_CONFIG` as soon as there are too many files, `CLOSED`, and what the file system
 * throws for the folder itself.
 */
export async function findPictures(
  folder: string,
  options: FindOptions = {},
): Promise<FoundPictures> {
  const pictures: string[] = [];
  const others: OtherFile[] = [];
  const list = createLister(folder, options);
  for await (const { file, unreadable } of walk(folder, await list(folder), list)) {
    throwIfClosed(options.signal);
    const stats = unreadable ? null : await stat(file).catch(() => null);
    // A link to a folder, which may lead back to where it lies.
    if (stats?.isDirectory()) continue;
    // A link into nowhere; a pipe, which would be waited for.
    if (!stats?.isFile()) {
      others.push({ file, kind: "" });
      continue;
    }
    const type = await readType(file);
    const isPicture = type === "unreadable" || (type !== null && isPhoto(type));
    if (isPicture || CLAIMS.test(file)) pictures.push(file);
    else others.push({ file, kind: type?.name ?? "" });
  }
  return { pictures, others };
}

type List = (folder: string) => Promise<Dirent[]>;

/** Reads folders, one after another and in the order of names, until all together hold too much. */
function createLister(root: string, { signal, mostFiles = Infinity }: FindOptions): List {
  let left = mostFiles;
  return async (folder) => {
    throwIfClosed(signal);
    const entries: Dirent[] = [];
    for await (const entry of await opendir(folder, { bufferSize: ENTRIES_AT_ONCE })) {
      throwIfClosed(signal);
      if (--left < 0) {
        const params = { folder: root, most: mostFiles };
        throw new TlacError("BAD_CONFIG", "frame.too-many-files", params);
      }
      entries.push(entry);
    }
    return entries.sort((a, b) => BY_NAME.compare(a.name, b.name));
  };
}

async function* walk(
  folder: string,
  entries: readonly Dirent[],
  list: List,
): AsyncGenerator<Place> {
  for (const entry of entries) {
    const file = path.join(folder, entry.name);
    if (!entry.isDirectory()) {
      yield { file };
      continue;
    }
    const below = await list(file).catch((thrown: unknown) => {
      if (thrown instanceof TlacError) throw thrown;
      return null;
    });
    if (below) yield* walk(file, below, list);
    else yield { file, unreadable: true };
  }
}

function isPhoto({ hint }: FileType): boolean {
  return hint === undefined || PICTURES.test(hint);
}

/** A file that cannot be opened is tried again as a photo, and fails with the reason. */
async function readType(file: string): Promise<FileType | null | "unreadable"> {
  try {
    const handle = await open(file);
    try {
      const head = Buffer.alloc(HEAD_BYTES);
      const { bytesRead } = await handle.read(head, 0, HEAD_BYTES, 0);
      return sniffType(head.subarray(0, bytesRead));
    } finally {
      await handle.close();
    }
  } catch {
    return "unreadable";
  }
}
