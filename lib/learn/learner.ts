import { randomUUID } from "node:crypto";
import path from "node:path";

import type { Embedder } from "../clip/embedder";
import { TlacError } from "../errors";
import { findClasses } from "../examples/class-folders";
import type { ExampleStore } from "../examples/example-store";
import { foldName } from "../vocabulary/fold-name";
import type { Vocabulary } from "../vocabulary/vocabulary";
import { applyLearned } from "./apply-learned";
import { deriveLearned, type HeldWord, type Learned, type LearnedName } from "./learned-names";
import { LessonJournal } from "./lesson-journal";
import type { Lesson, LessonExample } from "./lessons";
import type { Lessons } from "./lessons-in-force";

/** What is said to be right, and by whom. */
export interface Correction {
  /** Class id; null: none of the classes; absent: only that the decision was wrong. */
  readonly correct?: string | null;
  /** Who says so; may be empty. */
  readonly who: string;
}

/** The decision that it is said of. */
export interface Subject {
  readonly decision: string;
  /** The class that was decided; null: it was left to a person. */
  readonly chosen: string | null;
  /** What the LMM called it first; null: nothing. */
  readonly word: string | null;
  /** Null: none was kept. */
  readonly picture: Uint8Array | null;
}

export interface TeachOptions {
  /** Asked for only where a class has more pictures than it keeps. */
  readonly getEmbedder?: () => Promise<Embedder>;
  /** Every so many confirmed pictures one is kept out to test what was learned (10); 0: none. */
  readonly holdOutEvery?: number;
  readonly signal?: AbortSignal;
}

/** One thing that counts from now on, or no longer does. */
export interface Change {
  /** `test`: a picture that is kept out of what is learned. */
  readonly kind: LearnedName["kind"] | "example" | "test";
  readonly class: string;
  /** The name, or the picture's file; empty for `test`. */
  readonly name: string;
  readonly gone: boolean;
}

/** What a correction, or taking it back, has changed. */
export interface Taught {
  readonly lesson: Lesson;
  readonly changes: readonly Change[];
  /** The lesson's word, where it teaches nothing because people say different things of it. */
  readonly held: HeldWord | null;
}

const HOLD_OUT_EVERY = 10;

const MOST_WHO = 100;
const MOST_WORD = 200;

/**
 * What people teach one vocabulary: pictures become examples, and words of the LMM names and
 * not-words. Everything follows from the lessons that stand, so that taking one back leaves nothing.
 */
export class Learner {
  private readonly journal: LessonJournal;
  private changing: Promise<unknown> = Promise.resolve();
  private readonly derived = new WeakMap<
    Lessons,
    Map<string, { readonly learned: Learned; readonly vocabulary: Vocabulary }>
  >();

  /** `folder`: the vocabulary's, under which `examples` has its pictures. Touches nothing. */
  constructor(
    readonly folder: string,
    readonly examples: ExampleStore,
  ) {
    this.journal = new LessonJournal(path.join(folder, "lessons.jsonl"));
  }

  /** All lessons and settlements. Throws what the file system throws. */
  readLessons(): Promise<Lessons> {
    return this.journal.read();
  }

  /** What was learned, as the typed vocabulary leaves room for it. */
  async readLearned(typed: Vocabulary): Promise<Learned> {
    return this.learnedFrom(await this.journal.read(), typed);
  }

  /** What these lessons come to, as the typed vocabulary leaves room for it. */
  learnedFrom(lessons: Lessons, typed: Vocabulary): Learned {
    return this.derive(lessons, typed).learned;
  }

  /** The typed vocabulary with what was learned. */
  async extend(typed: Vocabulary): Promise<Vocabulary> {
    return this.derive(await this.journal.read(), typed).vocabulary;
  }

  /**
   * Teaches what is right. A second word on one decision takes the place of the first. Throws
   * `BAD_MESSAGE` (no such class), `BAD_IMAGE`, `BAD_CONFIG` (cannot be written), `CLOSED`; nothing
   * is changed then.
   */
  teach(
    subject: Subject,
    { correct, who }: Correction,
    typed: Vocabulary,
    options: TeachOptions = {},
  ): Promise<Taught> {
    return this.inTurn(async () => {
      if (typeof correct === "string" && !typed.classes.some(({ id }) => id === correct)) {
        throw new TlacError("BAD_MESSAGE", "learn.no-class", { name: correct.slice(0, MOST_WORD) });
      }
      const before = await this.journal.read();
      const prior = before.of(subject.decision).at(-1);
      if (prior && prior.correct === correct) {
        return { lesson: prior, changes: [], held: this.findHeld(prior, before, typed) };
      }
      const heldOut =
        typeof correct === "string" &&
        subject.picture !== null &&
        (prior?.heldOut ?? isTurnToHoldOut(before, options.holdOutEvery));
      if (prior) await this.withdraw(prior, before, typed);
      let kept: Pick<Lesson, "example" | "contested"> = { example: null };
      try {
        if (typeof correct === "string" && subject.picture && !heldOut) {
          kept = await this.keepExample(subject.picture, correct, typed, options);
        }
        const lesson: Lesson = {
          kind: "lesson",
          id: randomUUID(),
          time: new Date().toISOString(),
          decision: subject.decision,
          ...(correct === undefined ? {} : { correct }),
          who: who.slice(0, MOST_WHO),
          chosen: subject.chosen,
          word: subject.word?.slice(0, MOST_WORD) ?? null,
          heldOut,
          ...kept,
        };
        const after = await this.journal.append([lesson]);
        return this.compare(lesson, before, after, typed);
      } catch (thrown) {
        if (kept.example) await this.dropExample(kept.example, typed);
        if (prior?.example?.added) await this.restore(prior.example.file, typed);
        throw thrown;
      }
    });
  }

  /**
   * Takes a lesson back: everything is as if it had never been taught. `id`: the lesson's, or its
   * decision's for the one in force. Throws `BAD_MESSAGE` where there is none, and `BAD_CONFIG`.
   */
  undo(id: string, who: string, typed: Vocabulary): Promise<Taught> {
    return this.inTurn(async () => {
      const before = await this.journal.read();
      const lesson = before.find(id);
      if (!lesson) throw new TlacError("BAD_MESSAGE", "learn.no-lesson", { id: id.slice(0, 100) });
      const after = await this.journal.append([
        {
          kind: "undo",
          id: randomUUID(),
          time: new Date().toISOString(),
          lesson: lesson.id,
          who: who.slice(0, MOST_WHO),
        },
      ]);
      if (before.isInForce(lesson)) {
        await this.withdraw(lesson, before, typed);
        const earlier = after.of(lesson.decision).at(-1);
        if (earlier?.example?.added) await this.restore(earlier.example.file, typed);
      }
      return this.compare(lesson, before, after, typed);
    });
  }

  /**
   * Settles what a word teaches: a class's name, nothing (null), or what the lessons say (absent).
   * Throws `BAD_CONFIG`.
   */
  async settle(word: string, meaning?: string | null): Promise<void> {
    await this.inTurn(() =>
      this.journal.append([
        {
          kind: "settle",
          id: randomUUID(),
          time: new Date().toISOString(),
          word: word.slice(0, MOST_WORD),
          ...(meaning === undefined ? {} : { class: meaning }),
        },
      ]),
    );
  }

  /** Takes over what another plant was taught. Throws `BAD_CONFIG`. */
  async takeOver(entries: Lessons["entries"]): Promise<number> {
    return this.inTurn(async () => {
      const known = await this.journal.read();
      const fresh = entries.filter(({ id }) => !known.has(id));
      if (fresh.length > 0) await this.journal.append(fresh);
      return fresh.length;
    });
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.changing.then(work, work);
    this.changing = mine.catch(() => undefined);
    return mine;
  }

  private derive(
    lessons: Lessons,
    typed: Vocabulary,
  ): { readonly learned: Learned; readonly vocabulary: Vocabulary } {
    const byDigest = this.derived.get(lessons) ?? new Map<string, never>();
    this.derived.set(lessons, byDigest);
    const known = byDigest.get(typed.digest);
    if (known) return known;
    const learned = deriveLearned(lessons, typed);
    const made = { learned, vocabulary: applyLearned(typed, learned) };
    byDigest.set(typed.digest, made);
    return made;
  }

  private async keepExample(
    picture: Uint8Array,
    id: string,
    typed: Vocabulary,
    options: TeachOptions,
  ): Promise<Pick<Lesson, "example" | "contested">> {
    try {
      return { example: await this.examples.add(typed, id, picture, options) };
    } catch (thrown) {
      if (!(thrown instanceof TlacError) || thrown.key !== "examples.other-class") throw thrown;
      return { example: null, contested: toText(thrown.params.other) };
    }
  }

  /** Takes a lesson's picture out, unless another lesson rests on it too. */
  private async withdraw(
    { id, example }: Lesson,
    { inForce }: Lessons,
    typed: Vocabulary,
  ): Promise<void> {
    const isShared = inForce.some((other) => {
      return other.id !== id && example !== null && other.example?.file === example.file;
    });
    if (example && !isShared) await this.dropExample(example, typed);
  }

  private async dropExample(
    { file, added, removed }: LessonExample,
    typed: Vocabulary,
  ): Promise<void> {
    if (!added) return;
    await this.examples.remove(file).catch(ignoreGone);
    if (removed !== null) await this.restore(removed, typed);
  }

  private async restore(file: string, typed: Vocabulary): Promise<void> {
    await this.examples.restore(typed, file).catch(ignoreGone);
  }

  private compare(lesson: Lesson, before: Lessons, after: Lessons, typed: Vocabulary): Taught {
    const [old, fresh] = [before, after].map((one) => this.derive(one, typed).learned.names);
    const changes = [
      ...pictureChanges(before.inForce, after.inForce),
      ...missingFrom(fresh, old, false),
      ...missingFrom(old, fresh, true),
    ];
    return { lesson, changes, held: this.findHeld(lesson, after, typed) };
  }

  private findHeld({ word }: Lesson, lessons: Lessons, typed: Vocabulary): HeldWord | null {
    if (word === null) return null;
    const fold = foldName(word);
    const { held } = this.derive(lessons, typed).learned;
    return held.find((one) => foldName(one.word) === fold) ?? null;
  }
}

/**
 * The class that a person means by its id, its label or an alias. Throws `BAD_MESSAGE` for none and
 * for a name of several.
 */
export function resolveClass(name: string, typed: Vocabulary): string {
  if (typed.classes.some(({ id }) => id === name)) return name;
  const [id, ...others] = findClasses(name, typed);
  const params = { name: name.slice(0, MOST_WORD) };
  if (id === undefined) throw new TlacError("BAD_MESSAGE", "learn.no-class", params);
  if (others.length > 0) throw new TlacError("BAD_MESSAGE", "learn.several-classes", params);
  return id;
}

function isTurnToHoldOut({ inForce }: Lessons, every = HOLD_OUT_EVERY): boolean {
  const confirmed = inForce.filter(({ example, heldOut }) => example !== null || heldOut).length;
  return every > 0 && (confirmed + 1) % every === 0;
}

function pictureChanges(before: readonly Lesson[], after: readonly Lesson[]): Change[] {
  const [old, fresh] = [before, after].map(picturesOf);
  const missing = (some: typeof old, others: typeof old, gone: boolean): Change[] =>
    [...(some ?? [])].flatMap(([key, change]) => (others?.has(key) ? [] : [{ ...change, gone }]));
  return [...missing(fresh, old, false), ...missing(old, fresh, true)];
}

/** What the lessons made of pictures: those that a class had before are nobody's doing. */
function picturesOf(lessons: readonly Lesson[]): Map<string, Omit<Change, "gone">> {
  const pictures = new Map<string, Omit<Change, "gone">>();
  for (const { id, correct, heldOut, example } of lessons) {
    if (typeof correct !== "string") continue;
    if (heldOut) pictures.set(id, { kind: "test", class: correct, name: "" });
    else if (example?.added) {
      pictures.set(example.file, { kind: "example", class: correct, name: example.file });
    }
  }
  return pictures;
}

function toText(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function missingFrom(
  names: readonly LearnedName[] = [],
  others: readonly LearnedName[] = [],
  gone: boolean,
): Change[] {
  const key = ({ kind, class: id, name }: LearnedName): string => JSON.stringify([kind, id, name]);
  const there = new Set(others.map(key));
  return names.flatMap((one) =>
    there.has(key(one)) ? [] : [{ kind: one.kind, class: one.class, name: one.name, gone }],
  );
}

/** A person may have tidied the folder meanwhile. */
function ignoreGone(thrown: unknown): void {
  if (thrown instanceof TlacError && thrown.code === "BAD_MESSAGE") return;
  throw thrown;
}
