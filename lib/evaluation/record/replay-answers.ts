import type { Frame } from "../../frame/frame";
import type { AskOptions, Lmm, LmmIdentity, Proposal, ProposeOptions } from "../../lmm/lmm";
import type { Question, Reply } from "../../lmm/lmm";
import { digestOf, joinTexts } from "../../lmm/question-text";
import type { Heard } from "./heard";

const NOBODY: LmmIdentity = { name: "–" };

/**
 * An LMM that says once more what it said of one picture. What it was never asked goes to `lmm`;
 * without one it says nothing: the picture is judged by what is seen, and a near-tie stays open.
 */
export function replayAnswers({ words, replies, model }: Heard, lmm: Lmm | null): Lmm {
  const known = model ?? NOBODY;
  const ask = lmm?.ask?.bind(lmm);
  return {
    propose(frame: Frame, prompt: string, options?: ProposeOptions): Promise<Proposal> {
      if (words) return Promise.resolve({ ...words, model: known });
      if (lmm) return lmm.propose(frame, prompt, options);
      const nothing = { candidates: [], description: "", raw: "", timings: { total: 0 } };
      return Promise.resolve({ ...nothing, model: known });
    },
    ask(question: Question, options?: AskOptions): Promise<Reply> {
      const reply = replies.get(digestOf(joinTexts(question)));
      if (!reply && ask) return ask(question, options);
      const { text = "", timings = { total: 0 } } = reply ?? {};
      return Promise.resolve({ text, raw: text, timings, model: known });
    },
    identity: known,
    get questionTokens() {
      return lmm?.questionTokens;
    },
  };
}
