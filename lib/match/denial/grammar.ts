import type { Cues, Denial, Grammar, Phrases, Scope } from "./denial";
import { ENGLISH } from "./english";
import { ENGLISH_GRAMMAR } from "./english-grammar";
import { OTHER_GRAMMAR, OTHER_LANGUAGES } from "./other-languages";
import { PhraseTable } from "./phrases";
import { DASH, END, HYPHEN } from "./words";

/** All languages are read at once: nobody says in which one an LMM answers. */
const LANGUAGES: readonly Cues[] = [ENGLISH, OTHER_LANGUAGES];
const GRAMMARS: readonly Grammar[] = [ENGLISH_GRAMMAR, OTHER_GRAMMAR];

export const INNOCENT = "innocent";

export const AHEAD = new PhraseTable<typeof INNOCENT | { denial: Denial; scope: Scope }>(
  LANGUAGES.flatMap(({ innocent, ahead }) => [
    [innocent, INNOCENT] as const,
    ...ahead.map(([denial, scope, phrases]) => [phrases, { denial, scope }] as const),
  ]),
);

/** `open`: the clause may go on behind it. */
export const BEHIND = new PhraseTable<{ denial: Denial; open: boolean }>(
  LANGUAGES.flatMap(({ behind, behindOpen }) => [
    ...behind.map(([denial, phrases]) => [phrases, { denial, open: false }] as const),
    ...behindOpen.map(([denial, phrases]) => [phrases, { denial, open: true }] as const),
  ]),
);

export const LABEL = new PhraseTable<Denial>(
  LANGUAGES.flatMap(({ label }) =>
    label.map(([denial, phrases]): [Phrases, Denial] => [phrases, denial]),
  ),
);

export const BARRIERS = collect("barriers", DASH, END, ":", ")");
export const RELATIVES = collect("relatives");
export const PREPOSITIONS = collect("prepositions");
export const DEFINITE = collect("definite");
export const INDEFINITE = collect("indefinite");
export const PRONOUNS = collect("pronouns");
export const FINITE = collect("finite");
export const PARTICIPLES = collect("participles");
export const VERBS = new Set([...FINITE, ...PARTICIPLES, ...collect("plain")]);
export const PERSONS = collect("persons");
export const QUANTITIES = collect("quantities");

/** What a list goes on with; those of the second kind take up what the first words deny. */
export const AND = new Set(["and", "&", "und", "et", "y", "e"]);
export const OR = new Set(["or", "nor", "/", "oder", "noch", "ou", "ni", "o", "né"]);

export const MARKS = new Set([",", ":", "(", ")", "&", "/", "=", DASH, END, HYPHEN]);

function collect(part: keyof Grammar, ...others: readonly string[]): ReadonlySet<string> {
  return new Set([...GRAMMARS.flatMap((grammar) => grammar[part].split(/\s+/)), ...others]);
}
