import { readFile } from "node:fs/promises";
import path from "node:path";

import { isRecord } from "../basics/is-record";
import { writeWholeFile } from "../basics/write-whole-file";
import { TlacError } from "../errors";
import { readFileFacts } from "./file-facts";
import { isCommit, type Preset } from "./presets";

/** What is known of a downloaded folder: where its files come from and what they are. */
export interface Manifest {
  /** Commit of the repository that all files are of; null before the hub has told. */
  readonly commit: string | null;
  /** SHA-256 of each file, hex, as it was when it came. */
  readonly files: Readonly<Record<string, string>>;
}

/** Lies beside the model's files. */
export const MANIFEST_FILE = "tlac-manifest.json";

/** What an earlier download or load has noted; a missing or damaged manifest knows nothing. */
export async function readManifest(folder: string): Promise<Manifest> {
  const text = await readFile(path.join(folder, MANIFEST_FILE), "utf8").catch(() => "");
  try {
    const value: unknown = JSON.parse(text);
    const { commit, files } = isRecord(value) ? value : {};
    return {
      commit: isCommit(commit) ? commit : null,
      files: Object.fromEntries(
        Object.entries(isRecord(files) ? files : {}).filter(
          (entry): entry is [string, string] => typeof entry[1] === "string",
        ),
      ),
    };
  } catch {
    return { commit: null, files: {} };
  }
}

/** Adds to the manifest what has been learnt. */
export async function extendManifest(
  folder: string,
  { commit, files = {} }: Partial<Manifest>,
): Promise<void> {
  const known = await readManifest(folder);
  const manifest: Manifest = {
    commit: known.commit ?? commit ?? null,
    files: { ...known.files, ...files },
  };
  await writeWholeFile(path.join(folder, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** SHA-256 that a file must have: of the package's own record, else of its first download. */
export function expectedDigest(
  preset: Preset,
  manifest: Manifest,
  file: string,
): string | undefined {
  return preset.digests?.[file] ?? manifest.files[file];
}

/**
 * Checks that the files of a preset are the ones that belong there, and notes those of which
 * nothing is known yet: what was trusted once must not change unseen. Throws
 * `EMBEDDER_UNAVAILABLE`.
 */
export async function verifyFiles(
  preset: Preset,
  folder: string,
  files: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  const manifest = await readManifest(folder);
  const learnt: Record<string, string> = {};
  for (const file of files) {
    const { digest } = await readFileFacts(path.join(folder, file), signal);
    const expected = expectedDigest(preset, manifest, file);
    if (expected === undefined) learnt[file] = digest;
    else if (digest !== expected) {
      const pinned = preset.digests?.[file] !== undefined;
      throw new TlacError(
        "EMBEDDER_UNAVAILABLE",
        pinned ? "clip.file-unknown" : "clip.file-changed",
        {
          file: path.join(folder, file),
          expected,
          actual: digest,
          repo: preset.repo ?? preset.name,
          revision: preset.revision,
          manifest: path.join(folder, MANIFEST_FILE),
        },
      );
    }
  }
  // A folder that cannot be written, such as a read-only share, is used all the same.
  if (Object.keys(learnt).length > 0) {
    await extendManifest(folder, { files: learnt }).catch(() => undefined);
  }
}
