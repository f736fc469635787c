import { createHash, randomBytes } from "node:crypto";

/** Who asks. */
export interface Login {
  readonly user: string;
  readonly password: string;
}

/** One form of login that a server offers, by `WWW-Authenticate` (RFC 9110, 11.3). */
export interface Challenge {
  /** In lower case, such as `basic` or `digest`. */
  readonly scheme: string;
  /** By their names in lower case. */
  readonly params: ReadonlyMap<string, string>;
}

/** What a request is signed for. */
export interface SignedRequest {
  readonly method: string;
  /** Path and query as they are sent. */
  readonly target: string;
}

/** The hashes of RFC 7616 as Node.js calls them, the strongest first. */
const HASHES = new Map([
  ["SHA-512-256", "sha512-256"],
  ["SHA-256", "sha256"],
  ["MD5", "md5"],
]);
const SESSION = "-SESS";

/**
 * Answers what a server asks for: Digest (RFC 7616) with the strongest hash that both know, else
 * Basic (RFC 7617). A nonce serves until the server no longer takes it, its uses counted.
 */
export class HttpLogin {
  private challenge: Challenge | undefined;
  private uses = 0;

  constructor(private readonly login: Login) {}

  /** The header for a request; undefined before the first challenge, and where no login is known. */
  sign(request: SignedRequest): string | undefined {
    if (!this.challenge) return undefined;
    if (this.challenge.scheme === "basic") return signBasic(this.login);
    this.uses += 1;
    return signDigest(this.challenge.params, this.login, request, this.uses);
  }

  /**
   * Takes a refusal in. True: asking once more makes sense, because it was the first challenge, or
   * the nonce was merely too old. False: the login is wrong, or of a form that is not known.
   */
  learn(header: string): boolean {
    const best = pickChallenge(parseChallenges(header));
    if (!best) return false;
    const { challenge: last } = this;
    const isStale = best.params.get("stale")?.toLowerCase() === "true";
    // A server that forgets to say "stale" sends a nonce that is not the one that was refused.
    const isFresh = last?.params.get("nonce") !== best.params.get("nonce");
    const isOther = last?.scheme !== best.scheme || (best.scheme === "digest" && isFresh);
    this.challenge = best;
    this.uses = 0;
    return last === undefined || isStale || isOther;
  }

  /** Takes in that a server names the nonce that it wants next (`Authentication-Info`). */
  renew(header: string): void {
    const nonce = parseParams(header).get("nextnonce");
    if (!this.challenge || !nonce) return;
    this.challenge = {
      ...this.challenge,
      params: new Map(this.challenge.params).set("nonce", nonce),
    };
    this.uses = 0;
  }
}

/** The forms of login in a header; what cannot be read of it is left out. */
export function parseChallenges(header: string): Challenge[] {
  // A scheme stands alone or before its first parameter; a parameter has an equals sign.
  const start = /(?:^|,)\s*([A-Za-z][\w-]*)(?=\s+[\w-]+\s*=|\s*(?:,|$))(?!\s*=)/g;
  const unquoted = header.replace(/"(?:\\.|[^"\\])*"/g, (text) => "_".repeat(text.length));
  const found = [...unquoted.matchAll(start)];
  return found.map((match, index) => {
    const end = found[index + 1]?.index ?? header.length;
    const rest = header.slice(match.index + match[0].length, end);
    return { scheme: (match[1] ?? "").toLowerCase(), params: parseParams(rest) };
  });
}

function parseParams(text: string): Map<string, string> {
  const params = new Map<string, string>();
  for (const match of text.matchAll(/([\w-]+)\s*=\s*(?:"((?:\\.|[^"\\])*)"|([^\s,"]+))/g)) {
    const [, name = "", quoted, plain = ""] = match;
    params.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, "$1") ?? plain);
  }
  return params;
}

function pickChallenge(challenges: readonly Challenge[]): Challenge | undefined {
  const digests = challenges.filter(({ scheme, params }) => {
    return scheme === "digest" && params.has("nonce") && isSignable(params);
  });
  const strength = ({ params }: Challenge): number => [...HASHES.keys()].indexOf(hashOf(params));
  digests.sort((one, other) => strength(one) - strength(other));
  return digests[0] ?? challenges.find(({ scheme }) => scheme === "basic");
}

function isSignable(params: ReadonlyMap<string, string>): boolean {
  const qop = params.get("qop");
  return HASHES.has(hashOf(params)) && (qop === undefined || offersAuth(qop));
}

/** `auth-int` alone would sign a body; requests for pictures have none. */
function offersAuth(qop: string): boolean {
  return qop.split(",").some((each) => each.trim().toLowerCase() === "auth");
}

function hashOf(params: ReadonlyMap<string, string>): string {
  return algorithmOf(params).replace(SESSION, "");
}

function algorithmOf(params: ReadonlyMap<string, string>): string {
  return (params.get("algorithm") ?? "MD5").toUpperCase();
}

function signBasic({ user, password }: Login): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
}

function signDigest(
  params: ReadonlyMap<string, string>,
  { user, password }: Login,
  { method, target }: SignedRequest,
  uses: number,
): string {
  const algorithm = algorithmOf(params);
  const hash = (text: string): string =>
    createHash(HASHES.get(hashOf(params)) ?? "md5")
      .update(text)
      .digest("hex");
  const realm = params.get("realm") ?? "";
  const nonce = params.get("nonce") ?? "";
  const opaque = params.get("opaque");
  const qop = params.get("qop");
  const cnonce = randomBytes(16).toString("hex");
  const count = uses.toString(16).padStart(8, "0");
  const secret = hash(`${user}:${realm}:${password}`);
  const key = algorithm.endsWith(SESSION) ? hash(`${secret}:${nonce}:${cnonce}`) : secret;
  const asked = hash(`${method}:${target}`);
  const response = qop
    ? hash(`${key}:${nonce}:${count}:${cnonce}:auth:${asked}`)
    : hash(`${key}:${nonce}:${asked}`);
  const named = params.get("userhash")?.toLowerCase() === "true" ? hash(`${user}:${realm}`) : user;
  return [
    `Digest username=${quote(named)}`,
    `realm=${quote(realm)}`,
    `nonce=${quote(nonce)}`,
    `uri=${quote(target)}`,
    ...(params.has("algorithm") ? [`algorithm=${params.get("algorithm") ?? ""}`] : []),
    `response="${response}"`,
    ...(qop ? ["qop=auth", `nc=${count}`] : []),
    ...(qop || algorithm.endsWith(SESSION) ? [`cnonce="${cnonce}"`] : []),
    ...(named === user ? [] : ["userhash=true"]),
    ...(opaque === undefined ? [] : [`opaque=${quote(opaque)}`]),
  ].join(", ");
}

/** A header holds Latin-1 alone: what is beyond goes as the bytes of its UTF-8. */
function quote(text: string): string {
  const bytes = Buffer.from(text, "utf8").toString("latin1");
  return `"${bytes.replace(/["\\]/g, "\\$&").replace(/[\r\n]/g, "")}"`;
}
