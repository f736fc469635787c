import type { Frame } from "../../../lib/frame/frame";
import { classifyFrame, type ClassifyOptions } from "../../../lib/tlac/classify";
import type { Result } from "../../../lib/tlac/result";

export interface Heard {
  readonly results: readonly Result[];
  /** What the LMM said for each of them, word for word, in the order of its calls. */
  readonly answers: readonly (readonly string[])[];
}

/** As `classifyFrames`, with the words that no result has room for. */
export async function classifyAndHear(
  frames: readonly Frame[],
  options: ClassifyOptions,
): Promise<Heard> {
  const results: Result[] = [];
  const answers: string[][] = [];
  for (const frame of frames) {
    const said: string[] = [];
    const result = await classifyFrame(frame, {
      ...options,
      onStep: (report) => {
        if (report.state !== "done") return;
        if (report.step === "look") said.push(report.facts.raw);
        if (report.step === "ask") said.push(report.facts.answer);
      },
    });
    results.push(result);
    answers.push(said);
  }
  return { results, answers };
}
