import { isRecord } from "../../basics/is-record";
import { JSON_FORMS } from "../answer-forms";
import { OwnWords } from "../parrot";
import { DEFAULT_DOMAIN } from "../prompts/prompt-domains";
import { renderPrompt } from "../prompts/render-prompt";
import { joinTexts } from "../question-text";
import { parseJson, readJsonAnswer } from "../read-answer";
import { askCanary, defaultCanaryPhotos, type CanaryAnswer } from "./canary";
import type { Engine } from "./engine";
import { CallFailure } from "./failure";
import { formQuestion, readSpoken, type QuestionTexts } from "./questions";
import type { ServerFacts } from "./readiness";

/** What photos whose content is known have shown of a model. */
export interface Look {
  readonly answers: readonly CanaryAnswer[];
  /** What is constant may be asked as system message: as far as can be told, it is read there. */
  readonly system: boolean;
}

/** What was said about one photo. */
interface Heard {
  /** Null: nothing usable. */
  readonly text: string | null;
  /** It kept to the form that it was asked for. */
  readonly isFormed: boolean;
}

/**
 * Shows the model photos whose content is known, and asks as the calls do, only without the schema
 * that a server would hold it to: who answers in the form has read where the form stands. A server
 * may leave the system message out without a word. So where the first answer keeps to no form, the
 * next photo is asked about in the user's turn alone: an answer in the form shows then that the
 * system message was left out, and another that this model keeps to none, wherever it stands.
 */
export async function lookAtPhotos(
  engine: Engine,
  facts: ServerFacts,
  signal: AbortSignal,
): Promise<Look> {
  const question = renderPrompt(DEFAULT_DOMAIN);
  const formed = formQuestion(JSON_FORMS.names, question);
  const ask = (texts: QuestionTexts, image: Uint8Array): Promise<Heard> =>
    hear(engine, facts, signal, { ...texts, image });
  const askPlainly = async (image: Uint8Array): Promise<string | null> =>
    (await ask({ prompt: question }, image)).text;
  let isRead: boolean | undefined;
  let isDoubted = false;
  const photos = engine.settings.canaryPhotos ?? defaultCanaryPhotos();
  const answers = await askCanary(photos, async (image) => {
    if (!facts.system) return askPlainly(image);
    const texts = isDoubted ? { prompt: joinTexts(formed) } : formed;
    const { text, isFormed } = await ask(texts, image);
    if (isFormed) isRead ??= !isDoubted;
    else isDoubted ||= isRead === undefined;
    // Sight is judged, not skill in JSON.
    return text ?? askPlainly(image);
  });
  return { answers, system: facts.system && isRead !== false };
}

async function hear(
  engine: Engine,
  facts: ServerFacts,
  signal: AbortSignal,
  call: QuestionTexts & { readonly image: Uint8Array },
): Promise<Heard> {
  const own = new OwnWords(joinTexts(call));
  try {
    const text = readSpoken(
      await engine.chat({ ...call, attempt: 0 }, facts, signal),
      engine.context,
    );
    const answer = readJsonAnswer(text);
    if (!answer) {
      // Nothing stands in the form, but it was read.
      const isFormed = isRecord(parseJson(text));
      return { text: isFormed || own.holds(text) ? null : text, isFormed };
    }
    const kept = own.strip(answer);
    const names = kept?.candidates.map(({ name }) => name) ?? [];
    const said = [...names, kept?.description ?? ""].filter((part) => part !== "");
    return { text: kept && said.join(", "), isFormed: true };
  } catch (thrown) {
    // Nothing usable is an answer too: that of a model which does not see.
    if (thrown instanceof CallFailure && thrown.error.code === "LMM_BAD_ANSWER") {
      return { text: null, isFormed: false };
    }
    throw thrown;
  }
}
