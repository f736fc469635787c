/** How a bitmap is written; see "Bitmap Storage" in the documentation of Windows. */
export interface BmpForm {
  readonly width: number;
  /** Negative: from the top row down. */
  readonly height: number;
  readonly bits: number;
  readonly compression?: number;
  /** Blue, green, red (and a byte of nothing) of each colour. */
  readonly palette?: Buffer;
  /** Of red, green, blue and alpha. */
  readonly masks?: readonly number[];
  /** 40 (the usual one), 12 (OS/2), 108, 124 … */
  readonly header?: number;
  /** As they stand in the file, filled up and in its order of rows. */
  readonly pixels: Buffer;
}

/** A Windows or OS/2 bitmap, which the image library does not write. */
export function forgeBmp(form: BmpForm): Buffer {
  const { width, height, bits, compression = 0, masks = [], header = 40, pixels } = form;
  const palette = form.palette ?? Buffer.alloc(0);
  const info = Buffer.alloc(header);
  info.writeUInt32LE(header, 0);
  if (header === 12) {
    info.writeUInt16LE(width, 4);
    info.writeUInt16LE(height, 6);
    info.writeUInt16LE(1, 8);
    info.writeUInt16LE(bits, 10);
  } else {
    info.writeInt32LE(width, 4);
    info.writeInt32LE(height, 8);
    info.writeUInt16LE(1, 12);
    info.writeUInt16LE(bits, 14);
    info.writeUInt32LE(compression, 16);
  }
  const maskBytes = Buffer.alloc(4 * masks.length);
  masks.forEach((mask, index) => maskBytes.writeUInt32LE(mask, 4 * index));
  const inside = header >= 52;
  if (inside) maskBytes.copy(info, 40);
  const between = Buffer.concat([inside ? Buffer.alloc(0) : maskBytes, palette]);
  const start = 14 + header + between.length;
  const file = Buffer.alloc(14);
  file.write("BM", "latin1");
  file.writeUInt32LE(start + pixels.length, 2);
  file.writeUInt32LE(start, 10);
  return Buffer.concat([file, info, between, pixels]);
}

/** Rows of pixels, each made by `paint`, filled up to four bytes; from the bottom up unless told. */
export function rowsOf(
  width: number,
  height: number,
  bits: number,
  paint: (x: number, y: number) => number,
  topDown = false,
): Buffer {
  const stride = Math.ceil((width * bits) / 32) * 4;
  const pixels = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y++) {
    const row = (topDown ? y : height - 1 - y) * stride;
    for (let x = 0; x < width; x++) {
      const value = paint(x, y);
      if (bits >= 8) pixels.writeUIntLE(value, row + (x * bits) / 8, bits / 8);
      else {
        const at = row + Math.floor((x * bits) / 8);
        pixels[at] = pixels[at]! | (value << (8 - bits - ((x * bits) % 8)));
      }
    }
  }
  return pixels;
}
