/** Headers of one part are some hundred bytes. */
const MAX_HEADERS = 4096;

/** A boundary line or the status line of HTTP with a header behind it, or the headers of a part at once. */
const PART_START =
  /^(?:(?:[\r\n]{0,4}--[^\r\n]{1,200}|HTTP\/1\.[01] \d{3}[^\r\n]{0,200})\r?\n[a-z][a-z0-9-]{1,40}:|content-(?:type|length):)/i;

/** Whether bytes begin as a part of a multipart stream (RFC 2046), or an answer of HTTP, does. */
export function looksLikePart(bytes: Uint8Array): boolean {
  return PART_START.test(headOf(bytes));
}

/**
 * The content of the first part, without its headers and what follows it; null: the headers do not
 * end. An answer that announces a multipart stream gives that stream.
 */
export function cutPart(bytes: Uint8Array): Uint8Array | null {
  const head = headOf(bytes);
  const end = /\r?\n\r?\n/.exec(head);
  if (!end) return null;
  const start = end.index + end[0].length;
  const headers = head.slice(0, end.index);
  const content = bytes.subarray(start);
  const length = Number(/^content-length:\s*(\d{1,12})\s*$/im.exec(headers)?.[1] ?? NaN);
  if (length <= content.length) return content.subarray(0, length);
  const boundary = /^[\r\n]*(--[^\r\n]{1,200})/.exec(head)?.[1]?.trimEnd();
  if (!boundary) return content;
  const next = Buffer.from(content.buffer, content.byteOffset, content.length).indexOf(
    `\n${boundary}`,
    0,
    "latin1",
  );
  if (next < 0) return content;
  return content.subarray(0, content[next - 1] === 0x0d ? next - 1 : next);
}

/** The boundary that a media type names; null: it is no multipart stream. */
export function boundaryOf(mediaType: string): string | null {
  if (!/^\s*multipart\//i.test(mediaType)) return null;
  const [, quoted, plain] = /boundary=(?:"([^"]{1,200})"|([^;\s]{1,200}))/i.exec(mediaType) ?? [];
  return quoted ?? plain ?? "";
}

function headOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, MAX_HEADERS)).toString(
    "latin1",
  );
}
