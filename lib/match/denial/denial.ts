/**
 * Why a name that stands in a text names nothing in the picture. `absent`: the thing is told not to
 * be there ("no helmet", ヘルメットなし). `unsaid`: it is not told to be there: what was, would be,
 * should be, or is something else ("check for cracks", 亀裂の有無).
 */
export type Denial = "absent" | "unsaid";

/** Tells of the name at `start` to `end` (exclusive) of a text whether it is denied there. */
export type DenialAt = (start: number, end: number) => Denial | null;

/**
 * How far a cue reaches ahead.
 * - `word`: the next word only ("non-slip mat")
 * - `gap`: the words of the phrase itself ("took his helmet off")
 * - `object`: one thing or a list of them, up to any preposition ("missing a bolt in the flange")
 * - `noun`: as `narrow` behind a verb or preposition ("a man with no helmet stands"), else as `wide`
 * - `narrow`: a list of things; a verb, a place or what somebody does meanwhile ends it
 * - `clause`: as far as the next finite verb or place
 * - `wide`: a subject with its verb, up to a place ("no crack is visible in the glass")
 * - `persons`: as `wide`, past places to the verb ("nobody in the hall wears a helmet")
 * - `verb`: as `persons`, from the next verb on ("none of the workers wears a helmet")
 * - `rest`: the rest of the clause, whatever it holds
 * - `sentence`: all of the sentence, before the cue too
 */
export type Scope =
  | "word"
  | "gap"
  | "object"
  | "noun"
  | "narrow"
  | "clause"
  | "wide"
  | "persons"
  | "verb"
  | "rest"
  | "sentence";

/**
 * Phrases, one a line: words between spaces, `a|b` one of several, `a?` or none, `check~` in all
 * its forms, `*` one to four words, `#` a number. Adverbs may stand between.
 */
export type Phrases = string;

/** Cues of a language whose words have spaces between them. */
export interface Cues {
  /** What only looks like a cue. */
  readonly innocent: Phrases;
  /** What denies the names behind it. */
  readonly ahead: readonly (readonly [Denial, Scope, Phrases])[];
  /** What denies the subject before it, where its clause ends there: "the helmet is missing". */
  readonly behind: readonly (readonly [Denial, Phrases])[];
  /** The same, however the clause goes on: "the helmet used to hang here". */
  readonly behindOpen: readonly (readonly [Denial, Phrases])[];
  /** What denies the word right before it, as in a form: "helmet: none", "lid missing". */
  readonly label: readonly (readonly [Denial, Phrases])[];
}

/** Words by what they do to the reach of a cue, each between spaces. */
export interface Grammar {
  /** Where another clause begins. */
  readonly barriers: string;
  /** Barriers that a statement about persons passes: "nobody who wears a helmet". */
  readonly relatives: string;
  readonly prepositions: string;
  /** What stands before a thing that is known to be there: "the", "his". */
  readonly definite: string;
  readonly indefinite: string;
  readonly pronouns: string;
  readonly finite: string;
  readonly participles: string;
  /** Verbs of the infinitive and behind "they". */
  readonly plain: string;
  readonly persons: string;
  /** Words before "of" that leave what follows the subject: "two of the bolts are missing". */
  readonly quantities: string;
}
