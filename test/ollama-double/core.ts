import type { Brain } from "./brain";
import type { DoubleParts } from "./http-double";
import type { ModelSpec, ModelTable } from "./models";
import type { Profile } from "./profiles";
import type { Scheduler } from "./scheduler";

/** Milliseconds that the stages take. */
export interface Delays {
  readonly load: number;
  readonly promptEval: number;
  readonly perToken: number;
  readonly pull: number;
}

/** What every handler works with. */
export interface Core extends DoubleParts {
  profile: Profile;
  brain: Brain;
  /** Off: equal requests may get different answers even at temperature 0 with a seed. */
  deterministic: boolean;
  readonly defaultNumCtx: number;
  readonly delays: Delays;
  readonly models: ModelTable;
  readonly scheduler: Scheduler;
  /** Models that a pull finds. */
  readonly registry: readonly ModelSpec[];
  /** Bytes of each layer that are already here, by digest. */
  readonly blobs: Map<string, number>;
}

export type { Exchange } from "./http-double";
