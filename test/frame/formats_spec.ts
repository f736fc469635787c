import assert from "node:assert/strict";

import sharp from "sharp";

import { assertRefused, readOne } from "./assert-frame";
import { forgeBmp, rowsOf } from "./forge-bmp";
import { forgeTiff } from "./forge-tiff";
import type { Frame } from "../../lib/frame/frame";
import { BLUE, forgeIsoMedia, GREEN, paintQuarters, RED, WHITE } from "./sample-images";

const WIDTH = 18;
const HEIGHT = 12;

type Colour = readonly [number, number, number];

/** The picture of `paintQuarters`, pixel by pixel. */
function quarter(x: number, y: number): Colour {
  const right = x * 2 >= WIDTH;
  return y * 2 >= HEIGHT ? (right ? WHITE : BLUE) : right ? GREEN : RED;
}

function pack([red, green, blue]: Colour): number {
  return ((red << 16) | (green << 8) | blue) >>> 0;
}

const COLOURS = [RED, GREEN, BLUE, WHITE];
const indexAt = (x: number, y: number): number => COLOURS.indexOf(quarter(x, y) as typeof RED);
const PALETTE = Buffer.from(COLOURS.flatMap(([red, green, blue]) => [blue, green, red, 0]));
const SMALL_PALETTE = Buffer.from(COLOURS.flatMap(([red, green, blue]) => [blue, green, red]));
const to565 = ([red, green, blue]: Colour): number =>
  ((red >> 3) << 11) | ((green >> 2) << 5) | (blue >> 3);
const to555 = ([red, green, blue]: Colour): number =>
  ((red >> 3) << 10) | ((green >> 3) << 5) | (blue >> 3);

describe("frames: bitmaps", () => {
  const size = { width: WIDTH, height: HEIGHT };
  const paintPacked = (x: number, y: number): number => pack(quarter(x, y));
  const withAlpha = (alpha: number) => (x: number, y: number) =>
    (pack(quarter(x, y)) | (alpha << 24)) >>> 0;
  const RGBA = [0xff0000, 0xff00, 0xff, 0xff000000];
  const half = Math.floor(WIDTH / 2);

  /** Two runs a row, from the bottom up, and the end of the bitmap. */
  const runs = (value: (index: number) => number): Buffer =>
    Buffer.from([
      ...Array.from({ length: HEIGHT }, (_, row) => {
        const y = HEIGHT - 1 - row;
        return [half, value(indexAt(0, y)), WIDTH - half, value(indexAt(WIDTH - 1, y)), 0, 0];
      }).flat(),
      0,
      1,
    ]);
  /** Each row as a literal run, filled up to an even number of bytes. */
  const literals = (): Buffer =>
    Buffer.from([
      ...Array.from({ length: HEIGHT }, (_, row) => {
        const y = HEIGHT - 1 - row;
        return [0, WIDTH, ...Array.from({ length: WIDTH }, (__, x) => indexAt(x, y)), 0, 0];
      }).flat(),
      0,
      1,
    ]);

  const bitmaps: Record<string, () => Buffer> = {
    "24 bits": () =>
      forgeBmp({ ...size, bits: 24, pixels: rowsOf(WIDTH, HEIGHT, 24, paintPacked) }),
    "24 bits from the top down": () =>
      forgeBmp({
        ...size,
        height: -HEIGHT,
        bits: 24,
        pixels: rowsOf(WIDTH, HEIGHT, 24, paintPacked, true),
      }),
    "24 bits with OS/2's header": () =>
      forgeBmp({ ...size, header: 12, bits: 24, pixels: rowsOf(WIDTH, HEIGHT, 24, paintPacked) }),
    "24 bits without what fills up the last row": () =>
      forgeBmp({
        ...size,
        bits: 24,
        pixels: rowsOf(WIDTH, HEIGHT, 24, paintPacked).subarray(0, -2),
      }),
    "32 bits": () =>
      forgeBmp({ ...size, bits: 32, pixels: rowsOf(WIDTH, HEIGHT, 32, paintPacked) }),
    "32 bits with an alpha mask and no alpha": () =>
      forgeBmp({
        ...size,
        header: 124,
        bits: 32,
        compression: 3,
        masks: RGBA,
        pixels: rowsOf(WIDTH, HEIGHT, 32, paintPacked),
      }),
    "32 bits with alpha": () =>
      forgeBmp({
        ...size,
        header: 108,
        bits: 32,
        compression: 3,
        masks: RGBA,
        pixels: rowsOf(WIDTH, HEIGHT, 32, withAlpha(255)),
      }),
    "16 bits": () =>
      forgeBmp({
        ...size,
        bits: 16,
        pixels: rowsOf(WIDTH, HEIGHT, 16, (x, y) => to555(quarter(x, y))),
      }),
    "16 bits, six of them green": () =>
      forgeBmp({
        ...size,
        bits: 16,
        compression: 3,
        masks: [0xf800, 0x07e0, 0x001f],
        pixels: rowsOf(WIDTH, HEIGHT, 16, (x, y) => to565(quarter(x, y))),
      }),
    "8 bits with a palette": () =>
      forgeBmp({
        ...size,
        bits: 8,
        palette: Buffer.concat([PALETTE, Buffer.alloc(4 * 252)]),
        pixels: rowsOf(WIDTH, HEIGHT, 8, indexAt),
      }),
    "8 bits with a short palette": () =>
      forgeBmp({ ...size, bits: 8, palette: PALETTE, pixels: rowsOf(WIDTH, HEIGHT, 8, indexAt) }),
    "4 bits": () =>
      forgeBmp({
        ...size,
        bits: 4,
        palette: Buffer.concat([PALETTE, Buffer.alloc(48)]),
        pixels: rowsOf(WIDTH, HEIGHT, 4, indexAt),
      }),
    "2 bits": () =>
      forgeBmp({ ...size, bits: 2, palette: PALETTE, pixels: rowsOf(WIDTH, HEIGHT, 2, indexAt) }),
    "8 bits with OS/2's palette": () =>
      forgeBmp({
        ...size,
        header: 12,
        bits: 8,
        palette: SMALL_PALETTE,
        pixels: rowsOf(WIDTH, HEIGHT, 8, indexAt),
      }),
    "runs of 8 bits": () =>
      forgeBmp({
        ...size,
        bits: 8,
        compression: 1,
        palette: PALETTE,
        pixels: runs((index) => index),
      }),
    "literal runs of 8 bits": () =>
      forgeBmp({ ...size, bits: 8, compression: 1, palette: PALETTE, pixels: literals() }),
    "runs without an end mark": () =>
      forgeBmp({
        ...size,
        bits: 8,
        compression: 1,
        palette: PALETTE,
        pixels: runs((index) => index).subarray(0, -4),
      }),
    "runs of 4 bits": () =>
      forgeBmp({
        ...size,
        bits: 4,
        compression: 2,
        palette: PALETTE,
        pixels: runs((index) => index * 17),
      }),
  };
  let hash: string;
  before(async () => {
    hash = (await readOne(await paintQuarters(WIDTH, HEIGHT).png().toBuffer())).hash;
  });
  for (const [name, forge] of Object.entries(bitmaps)) {
    it(`reads ${name}`, async () => {
      assert.equal((await readOne(forge())).hash, hash);
    });
  }

  it("reads 8-bit grey with and without a palette, and 1 bit", async () => {
    const paint = (x: number, y: number): number => (x * 14 + y) & 255;
    const grey = Buffer.from(Array.from({ length: 256 }, (_, at) => [at, at, at, 0]).flat());
    const pixels = rowsOf(WIDTH, HEIGHT, 8, paint);
    const raw = Buffer.alloc(WIDTH * HEIGHT);
    for (const at of raw.keys()) raw[at] = paint(at % WIDTH, Math.floor(at / WIDTH));
    const expected = await readOne({ data: raw, ...size, channels: 1 });
    for (const palette of [grey, undefined]) {
      const bitmap = forgeBmp({ ...size, bits: 8, ...(palette ? { palette } : {}), pixels });
      assert.equal((await readOne(bitmap)).hash, expected.hash);
    }
    const black = Buffer.from("00000000ffffff00", "hex");
    const bits = rowsOf(WIDTH, HEIGHT, 1, (x) => x & 1);
    const stripes = forgeBmp({ ...size, bits: 1, palette: black, pixels: bits });
    for (const at of raw.keys()) raw[at] = (at % WIDTH) & 1 ? 255 : 0;
    const { hash: striped } = await readOne({ data: raw, ...size, channels: 1 });
    assert.equal((await readOne(stripes)).hash, striped);
  });

  it("reads a JPEG or PNG that a bitmap holds", async () => {
    const png = await paintQuarters(WIDTH, HEIGHT).png().toBuffer();
    assert.equal(
      (await readOne(forgeBmp({ ...size, bits: 0, compression: 5, pixels: png }))).hash,
      hash,
    );
  });

  const pixels = rowsOf(WIDTH, HEIGHT, 24, paintPacked);
  const refused: Record<string, [() => Buffer, RegExp]> = {
    "half a bitmap": [
      () => forgeBmp({ ...size, bits: 24, pixels: pixels.subarray(0, pixels.length / 2) }),
      /BMP.*cut off \(its pixels end too early\)/,
    ],
    "half the runs": [
      () =>
        forgeBmp({
          ...size,
          bits: 8,
          compression: 1,
          palette: PALETTE,
          pixels: runs((index) => index).subarray(0, 40),
        }),
      /BMP.*end too early/,
    ],
    "a bitmap of 7 bits": [() => forgeBmp({ ...size, bits: 7, pixels }), /header makes no sense/],
    "a bitmap of no width": [
      () => forgeBmp({ width: 0, height: 5, bits: 24, pixels }),
      /header makes no sense/,
    ],
    "a bitmap that says 60,000 × 60,000": [
      () => forgeBmp({ width: 60_000, height: 60_000, bits: 8, compression: 1, pixels }),
      /60000 × 60000/,
    ],
    "a bitmap of OS/2's own coding": [
      () => forgeBmp({ ...size, header: 64, bits: 24, compression: 4, pixels }),
      /got BMP \(OS\/2.*Convert/,
    ],
    "a bitmap's first bytes": [
      () => forgeBmp({ ...size, bits: 24, pixels }).subarray(0, 20),
      /BMP.*end too early/,
    ],
  };
  for (const [name, [forge, sentence]] of Object.entries(refused)) {
    it(`refuses ${name}`, async () => {
      await assertRefused(forge(), "BAD_IMAGE", sentence);
    });
  }
});

describe("frames: portable maps", () => {
  const raw = Buffer.alloc(WIDTH * HEIGHT * 3);
  for (let at = 0; at < WIDTH * HEIGHT; at++) {
    raw.set(quarter(at % WIDTH, Math.floor(at / WIDTH)), at * 3);
  }
  const text = (header: string, pixels: Buffer | string = ""): Buffer =>
    Buffer.concat([Buffer.from(header), Buffer.from(pixels)]);
  const wide = Buffer.from([...raw].flatMap((value) => [value, value]));
  const tenBits = Buffer.alloc(raw.length * 2);
  raw.forEach((value, at) => tenBits.writeUInt16BE(value === 255 ? 1023 : 0, at * 2));

  const colours: Record<string, Buffer> = {
    P6: text(`P6 ${WIDTH} ${HEIGHT} 255\n`, raw),
    "P6 with comments": text(`P6\n# from a camera\n${WIDTH}\n#\n${HEIGHT}\n# 9\n255\n`, raw),
    "P6 of 16 bits": text(`P6\n${WIDTH} ${HEIGHT}\n65535\n`, wide),
    "P6 of 10 bits": text(`P6\n${WIDTH} ${HEIGHT}\n1023\n`, tenBits),
    P3: text(`P3\n${WIDTH} ${HEIGHT}\n255\n`, [...raw].join(" ")),
    "P3 of one bit": text(
      `P3 ${WIDTH} ${HEIGHT} 1 `,
      [...raw].map((value) => value & 1).join("\n"),
    ),
    "P7 (PAM)": text(
      `P7\nWIDTH ${WIDTH}\nHEIGHT ${HEIGHT}\nDEPTH 3\nMAXVAL 255\nTUPLTYPE RGB\nENDHDR\n`,
      raw,
    ),
  };
  for (const [name, file] of Object.entries(colours)) {
    it(`reads ${name}`, async () => {
      const { hash } = await readOne(await paintQuarters(WIDTH, HEIGHT).png().toBuffer());
      assert.equal((await readOne(file)).hash, hash);
    });
  }

  it("reads P5, P2, P4 and P1 in the same greys", async () => {
    const stripes = Buffer.from(Array.from({ length: 96 }, (_, at) => (at & 1 ? 255 : 0)));
    const { hash } = await readOne({ data: stripes, width: 16, height: 6, channels: 1 });
    const digits = [...stripes].map((value) => (value === 0 ? 1 : 0));
    const files = [
      text("P5 16 6 255\n", stripes),
      text("P2\n16 6\n255\n", [...stripes].join(" ")),
      text("P4\n16 6\n", Buffer.alloc(12, 0xaa)),
      text("P1\n16 6\n", digits.join("")),
      text("P1\n# bits\n16 6\n", digits.join(" ")),
    ];
    for (const file of files)
      assert.equal((await readOne(file)).hash, hash, file.toString("latin1", 0, 2));
  });

  it("refuses half a map, and takes no text for one", async () => {
    await assertRefused(text("P6 40 40 255\n", raw), "BAD_IMAGE", /PNM.*end too early/);
    await assertRefused(text("P2 40 40 255\n1 2 3"), "BAD_IMAGE", /PNM.*end too early/);
    await assertRefused(text("P5 0 40 255\n"), "BAD_IMAGE", /header makes no sense/);
    await assertRefused(text("P5 60000 60000 255\n"), "BAD_IMAGE", /60000 × 60000/);
    // A header without an end is not read to the end of the file.
    await assertRefused(
      text("P7\n", "A B\n".repeat(1_000_000)),
      "BAD_IMAGE",
      /header makes no sense/,
    );
    await assertRefused(text("P2 9 9 255\n", "9".repeat(1_000_000)), "BAD_IMAGE", /end too early/);
    await assertRefused(text("P1 pump, left\n"), "BAD_IMAGE", /got text/);
  });
});

describe("frames: numbers that are no brightness", () => {
  const width = 64;
  const height = 48;
  const size = { width, height };
  /** A slope from the left to the right between two numbers. */
  const slope = (low: number, high: number, samples = 1): number[] =>
    Array.from(
      { length: width * height * samples },
      (_, at) => low + ((high - low) * (Math.floor(at / samples) % width)) / (width - 1),
    );
  const bytesOf = (array: ArrayBufferView): Buffer =>
    Buffer.from(array.buffer, array.byteOffset, array.byteLength);
  const ushort = (values: number[]): Uint16Array => Uint16Array.from(values, Math.round);
  const png = (values: number[]): Promise<Buffer> =>
    sharp(ushort(values), { raw: { ...size, channels: 1 } })
      .toColourspace("grey16")
      .png()
      .toBuffer();
  const bigEndian = (values: number[]): Buffer => bytesOf(ushort(values)).swap16();

  const forms: Record<string, [() => unknown, low: number, high: number]> = {
    "10 bits in a 16-bit PNG": [() => png(slope(0, 1023)), 0, 1023],
    "12 bits in a 16-bit PNG": [() => png(slope(0, 4095)), 0, 4095],
    "14 bits in a 16-bit PNG": [() => png(slope(0, 16_383)), 0, 16_383],
    "hundredths of a kelvin in a 16-bit PNG": [() => png(slope(29_300, 31_000)), 29_300, 31_000],
    "12 bits in a PGM": [
      () => Buffer.concat([Buffer.from("P5 64 48 65535\n"), bigEndian(slope(0, 4095))]),
      0,
      4095,
    ],
    "12 bits in a TIFF": [
      () => forgeTiff({ ...size, bits: 16, data: bytesOf(ushort(slope(0, 4095))) }),
      0,
      4095,
    ],
    "16 signed bits in a TIFF": [
      () =>
        forgeTiff({
          ...size,
          bits: 16,
          format: 2,
          data: bytesOf(Int16Array.from(slope(-400, 300), Math.round)),
        }),
      -400,
      300,
    ],
    "degrees in a float TIFF": [
      () =>
        forgeTiff({
          ...size,
          bits: 32,
          format: 3,
          data: bytesOf(Float32Array.from(slope(-20, 35))),
        }),
      -20,
      35,
    ],
    "32 unsigned bits in a TIFF": [
      () =>
        forgeTiff({
          ...size,
          bits: 32,
          data: bytesOf(Uint32Array.from(slope(70_000, 90_000), Math.round)),
        }),
      70_000,
      90_000,
    ],
    "floats in a PFM": [
      () => {
        const up = slope(0.2, 0.9);
        return Buffer.concat([Buffer.from("Pf\n64 48\n-1.0\n"), bytesOf(Float32Array.from(up))]);
      },
      0.2,
      0.9,
    ],
    "raw of 16 bits": [() => ({ data: ushort(slope(0, 4095)), ...size, channels: 1 }), 0, 4095],
    "raw of floats": [
      () => ({ data: Float32Array.from(slope(20, 35)), ...size, channels: 1 }),
      20,
      35,
    ],
    "raw of 16 bits in a Buffer": [
      () => ({ data: bytesOf(ushort(slope(0, 4095))), ...size, channels: 1, bits: 16 }),
      0,
      4095,
    ],
  };
  for (const [name, [make, low, high]] of Object.entries(forms)) {
    it(`shows ${name} from black to white and says which numbers these are`, async () => {
      const frame = await readOne(await make());
      const { data } = await sharp(frame.jpeg)
        .greyscale()
        .raw()
        .toBuffer({ resolveWithObject: true });
      const row = data.subarray(24 * width, 25 * width);
      assert.ok(row[1]! < 20 && row[62]! > 235, `from ${row[1]} to ${row[62]}`);
      assert.ok(Math.abs(row[32]! - 128) < 16, `middle ${row[32]}`);
      assert.ok(frame.scaled);
      const tolerance = (high - low) / 30;
      assert.ok(Math.abs(frame.scaled.low - low) <= tolerance, `low ${frame.scaled.low}`);
      assert.ok(Math.abs(frame.scaled.high - high) <= tolerance, `high ${frame.scaled.high}`);
    });
  }

  it("leaves a 16-bit photograph as it is", async () => {
    const frame = await readOne(await png(slope(0, 65_535)));
    assert.equal(frame.scaled, undefined);
    const { data } = await sharp(frame.jpeg)
      .greyscale()
      .raw()
      .toBuffer({ resolveWithObject: true });
    assert.ok(Math.abs(data[24 * width + 32]! - 129) < 6);
    const half = await readOne(await png(slope(0, 32_768)));
    assert.equal(half.scaled, undefined);
  });

  it("lays the transparency of a 16-bit picture on white", async () => {
    const values = ushort(slope(0, 0, 4).map((_, at) => (at % 4 === 3 ? 0 : 30_000)));
    const clear = await sharp(values, { raw: { ...size, channels: 4 } })
      .toColourspace("rgb16")
      .png()
      .toBuffer();
    const { jpeg } = await readOne(clear);
    const { data } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
    assert.ok(data.every((value) => value >= 253));
  });

  it("looks at the region of interest alone", async () => {
    const halves = slope(0, 0).map((_, at) =>
      at % width < 32 ? 60_000 : 1000 + (at % width) * 10,
    );
    const roi = { left: 0.5, top: 0, width: 0.5, height: 1 };
    const frame = await readOne(await png(halves), { roi });
    assert.ok(frame.scaled && frame.scaled.high < 2000);
  });

  const WITHOUT: Record<string, [(values: number[]) => unknown, none: number, at: number]> = {
    "-9999 among temperatures": [(values) => Float32Array.from(values), -9999, 0],
    "0 among hundredths of a kelvin": [
      (values) => ushort(values.map((value) => (value < 0 ? 0 : 27_000 + 100 * value))),
      -1,
      0,
    ],
    "65,535 among distances": [
      (values) => ushort(values.map((value) => (value < 0 ? 65_535 : 100 * value))),
      -1,
      255,
    ],
  };
  for (const [name, [make, none, shown]] of Object.entries(WITHOUT)) {
    it(`gives ${name}, which stands for no value, no part in the contrast`, async () => {
      const values = slope(20, 35).map((value, at) => (at < 3 * width ? none : value));
      const frame = await readOne({ data: make(values), ...size, channels: 1 });
      const data = await sharp(frame.jpeg).greyscale().raw().toBuffer();
      const row = data.subarray(24 * width, 25 * width);
      assert.ok(row[1]! < 20 && row[62]! > 235, `from ${row[1]} to ${row[62]}`);
      assert.ok(Math.abs(data[width / 2]! - shown) < 12, `${data[width / 2]} instead`);
    });
  }

  it("keeps the two numbers of a mask", async () => {
    const mask = ushort(slope(0, 0).map((_, at) => (at % width < 8 ? 0 : 200)));
    const frame = await readOne({ data: mask, ...size, channels: 1 });
    const data = await sharp(frame.jpeg).greyscale().raw().toBuffer();
    assert.ok(data[2]! < 20 && data[40]! > 235);
  });

  it("shows numbers that are none as black, and an even picture as grey", async () => {
    const values = Float32Array.from(slope(20, 35), (value, at) =>
      at % width === 5 ? NaN : value,
    );
    const frame = await readOne({ data: values, ...size, channels: 1 });
    assert.ok(frame.scaled && frame.scaled.high > 34);
    const even = await readOne({ data: Float32Array.from(slope(7, 7)), ...size, channels: 1 });
    const { data } = await sharp(even.jpeg).raw().toBuffer({ resolveWithObject: true });
    assert.ok(data[0]! > 60 && data[0]! < 200, String(data[0]));
  });
});

describe("frames: forms that are not read", () => {
  const sof = (marker: number, precision: number): Buffer =>
    Buffer.concat([
      Buffer.from([0xff, 0xd8, 0xff, marker, 0, 11, precision, 0, 8, 0, 8, 1, 1, 0x11, 0]),
      Buffer.from("ffda0008010100003f00", "hex"),
      Buffer.from("1234ffd9", "hex"),
    ]);
  const tiff = (form: Partial<Parameters<typeof forgeTiff>[0]>): Buffer =>
    forgeTiff({ width: 8, height: 8, data: Buffer.alloc(512, 1), ...form });
  const start = (text: string, at = 0): Buffer =>
    Buffer.concat([Buffer.alloc(at), Buffer.from(text, "latin1"), Buffer.alloc(300)]);

  const forms: Record<string, [Buffer, RegExp]> = {
    "12-bit JPEG": [sof(0xc1, 12), /got 12-bit JPEG\. Convert/],
    "lossless JPEG": [sof(0xc3, 8), /got lossless JPEG\. Convert/],
    "JPEG-LS": [sof(0xf7, 8), /got JPEG-LS\. Convert/],
    "zstd TIFF": [tiff({ compression: 50_000 }), /got TIFF \(Zstandard\)\. Convert/],
    "LZMA TIFF": [tiff({ compression: 34_925 }), /got TIFF \(LZMA\)\. Convert/],
    "JPEG 2000 in TIFF": [tiff({ compression: 34_712 }), /got TIFF \(JPEG 2000\)\. Convert/],
    "an unknown TIFF compression": [tiff({ compression: 9999 }), /compression 9999\)\. Convert/],
    "12 bits packed in TIFF": [tiff({ bits: 12 }), /TIFF of 12-bit samples\. Convert/],
    "double floats in TIFF": [tiff({ bits: 64, format: 3 }), /TIFF of 64-bit floats\. Convert/],
    DNG: [tiff({ tags: [[50_706, 1]] }), /camera raw \(DNG\)\. Have the camera/],
    "CIELAB in TIFF": [tiff({ samples: 3, photometric: 8 }), /got TIFF \(CIELAB\)\. Convert/],
    "a colour filter array": [tiff({ photometric: 32_803 }), /camera raw/],
    "Canon raw": [start("II*\0\x10\0\0\0CR\x02\0"), /got Canon raw/],
    "Panasonic raw": [start("IIU\0"), /got Panasonic raw/],
    "Fujifilm raw": [start("FUJIFILMCCD-RAW "), /got Fujifilm raw/],
    DICOM: [start("DICM", 128), /got DICOM\. Convert.*dcmj2pnm/],
    "JPEG 2000": [start("\0\0\0\x0cjP  \r\n\x87\n"), /got JPEG 2000\. Convert/],
    "JPEG XL": [start("\xff\x0a"), /got JPEG XL\. Convert/],
    OpenEXR: [start("v/1\x01"), /got OpenEXR\. Convert/],
    FITS: [start("SIMPLE  =                    T"), /got FITS\. Convert/],
    DPX: [start("XPDS"), /got DPX\. Convert/],
    SGI: [start("\x01\xda\x01\x01\0\x03"), /got SGI\. Convert/],
    PCX: [start("\x0a\x05\x01\x08"), /got PCX\. Convert/],
    "Sun raster": [start("\x59\xa6\x6a\x95"), /got Sun raster\. Convert/],
    TGA: [
      Buffer.concat([Buffer.alloc(50, 2), Buffer.from("TRUEVISION-XFILE.\0")]),
      /got TGA\. Convert/,
    ],
    "a bitmap without its file header": [
      forgeBmp({ width: 8, height: 8, bits: 24, pixels: Buffer.alloc(192) }).subarray(14),
      /got bitmap without its file header \(DIB\)\. Convert/,
    ],
    "an animated AVIF": [forgeIsoMedia("avis", "avif"), /got AVIF animation\. Convert one frame/],
    "a transport stream": [
      Buffer.alloc(188 * 3, Buffer.concat([Buffer.from([0x47]), Buffer.alloc(187)])),
      /got video \(MPEG\)\. Convert one frame/,
    ],
    "an Ogg video": [start("OggS"), /got video \(Ogg\)\. Convert one frame/],
    "an AVI": [start("RIFF\0\0\0\0AVI LIST"), /got video \(AVI\)\. Convert one frame/],
    PDF: [start("%PDF-1.4"), /got PDF\. Convert the page/],
  };
  for (const [name, [file, sentence]] of Object.entries(forms)) {
    it(`says what ${name} is and how to convert it`, async () => {
      const { message } = await assertRefused(file, "BAD_IMAGE", sentence);
      assert.doesNotMatch(message, /again|damaged/);
    });
  }

  it("reads BigTIFF", async () => {
    const file = forgeTiff({ width: 8, height: 8, big: true, data: Buffer.alloc(64, 90) });
    const grey = { data: Buffer.alloc(64, 90), width: 8, height: 8, channels: 1 };
    assert.equal((await readOne(file)).hash, (await readOne(grey)).hash);
  });

  const RGB = { width: 4, height: 4, samples: 3, data: Buffer.alloc(48, 120) };
  const careless: Record<string, Partial<Parameters<typeof forgeTiff>[0]>> = {
    "tags out of order": { reversed: true },
    "texts that do not end": { tags: [[271, "ACME Camera!"]] },
    "an orientation that there is not": { tags: [[274, 0]] },
    "units that there are not": { tags: [[296, 9]] },
    "planes that there are not": { tags: [[284, 0]] },
    "no length of its strip": { tags: [[279, null]] },
    "a length of 0 for its strip": { tags: [[279, 0]] },
    "no word about its colours": { tags: [[262, null]] },
    "tags of the maker's own": { tags: [[65_000, "gain 12"]] },
  };
  for (const [name, form] of Object.entries(careless)) {
    it(`reads a TIFF with ${name} whole`, async () => {
      const { hash } = await readOne({ data: RGB.data, width: 4, height: 4, channels: 3 });
      assert.equal((await readOne(forgeTiff({ ...RGB, ...form }))).hash, hash);
      assert.equal((await readOne(forgeTiff({ ...RGB, ...form, big: true }))).hash, hash);
    });
  }

  it("shows the colours of a multispectral TIFF, and lays only transparency on white", async () => {
    const pixels = (extra: number[]): Buffer =>
      Buffer.alloc(16 * (3 + extra.length), Buffer.from([200, 100, 50, ...extra]));
    const read = (samples: number, data: Buffer, alpha?: number): Promise<Frame> =>
      readOne(
        forgeTiff({
          width: 4,
          height: 4,
          samples,
          data,
          tags: alpha === undefined ? [] : [[338, alpha]],
        }),
      );
    const { hash } = await read(3, pixels([]));
    assert.equal((await read(4, pixels([0]))).hash, hash);
    assert.equal((await read(4, pixels([0]), 0)).hash, hash);
    assert.equal((await read(5, pixels([0, 7]))).hash, hash);
    const white = await readOne({ data: Buffer.alloc(48, 255), width: 4, height: 4, channels: 3 });
    assert.equal((await read(4, pixels([0]), 2)).hash, white.hash);
  });

  it("gives the decoder's reason once", async () => {
    const strips = forgeTiff({
      width: 64,
      height: 64,
      compression: 5,
      tags: [],
      data: Buffer.alloc(600, 0x35),
    });
    const { message } = await assertRefused(strips, "BAD_IMAGE", /TIFF/);
    const words = message.split("tiff2vips");
    assert.ok(words.length <= 4 && new Set(words).size === words.length, message);
  });
});
