/** Longest code of the standard, in bits. */
export const MAX_CODE_BITS = 16;

/**
 * A Huffman table to look codes up by the next 16 bits of the data: length of the code × 256 +
 * symbol; 0: no such code.
 */
export type HuffmanTable = Uint16Array;

/** Tables by destination 0…3, those for AC coefficients from `AC_TABLES` on. */
export type HuffmanTables = Map<number, HuffmanTable>;

export const AC_TABLES = 4;

/** Adds the tables that a DHT segment defines (T.81, B.2.4.2); damaged ones are left out. */
export function readHuffmanTables(content: Uint8Array, tables: HuffmanTables): void {
  let at = 0;
  // Four destinations of two classes: more in one segment only repeat them.
  for (let nth = 0; nth < 8 && at + 17 <= content.length; nth++) {
    const place = content[at] ?? 0;
    const counts = content.subarray(at + 1, at + 17);
    const symbols = content.subarray(at + 17);
    const count = counts.reduce((sum, each) => sum + each, 0);
    const table = count <= symbols.length ? createTable(counts, symbols) : null;
    if (!table) return;
    tables.set((place >> 4) * AC_TABLES + (place & 15), table);
    at += 17 + count;
  }
}

/** From the number of codes of each length 1…16 and the symbols in their order (T.81, C). */
function createTable(counts: Uint8Array, symbols: Uint8Array): HuffmanTable | null {
  const table = new Uint16Array(1 << MAX_CODE_BITS);
  let first = 0;
  let next = 0;
  for (const [index, count] of counts.entries()) {
    const bits = index + 1;
    const span = 1 << (MAX_CODE_BITS - bits);
    for (let nth = 0; nth < count; nth++) {
      if (first + span > table.length) return null;
      table.fill((bits << 8) | (symbols[next++] ?? 0), first, first + span);
      first += span;
    }
  }
  return table;
}

/** The tables of T.81, K.3, as the content of a DHT segment in base64. */
const STANDARD_SEGMENT =
  "AAABBQEBAQEBAQAAAAAAAAAAAQIDBAUGBwgJCgsQAAIBAwMCBAMFBQQEAAABfQECAwAEEQUSITFBBhNRYQcicRQygZGh" +
  "CCNCscEVUtHwJDNicoIJChYXGBkaJSYnKCkqNDU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6g4SF" +
  "hoeIiYqSk5SVlpeYmZqio6Slpqeoqaqys7S1tre4ubrCw8TFxsfIycrS09TV1tfY2drh4uPk5ebn6Onq8fLz9PX29/j5" +
  "+gEAAwEBAQEBAQEBAQAAAAAAAAECAwQFBgcICQoLEQACAQIEBAMEBwUEBAABAncAAQIDEQQFITEGEkFRB2FxEyIygQgU" +
  "QpGhscEJIzNS8BVictEKFiQ04SXxFxgZGiYnKCkqNTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqC" +
  "g4SFhoeIiYqSk5SVlpeYmZqio6Slpqeoqaqys7S1tre4ubrCw8TFxsfIycrS09TV1tfY2dri4+Tl5ufo6ery8/T19vf4" +
  "+fo=";

/** What a frame of motion JPEG means where it brings no tables. */
export function createStandardTables(): HuffmanTables {
  const tables: HuffmanTables = new Map();
  readHuffmanTables(Buffer.from(STANDARD_SEGMENT, "base64"), tables);
  return tables;
}
