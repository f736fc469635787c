import type { ReceivedImage } from "./images";
import type { Format } from "./schema";

/** What the model is asked. */
export interface BrainRequest {
  readonly endpoint: "/api/chat" | "/api/generate" | "/v1/chat/completions";
  readonly model: { readonly name: string };
  readonly system: string;
  /** What the user says: the messages of the user, or the prompt. */
  readonly prompt: string;
  /** What the model sees; empty where none was sent or the model is blind. */
  readonly images: readonly ReceivedImage[];
  /** How many were sent, whether seen or not. */
  readonly sentImages: number;
  readonly format: Format;
  readonly options: Readonly<Record<string, unknown>>;
  /** Whether thinking is on. */
  readonly think: boolean;
  /** Chance, in [0, 1): the same for the same request and seed unless determinism is off. */
  readonly dice: () => number;
}

/** What the model says. */
export interface BrainAnswer {
  readonly text?: string;
  /** Instead of `text`. */
  readonly json?: unknown;
  /** Said before the answer, where thinking is on. */
  readonly thinking?: string;
  /** Probability by token for the last token of the answer that is one of these. */
  readonly probabilities?: Readonly<Record<string, number>>;
}

/** Answers in the place of a model. A throw shows as a crashed runner. */
export interface Brain {
  answer(request: BrainRequest): BrainAnswer | Promise<BrainAnswer>;
}
