/** The server answered, but not with success: a status, or an error line in a stream. */
export class ServerFailure extends Error {
  override readonly name = "ServerFailure";

  constructor(
    /** HTTP status; 200 for an error line within a stream. */
    readonly status: number,
    /** The body or the line's error text, bounded. */
    readonly body: string,
    /** `WWW-Authenticate`: what kind of login is asked for; empty where none is. */
    readonly challenge = "",
    /** `Retry-After` in ms; 0 where none is told. */
    readonly retryAfterMs = 0,
  ) {
    super(`HTTP ${status}`);
  }
}

/** What came is no answer of an LMM server's: no JSON, too long, cut. */
export class ProtocolFailure extends Error {
  override readonly name = "ProtocolFailure";

  constructor(readonly kind: "not-json" | "too-long" | "unfinished") {
    super(kind);
  }
}
