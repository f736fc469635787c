/** The second LMM call's questions: which class of the list is what was seen. */
import type { Proposal, Question } from "../lmm/lmm";
import { sanitiseValue } from "../lmm/prompts/sanitise";
import type { VocabularyClass } from "../vocabulary/vocabulary";

/** The code for "none of these" stands last, behind the classes' own letters. */
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** As many classes as one near-tie question can offer beside "none of these". */
export const MAX_CHOICES = 8;

/** A class as an LMM should read it: its label and, in brackets, what else it is called. */
function describeClass({ label, aliases, glossary }: VocabularyClass): string {
  const names = [...aliases, ...(glossary?.english ?? [])].slice(0, 3).map(sanitiseValue);
  return names.length > 0 ? `${sanitiseValue(label)} (${names.join(", ")})` : sanitiseValue(label);
}

/**
 * The paper's second stage: the whole class list and the first answer, text only. The rule is the
 * paper's (exact match, else the semantically closest class, nothing else); the words are ours, and
 * what does not change from picture to picture stands in front.
 */
export function wholeListQuestion(labels: readonly string[], predicted: string): Question {
  return {
    system: [
      "You are given a list of classes and a predicted class.",
      "If the predicted class is in the list, reply with it exactly as the list writes it.",
      "Otherwise reply with the class of the list that is closest to it in meaning.",
      "Reply with the name of one class and nothing else.",
      `classes: [${listClasses(labels)}]`,
    ].join("\n"),
    prompt: `predicted class: ${sanitiseValue(predicted)}`,
    names: labels,
  };
}

/** Labels as the list of a question. */
export function listClasses(labels: readonly string[]): string {
  return labels.map(sanitiseValue).join(", ");
}

/** Not the point inside M6-8.8 or v2.1, which is a part of the name. */
const FULL_STOPS = /。|\.(?![\p{L}\p{N}])/gu;

/** The paper's reading of an answer: one line, no full stops; quotes go too. */
export function readClassName(answer: string): string {
  return answer
    .replace(/[\r\n]+/g, " ")
    .replace(FULL_STOPS, "")
    .replace(/["“”「」`*]/g, "")
    .trim();
}

/** A near-tie as a question with single-letter codes, because a letter is one token. */
export interface ChoiceQuestion {
  readonly question: Question;
  /** Class id by letter; the letter for "none of these" maps to null. */
  readonly classes: ReadonlyMap<string, string | null>;
}

/** What is the same from picture to picture stands in front, where servers remember it. */
const NEAR_TIE = [
  "An image was described in words, the most certain first. Below them stand things, each behind a letter.",
  "Which one of these things is it?",
  'Reply in JSON with its letter in the place of the …: {"a_choice": "…"}',
].join("\n");

/** Asks which of a few near classes was seen, with "none of these" as a way out. */
export function nearTieQuestion(
  near: readonly VocabularyClass[],
  proposal: Proposal,
): ChoiceQuestion {
  const offered = near.slice(0, MAX_CHOICES);
  const classes = new Map<string, string | null>();
  const lines = offered.map((entry, position) => {
    const letter = LETTERS.charAt(position);
    classes.set(letter, entry.id);
    return `${letter}: ${describeClass(entry)}`;
  });
  const none = LETTERS.charAt(offered.length);
  classes.set(none, null);
  const words = proposal.candidates.flatMap(({ name, synonyms }) => [name, ...synonyms]);
  const observed = [...new Set(words.map(sanitiseValue))].slice(0, 12);
  return {
    classes,
    question: {
      system: NEAR_TIE,
      prompt: [
        // Rules may have dropped every name; the description then says alone what was seen.
        ...(observed.length > 0
          ? [`Words: ${observed.map((word) => `"${word}"`).join(", ")}`]
          : []),
        ...(proposal.description ? [`Description: ${sanitiseValue(proposal.description)}`] : []),
        ...lines,
        `${none}: none of these`,
      ].join("\n"),
      choices: [...classes.keys()],
    },
  };
}
