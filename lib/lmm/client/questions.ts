import { waitFor } from "../../async/waits";
import type { Frame } from "../../frame/frame";
import { choiceSchema, JSON_FORMS, type AnswerForm, type JsonForm } from "../answer-forms";
import { EnoughNames } from "../enough-names";
import type {
  AskOptions,
  Candidate,
  LmmTimings,
  Proposal,
  ProposeOptions,
  Question,
  Reply,
} from "../lmm";
import { OwnWords } from "../parrot";
import { joinTexts } from "../question-text";
import { DEFAULT_DOMAIN, PROMPT_DOMAINS } from "../prompts/prompt-domains";
import { renderPrompt } from "../prompts/render-prompt";
import { guardPrompt } from "../prompts/sanitise";
import {
  isForeignScript,
  readChoice,
  readJsonAnswer,
  readNamesSoFar,
  readProseAnswer,
  type Answer,
} from "../read-answer";
import { stripReasoning } from "../reasoning";
import type { Attempt, Attempts, Work } from "./attempts";
import type { Engine } from "./engine";
import { badAnswer, type FailureContext } from "./failure";
import { toIdentity, type ServerFacts } from "./readiness";
import { readChoiceProbabilities, type TokenProbability } from "./token-probabilities";

/** What a question says. */
export interface QuestionTexts {
  /** What is the same from call to call. */
  readonly system?: string;
  readonly prompt: string;
}

/** One question to the model. */
export interface ChatCall extends QuestionTexts {
  /** JPEG bytes. */
  readonly image?: Uint8Array;
  /** A JSON schema that the server holds the model to. */
  readonly format?: object;
  readonly logprobs?: boolean;
  /** Tokens that the answer may have; default: the settings'. */
  readonly maxTokens?: number;
  /** Told the answer as far as it has come, part by part; true ends the call there. */
  readonly enough?: (text: string) => boolean | Promise<boolean>;
  /** 0: the settings' seed, greedy; each further attempt has another seed and some chance. */
  readonly attempt: number;
}

export interface ChatAnswer {
  /** As it came, never empty unless the model only thought. */
  readonly content: string;
  /** The server has told thoughts apart from the answer. */
  readonly thought: boolean;
  /** Empty unless asked for and told. */
  readonly tokens: readonly TokenProbability[];
  readonly timings: LmmTimings;
}

export interface QuestionsOptions {
  readonly engine: Pick<Engine, "chat">;
  readonly attempts: Attempts;
  readonly context: FailureContext;
  readonly model: string;
  /** Asked where a call has no prompt: a domain's name or a template. */
  readonly prompt: string;
  readonly answer: AnswerForm;
}

/** What a model says, without its thoughts, and as it came. */
interface Said {
  readonly text: string;
  readonly record: Pick<Reply, "raw" | "model" | "timings">;
  readonly tokens: readonly TokenProbability[];
}

/** Both stages' questions: how they are put, and what of an answer is taken for one. */
export class Questions {
  /** This server or model refuses or ignores schemas: no second call is spent on hoping. */
  private habits = { of: "", refusesFormat: false, writesProse: false };

  constructor(private readonly options: QuestionsOptions) {}

  propose(frame: Frame, prompt: string, options: ProposeOptions = {}): Promise<Proposal> {
    const started = performance.now();
    const question = this.toQuestion(prompt);
    const named = options.answer ?? this.options.answer;
    const form = named === "text" ? undefined : JSON_FORMS[named];
    const texts = form ? formQuestion(form, question) : { prompt: question };
    const own = new OwnWords(joinTexts(texts));
    const { enough } = options;
    const work: Work<Proposal> = async (facts, attempt, signal) => {
      // Each attempt is another answer.
      const names = named === "names" && enough ? new EnoughNames(enough) : undefined;
      const call = {
        ...texts,
        ...(form ? { format: form.schema } : {}),
        ...(names ? { enough: (text: string) => names.offer(readSoFar(text, own)) } : {}),
      };
      const said = await this.say(call, facts, attempt, signal, started);
      const answer = names?.taken
        ? { candidates: names.taken, description: "" }
        : this.readWhole(said.text, own, form !== undefined, attempt);
      this.refuseForeign(`${answer.candidates[0]?.name ?? ""} ${answer.description}`, question);
      const { candidates } = answer;
      const taken = names ? await waitFor(names.takeOf(candidates), signal) : candidates;
      return { ...answer, candidates: taken, ...said.record };
    };
    return this.options.attempts.run(work, { signal: options.signal, frame });
  }

  ask(question: Question, options: AskOptions = {}): Promise<Reply> {
    const started = performance.now();
    const { choices, frame, maxTokens, names } = question;
    const { context } = this.options;
    const prompt = guardPrompt(question.prompt);
    const texts = question.system ? { system: guardPrompt(question.system), prompt } : { prompt };
    const format = choices ? choiceSchema(choices) : question.schema;
    const own = new OwnWords(joinTexts(texts), names);
    const work: Work<Reply> = async (facts, attempt, signal) => {
      const call = {
        ...texts,
        ...(format ? { format } : {}),
        ...(choices ? { logprobs: true } : {}),
        ...(maxTokens ? { maxTokens } : {}),
      };
      const said = await this.say(call, facts, attempt, signal, started);
      if (!choices) {
        if (own.holds(said.text)) throw badAnswer("lmm.answer-parrot", context, said.text);
        this.refuseForeign(said.text, joinTexts(texts));
        return { text: said.text, ...said.record };
      }
      const text = readChoice(said.text, choices);
      if (text === null) throw badAnswer("lmm.answer-unreadable", context, said.text);
      const probabilities = readChoiceProbabilities(said.tokens, choices);
      return { text, ...said.record, ...(probabilities ? { probabilities } : {}) };
    };
    return this.options.attempts.run(work, { signal: options.signal, frame });
  }

  /** One call, in the form that this server takes. */
  private async say(
    call: Omit<ChatCall, "attempt" | "image">,
    facts: ServerFacts,
    { number, plain, image }: Attempt,
    signal: AbortSignal,
    started: number,
  ): Promise<Said> {
    const habits = this.habitsOf(facts);
    const { format, ...others } = call;
    const formed = format && !plain && !habits.refusesFormat ? { format } : {};
    const full = { ...others, ...formed, ...(image ? { image } : {}), attempt: number };
    const answered = await this.options.engine.chat(full, facts, signal);
    if (plain) habits.refusesFormat = true;
    return {
      text: readSpoken(answered, this.options.context),
      record: {
        raw: answered.content,
        model: toIdentity(this.options.model, facts),
        timings: { ...answered.timings, total: performance.now() - started },
      },
      tokens: answered.tokens,
    };
  }

  /** Another version or model may have other habits. */
  private habitsOf({ version = "", digest = "" }: ServerFacts): Questions["habits"] {
    const of = `${version} ${digest}`;
    if (this.habits.of !== of) this.habits = { of, refusesFormat: false, writesProse: false };
    return this.habits;
  }

  /** A caller's prompt as it is, a domain's name as its text, nothing as the settings' prompt. */
  private toQuestion(prompt: string): string {
    const text = prompt.trim();
    if (text === "") return renderPrompt(this.options.prompt || DEFAULT_DOMAIN);
    return PROMPT_DOMAINS.some(({ name }) => name === text)
      ? renderPrompt(text)
      : guardPrompt(text);
  }

  /** An answer that is done. Throws `badAnswer` for one that names nothing of its own. */
  private readWhole(text: string, own: OwnWords, isFormed: boolean, attempt: Attempt): Answer {
    const { context } = this.options;
    const read = isFormed ? this.readAnswer(text, attempt) : readProseAnswer(text);
    if (!read) throw badAnswer("lmm.answer-unreadable", context, text);
    const answer = own.strip(read);
    if (!answer) throw badAnswer("lmm.answer-parrot", context, text);
    return answer;
  }

  /** JSON; prose only after a second attempt, or where JSON never came before. */
  private readAnswer(content: string, { number }: Attempt): Answer | null {
    const answer = readJsonAnswer(content);
    if (answer) {
      this.habits.writesProse = false;
      return answer;
    }
    if (number === 0 && !this.habits.writesProse) return null;
    const prose = readProseAnswer(content);
    if (prose) this.habits.writesProse = true;
    return prose;
  }

  private refuseForeign(answer: string, prompt: string): void {
    if (isForeignScript(answer, prompt)) {
      throw badAnswer("lmm.answer-foreign", this.options.context, answer);
    }
  }
}

/** What the user's turn says beside the image, where all that is constant stands before it. */
const LOOK = "Answer for this photo.";

/** Asks for an answer in the form, whatever the photo: all that is constant stands before it. */
export function formQuestion(form: JsonForm, question: string): QuestionTexts {
  return { system: `${form.words}\n\n${question}`, prompt: LOOK };
}

/** The names of an answer that is still being written, without what only repeats us. */
function readSoFar(text: string, own: OwnWords): readonly Candidate[] {
  const candidates = readNamesSoFar(stripReasoning(text).text);
  return own.strip({ candidates, description: "" })?.candidates ?? [];
}

/** The answer without what the model thought before it. Throws `badAnswer` where nothing is left. */
export function readSpoken({ content, thought }: ChatAnswer, context: FailureContext): string {
  const spoken = stripReasoning(content);
  const text = spoken.text.trim();
  if (text !== "") return text;
  throw spoken.thought || thought
    ? badAnswer("lmm.answer-only-thought", context, content)
    : badAnswer("lmm.answer-empty", context);
}
