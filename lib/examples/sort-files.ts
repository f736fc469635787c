import type { Vocabulary } from "../vocabulary/vocabulary";
import { matchFolders } from "./class-folders";
import type { UnmatchedFolder } from "./example-set";
import type { BrokenExample, FolderScan, FoundFile } from "./scan-folder";

/** What lies below the root, by class id; classes without a picture are left out. */
export interface ExampleList {
  readonly classes: ReadonlyMap<string, readonly FoundFile[]>;
  readonly unmatched: readonly UnmatchedFolder[];
  readonly broken: readonly BrokenExample[];
}

/** The files by class, those of several folders together. */
export function sortByClass(
  { folders, files, broken }: FolderScan,
  vocabulary: Vocabulary,
): ExampleList {
  const match = matchFolders(folders, vocabulary);
  const classes = new Map<string, FoundFile[]>();
  const counts = new Map(match.unmatched.map((folder) => [folder, 0]));
  for (const found of files) {
    const owner = match.classIds.get(found.folder);
    if (owner === undefined) {
      counts.set(found.folder, (counts.get(found.folder) ?? 0) + 1);
      continue;
    }
    const mine = classes.get(owner);
    if (mine) mine.push(found);
    else classes.set(owner, [found]);
  }
  const unmatched = [...counts].map(([folder, pictures]) => ({ folder, pictures }));
  return { classes, unmatched, broken };
}

/** A content counts once for its class, and for none where it lies with two. */
export function settleContents<T extends { readonly file: string; readonly hash: string }>(
  pictures: readonly T[],
  owners: ReadonlyMap<string, string>,
  vocabulary: Vocabulary,
): { rows: (T & { classId: string })[]; contested: BrokenExample[] } {
  const byContent = new Map<string, (T & { classId: string })[]>();
  for (const picture of pictures) {
    const row = { ...picture, classId: owners.get(picture.file) ?? "" };
    const same = byContent.get(picture.hash);
    if (same) same.push(row);
    else byContent.set(picture.hash, [row]);
  }
  const rows: (T & { classId: string })[] = [];
  const contested: BrokenExample[] = [];
  for (const same of byContent.values()) {
    const ids = [...new Set(same.map(({ classId }) => classId))];
    if (ids.length === 1) {
      rows.push(...same.slice(0, 1));
      continue;
    }
    const params = { labels: ids.map((id) => labelOf(vocabulary, id)).join(", ") };
    for (const { file } of same) {
      contested.push({ file, reason: { key: "examples.two-classes", params } });
    }
  }
  return { rows, contested };
}

export function labelOf({ classes }: Vocabulary, id: string): string {
  return classes.find((entry) => entry.id === id)?.label ?? id;
}
