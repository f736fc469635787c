import type { Frame } from "../frame/frame";

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

/** Milliseconds that a call spent; a part that is not known is absent. */
export interface LmmTimings {
  readonly total: number;
  readonly queue?: number;
  readonly load?: number;
  readonly prompt?: number;
  readonly answer?: number;
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
  /** `json`: candidates with synonyms (default); `text`: one name in plain words, as published. */
  readonly answer?: "json" | "text";
}

/** Sees an image and answers in words: a model on a server, or the built-in recogniser. */
export interface Lmm {
  /** First stage. Throws `LMM_*`, `EMBEDDER_UNAVAILABLE` or `CLOSED`. */
  propose(frame: Frame, prompt: string, options?: ProposeOptions): Promise<Proposal>;
  /** Second stage; absent where the model cannot read a question. */
  readonly ask?: (question: Question, options?: AskOptions) => Promise<Reply>;
  /** Tokens that a question without image may take; absent: not known. */
  readonly questionTokens?: number | undefined;
}
