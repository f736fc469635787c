import { TlacError } from "../errors";
import { readHead } from "../frame/multipart";
import { MAX_PICTURE_BYTES } from "./picture-source";

/** Headers of one part and what stands before them. */
const MAX_HEAD = 16_384;

/**
 * The pictures in a multipart stream (`multipart/x-mixed-replace`), each as soon as it is whole: by
 * its length where the part tells it, else by the next boundary line. Throws `BAD_IMAGE` where a
 * part has no end, or what comes is no such stream.
 */
export async function* readPictureParts(
  stream: AsyncIterable<Uint8Array>,
): AsyncGenerator<Buffer, void> {
  let chunks: Uint8Array[] = [];
  let size = 0;
  let rest: Rest = { needed: 1, searched: 0 };
  for await (const chunk of stream) {
    chunks.push(chunk);
    size += chunk.length;
    if (size < rest.needed) continue;
    let bytes = Buffer.concat(chunks);
    for (;;) {
      const cut = cutFirst(bytes, rest.searched);
      if ("content" in cut) {
        bytes = bytes.subarray(cut.end);
        rest = { needed: 1, searched: 0 };
        if (cut.content.length > 0) yield cut.content;
        continue;
      }
      rest = cut;
      break;
    }
    if (rest.needed > MAX_PICTURE_BYTES + MAX_HEAD) {
      throw new TlacError("BAD_IMAGE", "frame.too-many-bytes", { max: MAX_PICTURE_BYTES });
    }
    chunks = [bytes];
    size = bytes.length;
  }
}

/** A part that is not whole yet. */
interface Rest {
  /** Bytes that have to be there before another look is worth it. */
  readonly needed: number;
  /** Bytes that were searched for its end in vain. */
  readonly searched: number;
}

type Cut = Rest | { readonly content: Buffer; readonly end: number };

function cutFirst(bytes: Buffer, searched: number): Cut {
  const head = readHead(bytes);
  if (!head) {
    if (bytes.length > MAX_HEAD) throw new TlacError("BAD_IMAGE", "camera.no-parts");
    return { needed: bytes.length + 1, searched: 0 };
  }
  const { start, length, delimiter } = head;
  if (length !== null) {
    const end = start + length;
    return bytes.length < end
      ? { needed: end, searched: 0 }
      : { content: copy(bytes, start, end), end };
  }
  if (!delimiter) throw new TlacError("BAD_IMAGE", "camera.no-parts");
  // The delimiter may lie across what was there before and what has come.
  const end = bytes.indexOf(delimiter, Math.max(start, searched - delimiter.length));
  if (end < 0) return { needed: bytes.length + 1, searched: bytes.length };
  const isCrlf = bytes[end - 1] === 0x0d;
  return { content: copy(bytes, start, isCrlf ? end - 1 : end), end: end + 1 };
}

/** Not a view: the stream's memory is used again. */
function copy(bytes: Buffer, start: number, end: number): Buffer {
  return Buffer.from(bytes.subarray(start, end));
}
