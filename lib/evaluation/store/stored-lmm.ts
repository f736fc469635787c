import { isRecord } from "../../basics/is-record";
import type { Frame } from "../../frame/frame";
import type { AskOptions, Lmm, Proposal, ProposeOptions, Question, Reply } from "../../lmm/lmm";
import type { BlobStore } from "./blob-store";
import { StoredFrame } from "./stored-pictures";

/** Changes whenever answers are read in another way, so that old readings are not taken for new. */
const VERSION = 2;

/** A question that the store has no answer to, where the model must not be asked. */
export class UnansweredError extends Error {
  override readonly name = "UnansweredError";
}

/**
 * An LMM that is asked each question once. An answer is kept under all that it depends on: the
 * model, the picture, the question and the form in which it is to be answered. It is always
 * the whole answer: where one asker has enough, the next may not.
 *
 * @param identity the model's digest, and its settings where they are not the usual ones
 * @param recallOnly nothing is asked: what was not answered before throws `UnansweredError`
 */
export function storeAnswers(
  lmm: Lmm,
  identity: string,
  store: BlobStore,
  { recallOnly = false } = {},
): Lmm {
  const named = (...parts: readonly unknown[]): string =>
    JSON.stringify(["answer", VERSION, identity, ...parts]);
  const ask = lmm.ask?.bind(lmm);
  // A server tells it once it was asked something; a stored answer tells what it was then.
  let tokens = lmm.questionTokens;
  return {
    async propose(frame: Frame, prompt: string, options: ProposeOptions = {}): Promise<Proposal> {
      const name = named("propose", frame.hash, prompt, options.answer ?? "");
      const known = await store.getJson(name);
      if (isAnswer(known)) {
        tokens = known.tokens;
        return known.proposal;
      }
      if (recallOnly) throw new UnansweredError();
      const { answer, signal } = options;
      const asked = { ...(answer && { answer }), ...(signal && { signal }) };
      const proposal = await lmm.propose(await withPixels(frame), prompt, asked);
      tokens = lmm.questionTokens;
      store.putJson(name, { proposal, tokens });
      return proposal;
    },
    ...(ask && {
      async ask(question: Question, options: AskOptions = {}): Promise<Reply> {
        const { frame, ...rest } = question;
        const name = named("ask", frame?.hash ?? "", rest);
        const known = readReply(await store.getJson(name));
        if (known) return known;
        if (recallOnly) throw new UnansweredError();
        const asked = frame ? { ...rest, frame: await withPixels(frame) } : rest;
        const reply = await ask(asked, options);
        const { probabilities } = reply;
        store.putJson(name, {
          ...reply,
          ...(probabilities && { probabilities: [...probabilities] }),
        });
        return reply;
      },
    }),
    get questionTokens() {
      return tokens;
    },
  };
}

function withPixels(frame: Frame): Promise<Frame> {
  return frame instanceof StoredFrame ? frame.decode() : Promise.resolve(frame);
}

interface StoredAnswer {
  readonly proposal: Proposal;
  readonly tokens?: number;
}

/** The checksum has told that it is what was written. */
function isAnswer(value: unknown): value is StoredAnswer {
  return isRecord(value) && isRecord(value.proposal);
}

function readReply(value: unknown): Reply | undefined {
  if (!isRecord(value) || typeof value.text !== "string") return undefined;
  const { probabilities, ...rest } = value as unknown as Reply & { probabilities?: unknown };
  if (!Array.isArray(probabilities)) return rest;
  return { ...rest, probabilities: new Map(probabilities as [string, number][]) };
}
