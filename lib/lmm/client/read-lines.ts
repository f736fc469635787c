/** How servers stream: a JSON object a line, or server-sent events with a JSON object each. */
import { isRecord } from "../../basics/is-record";
import { redact } from "../../net/redact";
import { ProtocolFailure, ServerFailure } from "./protocol";

/** Characters of one line; the longest that is known tells the parts of a model. */
const MAX_LINE_LENGTH = 4_000_000;

/** The body of a response. */
export type Bytes = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** A JSON object and the line that it stood in. */
export interface ReadLine {
  readonly line: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/**
 * The objects of a body that has one a line; a body of one object is one line. Throws a
 * `ProtocolFailure`, and a `ServerFailure` for an object that tells an error.
 */
export async function* readObjects(
  bytes: Bytes,
  maxBytes: number,
  secrets: readonly string[],
): AsyncGenerator<ReadLine, void> {
  for await (const line of readLines(bytes, maxBytes)) yield readObject(line, secrets);
}

/** Ends a stream of events. */
const DONE = "[DONE]";

/**
 * The objects of a stream of server-sent events; null at its end mark, after which only the end of
 * the body is to come. Comments, which keep a connection alive, and all fields but `data` tell
 * nothing. Throws as `readObjects`.
 */
export async function* readEvents(
  bytes: Bytes,
  maxBytes: number,
  secrets: readonly string[],
): AsyncGenerator<ReadLine | null, void> {
  for await (const line of readLines(bytes, maxBytes)) {
    // A server that fails in the middle may forget the form.
    const data = line.startsWith("{") ? line : /^data:\s*(.*)$/.exec(line)?.[1];
    if (data === DONE) yield null;
    else if (data) yield readObject(data, secrets);
  }
}

/** The lines of a body, trimmed and without the empty ones. */
async function* readLines(bytes: Bytes, maxBytes: number): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  let size = 0;
  // A line that drips in is put together once, at its end.
  let rest: string[] = [];
  let length = 0;
  for await (const chunk of bytes) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new ProtocolFailure("too-long");
    const [first = "", ...others] = decoder.decode(chunk, { stream: true }).split("\n");
    rest.push(first);
    length += first.length;
    for (const part of others) {
      const line = rest.join("").trim();
      rest = [part];
      length = part.length;
      if (line !== "") yield line;
    }
    if (length > MAX_LINE_LENGTH) throw new ProtocolFailure("too-long");
  }
  rest.push(decoder.decode());
  const last = rest.join("").trim();
  if (last !== "") yield last;
}

/** A whole body of any length within bounds, as text. Throws a `ProtocolFailure`. */
export async function readText(bytes: Bytes, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder();
  const parts: string[] = [];
  let size = 0;
  for await (const chunk of bytes) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new ProtocolFailure("too-long");
    parts.push(decoder.decode(chunk, { stream: true }));
  }
  return [...parts, decoder.decode()].join("");
}

/** Throws a `ProtocolFailure`, and a `ServerFailure` for an object that tells an error. */
export function readObject(text: string, secrets: readonly string[]): ReadLine {
  const value = parseObject(text);
  if (!value) {
    throw new ProtocolFailure(text.trimStart().startsWith("{") ? "unfinished" : "not-json");
  }
  checkError(value, secrets);
  return { line: text, value };
}

/** Throws a `ServerFailure` for an object that tells an error in place of an answer. */
export function checkError(
  { error }: Readonly<Record<string, unknown>>,
  secrets: readonly string[],
): void {
  if (error === undefined || error === null) return;
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
