import { sniffType } from "./formats/sniff-type";

/** Headers of one part are some hundred bytes. */
const MAX_HEADERS = 4096;

/** Parts that are looked at for a picture; a form has some fields before it. */
const MAX_PARTS = 100;

/**
 * A boundary line with a header or an empty line behind it, the status line of HTTP with a header
 * behind it, or the headers of a part at once.
 */
const PART_START =
  /^(?:[\r\n]{0,4}--[^\r\n]{1,200}\r?\n(?:[a-z][a-z0-9-]{1,40}:|\r?\n)|HTTP\/1\.[01] \d{3}[^\r\n]{0,200}\r?\n[a-z][a-z0-9-]{1,40}:|content-(?:type|length):)/i;

/** What stands in front of the content of one part of a multipart stream (RFC 2046). */
export interface PartHead {
  /** Of the content. */
  readonly start: number;
  /** Of the content; null: it ends at the next boundary line. */
  readonly length: number | null;
  /** What follows the content where another part does; null: no boundary line came. */
  readonly delimiter: Buffer | null;
}

/** Whether bytes begin as a part of a multipart stream, or an answer of HTTP, does. */
export function looksLikePart(bytes: Uint8Array): boolean {
  return PART_START.test(headOf(bytes));
}

/** Whether a media type is that of a stream of parts, such as a camera's MJPEG stream. */
export function isMultipart(mediaType: string): boolean {
  return /^\s*multipart\//i.test(mediaType);
}

/**
 * The content of the first part that is a picture, else of the first one, without its headers and
 * what follows it; null: the headers do not end. An answer that announces a multipart stream gives
 * that stream.
 */
export function cutPart(bytes: Uint8Array): Uint8Array | null {
  let first: Uint8Array | null = null;
  let rest: Uint8Array | null = bytes;
  for (let nth = 0; rest && nth < MAX_PARTS; nth++) {
    const head = readHead(rest);
    if (!head) break;
    const content = rest.subarray(head.start);
    const end = findEnd(content, head);
    const part = content.subarray(0, end);
    if (isPicture(part)) return part;
    first ??= part;
    rest = head.delimiter && end < content.length ? content.subarray(end) : null;
  }
  return first;
}

/** The picture of a part that begins within bytes of a stream; null: none. */
export function findPart(bytes: Uint8Array): Uint8Array | null {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = file.indexOf("\n--");
  for (let nth = 0; at >= 0 && nth < MAX_PARTS; nth++) {
    const rest = file.subarray(at + 1);
    const part = looksLikePart(rest) ? cutPart(rest) : null;
    if (part && isPicture(part)) return part;
    at = file.indexOf("\n--", at + 1);
  }
  return null;
}

function isPicture(bytes: Uint8Array): boolean {
  const type = sniffType(bytes);
  return type !== null && type.hint !== "frame.not-a-picture";
}

/** Where a part's content ends: a length is believed where the part ends there. */
function findEnd(content: Uint8Array, { length, delimiter }: PartHead): number {
  if (length !== null) {
    const behind = Buffer.from(content.subarray(length, length + 4)).toString("latin1");
    if (content.length <= length || /^(\r?\n|--)/.test(behind)) return length;
  }
  const file = Buffer.from(content.buffer, content.byteOffset, content.length);
  const end = delimiter ? file.indexOf(delimiter) : -1;
  if (end < 0) return content.length;
  return content[end - 1] === 0x0d ? end - 1 : end;
}

/**
 * The first part of a stream that may go on for ever, with its headers; what has come, where the
 * stream ends sooner. `count` is told of all bytes that come and may throw.
 */
export async function readFirstPart(
  stream: AsyncIterable<Uint8Array>,
  count: (bytes: number) => void,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let head: PartHead | null = null;
  let size = 0;
  let tail: Uint8Array = Buffer.alloc(0);
  for await (const chunk of stream) {
    count(chunk.length);
    chunks.push(chunk);
    size += chunk.length;
    if (head) {
      // A delimiter may lie across two chunks.
      tail = Buffer.concat([tail.subarray(-(head.delimiter?.length ?? 0)), chunk]);
    } else {
      const all = Buffer.concat(chunks);
      head = readHead(all);
      if (!head && size > MAX_HEADERS) break;
      tail = all.subarray(head?.start ?? 0);
    }
    if (head && isComplete(head, size, tail)) break;
  }
  return Buffer.concat(chunks);
}

function isComplete(head: PartHead, size: number, tail: Uint8Array): boolean {
  if (head.length !== null) return size >= head.start + head.length;
  return head.delimiter !== null && Buffer.from(tail).includes(head.delimiter);
}

/** What bytes that begin with a part's head tell of it; null: its headers do not end. */
export function readHead(bytes: Uint8Array): PartHead | null {
  const text = headOf(bytes);
  const end = /\r?\n\r?\n/.exec(text.trimStart());
  if (!end) return null;
  const blanks = text.length - text.trimStart().length;
  const start = blanks + end.index + end[0].length;
  const length = /^content-length:\s*(\d{1,12})\s*$/im.exec(text.slice(0, start))?.[1];
  const boundary = /^--[^\r\n]{1,200}/.exec(text.trimStart())?.[0].trimEnd();
  return {
    start,
    length: length === undefined ? null : Number(length),
    delimiter: boundary === undefined ? null : Buffer.from(`\n${boundary}`, "latin1"),
  };
}

function headOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, MAX_HEADERS)).toString(
    "latin1",
  );
}
