import type { Frame } from "../../../lib/frame/frame";
import { digestOf } from "../../../lib/lmm/question-text";
import { classifyFrame, type ClassifyOptions } from "../../../lib/tlac/classify";
import type { Result } from "../../../lib/tlac/result";

export interface Heard {
  readonly results: readonly Result[];
  /** What the LMM said for each of them. */
  readonly answers: readonly Said[];
}

/** Answers word for word, in the order of the calls, and what each was the answer to. */
export interface Said {
  readonly answers: readonly string[];
  /** Digests; empty: what the image shows. */
  readonly questions: readonly string[];
}

/** As `classifyFrames`, with the words that no result has room for. */
export async function classifyAndHear(
  frames: readonly Frame[],
  options: ClassifyOptions,
): Promise<Heard> {
  const results: Result[] = [];
  const all: Said[] = [];
  for (const frame of frames) {
    const answers: string[] = [];
    const questions: string[] = [];
    const result = await classifyFrame(frame, {
      ...options,
      onStep: (report) => {
        if (report.state !== "done") return;
        if (report.step === "look") {
          answers.push(report.facts.raw);
          questions.push("");
        } else if (report.step === "ask") {
          answers.push(report.facts.answer);
          questions.push(digestOf(report.facts.question));
        }
      },
    });
    results.push(result);
    all.push({ answers, questions });
  }
  return { results, answers: all };
}
