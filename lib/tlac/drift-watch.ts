import { lowerBound } from "../confidence/clopper-pearson";
import { chanceOfShare } from "../record/quality/exact-tests";
import type { Result } from "./result";

/** What spot checks have shown lately. */
export type Drift =
  /** The LMM names another class more often than its own errors explain. */
  | { readonly kind: "other-class"; readonly asked: number; readonly differing: number }
  /** It misses one class more often than it used to. */
  | {
      readonly kind: "more";
      readonly label: string;
      readonly asked: number;
      readonly differing: number;
      /** Per cent that it missed before. */
      readonly before: number;
    };

/** Checks that are looked at for another class, the latest ones of all classes. */
const WINDOW = 100;
/** Fewer show nothing. */
const LEAST = 10;
/**
 * Share of checks that may name another class. Of photos that sight or examples settle, an LMM that
 * says other names than the classes' names another one for 6 %, and one that says the classes'
 * names, or knows no name for them, for none (bench, part spot-checks).
 */
const TOLERATED = 0.1;
const CERTAINTY = 0.99;

/** Checks of one class that are held against all before, and the fewest of those. */
const RECENT = 20;
const LEAST_BEFORE = 20;
/**
 * How often chance alone may bring a rise. Each check is a look, so that within 500 checks of a
 * class it does so once in a hundred.
 */
const CHANCE = 0.0001;

/** Beyond, the class that was checked longest ago is forgotten: messages may bring vocabularies. */
const MOST_CLASSES = 10_000;

/** One class's checks: whether the LMM's words were another. */
interface History {
  recent: boolean[];
  before: { hits: number; of: number };
}

/**
 * Sees where the LMM contradicts what is decided without it. How often its words alone miss a class
 * depends on what it calls the plant's things: of photos that were decided rightly 0 % where it says
 * the classes' names, 51 % where it says other names, all where it knows none (bench, part
 * spot-checks). So what counts is another class's name, and a rise over the class's own past.
 */
export class DriftWatch {
  private others: boolean[] = [];
  private readonly classes = new Map<string, History>();

  /** Notes the check of a decision; the latest ones where they show a drift, which then are forgotten. */
  note({
    class: id,
    label,
    spotCheck,
  }: Pick<Result, "class" | "label" | "spotCheck">): Drift | undefined {
    if (!spotCheck || id === null) return undefined;
    const { agrees } = spotCheck;
    return (
      this.noteOther(!agrees && spotCheck.class !== null) ?? this.noteMiss(id, label ?? id, !agrees)
    );
  }

  private noteOther(isOther: boolean): Drift | undefined {
    this.others = [...this.others, isOther].slice(-WINDOW);
    const asked = this.others.length;
    const differing = countHits(this.others);
    if (asked < LEAST || lowerBound(differing, asked, CERTAINTY) <= TOLERATED) return undefined;
    this.others = [];
    return { kind: "other-class", asked, differing };
  }

  private noteMiss(id: string, label: string, missed: boolean): Drift | undefined {
    const { recent, before } = this.historyOf(id);
    recent.push(missed);
    if (recent.length <= RECENT) return undefined;
    before.of += 1;
    if (recent.shift()) before.hits += 1;
    if (before.of < LEAST_BEFORE) return undefined;
    const now = { hits: countHits(recent), of: recent.length };
    if (chanceOfShare(now, before) >= CHANCE) return undefined;
    this.classes.delete(id);
    const share = Math.round((100 * before.hits) / before.of);
    return { kind: "more", label, asked: now.of, differing: now.hits, before: share };
  }

  private historyOf(id: string): History {
    const history = this.classes.get(id) ?? { recent: [], before: { hits: 0, of: 0 } };
    // Last in the map is last used.
    this.classes.delete(id);
    this.classes.set(id, history);
    const [oldest] = this.classes.keys();
    if (this.classes.size > MOST_CLASSES && oldest !== undefined) this.classes.delete(oldest);
    return history;
  }
}

function countHits(checks: readonly boolean[]): number {
  return checks.filter(Boolean).length;
}
