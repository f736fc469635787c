import { Ollama } from "ollama";
import { Agent, fetch as undiciFetch } from "undici";

/** The server answered, but not with success: a status, or an error line in a stream. */
export class ServerFailure extends Error {
  override readonly name = "ServerFailure";

  constructor(
    /** HTTP status; 200 for an error line within a stream. */
    readonly status: number,
    /** The body or the line's error text, bounded. */
    readonly body: string,
  ) {
    super(`HTTP ${status}`);
  }
}

/** What came is no answer of Ollama's: no JSON, too long, cut. */
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

/**
 * One way to a server: connections of our own, so that none of Node's time limits cuts a slow
 * model off, and closing ends them all.
 */
export class Transport {
  private readonly agent: Agent;

  constructor(
    private readonly url: string,
    private readonly headers: Readonly<Record<string, string>>,
    connectMs: number,
  ) {
    this.agent = new Agent({ headersTimeout: 0, bodyTimeout: 0, connect: { timeout: connectMs } });
  }

  /**
   * A client for one request. It never sees a failed response nor a line that it cannot read,
   * because it would write to the console about them: those are thrown here, typed.
   */
  client(options: RequestOptions): Ollama {
    const request = async (input: string, init: RequestInit = {}): Promise<Response> => {
      const response = await undiciFetch(input, {
        method: init.method ?? "GET",
        headers: init.headers as Record<string, string>,
        body: (init.body ?? null) as string | null,
        signal: options.signal,
        // A redirect would carry the key to a host that nobody configured.
        redirect: "manual",
        dispatcher: this.agent,
      });
      options.onHead?.();
      const bytes = response.body as AsyncIterable<Uint8Array> | null;
      if (!response.ok) {
        throw new ServerFailure(response.status, await readStart(bytes, MAX_ERROR_BYTES));
      }
      return new Response(toStream(readLines(bytes, options.maxBytes), options.onEnd), {
        status: response.status,
        headers: { "content-type": response.headers.get("content-type") ?? "" },
      });
    };
    return new Ollama({
      host: this.url,
      headers: { ...this.headers },
      fetch: request as typeof fetch,
    });
  }

  /** Ends every request that is under way. */
  close(): Promise<void> {
    return this.agent.destroy();
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
): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  let size = 0;
  let rest = "";
  for await (const chunk of bytes ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new ProtocolFailure("too-long");
    const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    if (rest.length > MAX_LINE_LENGTH) throw new ProtocolFailure("too-long");
    for (const part of parts) {
      if (part.trim() === "") continue;
      yield checkLine(part);
    }
  }
  rest += decoder.decode();
  if (rest.trim() === "") return;
  yield checkLine(rest);
}

function checkLine(line: string): string {
  const value = parseObject(line);
  if (!value) {
    throw new ProtocolFailure(line.trimStart().startsWith("{") ? "unfinished" : "not-json");
  }
  if (value.error === undefined) return `${line}\n`;
  const error: unknown = value.error;
  throw new ServerFailure(200, typeof error === "string" ? error : JSON.stringify(error));
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
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
