import type { NodeAPI } from "node-red";

import type { Embedder } from "../../../lib/clip/embedder";
import { TlacError, throwIfClosed } from "../../../lib/errors";
import { applyChanges, type Change } from "../../../lib/evaluation/proposals/change";
import type { Proposal } from "../../../lib/evaluation/proposals/proposal";
import { readPictureFile } from "../../../lib/evaluation/store/stored-pictures";
import { findClasses } from "../../../lib/examples/class-folders";
import { isInside } from "../../../lib/frame/allowed-path";
import { readFrames } from "../../../lib/frame/read-frames";
import {
  formatRow,
  formatVocabularyCsv,
  formatVocabularyList,
  type TextRow,
} from "../../../lib/vocabulary/format-vocabulary";
import { parseVocabulary } from "../../../lib/vocabulary/parse-vocabulary";
import type { Vocabulary } from "../../../lib/vocabulary/vocabulary";
import { findStore, settleExamples } from "../../runtime/examples/shared-examples";
import { cacheFolder, recordFolder } from "../../runtime/models/cache-folder";
import { dropMadeIds } from "../drop-made-ids";
import { withOptions } from "../lend-model";
import { Refusal } from "../reply";
import type { TestSettings } from "../test-settings";
import type { Reports } from "./reports";

/** The classes once a change is made. */
export interface ChangedClasses {
  /** As cells of the vocabulary's table. */
  readonly rows: readonly TextRow[];
  /** As a text that is read as the same: as simple as it can be. */
  readonly text: string;
}

/** Pictures that have become examples, and those that made room for them. */
export interface TaughtExamples {
  /** `<folder>/<name>` each. */
  readonly added: string[];
  readonly removed: string[];
  /** Ids that classes must keep from now on, because folders have them, by their position. */
  readonly ids: Readonly<Record<number, string>>;
}

/** What `restore` has against a picture that people have settled in another way since. */
const SETTLED = ["examples.gone", "examples.other-class"];

/** The change of one proposal in a report. Throws a `Refusal`. */
export async function findChange(
  reports: Reports,
  report: unknown,
  proposal: unknown,
): Promise<Change> {
  const proposals = JSON.parse(await reports.read(report, "proposals")) as readonly Proposal[];
  const found = proposals.find(({ id }) => id === proposal);
  if (!found) throw new Refusal("NOT_FOUND");
  return found.change;
}

/** Throws `BAD_CONFIG` where a class would have more names than it can. */
export function changeClasses(classes: unknown, change: Change): ChangedClasses {
  const changed = applyChanges(parseVocabulary(classes), [change]);
  const bare = dropMadeIds(changed.classes);
  return { rows: bare.map(formatRow), text: formatText(changed) };
}

function formatText(vocabulary: Vocabulary): string {
  const list = formatVocabularyList(vocabulary);
  const isWhole = parseVocabulary(list).digest === vocabulary.digest;
  return isWhole ? list : formatVocabularyCsv(vocabulary);
}

/**
 * Makes the photos of a change examples, as the node sees them: all of them, or none where one is
 * gone (`BAD_IMAGE`).
 *
 * @param id of the vocabulary, or of the node whose own classes they are
 */
export async function teachExamples(
  RED: NodeAPI,
  id: string,
  { vocabulary, model, frame: { roi } }: TestSettings,
  change: Change,
  signal: AbortSignal,
): Promise<TaughtExamples> {
  const photos = change.kind === "examples" ? change.photos : [];
  const store = findStore(RED, id);
  const taught = { added: [] as string[], removed: [] as string[] };
  const ids = new Map<number, string>();
  const teach = async (embedder: Embedder): Promise<void> => {
    for (const { class: written, file } of photos) {
      throwIfClosed(signal);
      const owner = findOwner(written, vocabulary);
      if (owner === undefined) continue;
      const bytes = await readPictureFile(file);
      // A record keeps the part of a picture that was judged.
      const isCut = isInside(recordFolder(RED), file);
      const { frames } = await readFrames(bytes, { ...(roi && !isCut && { roi }), signal });
      const [picture = bytes] = frames;
      const {
        added,
        file: kept,
        removed,
      } = await store.add(vocabulary, owner, picture, {
        getEmbedder: () => Promise.resolve(embedder),
        signal,
      });
      if (added) taught.added.push(kept);
      if (removed !== null) taught.removed.push(removed);
      ids.set(
        vocabulary.classes.findIndex((entry) => entry.id === owner),
        owner,
      );
    }
  };
  try {
    await withOptions(model ?? { model: "starter", cacheDir: cacheFolder(RED) }, teach);
  } catch (thrown) {
    // The first failure tells what is wrong.
    await forgetExamples(RED, id, vocabulary, taught).catch(() => undefined);
    throw thrown;
  }
  await settleExamples(RED, id);
  return { ...taught, ids: Object.fromEntries(ids) };
}

/** Takes back what `teachExamples` did; what people have changed since stays as they want it. */
export async function forgetExamples(
  RED: NodeAPI,
  id: string,
  vocabulary: Vocabulary,
  { added, removed }: Pick<TaughtExamples, "added" | "removed">,
): Promise<void> {
  const store = findStore(RED, id);
  const { classes } = await store.list(vocabulary);
  const kept = new Set([...classes.values()].flat().map(({ file }) => file));
  try {
    for (const file of added) if (kept.has(file)) await unlessSettled(store.remove(file));
    for (const file of removed) await unlessSettled(store.restore(vocabulary, file));
  } finally {
    await settleExamples(RED, id);
  }
}

async function unlessSettled(change: Promise<void>): Promise<void> {
  try {
    await change;
  } catch (thrown) {
    if (!(thrown instanceof TlacError) || !SETTLED.includes(thrown.key)) throw thrown;
  }
}

/** A class that was merged since is known by its name. */
function findOwner(id: string, vocabulary: Vocabulary): string | undefined {
  if (vocabulary.classes.some((entry) => entry.id === id)) return id;
  const owners = findClasses(id, vocabulary);
  return owners.length === 1 ? owners[0] : undefined;
}
