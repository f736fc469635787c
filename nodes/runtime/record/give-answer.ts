import type { NodeAPI } from "node-red";

import { translate, type Language } from "../../../lib/i18n/catalogue";
import { describeTaught } from "../../../lib/learn/describe-taught";
import { resolveClass, type Change, type Taught } from "../../../lib/learn/learner";
import type { HeldWord } from "../../../lib/learn/learned-names";
import { teachFrom, undoAnswer, type School } from "../../../lib/learn/teach";
import type { DecisionRecord, Recorded } from "../../../lib/record/record";
import type { Vocabulary } from "../../../lib/vocabulary/vocabulary";
import { findEmbedder, settleExamples } from "../examples/shared-examples";
import { recordRepeat } from "./recorder";
import { findLearner, findTyped } from "./shared-learners";

/** What a person says of a decision. */
export interface Feedback {
  /** Of the decision. */
  readonly id: string;
  /** Id, label or alias of the right class; null: none of them; absent: only that it was wrong. */
  readonly correct?: string | null;
  /** Takes back what was said last. */
  readonly undo: boolean;
  readonly who: string;
}

/** What leaves as `msg.payload` of `tlac-feedback` and `tlac-review`: a public API. */
export interface Answered {
  readonly id: string;
  readonly camera: string | null;
  /** Class id; null: none of the classes; absent: only that the decision was wrong, or undone. */
  readonly correct?: string | null;
  readonly label: string | null;
  /** The class that was decided; null: it was left to a person. */
  readonly was: string | null;
  readonly undone: boolean;
  readonly who: string;
  /** ISO 8601, UTC. */
  readonly time: string;
  /** The picture is kept for tests. */
  readonly test: boolean;
  readonly learned: readonly Change[];
  readonly held: HeldWord | null;
  /** What was learned, in the language of the runtime. */
  readonly explanation: string;
}

/** An answer that was taken. */
export interface GivenAnswer {
  readonly payload: Answered;
  /** What was learned, in any language. */
  readonly explain: (language: Language) => string;
}

/** A vocabulary that is not deployed here: pictures can be taken out of it, but names mean nothing. */
const NOT_DEPLOYED: Vocabulary = { classes: [], digest: "" };

/** Characters of what a person sends: more is no name. */
const MOST_TEXT = 200;

/**
 * Takes a person's answer: notes it in the record, and teaches the decision's vocabulary, as far as
 * that is deployed here; what it teaches counts for the next message. Throws `BAD_MESSAGE` (no such
 * decision, no such class, nothing to take back), `BAD_CONFIG` (cannot be written), `CLOSED`.
 */
export async function giveAnswer(
  RED: NodeAPI,
  record: DecisionRecord,
  given: Feedback,
  { language, signal }: { readonly language: Language; readonly signal: AbortSignal },
): Promise<GivenAnswer> {
  const feedback = bound(given);
  await recordRepeat(record, feedback.id);
  const recorded = await record.get(feedback.id);
  if (feedback.undo) return takeBack(RED, record, recorded, feedback, language);
  const { vocabulary } = recorded.entry;
  const typed = findTyped(RED, vocabulary.id);
  if (!typed) return noteOnly(record, recorded, feedback, language);
  const learner = findLearner(RED, vocabulary.id);
  const school: School = { record, learner, vocabulary: typed.vocabulary };
  const embedder = findEmbedder(RED, vocabulary.id);
  const correct =
    typeof feedback.correct === "string"
      ? resolveClass(feedback.correct, typed.vocabulary)
      : feedback.correct;
  const correction = { ...(correct === undefined ? {} : { correct }), who: feedback.who };
  const taught = await teachFrom(school, recorded, correction, {
    signal,
    ...(embedder ? { getEmbedder: () => Promise.resolve(embedder) } : {}),
    ...(typed.testEvery === undefined ? {} : { holdOutEvery: typed.testEvery }),
  });
  await settleExamples(RED, vocabulary.id);
  return describe(recorded, feedback, taught, typed.vocabulary.classes, {
    correct,
    language,
    explain: (wanted) => describeTaught(taught, typed.vocabulary, wanted),
  });
}

function bound({ correct, who, ...rest }: Feedback): Feedback {
  const right = typeof correct === "string" ? correct.slice(0, MOST_TEXT) : correct;
  return {
    ...rest,
    who: who.slice(0, MOST_TEXT),
    ...(right === undefined ? {} : { correct: right }),
  };
}

/** Whole, whether the vocabulary was deployed when the answer was given, is now, or neither. */
async function takeBack(
  RED: NodeAPI,
  record: DecisionRecord,
  recorded: Recorded,
  feedback: Feedback,
  language: Language,
): Promise<GivenAnswer> {
  const { vocabulary } = recorded.entry;
  const typed = findTyped(RED, vocabulary.id)?.vocabulary;
  const learner = findLearner(RED, vocabulary.id);
  const school: School = { record, learner, vocabulary: typed ?? NOT_DEPLOYED };
  const taught = await undoAnswer(school, recorded, feedback.who);
  await settleExamples(RED, vocabulary.id);
  const classes = typed?.classes ?? rankedClasses(recorded);
  const explain = (wanted: Language): string =>
    taught
      ? describeTaught(taught, { classes }, wanted)
      : translate("learn.taken-back", {}, wanted);
  return describe(recorded, feedback, taught, classes, { correct: undefined, language, explain });
}

/** An answer on a decision whose vocabulary is not deployed here teaches nothing, but it counts. */
async function noteOnly(
  record: DecisionRecord,
  recorded: Recorded,
  feedback: Feedback,
  language: Language,
): Promise<GivenAnswer> {
  const { id, correct, who } = feedback;
  const ranked = rankedClasses(recorded);
  const known = ranked.find((entry) => entry.id === correct || entry.label === correct);
  const right = typeof correct === "string" ? (known?.id ?? correct) : correct;
  const answer = { kind: "answer", decision: id, who, heldOut: false } as const;
  await record.note({ ...answer, ...(right === undefined ? {} : { correct: right }) });
  const explain = (wanted: Language): string => translate("learn.no-vocabulary", {}, wanted);
  return describe(recorded, feedback, null, ranked, { correct: right, language, explain });
}

function rankedClasses({ entry }: Recorded): { readonly id: string; readonly label: string }[] {
  return entry.result.ranking.map(({ class: id, label }) => ({ id, label }));
}

function describe(
  { entry: { camera, result } }: Recorded,
  { id, undo, who }: Feedback,
  taught: Taught | null,
  classes: readonly { readonly id: string; readonly label: string }[],
  {
    correct,
    language,
    explain,
  }: Pick<GivenAnswer, "explain"> & {
    readonly correct: string | null | undefined;
    readonly language: Language;
  },
): GivenAnswer {
  const payload: Answered = {
    id,
    camera,
    ...(correct === undefined || undo ? {} : { correct }),
    label: undo ? null : (classes.find((entry) => entry.id === correct)?.label ?? null),
    was: result.class,
    undone: undo,
    who,
    time: new Date().toISOString(),
    test: !undo && (taught?.lesson.heldOut ?? false),
    learned: taught?.changes ?? [],
    held: taught?.held ?? null,
    explanation: explain(language),
  };
  return { payload, explain };
}
