import type { TlacError } from "../../errors";
import type { LmmIdentity } from "../lmm";

/** What a status line can tell of a server. */
export type ServerState =
  | { readonly kind: "idle" }
  | { readonly kind: "loading" }
  /** The canary photos are being shown. */
  | { readonly kind: "checking" }
  /** `away`: so many of several hosts do not serve. */
  | { readonly kind: "ready"; readonly model: LmmIdentity; readonly away?: number }
  | { readonly kind: "blind"; readonly error: TlacError }
  /** Calls fail at once until `retryAt` (of `performance.now()`, ms). */
  | { readonly kind: "breaker-open"; readonly retryAt: number; readonly error: TlacError }
  | { readonly kind: "breaker-half-open" }
  | { readonly kind: "failed"; readonly error: TlacError };

/** The one place that knows how a server is, and tells those who listen. */
export class StateBoard {
  private readonly listeners = new Set<(state: ServerState) => void>();
  private state: ServerState = { kind: "idle" };

  get current(): ServerState {
    return this.state;
  }

  /** Calls back on each change; returns the function that ends it. */
  listen(listener: (state: ServerState) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  set(state: ServerState): void {
    const isSame = state.kind === this.state.kind && state.kind !== "breaker-open";
    this.state = state;
    if (isSame && state.kind !== "failed" && state.kind !== "ready") return;
    for (const listener of this.listeners) listener(state);
  }

  clear(): void {
    this.listeners.clear();
  }
}
