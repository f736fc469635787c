/** Time, as far as work depends on it that specs do not want to wait for. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `work` once after `ms` milliseconds; what it returns calls that off. */
  after(ms: number, work: () => void): () => void;
}

/** The time of the process, which its timers do not keep alive. */
export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  after: (ms, work) => {
    const timer = setTimeout(work, ms).unref();
    return () => {
      clearTimeout(timer);
    };
  },
};
