import assert from "node:assert/strict";
import { deflateSync } from "node:zlib";

import sharp from "sharp";

import { cutGif } from "../../lib/frame/formats/gif";
import { readJpegStructure } from "../../lib/frame/jpeg/read-structure";
import { stripJpeg } from "../../lib/frame/jpeg/strip-jpeg";
import { assertRefused, readOne } from "./assert-frame";
import { forgeBmp } from "./forge-bmp";
import { segment } from "./forge-jpeg";
import { forgeTiff } from "./forge-tiff";
import { forgePng, paintQuarters, pngChunk } from "./sample-images";

/** The same file with another size in its header; its pixels stay those of the small picture. */
function promise(
  file: Buffer,
  mark: string,
  offset: number,
  bytes: 2 | 4,
  sides: number[],
): Buffer {
  const copy = Buffer.from(file);
  const at = copy.indexOf(Buffer.from(mark, "latin1")) + mark.length + offset;
  sides.forEach((side, index) => copy.writeUIntBE(side, at + index * bytes, bytes));
  return copy;
}

const small = (): sharp.Sharp => paintQuarters(64, 48);

describe("frames: what decoding may cost", () => {
  const refused: Record<string, [() => Buffer | Promise<Buffer>, RegExp]> = {
    "an interlaced PNG of 10,000 × 10,000 with 16 bits": [
      () => forgePng(10_000, 10_000, { bits: 16, colourType: 6, interlaced: true }),
      /at most 300 MB of memory.*PNG, 10000 × 10000.*1000 MB\. Save it without interlacing/,
    ],
    "an interlaced PNG of 15,000 × 15,000 with one bit that is a colour": [
      () => forgePng(15_000, 15_000, { bits: 1, colourType: 3, interlaced: true }),
      /at most 300 MB of memory.*PNG, 15000 × 15000.*without interlacing/,
    ],
    "an interlaced PNG that a bitmap holds": [
      () =>
        forgeBmp({
          width: 8,
          height: 8,
          bits: 0,
          compression: 5,
          pixels: forgePng(10_000, 10_000, { bits: 16, colourType: 6, interlaced: true }),
        }),
      /at most 300 MB of memory.*without interlacing/,
    ],
    "a PNG with rows of 200,000 pixels": [
      () => forgePng(200_000, 2000),
      /at most 300 MB of memory.*less wide/,
    ],
    "a bitmap with columns of a million pixels": [
      () =>
        forgeBmp({ width: 2, height: 1_000_000, bits: 8, compression: 1, pixels: Buffer.alloc(9) }),
      /sides of at most 250000 pixels/,
    ],
    "an AVIF of 8000 × 8000": [
      async () => promise(await small().avif().toBuffer(), "ispe", 4, 4, [8000, 8000]),
      /at most 300 MB of memory.*AVIF, 8000 × 8000.*baseline JPEG/,
    ],
    "a progressive JPEG of 20,000 × 20,000": [
      async () =>
        promise(
          await small().jpeg({ progressive: true }).toBuffer(),
          "\xff\xc2",
          3,
          2,
          [20_000, 20_000],
        ),
      /at most 300 MB of memory.*JPEG, 20000 × 20000.*baseline/,
    ],
    "a JPEG with thousands of scans": [
      async () => {
        const jpeg = await paintQuarters(2000, 2000).jpeg({ progressive: true }).toBuffer();
        const scan = jpeg.subarray(jpeg.lastIndexOf(Buffer.from("ffda", "hex")), -2);
        const scans = Array<Buffer>(20_000).fill(scan);
        return Buffer.concat([jpeg.subarray(0, -2), ...scans, jpeg.subarray(-2)]);
      },
      /a few scans.*baseline JPEG/,
    ],
    "a TIFF of one strip of 400 megabytes": [
      () => forgeTiff({ width: 20_000, height: 20_000, compression: 8, data: Buffer.alloc(64) }),
      /at most 300 MB of memory.*TIFF.*more strips or tiles/,
    ],
    "a TIFF of one JPEG of 297 megabytes": [
      () =>
        forgeTiff({
          width: 10_000,
          height: 9_900,
          samples: 3,
          compression: 7,
          data: Buffer.alloc(64),
        }),
      /at most 300 MB of memory.*TIFF.*more strips or tiles/,
    ],
    "a TIFF whose strip is more than its decoder takes": [
      async () => {
        const { data, info } = await paintQuarters(4600, 4600)
          .webp({ effort: 0 })
          .toBuffer({ resolveWithObject: true });
        const { width, height } = info;
        return forgeTiff({ width, height, samples: 3, compression: 50_001, data });
      },
      /strips or tiles that are too large.*16 rows in a strip/,
    ],
    "a text of 324 megapixels": [
      () => Buffer.from("P2 18000 18000 65535\n0"),
      /at most 300 MB of memory.*PNM/,
    ],
    "a PNG of 100,000 chunks that say nothing": [
      () =>
        forgePng(8, 8, { chunks: Array<Buffer>(100_000).fill(pngChunk("teXt", Buffer.alloc(0))) }),
      /whole PNG.*more parts than any picture/,
    ],
    "a WebP of a thousand chunks that say nothing": [
      async () => {
        const webp = await small().webp().toBuffer();
        const more = Array<Buffer>(1000).fill(Buffer.from("NOTE\0\0\0\0"));
        const file = Buffer.concat([webp, ...more]);
        file.writeUInt32LE(file.length - 8, 4);
        return file;
      },
      /whole WebP.*more parts than any picture/,
    ],
    "a picture of 30,000 × 30,000": [() => forgePng(30_000, 30_000), /at most 500000000 pixels/],
  };
  for (const [name, [forge, sentence]] of Object.entries(refused)) {
    it(`refuses ${name} by its header`, async () => {
      const { message } = await assertRefused(await forge(), "BAD_IMAGE", sentence);
      assert.doesNotMatch(message, /limit|setting/);
    });
  }

  it("leaves out what does not show: megabytes of notes in a JPEG", async () => {
    const jpeg = await small().jpeg().toBuffer();
    const notes = Array.from({ length: 40 }, (_, nth) =>
      segment([0xe1, 0xfe, 0xed][nth % 3]!, Buffer.alloc(65_533, "Exif\0\0note")),
    );
    const long = Buffer.concat([jpeg.subarray(0, 2), ...notes, jpeg.subarray(2)]);
    const stripped = stripJpeg(long, await readJpegStructure(long));
    assert.ok(stripped.length < jpeg.length + 70_000, `${stripped.length} bytes`);
    assert.equal((await readOne(long)).hash, (await readOne(jpeg)).hash);
    assert.equal(stripJpeg(jpeg, await readJpegStructure(jpeg)), jpeg);
  });

  it("leaves out what does not show: compressed texts of a PNG", async () => {
    const text = deflateSync(Buffer.alloc(10_000_000, 65));
    const texts = Array.from({ length: 200 }, (_, nth) =>
      pngChunk("zTXt", Buffer.concat([Buffer.from(`text ${nth}\0\0`, "latin1"), text])),
    );
    const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(24, 90)]);
    const data = deflateSync(Buffer.concat(Array<Buffer>(8).fill(row)));
    const bare = await readOne(forgePng(8, 8, { data }));
    assert.equal((await readOne(forgePng(8, 8, { data, chunks: texts }))).hash, bare.hash);
  });

  it("goes through the first of thousands of pictures only", async () => {
    const tiff = forgeTiff({ width: 8, height: 8, data: Buffer.alloc(64, 90) });
    const directory = tiff.subarray(8, 8 + 2 + tiff.readUInt16LE(8) * 12 + 4);
    const pages = [Buffer.from(tiff)];
    for (let page = 0, end = tiff.length; page < 3000; page++, end += directory.length) {
      pages
        .at(-1)!
        .writeUInt32LE(end, page === 0 ? 8 + directory.length - 4 : directory.length - 4);
      pages.push(Buffer.from(directory));
    }
    assert.equal((await readOne(Buffer.concat(pages))).hash, (await readOne(tiff)).hash);

    const gif = await small().gif().toBuffer();
    const frame = gif.subarray(gif.indexOf(Buffer.from("2c00000000", "hex")), -1);
    const film = Buffer.concat([
      gif.subarray(0, -1),
      ...Array<Buffer>(3000).fill(frame),
      gif.subarray(-1),
    ]);
    assert.deepEqual(await cutGif(film), gif);
    assert.equal(await cutGif(gif), gif);
    assert.equal((await readOne(film)).hash, (await readOne(gif)).hash);

    const colours = Buffer.concat([Buffer.alloc(192, 10), Buffer.alloc(192, 200)]);
    const raw = { width: 8, height: 16, channels: 3 as const, pageHeight: 8 };
    const webp = await sharp(colours, { raw, animated: true }).webp({ lossless: true }).toBuffer();
    const at = webp.indexOf("ANMF");
    const picture = webp.subarray(at, at + 8 + webp.readUInt32LE(at + 4));
    const many = Buffer.concat([webp, ...Array<Buffer>(3000).fill(picture)]);
    many.writeUInt32LE(many.length - 8, 4);
    assert.equal((await readOne(many)).hash, (await readOne(webp)).hash);
  });

  it("reads a picture that is filled up with zeros, whatever its form", async () => {
    for (const format of ["webp", "png", "gif", "jpeg"] as const) {
      const picture = await small().toFormat(format).toBuffer();
      const filled = Buffer.concat([picture, Buffer.alloc(16_384)]);
      assert.equal((await readOne(filled)).hash, (await readOne(picture)).hash, format);
    }
  });

  it("reads a line-scan picture of 144 megapixels", async () => {
    const rows = deflateSync(Buffer.alloc(12_000 * (1 + 1500), 0), { level: 1 });
    const frame = await readOne(forgePng(12_000, 12_000, { bits: 1, colourType: 0, data: rows }));
    assert.deepEqual([frame.width, frame.height], [1024, 1024]);
  });
});

describe("frames: regions of turned pictures", () => {
  it("cuts the same region out for each EXIF orientation", async () => {
    const roi = { left: 0.25, top: 0.5, width: 0.5, height: 0.25 };
    const upright = paintQuarters(80, 60);
    const expected = (await readOne(await upright.clone().png().toBuffer(), { roi })).hash;
    const whole = { degrees: [0, 0, 0, 0, 90, 270, 270, 90], flip: [3, 4], flop: [2, 3, 5, 7] };
    for (let orientation = 1; orientation <= 8; orientation++) {
      const turned = await upright
        .clone()
        .rotate(whole.degrees[orientation - 1])
        .png()
        .toBuffer();
      const stored = await sharp(turned)
        .flip(whole.flip.includes(orientation))
        .flop(whole.flop.includes(orientation))
        .png()
        .toBuffer();
      const tagged = await sharp(stored).withMetadata({ orientation }).png().toBuffer();
      assert.equal((await readOne(tagged, { roi })).hash, expected, String(orientation));
    }
  });
});
