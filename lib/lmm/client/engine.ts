import type { FailureContext, NameFailure } from "./failure";
import type { ChatAnswer, ChatCall } from "./questions";
import type { ServerFacts } from "./readiness";
import type { ResolvedServerSettings } from "./server-settings";

/** One model that a server has. */
export interface ListedModel {
  readonly name: string;
  /** Absent: not told. */
  readonly sizeBytes?: number;
  /** Such as "7.2B"; empty if not told. */
  readonly parameterSize: string;
  readonly quantization: string;
  /** Null: the server does not tell. */
  readonly vision: boolean | null;
}

/** How far a pull is. */
export interface PullProgress {
  /** The server's own word, such as "verifying sha256 digest". */
  readonly status: string;
  /** Over all layers known so far. */
  readonly completedBytes: number;
  readonly totalBytes: number;
}

/**
 * What one kind of server does in its own way; attempts, deadlines, the vision check and the
 * reading of answers are the same for all. Each call ends with its signal and rejects with a
 * `CallFailure`, a `TlacError` or the signal's reason.
 */
export interface Engine {
  readonly settings: ResolvedServerSettings;
  readonly context: FailureContext;
  readonly nameFailure: NameFailure;
  /** Asks what can have changed since `known`. Throws for a model that cannot be used. */
  learn(known: ServerFacts | undefined, signal: AbortSignal): Promise<ServerFacts>;
  /** Waits for a server that answers, but no questions yet; absent where none does so. */
  awaitServer?(signal: AbortSignal, onLoading: () => void): Promise<void>;
  /** Has the model in memory; tells when that takes a load. */
  load(signal: AbortSignal, onLoading: () => void): Promise<void>;
  /** A loaded model stays loaded until a call fails; else it may be unloaded between two calls. */
  readonly staysLoaded: boolean;
  /** Asks and reads the answer as it comes. Throws `badAnswer` for one that is empty or cut off. */
  chat(call: ChatCall, facts: ServerFacts, signal: AbortSignal): Promise<ChatAnswer>;
  /** Of question and answer together, in tokens; undefined: not known. */
  contextTokens(facts: ServerFacts | undefined): number | undefined;
  /** What answers, for the dialog. */
  describe(signal: AbortSignal): Promise<{ readonly name: string; readonly version: string }>;
  /** All models, those that see first. */
  listModels(signal: AbortSignal): Promise<ListedModel[]>;
  /** The model of the settings. Throws `LMM_MODEL_MISSING`. */
  findModel(signal: AbortSignal): Promise<ListedModel>;
  /** Has the server fetch the model of the settings; absent where a server cannot. */
  pull?(signal: AbortSignal, onProgress?: (progress: PullProgress) => void): Promise<void>;
  /** Ends every request that is under way. */
  close(): Promise<void>;
}

/** Those that see first, those that do not last. */
export function sortModels(models: readonly ListedModel[]): ListedModel[] {
  const rank = ({ vision }: ListedModel): number => (vision === null ? 1 : vision ? 0 : 2);
  return [...models].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}
