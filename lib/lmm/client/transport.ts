import { Agent, fetch as undiciFetch } from "undici";

import { isRecord } from "../../basics/is-record";
import { TlacError } from "../../errors";
import { readCa } from "../../net/read-ca";
import { redact } from "../../net/redact";

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

/** Characters of one line; the longest that is known tells the parts of a model. */
const MAX_LINE_LENGTH = 4_000_000;

/** Bytes of an error body that are read. */
const MAX_ERROR_BYTES = 64_000;

export interface RequestOptions {
  /** Ends the request at any stage; its reason is what the request rejects with. */
  readonly signal: AbortSignal;
  /** Bytes that the whole answer may have. */
  readonly maxBytes: number;
  /** Called when the head of the answer is here, which Ollama sends with the first token. */
  readonly onHead?: () => void;
  /** Called when nothing more comes: only then can the connection serve the next request. */
  readonly onEnd?: () => void;
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
   * `fetch` for one request of a library's client. The client never sees a failed response nor a
   * line that it cannot read, because it might write to the console about them: those are thrown
   * here, typed. Throws `BAD_CONFIG` for a CA file that cannot be used.
   */
  async open(options: RequestOptions): Promise<typeof fetch> {
    const dispatcher = await this.connect();
    const { secrets } = this.settings;
    const request = async (input: string, init: RequestInit = {}): Promise<Response> => {
      const response = await undiciFetch(input, {
        method: init.method ?? "GET",
        headers: init.headers as Record<string, string>,
        body: (init.body ?? null) as string | null,
        signal: options.signal,
        // A redirect would carry the key to a host that nobody configured.
        redirect: "manual",
        dispatcher,
      });
      options.onHead?.();
      const bytes = response.body as AsyncIterable<Uint8Array> | null;
      if (!response.ok) {
        const body = redact(await readStart(bytes, MAX_ERROR_BYTES), secrets);
        const challenge = redact(response.headers.get("www-authenticate") ?? "", secrets);
        throw new ServerFailure(response.status, body, challenge);
      }
      const lines = readLines(bytes, options.maxBytes, secrets);
      return new Response(toStream(lines, options.onEnd), {
        status: response.status,
        headers: { "content-type": response.headers.get("content-type") ?? "" },
      });
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
    if (this.closed) throw new TlacError("CLOSED", "tlac.closed");
    this.connected = new Agent({
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { timeout: connectMs, ...secureContext },
    });
    return this.connected;
  }
}

async function readStart(bytes: AsyncIterable<Uint8Array> | null, limit: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bytes ?? []) {
    chunks.push(chunk);
    size += chunk.byteLength;
    if (size >= limit) break;
  }
  return Buffer.concat(chunks).subarray(0, limit).toString("utf8");
}

/** The lines of a body, each of them one JSON object; a body of one object is one line. */
async function* readLines(
  bytes: AsyncIterable<Uint8Array> | null,
  maxBytes: number,
  secrets: readonly string[],
): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  let size = 0;
  // A line that drips in is put together once, at its end.
  let rest: string[] = [];
  let length = 0;
  for await (const chunk of bytes ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new ProtocolFailure("too-long");
    const [first = "", ...others] = decoder.decode(chunk, { stream: true }).split("\n");
    rest.push(first);
    length += first.length;
    for (const part of others) {
      const line = rest.join("");
      rest = [part];
      length = part.length;
      if (line.trim() !== "") yield checkLine(line, secrets);
    }
    if (length > MAX_LINE_LENGTH) throw new ProtocolFailure("too-long");
  }
  rest.push(decoder.decode());
  const last = rest.join("");
  if (last.trim() !== "") yield checkLine(last, secrets);
}

function checkLine(line: string, secrets: readonly string[]): string {
  const value = parseObject(line);
  if (!value) {
    throw new ProtocolFailure(line.trimStart().startsWith("{") ? "unfinished" : "not-json");
  }
  if (value.error === undefined) return `${line}\n`;
  const { error } = value;
  const text = typeof error === "string" ? error : JSON.stringify(error);
  throw new ServerFailure(200, redact(text, secrets));
}

function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

/** A stream asks one line ahead, so the end is met although nobody reads beyond the last line. */
function toStream(
  lines: AsyncGenerator<string, void>,
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
        } else controller.enqueue(encoder.encode(value));
      } catch (thrown) {
        controller.error(thrown);
      }
    },
    async cancel() {
      await lines.return(undefined);
    },
  });
}
