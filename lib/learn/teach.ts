import type { Recorded, DecisionRecord } from "../record/record";
import type { Vocabulary } from "../vocabulary/vocabulary";
import type { Correction, Learner, Taught, TeachOptions } from "./learner";

/** Where a correction goes: the record of decisions, and what their vocabulary has learned. */
export interface School {
  readonly record: DecisionRecord;
  readonly learner: Learner;
  /** As it was typed. */
  readonly vocabulary: Vocabulary;
}

/**
 * Teaches from a decision of the record, and notes the answer there. Throws as `Learner.teach` does;
 * where the answer cannot be noted, nothing is learned.
 */
export async function teachFrom(
  { record, learner, vocabulary }: School,
  recorded: Recorded,
  correction: Correction,
  options: TeachOptions = {},
): Promise<Taught> {
  const { id, result } = recorded.entry;
  const subject = {
    decision: id,
    chosen: result.class,
    word: result.candidates[0]?.name ?? null,
    picture: await record.readPicture(recorded),
  };
  const { correct, who } = correction;
  const taught = await learner.teach(subject, correction, vocabulary, options);
  const { lesson } = taught;
  if (recorded.standing?.answer?.id === lesson.id) return taught;
  try {
    await record.note({
      kind: "answer",
      id: lesson.id,
      decision: id,
      ...(correct === undefined ? {} : { correct }),
      who,
      heldOut: lesson.heldOut,
    });
  } catch (thrown) {
    await learner.undo(lesson.id, who, vocabulary);
    throw thrown;
  }
  return taught;
}

/**
 * Takes back what was said of a decision last, and what that taught; null: nothing, because the
 * vocabulary was not deployed where it was said. Throws `BAD_MESSAGE` where nothing was said, and
 * `BAD_CONFIG`.
 */
export async function undoAnswer(
  school: School,
  { entry: { id }, standing }: Recorded,
  who: string,
): Promise<Taught | null> {
  const said = standing?.answer;
  if (!said) return undoFrom(school, id, who);
  const lessons = await school.learner.readLessons();
  if (lessons.find(said.id)) return undoFrom(school, said.id, who);
  await school.record.note({ kind: "undo", decision: id, answer: said.id, who });
  return null;
}

/**
 * Takes back what was taught from a decision last. Throws `BAD_MESSAGE` where nothing was, and
 * `BAD_CONFIG`.
 */
export async function undoFrom(
  { record, learner, vocabulary }: School,
  decision: string,
  who: string,
): Promise<Taught> {
  const taught = await learner.undo(decision, who, vocabulary);
  const { lesson } = taught;
  // What was learned lives longer than the record.
  if (await record.find(lesson.decision)) {
    await record.note({ kind: "undo", decision: lesson.decision, answer: lesson.id, who });
  }
  return taught;
}
