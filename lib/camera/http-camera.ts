import type { Agent, Response } from "undici";

import { within } from "../async/waits";
import { TlacError, toError } from "../errors";
import { isMultipart } from "../frame/multipart";
import { HttpLogin, type Login } from "../net/http-login";
import { certificateProblem, networkCode, speaksNoTls } from "../net/tls-problem";
import { createAgent, PinMismatch, type TlsTrust } from "../net/tls-trust";
import { readPictureParts } from "./picture-parts";
import { MAX_PICTURE_BYTES, type PictureSource } from "./picture-source";

export interface HttpCameraOptions {
  /** http or https, without user and password. */
  readonly url: URL;
  readonly login: Login | undefined;
  readonly trust: TlsTrust;
  /** Milliseconds until a connection stands. */
  readonly connectMs: number;
}

/** A camera that redirects for ever is asked no longer. */
const MAX_REDIRECTS = 5;
/** First without a login, then with one, then with a nonce that is not too old. */
const MAX_ATTEMPTS = 3;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const CLOSE_MS = 1_000;

/** A camera that gives pictures by HTTP: one an answer, or a stream of them (MJPEG). */
export class HttpCamera implements PictureSource {
  private agent: Promise<Agent> | undefined;
  private readonly login: HttpLogin | undefined;

  constructor(private readonly options: HttpCameraOptions) {
    this.login = options.login && new HttpLogin(options.login);
  }

  /** One picture; of a stream the first, and hangs up. */
  async take(signal: AbortSignal): Promise<Buffer> {
    for await (const picture of this.stream(signal)) return picture;
    throw this.failure("camera.no-picture");
  }

  /** All pictures of a stream; of a single one, that. */
  async *stream(signal: AbortSignal): AsyncGenerator<Buffer, void> {
    let response: Response | undefined;
    try {
      response = await this.ask(signal);
      const body = (response.body ?? []) as AsyncIterable<Uint8Array>;
      if (isMultipart(response.headers.get("content-type") ?? "")) yield* readPictureParts(body);
      else yield await readWhole(body);
    } catch (thrown) {
      signal.throwIfAborted();
      throw this.explain(thrown);
    } finally {
      // Not waited for: a stream that goes on for ever is hung up on.
      response?.body?.cancel().catch(() => undefined);
    }
  }

  async close(): Promise<void> {
    const agent = await this.agent?.catch(() => undefined);
    if (agent) await within(CLOSE_MS, agent.destroy());
  }

  /** A successful answer; its body is still to come. */
  private async ask(signal: AbortSignal): Promise<Response> {
    let { url } = this.options;
    for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
      const response = await this.askAt(url, signal);
      if (!REDIRECTS.has(response.status)) return response;
      await response.body?.cancel();
      url = this.follow(url, response.headers.get("location") ?? "");
    }
    throw this.failure("camera.redirects");
  }

  private async askAt(url: URL, signal: AbortSignal): Promise<Response> {
    const { fetch } = await import("undici");
    for (let attempt = 1; ; attempt += 1) {
      const target = `${url.pathname}${url.search}`;
      const signed = this.login?.sign({ method: "GET", target });
      const response = await fetch(url, {
        redirect: "manual",
        signal,
        dispatcher: await this.connect(),
        headers: {
          accept: "image/*, multipart/x-mixed-replace",
          ...(signed ? { authorization: signed } : {}),
        },
      });
      if (response.ok || REDIRECTS.has(response.status)) {
        this.login?.renew(response.headers.get("authentication-info") ?? "");
        return response;
      }
      const challenge = response.headers.get("www-authenticate") ?? "";
      await response.body?.cancel();
      if (response.status !== 401) {
        throw this.failure("camera.status", { status: response.status });
      }
      if (!this.login) throw this.failure("camera.needs-login");
      const isWorthwhile = this.login.learn(challenge);
      if (!isWorthwhile || attempt >= MAX_ATTEMPTS) {
        const form = /^[\w-]+/.exec(challenge.trim())?.[0] ?? "–";
        const known = /^(basic|digest)$/i.test(form);
        throw this.failure(known ? "camera.wrong-login" : "camera.other-login", { form });
      }
    }
  }

  /** A login is for the host that it was typed for, and a camera has no business elsewhere. */
  private follow(from: URL, location: string): URL {
    const to = URL.canParse(location, from) ? new URL(location, from) : undefined;
    const isSafe =
      to?.protocol === "https:" || (to?.protocol === "http:" && from.protocol !== "https:");
    if (to && isSafe && to.hostname === from.hostname) return to;
    throw this.failure("camera.redirect-away", { to: to?.host ?? "–" });
  }

  private connect(): Promise<Agent> {
    this.agent ??= createAgent(this.options).catch((thrown: unknown) => {
      this.agent = undefined;
      throw thrown;
    });
    return this.agent;
  }

  private explain(thrown: unknown): TlacError {
    if (thrown instanceof TlacError) {
      // The sentence of a server's dialog would send people to the wrong one.
      if (thrown.key !== "lmm.bad-ca-file") return thrown;
      return new TlacError("BAD_CONFIG", "camera.bad-ca-file", thrown.params, { cause: thrown });
    }
    const cause = { cause: thrown };
    const mismatch = findCause(thrown, PinMismatch);
    if (mismatch) return this.failure("camera.pin", { shown: mismatch.shown }, cause);
    const code = networkCode(thrown);
    const detail = code ?? reasonOf(thrown);
    const problem = certificateProblem(code);
    if (problem) return this.failure(`camera.certificate-${problem}`, { detail }, cause);
    if (speaksNoTls(code)) return this.failure("camera.no-tls", { detail }, cause);
    return this.failure("camera.unreachable", { detail }, cause);
  }

  private failure(
    key: CameraKey,
    params: Readonly<Record<string, string | number>> = {},
    options?: ErrorOptions,
  ): TlacError {
    const { host } = this.options.url;
    return new TlacError("CAMERA_UNREACHABLE", key, { host, ...params }, options);
  }
}

type CameraKey = Extract<ConstructorParameters<typeof TlacError>[1], `camera.${string}`>;

async function readWhole(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > MAX_PICTURE_BYTES) {
      throw new TlacError("BAD_IMAGE", "frame.too-many-bytes", { max: MAX_PICTURE_BYTES });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** `fetch` says that it failed and keeps the reason in the cause. */
function reasonOf(thrown: unknown): string {
  const error = toError(thrown);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

function findCause<T>(thrown: unknown, type: new (...args: never[]) => T): T | undefined {
  let layer: unknown = thrown;
  for (let depth = 0; depth < 4 && layer instanceof Error; depth += 1) {
    if (layer instanceof type) return layer;
    layer = layer.cause;
  }
  return undefined;
}
