import { foldName } from "../vocabulary/fold-name";
import type { LearnEntry, Lesson, Settlement } from "./lessons";

/** All that was taught and settled so far: a snapshot that nobody changes. */
export class Lessons {
  private readonly ids: ReadonlySet<string>;
  private standing: readonly Lesson[] | undefined;

  constructor(readonly entries: readonly LearnEntry[] = []) {
    this.ids = new Set(entries.map(({ id }) => id));
  }

  /** The same with more behind it; an entry that is there already is left out. */
  with(more: readonly LearnEntry[]): Lessons {
    return new Lessons([...this.entries, ...more.filter(({ id }) => !this.ids.has(id))]);
  }

  has(id: string): boolean {
    return this.ids.has(id);
  }

  /** Of each decision the lesson that was taught last and not taken back, in the order of teaching. */
  get inForce(): readonly Lesson[] {
    this.standing ??= [...new Map(this.notUndone().map((one) => [one.decision, one])).values()];
    return this.standing;
  }

  /** By its own id, or by its decision's the one in force; undefined where none stands. */
  find(id: string): Lesson | undefined {
    return this.notUndone().find((lesson) => lesson.id === id) ?? this.of(id).at(-1);
  }

  isInForce({ id }: Lesson): boolean {
    return this.inForce.some((lesson) => lesson.id === id);
  }

  /** What was taught of a decision and not taken back, the one in force last. */
  of(decision: string): readonly Lesson[] {
    return this.notUndone().filter((lesson) => lesson.decision === decision);
  }

  /** What people settled of words, by folded word; the last word counts. */
  get settlements(): ReadonlyMap<string, Settlement> {
    const byWord = new Map<string, Settlement>();
    for (const entry of this.entries) {
      if (entry.kind !== "settle") continue;
      const fold = foldName(entry.word);
      if (entry.class === undefined) byWord.delete(fold);
      else byWord.set(fold, entry);
    }
    return byWord;
  }

  private notUndone(): Lesson[] {
    const undone = new Set(
      this.entries.flatMap((entry) => (entry.kind === "undo" ? [entry.lesson] : [])),
    );
    return this.entries.filter(
      (entry): entry is Lesson => entry.kind === "lesson" && !undone.has(entry.id),
    );
  }
}
