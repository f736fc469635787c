import type { Brain } from "./brain";
import type { Clock } from "./clock";
import type { Faults } from "./faults";
import type { Gates } from "./gates";
import type { Journal, JournalEntry } from "./journal";
import type { ModelSpec, ModelTable } from "./models";
import type { Profile } from "./profiles";
import type { Reply } from "./reply";
import type { Scheduler } from "./scheduler";

/** Milliseconds that the stages take. */
export interface Delays {
  readonly load: number;
  readonly promptEval: number;
  readonly perToken: number;
  readonly pull: number;
}

/** What every handler works with. */
export interface Core {
  profile: Profile;
  brain: Brain;
  /** Off: equal requests may get different answers even at temperature 0 with a seed. */
  deterministic: boolean;
  readonly defaultNumCtx: number;
  readonly delays: Delays;
  readonly clock: Clock;
  readonly gates: Gates;
  readonly faults: Faults;
  readonly journal: Journal;
  readonly models: ModelTable;
  readonly scheduler: Scheduler;
  /** Models that a pull finds. */
  readonly registry: readonly ModelSpec[];
  /** Bytes of each layer that are already here, by digest. */
  readonly blobs: Map<string, number>;
}

/** One request and its answer. */
export interface Exchange {
  readonly entry: JournalEntry;
  readonly reply: Reply;
  /** Aborted when the client leaves or the double closes. */
  readonly signal: AbortSignal;
  /** The body's bytes, once they are here. */
  bytes: Buffer;
  /** Set by the handler once it knows: an error may have to go into the stream. */
  streaming: boolean;
}
