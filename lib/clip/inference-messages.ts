import type { ErrorCode } from "../errors";
import type { MessageKey, MessageParams } from "../i18n/catalogue";
import type { Pixels, PixelSpec } from "../frame/frame";
import type { Dtype } from "./dtype";
import type { Family } from "./family";
import type { Provider } from "./provider";

/** Everything that the worker needs to open a model. */
export interface SessionSpec {
  /** Absolute path, already checked. */
  readonly folder: string;
  readonly family: Family;
  readonly maxTokens: number;
  readonly dtypes: { readonly text: Dtype; readonly vision: Dtype | null };
  readonly threads: number;
  /** Where it cannot be used, the CPU takes its place. Absent: the CPU. */
  readonly provider?: Provider;
  readonly pixelSpec: PixelSpec | null;
  /** Milliseconds without a text after which its tower may rest. */
  readonly textRestMs?: number;
}

/** What can be asked of the worker: a session's number, the question, the answer. */
export interface Protocol {
  /** Answered once the thread has loaded what it runs on, or could not. */
  ready: { question: object; answer: null };
  open: { question: { spec: SessionSpec }; answer: Opened };
  close: { question: object; answer: null };
  count: { question: { texts: readonly string[] }; answer: number[] };
  /** `alone`: one text a run, so that a text's vector is its own. Answer: unit vectors in a row. */
  texts: { question: { texts: readonly string[]; alone: boolean }; answer: Float32Array };
  /** What the graph has: unit vectors and raw logits. */
  image: { question: Pixels; answer: ImageAnswer };
}

export interface Opened {
  /** Why the CPU took the place of the provider that was wanted; null where it did not. */
  readonly refusal: string | null;
}

export interface ImageAnswer {
  readonly embedding: Float32Array | null;
  readonly features: Float32Array | null;
  readonly logits: Float32Array | null;
}

export type Kind = keyof Protocol;

/** One question on its way to the worker. */
export type Request = {
  [K in Kind]: { id: number; session: number; kind: K; question: Protocol[K]["question"] };
}[Kind];

/** A `TlacError` cannot cross a thread as itself. */
export interface Failure {
  readonly code: ErrorCode;
  readonly key: MessageKey;
  readonly params: MessageParams;
}

export type Reply =
  | { readonly id: number; readonly answer: Protocol[Kind]["answer"] }
  | { readonly id: number; readonly failure: Failure };
