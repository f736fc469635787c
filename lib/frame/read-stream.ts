import { isMultipart, looksLikePart, readFirstPart } from "./multipart";

/** How a JPEG begins, and how one ends with another behind it. */
const JPEG_START = Buffer.from("ffd8ff", "hex");
const JPEG_SEAM = Buffer.from("ffd9ffd8", "hex");
const END_BYTES = 2;

/**
 * What a camera sends: all of it, or the first picture of what goes on for ever, whether it says so
 * (`multipart/x-mixed-replace`) or calls itself a picture. `count` is told of all bytes that come and
 * may throw.
 */
export async function readStream(
  stream: AsyncIterable<Uint8Array>,
  mediaType: string,
  count: (bytes: number) => void,
): Promise<Uint8Array> {
  const chunks = stream[Symbol.asyncIterator]();
  const first = await chunks.next();
  if (first.done) return new Uint8Array();
  const all = putBack(first.value, chunks);
  const isStream = isMultipart(mediaType) || looksLikePart(first.value);
  return isStream ? readFirstPart(all, count) : readWhole(all, count);
}

/** Ends the stream where its reader stops. */
async function* putBack(
  first: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield first;
    for (;;) {
      const next = await rest.next();
      if (next.done) return;
      yield next.value;
    }
  } finally {
    await rest.return?.();
  }
}

/** Of JPEGs one behind the other the first. */
async function readWhole(
  stream: AsyncIterable<Uint8Array>,
  count: (bytes: number) => void,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  let isJpeg = false;
  let tail: Uint8Array = Buffer.alloc(0);
  for await (const chunk of stream) {
    count(chunk.length);
    chunks.push(chunk);
    size += chunk.length;
    if (chunks.length === 1) isJpeg = JPEG_START.equals(chunk.subarray(0, JPEG_START.length));
    if (!isJpeg) continue;
    // A seam may lie across two chunks.
    const seen = Buffer.concat([tail, chunk]);
    const seam = seen.indexOf(JPEG_SEAM);
    if (seam >= 0) return Buffer.concat(chunks, size - seen.length + seam + END_BYTES);
    tail = seen.subarray(1 - JPEG_SEAM.length);
  }
  return Buffer.concat(chunks);
}
