import { translate, type Language } from "../../lib/i18n/catalogue";
import type { HeldWord, LearnedName } from "../../lib/learn/learned-names";
import type { Learner } from "../../lib/learn/learner";
import type { Lesson, Settlement } from "../../lib/learn/lessons";
import { foldName } from "../../lib/vocabulary/fold-name";
import type { Vocabulary } from "../../lib/vocabulary/vocabulary";
import { removeName, takeLearned, type Fix } from "./vocabulary-fixes";

/** `POST /tlac/vocabulary/learned/list`: what people taught, beside the classes that were sent. */
export interface LearnedAnswer {
  readonly names: readonly {
    readonly kind: LearnedName["kind"];
    readonly name: string;
    readonly label: string;
    /** How many answers it rests on; 0: it was settled here. */
    readonly lessons: number;
    /** Makes it a typed name. */
    readonly take: Fix;
  }[];
  /** Words of which people, or people and the table, say different things. */
  readonly held: readonly {
    readonly word: string;
    readonly claims: readonly {
      /** Null: none of the classes. */
      readonly class: string | null;
      readonly label: string;
      readonly lessons: number;
      readonly typed: boolean;
      /** What the table has to give up for it, in the order of the cells; null: it cannot. */
      readonly fixes: readonly Fix[] | null;
    }[];
  }[];
  /** Words that were settled here and are not among the names. */
  readonly settled: readonly {
    readonly word: string;
    /** Null: it teaches nothing. */
    readonly label: string | null;
  }[];
  /** The newest first. */
  readonly lessons: readonly {
    readonly id: string;
    /** ISO 8601, UTC. */
    readonly time: string;
    readonly who: string;
    /** What is right; null: only that the decision was wrong. */
    readonly label: string | null;
    /** What was decided; null: it was left to a person. */
    readonly was: string | null;
    readonly word: string | null;
    /** `<folder>/<name>` of the example that it made. */
    readonly file: string | null;
    readonly test: boolean;
  }[];
  /** Of each list, those that were left out. */
  readonly more: {
    readonly names: number;
    readonly held: number;
    readonly settled: number;
    readonly lessons: number;
  };
}

/** More than anybody reads; the rest comes up as these are settled. */
const MOST_NAMES = 200;
const MOST_LESSONS = 50;

/**
 * Throws what the file system throws.
 *
 * @param settling what will be settled, as if it were
 */
export async function describeLearned(
  learner: Learner,
  vocabulary: Vocabulary,
  settling: readonly Settlement[],
  language: Language,
): Promise<LearnedAnswer> {
  const known = await learner.readLessons();
  const lessons = settling.length > 0 ? known.with(settling) : known;
  const { names, held } = learner.learnedFrom(lessons, vocabulary);
  const table = new Table(vocabulary, language);
  const shown = names.flatMap((name) => table.describeName(name));
  const folds = new Set(names.map(({ name }) => foldName(name)));
  const settled = [...lessons.settlements].filter(([fold]) => !folds.has(fold));
  const newest = [...lessons.inForce].reverse();
  return {
    names: shown.slice(0, MOST_NAMES),
    held: held.slice(0, MOST_NAMES).map((word) => table.describeHeld(word)),
    settled: settled.slice(0, MOST_NAMES).map(([, { word, class: id }]) => ({
      word,
      label: id == null ? null : table.labelOf(id),
    })),
    lessons: newest.slice(0, MOST_LESSONS).map((lesson) => table.describeLesson(lesson)),
    more: {
      names: Math.max(0, shown.length - MOST_NAMES),
      held: Math.max(0, held.length - MOST_NAMES),
      settled: Math.max(0, settled.length - MOST_NAMES),
      lessons: Math.max(0, newest.length - MOST_LESSONS),
    },
  };
}

/** The classes as the dialog's table has them. */
class Table {
  private readonly rowOf: ReadonlyMap<string, number>;

  constructor(
    private readonly vocabulary: Vocabulary,
    private readonly language: Language,
  ) {
    this.rowOf = new Map(vocabulary.classes.map(({ id }, row) => [id, row]));
  }

  labelOf(id: string | null): string {
    if (id === null) return translate("learn.none", {}, this.language);
    return this.vocabulary.classes[this.rowOf.get(id) ?? -1]?.label ?? id;
  }

  describeName({ kind, class: id, name, lessons }: LearnedName): LearnedAnswer["names"] {
    const row = this.rowOf.get(id) ?? -1;
    const entry = this.vocabulary.classes[row];
    if (!entry) return [];
    const column = kind === "alias" ? "aliases" : "not";
    const take = takeLearned(row, entry, name, column);
    return [{ kind, name, label: entry.label, lessons: lessons.length, take }];
  }

  describeHeld({ word, claims }: HeldWord): LearnedAnswer["held"][number] {
    return {
      word,
      claims: claims.map((claim) => ({
        ...claim,
        label: this.labelOf(claim.class),
        fixes: this.giveUp(word, claim.class),
      })),
    };
  }

  describeLesson(lesson: Lesson): LearnedAnswer["lessons"][number] {
    const { id, time, who, correct, chosen, word, example, heldOut } = lesson;
    return {
      ...{ id, time, who, word },
      label: correct === undefined ? null : this.labelOf(correct),
      was: chosen === null ? null : this.labelOf(chosen),
      file: example?.file ?? null,
      test: heldOut,
    };
  }

  /** So that a word can mean a class: other classes lose it as alias, the class as not-word. */
  private giveUp(word: string, id: string | null): Fix[] | null {
    const fold = foldName(word);
    const fixes: Fix[] = [];
    for (const [row, entry] of this.vocabulary.classes.entries()) {
      if (entry.id === id) fixes.push(...removeName(row, entry, word, "not"));
      else if (id === null) continue;
      else if (foldName(entry.label) === fold) return null;
      else fixes.push(...removeName(row, entry, word));
    }
    return id === null || this.rowOf.has(id) ? fixes : null;
  }
}
