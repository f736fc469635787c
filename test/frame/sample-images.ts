import sharp from "sharp";

/** A picture whose four quarters are red, green (top) and blue, white (bottom). */
export function paintQuarters(width: number, height: number): sharp.Sharp {
  const data = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const colour = QUARTERS[(y * 2 >= height ? 2 : 0) + (x * 2 >= width ? 1 : 0)]!;
      data.set(colour, (y * width + x) * 3);
    }
  }
  return sharp(data, { raw: { width, height, channels: 3 } });
}

export const RED = [255, 0, 0] as const;
export const GREEN = [0, 255, 0] as const;
export const BLUE = [0, 0, 255] as const;
export const WHITE = [255, 255, 255] as const;
const QUARTERS = [RED, GREEN, BLUE, WHITE];

/** Detail everywhere, so that every part of the encoded file matters. */
export function paintNoise(width: number, height: number): sharp.Sharp {
  const data = Buffer.alloc(width * height * 3);
  let state = 1;
  for (let at = 0; at < data.length; at++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    data[at] = state >>> 24;
  }
  return sharp(data, { raw: { width, height, channels: 3 } });
}

/** Shapes, slopes and some detail, as a photograph has them. */
export function paintScene(width: number, height: number): sharp.Sharp {
  const data = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const wave = 40 * Math.sin(x / 7) * Math.cos(y / 11);
      const disc = Math.hypot(x - width / 2, y - height / 2) < height / 3 ? 90 : 0;
      const grain = ((x * 31 + y * 17) % 13) * 3;
      const colour = [(200 * x) / width + wave, (180 * y) / height + disc, 60 + disc + grain];
      for (const [channel, value] of colour.entries()) {
        data[(y * width + x) * 3 + channel] = Math.min(Math.max(Math.round(value), 0), 255);
      }
    }
  }
  return sharp(data, { raw: { width, height, channels: 3 } });
}

/** A PNG of a few bytes whose header promises any size and whose pixels are no pixels. */
export function forgePng(
  width: number,
  height: number,
  { bits = 8, colourType = 2, interlaced = false, chunks = [] as Buffer[], data = NO_PIXELS } = {},
): Buffer {
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, bits, colourType, 0, 0, Number(interlaced)]);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  const signature = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");
  const all = [pngChunk("IHDR", header), ...chunks, pngChunk("IDAT", data)];
  return Buffer.concat([signature, ...all, pngChunk("IEND", Buffer.alloc(0))]);
}

const NO_PIXELS = Buffer.alloc(20, 0xaa);

export function pngChunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, "latin1"), data]);
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(data.length, 0);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), body.length + 4);
  return chunk;
}

/** The first box of an ISO media file (HEIC, AVIF, MP4) of these brands. */
export function forgeIsoMedia(major: string, ...compatible: string[]): Buffer {
  const brands = Buffer.from(`ftyp${major}\0\0\0\0${compatible.join("")}`, "latin1");
  const size = Buffer.alloc(4);
  size.writeUInt32BE(brands.length + 4);
  return Buffer.concat([size, brands, Buffer.alloc(64)]);
}

/** The checksum of a PNG chunk (`zlib.crc32` is younger than the oldest Node that we support). */
function crc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
