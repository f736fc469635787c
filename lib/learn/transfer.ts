import { isRecord, type UnknownRecord } from "../basics/is-record";
import { TlacError } from "../errors";
import type { Vocabulary } from "../vocabulary/vocabulary";
import type { Learner } from "./learner";
import { isLearnEntry, type LearnEntry } from "./lessons";

/** The first line of a file of what was learned. */
const HEADER = { kind: "tlac-learned", version: 1 } as const;

/** Characters of one line: a picture of an example has some 100,000. */
const MOST_LINE = 30_000_000;

/** Lessons that are taken over in one write. */
const BATCH = 1_000;

/** What an import has taken over. */
export interface Imported {
  readonly lessons: number;
  readonly pictures: number;
  /** Pictures that were left out, and lines that are none of ours. */
  readonly leftOut: number;
}

/**
 * All that was learned as the lines of one file, for another plant: the lessons, and the examples
 * with their pictures. Throws what the file system throws.
 */
export async function* exportLearned(learner: Learner, typed: Vocabulary): AsyncGenerator<string> {
  yield toLine({ ...HEADER, time: new Date().toISOString() });
  for (const entry of (await learner.readLessons()).entries) yield toLine(entry);
  const { classes } = await learner.examples.list(typed);
  for (const [id, files] of classes) {
    for (const { file } of files) {
      const bytes = await learner.examples.readFile(file).catch(() => null);
      if (!bytes) continue;
      yield toLine({ kind: "picture", class: id, jpeg: Buffer.from(bytes).toString("base64") });
    }
  }
}

/**
 * Takes over what another plant exported; what is there already is left as it is, so that a file
 * can be read twice and in parts. Throws `BAD_MESSAGE` where it is no such file, and `BAD_CONFIG`
 * where it cannot be written.
 */
export async function importLearned(
  learner: Learner,
  typed: Vocabulary,
  lines: Iterable<string> | AsyncIterable<string>,
  signal?: AbortSignal,
): Promise<Imported> {
  let lessons = 0;
  let pictures = 0;
  let leftOut = 0;
  let entries: LearnEntry[] = [];
  const take = async (): Promise<void> => {
    if (entries.length > 0) lessons += await learner.takeOver(entries);
    entries = [];
  };
  let isOurs = false;
  for await (const line of lines) {
    if (line.trim() === "") continue;
    const entry = line.length > MOST_LINE ? null : parse(line);
    if (!isOurs) {
      if (entry?.kind !== HEADER.kind || entry.version !== HEADER.version) {
        throw new TlacError("BAD_MESSAGE", "learn.bad-file");
      }
      isOurs = true;
    } else if (isLearnEntry(entry)) {
      entries.push(entry);
      if (entries.length === BATCH) await take();
    } else if (entry?.kind === "picture") {
      if (await addPicture(learner, typed, entry, signal)) pictures += 1;
      else leftOut += 1;
    } else leftOut += 1;
  }
  if (!isOurs) throw new TlacError("BAD_MESSAGE", "learn.bad-file");
  await take();
  return { lessons, pictures, leftOut };
}

async function addPicture(
  { examples }: Learner,
  typed: Vocabulary,
  { class: id, jpeg }: UnknownRecord,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  if (typeof id !== "string" || typeof jpeg !== "string") return false;
  if (!typed.classes.some((entry) => entry.id === id)) return false;
  try {
    const bytes = Buffer.from(jpeg, "base64");
    await examples.add(typed, id, bytes, { asTheyAre: true, ...(signal ? { signal } : {}) });
    return true;
  } catch (thrown) {
    // One that is no picture, or another class's here, is left out; a full disk ends the import.
    const isOne =
      thrown instanceof TlacError && (thrown.code === "BAD_IMAGE" || thrown.code === "BAD_MESSAGE");
    if (!isOne) throw thrown;
    return false;
  }
}

function toLine(entry: object): string {
  return `${JSON.stringify(entry)}\n`;
}

function parse(line: string): UnknownRecord | null {
  try {
    const entry: unknown = JSON.parse(line);
    return isRecord(entry) ? entry : null;
  } catch {
    return null;
  }
}
