import { open, readdir, stat } from "node:fs/promises";
import path from "node:path";

import { throwIfClosed, toError } from "../errors";
import { sniffType, type FileType } from "../frame/formats/sniff-type";
import type { Phrase } from "../i18n/catalogue";
import { UsageError } from "./usage-error";

/** What a command was pointed at. */
export interface PhotoList {
  readonly photos: readonly string[];
  /** Files of folders that are no photos. */
  readonly leftOut: readonly LeftOut[];
}

interface LeftOut {
  readonly file: string;
  /** What it is, such as "text"; empty where that is not known. */
  readonly kind: string;
}

/** Bytes that tell a file's type. */
const HEAD_BYTES = 4096;

/** Endings that claim a photo: one whose content is no picture is tried, and fails with the reason. */
const CLAIMS = /\.(?:jpe?g|jpe|jfif|png|webp|gif|tiff?|bmp|avif|heic|heif)$/i;

/** What we cannot decode, and yet is a picture: it is tried, and the reason tells how to convert it. */
const PICTURES = /^frame\.convert(?:-heic|-raw|-dicom|-vector)?$/;

const MOST_NAMED = 20;

/**
 * The photos behind files and folders (searched to the bottom), folders in the order of names. A
 * file of a folder is a photo by its content, whatever its name; a file that is named is always
 * tried. Throws `CLOSED`.
 */
export async function listPhotos(
  places: readonly string[],
  signal?: AbortSignal,
): Promise<PhotoList> {
  const photos: string[] = [];
  const leftOut: LeftOut[] = [];
  for (const place of places) {
    const stats = await stat(place).catch((thrown: unknown) => {
      throw new UsageError("cli.no-such-file", { file: place, reason: toError(thrown).message });
    });
    if (!stats.isDirectory()) {
      photos.push(place);
      continue;
    }
    const found = await listFolder(place, signal);
    if (found.photos.length === 0) {
      const others = nameLeftOut(found.leftOut) ?? { key: "cli.nothing-else" };
      throw new UsageError("cli.no-photos", { folder: place, others });
    }
    photos.push(...found.photos);
    leftOut.push(...found.leftOut);
  }
  return { photos, leftOut };
}

/** How many files were left out and which; undefined where there are none. */
export function nameLeftOut(files: readonly LeftOut[]): Phrase | undefined {
  if (files.length === 0) return undefined;
  const names = files
    .slice(0, MOST_NAMED)
    .map(({ file, kind }) => (kind ? `${file} (${kind})` : file))
    .join(", ");
  const key = files.length > MOST_NAMED ? "cli.left-out-more" : "cli.left-out";
  return { key, params: { count: files.length, names, more: files.length - MOST_NAMED } };
}

async function listFolder(folder: string, signal: AbortSignal | undefined): Promise<PhotoList> {
  const photos: string[] = [];
  const leftOut: LeftOut[] = [];
  const entries = await readdir(folder, { recursive: true });
  for (const entry of entries.sort((a, b) => a.localeCompare(b))) {
    throwIfClosed(signal);
    const file = path.join(folder, entry);
    const stats = await stat(file).catch(() => null);
    if (stats?.isDirectory()) continue;
    // A link into nowhere; a pipe, which would be waited for.
    if (!stats?.isFile()) {
      leftOut.push({ file, kind: "" });
      continue;
    }
    const type = await readType(file);
    const isPicture = type === "unreadable" || (type !== null && isPhoto(type));
    if (isPicture || CLAIMS.test(file)) photos.push(file);
    else leftOut.push({ file, kind: type?.name ?? "" });
  }
  return { photos, leftOut };
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
