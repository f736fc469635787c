import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** Long enough for a shift. */
const LOGIN_MS = 12 * 3_600_000;
const MOST_LOGINS = 1_000;

/** Wrong numbers a minute, of all who try: a PIN of four digits then stands for days. */
const MOST_TRIES = 10;
const TRIES_MS = 60_000;

/** What came of a try. */
export type Login =
  { readonly cookie: string } | { readonly refused: "wrong" } | { readonly refused: "too-many" };

/** A PIN before a page; without one, everybody is let in. */
export class Pin {
  private readonly digest: Buffer | null;
  private readonly name: string;
  /** When each login ends, by its token. */
  private readonly logins = new Map<string, number>();
  private tries: number[] = [];

  /** `path`: of the page as the browser knows it is set with the cookie. */
  constructor(
    pin: string | undefined,
    nodeId: string,
    private readonly now: () => number = Date.now,
  ) {
    this.digest = pin ? hash(pin) : null;
    this.name = `tlac-review-${nodeId.replace(/[^\w-]/g, "")}`;
  }

  /** Whether a request with these cookies may see anything. */
  admits(cookies: string | undefined): boolean {
    if (!this.digest) return true;
    const token = new RegExp(`(?:^|;\\s*)${this.name}=([0-9a-f]{64})`).exec(cookies ?? "")?.[1];
    return token !== undefined && (this.logins.get(token) ?? 0) > this.now();
  }

  /** `path`: where the cookie holds. */
  login(pin: string, path: string, secure: boolean): Login {
    const now = this.now();
    this.tries = this.tries.filter((at) => at > now - TRIES_MS);
    if (this.tries.length >= MOST_TRIES) return { refused: "too-many" };
    if (this.digest && !timingSafeEqual(hash(pin), this.digest)) {
      this.tries.push(now);
      return { refused: "wrong" };
    }
    const token = randomBytes(32).toString("hex");
    this.logins.set(token, now + LOGIN_MS);
    for (const oldest of this.logins.keys()) {
      if (this.logins.size <= MOST_LOGINS) break;
      this.logins.delete(oldest);
    }
    const parts = [`${this.name}=${token}`, `Path=${path}`, "HttpOnly", "SameSite=Strict"];
    const age = `Max-Age=${LOGIN_MS / 1_000}`;
    return { cookie: [...parts, age, ...(secure ? ["Secure"] : [])].join("; ") };
  }
}

function hash(text: string): Buffer {
  return createHash("sha256").update(text.trim()).digest();
}
