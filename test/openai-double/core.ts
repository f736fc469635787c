import type { Brain } from "../ollama-double/brain";
import type { DoubleParts } from "../ollama-double/http-double";
import type { Slots } from "../ollama-double/slots";
import type { ServedModel } from "./models";
import type { Profile } from "./profiles";

/** Milliseconds that the stages take. */
export interface Delays {
  readonly promptEval: number;
  readonly perToken: number;
}

/** What the handlers work with. */
export interface Core extends DoubleParts {
  profile: Profile;
  brain: Brain;
  models: readonly ServedModel[];
  apiKey: string | undefined;
  /** Requests that still meet a server which loads. */
  loading: number;
  /** Images that one request may have. */
  imageLimit: number;
  slots: Slots;
  /** What the one slot's cache holds: the transcript before. */
  cached: string;
  readonly delays: Delays;
}
