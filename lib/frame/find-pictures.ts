import { open, readdir, stat } from "node:fs/promises";
import path from "node:path";

import { throwIfClosed } from "../errors";
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

/** Bytes that tell a file's type. */
const HEAD_BYTES = 4096;

/** Endings that claim a photo: one whose content is no picture is tried, and fails with the reason. */
const CLAIMS = /\.(?:jpe?g|jpe|jfif|png|webp|gif|tiff?|bmp|avif|heic|heif)$/i;

/** What we cannot decode, and yet is a picture: it is tried, and the reason tells how to convert it. */
const PICTURES = /^frame\.convert(?:-heic|-raw|-dicom|-vector)?$/;

/**
 * The pictures below a folder, searched to the bottom and told by their content, whatever their
 * names. Throws `CLOSED`, and what the file system throws for the folder itself.
 */
export async function findPictures(folder: string, signal?: AbortSignal): Promise<FoundPictures> {
  const pictures: string[] = [];
  const others: OtherFile[] = [];
  const entries = await readdir(folder, { recursive: true });
  for (const entry of entries.sort((a, b) => a.localeCompare(b))) {
    throwIfClosed(signal);
    const file = path.join(folder, entry);
    const stats = await stat(file).catch(() => null);
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
