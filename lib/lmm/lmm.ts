import type { Frame } from "../frame/frame";
import type { AnswerForm } from "./answer-forms";

/** One name that an LMM proposes for what it sees. */
export interface Candidate {
  readonly name: string;
  readonly synonyms: readonly string[];
  /** What the proposal rests on: a phrase of the LMM, or a probability of the recogniser. */
  readonly evidence?: string;
  /** 0…1, how sure the proposer is, where it can tell. */
  readonly probability?: number;
}

/** Which model answered, for the record that travels with each result. */
export interface LmmIdentity {
  readonly name: string;
  readonly digest?: string;
  readonly version?: string;
}

/** Tokens of one call, as the server counted them; what it did not tell is absent. */
export interface LmmTokens {
  /** Of the question, its image included. */
  readonly prompt?: number;
  /** Of these, what the server still had from an earlier question. */
  readonly cached?: number;
  /** Of the answer, as far as it was written; its parts, where the server counts none. */
  readonly answer?: number;
}

/**
 * Milliseconds that a call spent; a part that is not known is absent. Where the server does not
 * tell them (as of a call that was cut), `prompt` is all until its first token, and `answer` the
 * time from there.
 */
export interface LmmTimings {
  readonly total: number;
  readonly queue?: number;
  readonly load?: number;
  readonly prompt?: number;
  readonly answer?: number;
  readonly tokens?: LmmTokens;
  /** The call was ended as soon as its answer decided. */
  readonly cut?: true;
}

/** The first stage's answer. */
export interface Proposal {
  /** Best first, at least one. */
  readonly candidates: readonly Candidate[];
  /** One sentence; may be empty. */
  readonly description: string;
  /** The answer as it came, before any reading. */
  readonly raw: string;
  readonly model: LmmIdentity;
  readonly timings: LmmTimings;
}

/** A question for the second stage. */
export interface Question {
  /**
   * What is the same from one question to the next. It stands in front, so that a server need not
   * read it again.
   */
  readonly system?: string;
  readonly prompt: string;
  /** A second look at the image; absent: text only. */
  readonly frame?: Frame;
  /** The answer must be one of these short codes. */
  readonly choices?: readonly string[];
  /** Names that stand in the prompt and are answers: to repeat one of them is no parroting. */
  readonly names?: readonly string[];
  /**
   * JSON schema that the answer should keep to. Not every server holds a model to it, so the
   * prompt says the form too, and the answer is read with care.
   */
  readonly schema?: object;
  /** Tokens that the answer may have; default: the server's setting. */
  readonly maxTokens?: number;
}

/** The second stage's answer. */
export interface Reply {
  readonly text: string;
  /** Probability by choice, where the server gives token probabilities. */
  readonly probabilities?: ReadonlyMap<string, number>;
  readonly raw: string;
  readonly model: LmmIdentity;
  readonly timings: LmmTimings;
}

export interface AskOptions {
  readonly signal?: AbortSignal;
}

export interface ProposeOptions extends AskOptions {
  readonly answer?: AnswerForm;
  /**
   * Told each further name of an answer in the form `names` as soon as it is complete, with those
   * before it: once it says that they are enough, the call ends there, and the model stops. What it
   * throws does not count.
   */
  readonly enough?: (candidates: readonly Candidate[]) => boolean | Promise<boolean>;
}

/** Sees an image and answers in words: a model on a server, or the built-in recogniser. */
export interface Lmm {
  /** First stage. Throws `LMM_*`, `EMBEDDER_UNAVAILABLE` or `CLOSED`. */
  propose(frame: Frame, prompt: string, options?: ProposeOptions): Promise<Proposal>;
  /** Second stage; absent where the model cannot read a question. */
  readonly ask?: (question: Question, options?: AskOptions) => Promise<Reply>;
  /** Which model answers, as far as that is known before it has. */
  readonly identity?: LmmIdentity | undefined;
  /** Tokens that a question without image may take; absent: not known. */
  readonly questionTokens?: number | undefined;
}
