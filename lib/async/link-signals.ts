/** A signal that follows others until it is released. */
export interface LinkedSignal {
  readonly signal: AbortSignal;
  /** Lets go of the signals it follows. */
  readonly release: () => void;
}

/**
 * Follows the first of the signals that aborts, with its reason. Unlike `AbortSignal.any` it can
 * be released: the signal of a client lives for months, and each call would leave a trace on it.
 */
export function linkSignals(...sources: readonly (AbortSignal | undefined)[]): LinkedSignal {
  const linked = new AbortController();
  const releases: (() => void)[] = [];
  for (const source of sources) {
    if (!source) continue;
    const follow = (): void => {
      linked.abort(source.reason);
    };
    if (source.aborted) {
      follow();
      continue;
    }
    source.addEventListener("abort", follow, { once: true });
    releases.push(() => {
      source.removeEventListener("abort", follow);
    });
  }
  return {
    signal: linked.signal,
    release: () => {
      for (const release of releases) release();
    },
  };
}
