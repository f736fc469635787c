import type { Response } from "undici";

import { throwIfClosed, TlacError, toError } from "../errors";
import type { MessageKey } from "../i18n/catalogue";
import { certificateProblem, networkCode, speaksNoTls } from "../net/tls-problem";
import type { FrameRules } from "./frame-options";
import { isMultipart } from "./multipart";
import { readStream } from "./read-stream";

const MAX_REDIRECTS = 5;
/** More than a camera sends, and held twice while it arrives: a server must not fill the memory. */
const MAX_FETCHED = 64 * 1024 ** 2;
/** Media types of what never is one picture: films, and lists of the parts of one. */
const STREAMS = /^(video\/[\w.+-]+|application\/(vnd\.apple\.mpegurl|x-mpegurl|dash\+xml))/i;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * The body at an http(s) URL whose host is allowed, and so is every host that it redirects to.
 * `user:password@` becomes basic authentication for that host alone and is never repeated in a
 * sentence. Throws `BAD_IMAGE`, or `CLOSED` where the caller's signal fires.
 */
export async function fetchImage(given: string, rules: FrameRules): Promise<Uint8Array> {
  const deadline = AbortSignal.timeout(rules.fetchTimeoutMs);
  const signal = rules.signal ? AbortSignal.any([rules.signal, deadline]) : deadline;
  let url = parseUrl(given);
  try {
    for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
      checkHost(url, rules.access.hosts);
      const response = await request(url, signal);
      if (!REDIRECTS.has(response.status))
        return await readBody(response, url, Math.min(rules.maxBytes, MAX_FETCHED));
      await response.body?.cancel();
      url = parseUrl(response.headers.get("location") ?? "", url);
    }
  } catch (thrown) {
    if (thrown instanceof TlacError) throw thrown;
    throwIfClosed(rules.signal);
    if (deadline.aborted) {
      const params = { url: show(url), ms: rules.fetchTimeoutMs };
      throw new TlacError("BAD_IMAGE", "frame.url-timeout", params, { cause: thrown });
    }
    const params = { url: show(url), reason: explain(thrown) };
    throw new TlacError("BAD_IMAGE", chooseSentence(thrown), params, { cause: thrown });
  }
  throw new TlacError("BAD_IMAGE", "frame.url-redirects", { url: show(url), max: MAX_REDIRECTS });
}

/**
 * `user:pass/word@host`: a sign that ends the host stands in a password, so that half of it would be
 * read, and shown, as port and path. A colon with a port behind it is a host's own.
 */
function hasBrokenLogin(given: string): boolean {
  const [, rest] = /^\s*https?:\/\/(?!\[)([\s\S]*)$/i.exec(given) ?? [];
  const at = rest?.indexOf("@") ?? -1;
  const end = rest?.search(/[/?#]/) ?? -1;
  if (!rest || end < 0 || at < end) return false;
  const authority = rest.slice(0, end);
  return authority.includes(":") && !/:\d{1,5}$/.test(authority);
}

function parseUrl(given: string, base?: URL): URL {
  if (hasBrokenLogin(given)) throw new TlacError("BAD_IMAGE", "frame.url-password");
  const url = URL.canParse(given, base?.href) ? new URL(given, base) : null;
  if (url?.protocol === "http:" || url?.protocol === "https:") return url;
  if (url?.protocol === "rtsp:" || url?.protocol === "rtsps:") {
    throw new TlacError("BAD_IMAGE", "frame.url-stream", { url: show(url), form: "RTSP" });
  }
  throw new TlacError("BAD_IMAGE", "frame.bad-url", { url: url ? show(url) : "?" });
}

function checkHost(url: URL, hosts: readonly string[]): void {
  if (hosts.length === 0) throw new TlacError("BAD_IMAGE", "frame.url-off", { url: show(url) });
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  const allowed = hosts.some((host) => {
    const name = host.trim().toLowerCase();
    return name === url.host || name === `${url.hostname}:${port}`;
  });
  if (allowed) return;
  const params = { host: showHost(url), hosts: hosts.join(", ") };
  throw new TlacError("BAD_IMAGE", "frame.url-host", params);
}

async function request(url: URL, signal: AbortSignal): Promise<Response> {
  const { fetch } = await import("undici");
  const bare = new URL(url);
  bare.username = "";
  bare.password = "";
  const user = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  const headers: Record<string, string> = { accept: "image/*, multipart/x-mixed-replace;q=0.5" };
  if (user !== ":") headers.authorization = `Basic ${Buffer.from(user).toString("base64")}`;
  return fetch(bare, { redirect: "manual", signal, headers });
}

async function readBody(response: Response, url: URL, maxBytes: number): Promise<Uint8Array> {
  const type = response.headers.get("content-type") ?? "";
  const [stream] = STREAMS.exec(type) ?? [];
  if (!response.ok || stream) await response.body?.cancel();
  if (response.status === 401) {
    const asked = response.headers.get("www-authenticate") ?? "";
    const basic = asked === "" || /\bbasic\b/i.test(asked);
    const form = /^[\w-]+/.exec(asked.trim())?.[0] ?? "";
    throw new TlacError("BAD_IMAGE", basic ? "frame.url-login" : "frame.url-other-login", {
      url: show(url),
      form,
    });
  }
  if (!response.ok) {
    const params = { url: show(url), status: response.status };
    throw new TlacError("BAD_IMAGE", "frame.url-status", params);
  }
  if (stream) {
    throw new TlacError("BAD_IMAGE", "frame.url-stream", { url: show(url), form: stream });
  }
  let size = 0;
  const count = (bytes: number): void => {
    size += bytes;
    if (size > maxBytes)
      throw new TlacError("BAD_IMAGE", "frame.too-many-bytes", { max: maxBytes });
  };
  try {
    const body: AsyncIterable<Uint8Array> | null = response.body;
    if (!body) return new Uint8Array();
    if (!isMultipart(type)) {
      count(Number(response.headers.get("content-length") ?? 0));
      size = 0;
    }
    return await readStream(body, type, count);
  } catch (thrown) {
    await response.body?.cancel().catch(() => undefined);
    throw thrown;
  }
}

function chooseSentence(thrown: unknown): MessageKey {
  const code = networkCode(thrown);
  const problem = certificateProblem(code);
  if (problem) return `frame.url-certificate-${problem}`;
  return speaksNoTls(code) ? "frame.url-no-tls" : "frame.url-failed";
}

/** Without user, password and query: those hold secrets. */
function show(url: URL): string {
  return `${url.protocol}//${showHost(url)}${url.pathname.slice(url.pathname.lastIndexOf("@") + 1)}`;
}

/** `user:80/word@host` reads as a host with a port, but its port may be the start of a password. */
function showHost({ host, hostname, pathname, search, hash }: URL): string {
  return `${pathname}${search}${hash}`.includes("@") ? hostname : host;
}

/** undici says "fetch failed" and keeps the reason in the cause. */
function explain(thrown: unknown): string {
  const error = toError(thrown);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
