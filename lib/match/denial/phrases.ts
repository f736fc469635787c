import type { Phrases } from "./denial";
import type { Word } from "./words";

/** Words that a `*` stands for at most. */
const MAX_GAP = 4;
/** Adverbs in a row that a phrase lets pass. */
const MAX_ADVERBS = 3;

/** Adverbs that say of how much of a thing something is true change what a phrase means. */
const ADVERB =
  /^(?!(?:only|fully|partly|partially|entirely|completely|wholly|properly|correctly|securely|tightly|firmly|hardly|barely|nearly|almost)$)(?:\p{L}{2,}ly|also|all|both|still|now|just|quite|again|even|yet|well|long|since|ever|already|so|often)$/u;

interface Branch<T> {
  readonly next: Map<string, Branch<T>>;
  leaf?: { readonly value: T };
}

interface Found<T> {
  readonly value: T;
  /** Position behind the last word. */
  readonly end: number;
}

/** Finds the longest of many phrases at a place among words. */
export class PhraseTable<T> {
  private root: Branch<T> | undefined;

  constructor(private readonly rows: readonly (readonly [phrases: Phrases, value: T])[]) {}

  find(words: readonly Word[], at: number): Found<T> | null {
    // Built at the first question: that takes 50 ms, and many flows ask no LMM.
    return this.walk((this.root ??= this.build()), words, at, 0);
  }

  private build(): Branch<T> {
    const root: Branch<T> = { next: new Map() };
    for (const [phrases, value] of this.rows) {
      for (const phrase of phrases.split("\n")) {
        if (phrase.trim()) this.add(root, phrase.trim().split(/\s+/), value);
      }
    }
    return root;
  }

  private add(branch: Branch<T>, [first, ...others]: readonly string[], value: T): void {
    if (first === undefined) {
      branch.leaf ??= { value };
      return;
    }
    if (first.endsWith("?")) this.add(branch, others, value);
    for (const word of first.replace(/\?$/, "").split("|").flatMap(inflect)) {
      let next = branch.next.get(word);
      if (!next) branch.next.set(word, (next = { next: new Map() }));
      this.add(next, others, value);
    }
  }

  private walk(
    { next, leaf }: Branch<T>,
    words: readonly Word[],
    at: number,
    adverbs: number,
  ): Found<T> | null {
    let best = leaf ? { ...leaf, end: at } : null;
    const take = (found: Found<T> | null): void => {
      if (found && found.end > (best?.end ?? -1)) best = found;
    };
    const word = words[at]?.text;
    if (word === undefined) return best;
    const direct = next.get(word) ?? (/^\d/.test(word) ? next.get("#") : undefined);
    if (direct) take(this.walk(direct, words, at + 1, 0));
    if (next !== this.root?.next && adverbs < MAX_ADVERBS && ADVERB.test(word)) {
      take(this.walk({ next }, words, at + 1, adverbs + 1));
    }
    const gap = next.get("*");
    for (let length = 1; gap && length <= MAX_GAP; length++) {
      if (!/^[\p{L}\p{N}]/u.test(words[at + length - 1]?.text ?? "")) break;
      take(this.walk(gap, words, at + length, MAX_ADVERBS));
    }
    return best;
  }
}

/** `check~`: check, checks, checked, checking; `remove~`: remove, removes, removed, removing. */
function inflect(word: string): string[] {
  if (!word.endsWith("~")) return [word];
  const stem = word.slice(0, -1);
  const bare = stem.replace(/e$/, "");
  return [stem, `${stem}${/(?:s|x|ch|sh)$/.test(stem) ? "es" : "s"}`, `${bare}ed`, `${bare}ing`];
}
