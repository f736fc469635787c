/** Milliseconds. Each part of a call has a budget of its own. */
export interface Deadlines {
  /** Until the connection stands, and for the short questions about version and models. */
  readonly connectMs: number;
  /** Without a sign of life while the model loads; a load that makes progress is not ended. */
  readonly loadMs: number;
  /** From the first byte of an answer to its last. */
  readonly answerMs: number;
  /** That a message waits in all, retries included. */
  readonly totalMs: number;
}

/** Milliseconds between attempts and checks. */
export interface Pace {
  /** Before each further attempt at a server that is busy or cannot be reached. */
  readonly retryMs: readonly number[];
  /** Before the one further attempt after the model's process has died. */
  readonly crashMs: number;
  /** That version and digest are taken for known. */
  readonly factsMs: number;
  /** Until a blind model is shown the photos again. */
  readonly blindMs: number;
  /** Between two looks at a loading model. */
  readonly loadPollMs: number;
  /** Without a line of a pull; checking the digest of a large model takes minutes without one. */
  readonly pullMs: number;
  /** First pause after the server was down several times in a row; doubles up to 16 times. */
  readonly breakerMs: number;
  /** Failures in a row until that pause. */
  readonly breakerThreshold: number;
}

export const DEADLINES: Deadlines = {
  connectMs: 5_000,
  loadMs: 300_000,
  answerMs: 60_000,
  totalMs: 300_000,
};

export const PACE: Pace = {
  retryMs: [500, 2_000],
  crashMs: 2_000,
  factsMs: 30_000,
  blindMs: 60_000,
  loadPollMs: 2_000,
  pullMs: 900_000,
  breakerMs: 5_000,
  breakerThreshold: 3,
};

/** A load that the server shows for ever is given up after so many times its deadline. */
export const MAX_LOAD_DEADLINES = 6;
