import type { SightTestimony, WordsTestimony } from "../match/testimonies";
import type { Combined } from "../witness/combine";
import type { ExampleIndex } from "../witness/examples";
import type { Testimony } from "../witness/testimony";

/** All that is known when a decision is to be made. */
export interface Evidence {
  readonly words: WordsTestimony | null;
  readonly sight: SightTestimony | null;
  readonly examples: Testimony | null;
  readonly combined: Combined;
  /** What the examples' testimony rests on; null without examples. */
  readonly exampleFacts: Pick<ExampleIndex, "count" | "rivalCosine"> | null;
  /** 0…1, how sure the LMM was of its first name; undefined where it does not tell. */
  readonly lmmProbability: number | undefined;
  /**
   * Position of the class that a second question chose; null: none of them, −1: the answer settled
   * nothing, absent: not asked.
   */
  readonly chosen?: number | null | undefined;
  /** Where the winner's word was learned: how far it is trusted, and what the picture says alone. */
  readonly learned?: { readonly trust: number; readonly seen: Evidence };
}

/** The evidence for the winner as numbers. */
export interface WinnerFeatures {
  /** Who spoke, such as "words+labels": each combination has coefficients of its own. */
  readonly voices: string;
  readonly values: Readonly<Record<string, number>>;
}

/** Beliefs beyond these odds are no surer: a model's own numbers end somewhere. */
const MIN_BELIEF = 1e-4;
/** The same for leads, in natural logarithms. */
const MAX_LEAD = 6;
const FLOOR = 1e-3;

/**
 * Describes the winner, the first of `combined.order`, by who speaks for it: by each witness the
 * log odds of its belief, its lead over the next class, whether it is this witness's own favourite,
 * the odds of "none of them" and the cosine itself. Sight that recognises the winner as a class of
 * the image tower's own (`labels`) is another voice than sight that compares it with texts.
 */
export function describeWinner(evidence: Evidence): WinnerFeatures | null {
  const { words, sight, examples, combined } = evidence;
  const [winner, second] = combined.order;
  if (winner === undefined) return null;
  const { utilities } = combined;
  const voices: string[] = [];
  const values: Record<string, number> = {
    lead: bound((utilities[winner] ?? 0) - (utilities[second ?? -1] ?? -Infinity)),
    classes: Math.log(utilities.length),
  };
  if (words) {
    voices.push("words");
    describeVoice("words", words, winner, values);
    values["words.exact"] = words.exact[winner] ?? 0;
    values["words.told"] = evidence.lmmProbability === undefined ? 0 : 1;
    values["words.probability"] = evidence.lmmProbability ?? 0;
  }
  if (sight) {
    voices.push(sight.recognises(winner) ? "labels" : "texts");
    describeVoice("sight", sight, winner, values);
  }
  if (examples) {
    voices.push("examples");
    describeVoice("examples", examples, winner, values);
    values["examples.count"] = Math.log1p(evidence.exampleFacts?.count(winner) ?? 0);
    const rival = evidence.exampleFacts?.rivalCosine(winner) ?? 0;
    values["examples.rival"] = rival;
    // A lead means more where the classes' examples are easily told apart.
    values["examples.clearLead"] = (values["examples.lead"] ?? 0) * (1 - rival) ** 2;
  }
  return { voices: voices.join("+"), values };
}

function describeVoice(
  name: string,
  { scores, beliefs, none }: Testimony,
  winner: number,
  values: Record<string, number>,
): void {
  const own = beliefs[winner] ?? 0;
  let rival = 0;
  for (let position = 0; position < beliefs.length; position++) {
    const belief = beliefs[position] as number;
    if (position !== winner && belief > rival) rival = belief;
  }
  const score = scores[winner] ?? NaN;
  values[`${name}.odds`] = logOdds(own);
  values[`${name}.lead`] = bound(Math.log(own + FLOOR) - Math.log(rival + FLOOR));
  values[`${name}.leads`] = own > rival ? 1 : 0;
  values[`${name}.none`] = logOdds(none);
  values[`${name}.score`] = Number.isNaN(score) ? 0 : score;
}

function logOdds(share: number): number {
  const inside = Math.min(1 - MIN_BELIEF, Math.max(MIN_BELIEF, share));
  return Math.log(inside / (1 - inside));
}

function bound(lead: number): number {
  return Math.max(-MAX_LEAD, Math.min(MAX_LEAD, lead));
}
