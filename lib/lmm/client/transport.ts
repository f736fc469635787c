import type { Agent } from "undici";

import { TlacError } from "../../errors";
import { readCa } from "../../net/read-ca";
import { redact } from "../../net/redact";
import { ServerFailure } from "./protocol";
import { readObjects, type Bytes, type ReadLine } from "./read-lines";

/** Bytes of an error body that are read. */
const MAX_ERROR_BYTES = 64_000;

const MAX_RETRY_AFTER_MS = 86_400_000;

export interface RequestOptions {
  /** Ends the request at any stage; its reason is what the request rejects with. */
  readonly signal: AbortSignal;
  /** Bytes that the whole answer may have. */
  readonly maxBytes: number;
  /** Called when the answer begins: with its head, or with the first event of a stream. */
  readonly onHead?: () => void;
  /** Called when nothing more comes: only then can the connection serve the next request. */
  readonly onEnd?: () => void;
}

/** A response that is a success. */
export interface Answered {
  readonly status: number;
  /** `Content-Type`; empty where none is told. */
  readonly type: string;
  readonly bytes: Bytes;
}

export interface TransportSettings {
  /** Milliseconds. */
  readonly connectMs: number;
  /** PEM file of certificates that are trusted beside the usual ones; empty: none. */
  readonly caFile: string;
  /** Never to be repeated, not even where a server sends them back. */
  readonly secrets: readonly string[];
}

/**
 * One way to a server: connections of our own, so that none of Node's time limits cuts a slow
 * model off, and closing ends them all.
 */
export class Transport {
  private agent: Promise<Agent> | undefined;
  private connected: Agent | undefined;
  private closed = false;

  constructor(private readonly settings: TransportSettings) {}

  /**
   * One request, its response a success, of which nothing has been read. Rejects with a `ServerFailure` for any other, with what
   * the network says, and with `BAD_CONFIG` for a CA file that cannot be used.
   */
  async send(
    input: string,
    init: RequestInit,
    { signal, onHead }: Pick<RequestOptions, "signal" | "onHead">,
  ): Promise<Answered> {
    const dispatcher = await this.connect();
    const { secrets } = this.settings;
    const { fetch } = await import("undici");
    const response = await fetch(input, {
      method: init.method ?? "GET",
      headers: init.headers as Record<string, string>,
      body: (init.body ?? null) as string | null,
      signal,
      // A redirect would carry the key to a host that nobody configured.
      redirect: "manual",
      dispatcher,
    });
    const bytes = (response.body as AsyncIterable<Uint8Array> | null) ?? [];
    const { status, headers } = response;
    if (response.ok) return { status, type: headers.get("content-type") ?? "", bytes };
    onHead?.();
    const body = redact(await readStart(bytes, MAX_ERROR_BYTES), secrets);
    const challenge = redact(headers.get("www-authenticate") ?? "", secrets);
    throw new ServerFailure(status, body, challenge, readRetryAfter(headers.get("retry-after")));
  }

  /**
   * `fetch` for one request of a library's client, which reads a line a JSON object. The client
   * never sees a failed response nor a line that it cannot read, because it might write to the
   * console about them: those are thrown here, typed.
   */
  async open(options: RequestOptions): Promise<typeof fetch> {
    await this.connect();
    const { secrets } = this.settings;
    const request = async (input: string, init: RequestInit = {}): Promise<Response> => {
      const { type, bytes } = await this.send(input, init, options);
      options.onHead?.();
      const lines = readObjects(bytes, options.maxBytes, secrets);
      const headers = { "content-type": type };
      // A success of any kind: some of them must not have a body, not even an empty one.
      return new Response(toStream(lines, options.onEnd), { status: 200, headers });
    };
    return request as typeof fetch;
  }

  /** Ends every request that is under way. */
  async close(): Promise<void> {
    this.closed = true;
    await this.connected?.destroy();
  }

  /** A CA file that could not be read is read anew by the next request. */
  private connect(): Promise<Agent> {
    this.agent ??= this.createAgent().catch((thrown: unknown) => {
      this.agent = undefined;
      throw thrown;
    });
    return this.agent;
  }

  private async createAgent(): Promise<Agent> {
    const { connectMs, caFile } = this.settings;
    const secureContext = caFile ? { secureContext: await readCa(caFile) } : {};
    const { Agent } = await import("undici");
    if (this.closed) throw new TlacError("CLOSED", "tlac.closed");
    this.connected = new Agent({
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { timeout: connectMs, ...secureContext },
    });
    return this.connected;
  }
}

/** Seconds or a date; a day at most. */
function readRetryAfter(header: string | null): number {
  if (header === null) return 0;
  const seconds = Number(header);
  const ms = Number.isNaN(seconds) ? Date.parse(header) - Date.now() : seconds * 1_000;
  return Math.min(Math.max(ms || 0, 0), MAX_RETRY_AFTER_MS);
}

async function readStart(bytes: Bytes, limit: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bytes) {
    chunks.push(chunk);
    size += chunk.byteLength;
    if (size >= limit) break;
  }
  return Buffer.concat(chunks).subarray(0, limit).toString("utf8");
}

/** A stream asks one line ahead, so the end is met although nobody reads beyond the last line. */
function toStream(
  lines: AsyncGenerator<ReadLine, void>,
  onEnd: (() => void) | undefined,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await lines.next();
        if (done) {
          controller.close();
          onEnd?.();
        } else controller.enqueue(encoder.encode(`${value.line}\n`));
      } catch (thrown) {
        controller.error(thrown);
      }
    },
    async cancel() {
      await lines.return(undefined);
    },
  });
}
