import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import path from "node:path";
import { runInNewContext } from "node:vm";

import sharp from "sharp";

import { loadImages, readFrames } from "../../lib/frame/read-frames";
import { assertColour, assertRefused, colourAt, readOne } from "./assert-frame";
import { forgeBmp } from "./forge-bmp";
import {
  BLUE,
  forgeIsoMedia,
  forgePng,
  GREEN,
  paintNoise,
  paintQuarters,
  RED,
  WHITE,
} from "./sample-images";

const quarters = (): sharp.Sharp => paintQuarters(80, 60);

describe("frames: formats", () => {
  const formats: Record<string, () => Promise<Buffer>> = {
    JPEG: () => quarters().jpeg({ quality: 95 }).toBuffer(),
    "progressive JPEG": () => quarters().jpeg({ quality: 95, progressive: true }).toBuffer(),
    PNG: () => quarters().png().toBuffer(),
    "palette PNG": () => quarters().png({ palette: true }).toBuffer(),
    "16-bit PNG": () => quarters().toColourspace("rgb16").png().toBuffer(),
    WebP: () => quarters().webp({ lossless: true }).toBuffer(),
    GIF: () => quarters().gif().toBuffer(),
    TIFF: () => quarters().tiff({ compression: "lzw" }).toBuffer(),
    AVIF: () => quarters().avif({ quality: 90 }).toBuffer(),
  };
  for (const [name, encode] of Object.entries(formats)) {
    it(`reads ${name} as sRGB`, async () => {
      const frame = await readOne(await encode());
      assert.deepEqual([frame.width, frame.height], [80, 60]);
      assertColour(await colourAt(frame, 0.25, 0.25), RED);
      assertColour(await colourAt(frame, 0.75, 0.25), GREEN);
      assertColour(await colourAt(frame, 0.25, 0.75), BLUE);
      assertColour(await colourAt(frame, 0.75, 0.75), WHITE);
    });
  }

  it("reads CMYK pictures in the colours that they print", async () => {
    // Within the press's gamut, so that the way there loses little.
    const create = { width: 8, height: 8, channels: 3 as const, background: "#c86432" };
    for (const format of ["jpeg", "tiff"] as const) {
      const cmyk = await sharp({ create }).toColourspace("cmyk").toFormat(format).toBuffer();
      assert.equal((await sharp(cmyk).metadata()).space, "cmyk");
      assertColour(await colourAt(await readOne(cmyk), 0.5, 0.5), [200, 100, 50], 40);
    }
  });

  it("reads grey pictures of 8 and 16 bits as three equal channels", async () => {
    const grey = sharp(Buffer.alloc(64, 100), { raw: { width: 8, height: 8, channels: 1 } });
    for (const space of ["b-w", "grey16"]) {
      const png = await grey.clone().toColourspace(space).png().toBuffer();
      assertColour(await colourAt(await readOne(png), 0.5, 0.5), [100, 100, 100], 2);
    }
  });

  it("turns a picture upright for each EXIF orientation", async () => {
    const upright = await readOne(await quarters().png().toBuffer());
    // How a camera stores the same scene for each orientation 1…8.
    const turns = [0, 0, 0, 0, 90, 270, 270, 90];
    const mirrors: ((image: sharp.Sharp) => sharp.Sharp)[] = [
      (image) => image,
      (image) => image.flop(),
      (image) => image.flip().flop(),
      (image) => image.flip(),
      (image) => image.flop(),
      (image) => image,
      (image) => image.flop(),
      (image) => image,
    ];
    for (const [index, mirror] of mirrors.entries()) {
      // A pass for each step: the library applies the steps of one pass in its own order.
      const turned = await quarters().rotate(turns[index]).png().toBuffer();
      const mirrored = await mirror(sharp(turned)).png().toBuffer();
      const tagged = await sharp(mirrored)
        .withMetadata({ orientation: index + 1 })
        .png()
        .toBuffer();
      const frame = await readOne(tagged);
      assert.equal(frame.hash, upright.hash, `orientation ${index + 1}`);
      const photo = await readOne(
        await sharp(tagged).keepMetadata().jpeg({ quality: 95 }).toBuffer(),
      );
      assert.deepEqual([photo.width, photo.height], [upright.width, upright.height]);
      for (const [x, y] of [
        [0.25, 0.25],
        [0.75, 0.25],
        [0.25, 0.75],
      ] as const) {
        assertColour(await colourAt(photo, x, y), await colourAt(upright, x, y));
      }
    }
  });

  it("lays transparency on white", async () => {
    const clear = { width: 8, height: 8, channels: 4 as const, background: "#00000000" };
    const half = { ...clear, background: { r: 255, g: 0, b: 0, alpha: 0.5 } };
    const read = async (create: typeof clear | typeof half): Promise<number[]> =>
      colourAt(await readOne(await sharp({ create }).png().toBuffer()), 0.5, 0.5);
    assertColour(await read(clear), WHITE, 2);
    assertColour(await read(half), [255, 127, 127], 4);
  });

  it("takes the first picture of an animation", async () => {
    const pages = [RED, BLUE].map((colour) =>
      Buffer.from(Array<typeof colour>(64).fill(colour).flat()),
    );
    const raw = { width: 8, height: 16, channels: 3 as const, pageHeight: 8 };
    for (const format of ["gif", "webp"] as const) {
      const animation = await sharp(Buffer.concat(pages), { raw, animated: true })
        .toFormat(format)
        .toBuffer();
      assert.equal((await sharp(animation).metadata()).pages, 2);
      const frame = await readOne(animation);
      assert.deepEqual([frame.width, frame.height], [8, 8]);
      assertColour(await colourAt(frame, 0.5, 0.5), RED, 20);
    }
  });

  it("tells the type by the bytes, not by a data URL's media type", async () => {
    const png = await quarters().png().toBuffer();
    const frame = await readOne(`data:image/jpeg;base64,${png.toString("base64")}`);
    assert.equal(frame.hash, (await readOne(png)).hash);
  });
});

describe("frames: forms of input", () => {
  let png: Buffer;
  let rgb: Buffer;
  let rgba: Buffer;
  let hash: string;
  before(async () => {
    png = await quarters().png().toBuffer();
    rgb = await quarters().raw().toBuffer();
    rgba = await quarters().ensureAlpha().raw().toBuffer();
    hash = (await readOne(png)).hash;
  });

  const overJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
  /** Base64 with a plus in it, as most of longer pictures have. */
  const plusses = (bytes: Buffer): string => {
    const text = bytes.toString("base64");
    assert.ok(text.includes("+"));
    return text;
  };
  const part = (headers: string, end = ""): Buffer =>
    Buffer.concat([Buffer.from(headers), png, Buffer.from(end)]);

  const forms: Record<string, () => unknown> = {
    Uint8Array: () => new Uint8Array(png),
    ArrayBuffer: () => new Uint8Array(png).buffer,
    base64: () => png.toString("base64"),
    "base64 with line breaks": () => png.toString("base64").replace(/.{76}/g, "$&\r\n"),
    "URL-safe base64 without padding": () => png.toString("base64url"),
    "data URL": () => `data:image/png;base64,${png.toString("base64")}`,
    "data URL with parameters": () => `data:image/png;name=a.png;base64,${png.toString("base64")}`,
    Uint8ClampedArray: () => new Uint8ClampedArray(png),
    DataView: () => new DataView(new Uint8Array(png).buffer),
    SharedArrayBuffer: () => {
      const shared = new SharedArrayBuffer(png.length);
      new Uint8Array(shared).set(png);
      return shared;
    },
    Blob: () => new Blob([new Uint8Array(png)]),
    "a Uint8Array of a Function node's sandbox": () =>
      runInNewContext("Uint8Array.from(bytes)", { bytes: [...png] }) as unknown,
    "a Buffer over JSON": () => overJson(png),
    "a Uint8Array over JSON": () => overJson(new Uint8Array(png)),
    "an array of bytes": () => [...png],
    "a Buffer over JSON as text": () => JSON.stringify(png),
    "an array of bytes as text": () => JSON.stringify([...png]),
    "a Buffer of base64": () => Buffer.from(png.toString("base64")),
    "a Buffer of a data URL": () =>
      Buffer.from(`data:image/png;base64,${png.toString("base64")}\n`),
    "a Buffer of a Buffer over JSON": () => Buffer.from(JSON.stringify(png)),
    "base64 whose pluses became spaces": () => plusses(png).replaceAll("+", " "),
    "base64 with spaces between lines": () => png.toString("base64").replace(/.{76}/g, "$& "),
    "base64 with indented lines": () => png.toString("base64").replace(/.{64}/g, "$&\n    "),
    "base64 in quotation marks": () => `"${png.toString("base64").replaceAll("/", "\\/")}"`,
    "percent-encoded base64": () => encodeURIComponent(png.toString("base64")),
    "data URL with a space behind the comma": () =>
      `data:image/png;base64, ${png.toString("base64")}`,
    "data URL with a line break behind the comma": () =>
      `data:image/png;base64,\r\n${png.toString("base64").replace(/.{76}/g, "$&\r\n")}`,
    "data URL of URL-safe base64": () => `data:image/png;base64,${png.toString("base64url")}`,
    "data URL whose pluses became spaces": () =>
      `data:image/png;base64,${plusses(png).replaceAll("+", " ")}`,
    "data URL with percent-encoded base64": () =>
      `data:image/png;base64,${encodeURIComponent(png.toString("base64"))}`,
    "data URL that is percent-encoded as a whole": () =>
      encodeURIComponent(`data:image/png;base64,${png.toString("base64")}`),
    "data URL of percent-encoded bytes": () =>
      `data:image/png,${[...png].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("")}`,
    "hex digits": () => png.toString("hex"),
    "hex digits of a database": () => `\\x${png.toString("hex")}`,
    "hex digits with spaces": () => png.toString("hex").toUpperCase().replace(/../g, "$& ").trim(),
    "a text with a character a byte": () => png.toString("latin1"),
    "a part of a stream as a text with a character a byte": () =>
      part("--b\r\nContent-Type: image/png\r\n\r\n").toString("latin1"),
    "signed bytes": () => [...new Int8Array(png)],
    "an Int8Array over JSON": () => overJson(new Int8Array(png)),
    "base64 as Python shows it": () => `b'${png.toString("base64")}'`,
    "base64 in single quotation marks": () => `'${png.toString("base64")}'`,
    "base64 with a zero behind it": () => `${png.toString("base64")}\0`,
    "base64 with escaped line breaks": () =>
      png.toString("base64").replace(/.{76}/g, "$&\\n").replaceAll("/", "\\/"),
    "base64 with escaped pluses": () => plusses(png).replaceAll("+", "\\u002B"),
    "base64 with a space behind every fourth digit": () => plusses(png).replace(/.{4}/g, "$& "),
    "base64 without the start of its data URL": () => `image/png;base64,${png.toString("base64")}`,
    "a Buffer of base64 behind a byte order mark": () =>
      Buffer.from(`\uFEFF${png.toString("base64")}`),
    "data URL with a comma in a name": () =>
      `data:image/png;name="a,b.png";base64,${png.toString("base64")}`,
    "data URL with a fragment": () => `data:image/png;base64,${png.toString("base64")}#x`,
    "data URL with an escaped space behind the comma": () =>
      `data:image/png;base64,%20${png.toString("base64")}`,
    "data URL with escaped slashes": () =>
      `data:image\\/png;base64,${png.toString("base64").replaceAll("/", "\\/")}`,
    "a part of a stream without headers": () => part("--b\r\n\r\n", "\r\n--b--"),
    "a part of a stream with a wrong length": () =>
      part("--b\r\nContent-Type: image/png\r\nContent-Length: 9\r\n\r\n", "\r\n--b--"),
    "a stream from the middle of a part on": () =>
      Buffer.concat([
        png.subarray(-100),
        part("\r\n--b\r\nContent-Type: image/png\r\n\r\n", "\r\n--b\r\n"),
      ]),
    "a form with a field before the file": () =>
      part(
        '--b\r\nContent-Disposition: form-data; name="camera"\r\n\r\nhall 2\r\n--b\r\n' +
          'Content-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n',
        "\r\n--b--\r\n",
      ),
    "raw RGB without channels": () => ({ data: rgb, width: 80, height: 60 }),
    "bytes behind line ends": () => Buffer.concat([Buffer.from("\r\n\r\n"), png]),
    "a part of a stream": () =>
      part(
        `--frame\r\nContent-Type: image/png\r\nContent-Length: ${png.length}\r\n\r\n`,
        "\r\n--frame--",
      ),
    "a part of a stream without a length": () =>
      part("--frame\r\nContent-Type: image/png\r\n\r\n", "\r\n--frame\r\nContent-Type: image/png"),
    "a part of a stream with bare line feeds": () =>
      part("--frame\nContent-type:image/png\n\n", "\n--frame\n"),
    "a part of a stream behind a line end": () => part("\r\n--frame\r\nContent-Type: a/b\r\n\r\n"),
    "a part of a stream without its boundary": () =>
      part(`Content-Type: image/png\r\nContent-Length: ${png.length}\r\n\r\n`, "\r\n"),
    "a part of a stream in base64": () =>
      Buffer.from(
        `--b\r\nContent-Transfer-Encoding: base64\r\n\r\n${png.toString("base64")}\r\n--b--\r\n`,
      ),
    "the start of an answer of HTTP": () =>
      part(
        "HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=b\r\n\r\n" +
          "--b\r\nContent-Type: image/png\r\n\r\n",
        "\r\n--b\r\n",
      ),
    "a part of a stream over JSON": () => overJson(part("--b\r\nContent-Type: image/png\r\n\r\n")),
    "raw over JSON": () => overJson({ data: rgb, width: 80, height: 60, channels: 3 }),
    "ImageData over JSON": () =>
      overJson({ data: new Uint8ClampedArray(rgba), width: 80, height: 60 }),
    "Jimp image over JSON": () => overJson({ bitmap: { data: rgba, width: 80, height: 60 } }),
    "raw with an array of bytes": () => ({ data: [...rgb], width: 80, height: 60, channels: 3 }),
    "raw with a DataView": () => ({
      data: new DataView(new Uint8Array(rgb).buffer),
      width: 80,
      height: 60,
      channels: 3,
    }),
    "raw RGB": () => ({ data: rgb, width: 80, height: 60, channels: 3 }),
    "raw RGBA": () => ({ data: rgba, width: 80, height: 60, channels: 4 }),
    ImageData: () => ({ data: new Uint8ClampedArray(rgba), width: 80, height: 60 }),
    "Jimp image": () => ({ bitmap: { data: rgba, width: 80, height: 60 }, _exif: null }),
  };
  for (const [name, form] of Object.entries(forms)) {
    it(`reads ${name} as the same picture`, async () => {
      assert.equal((await readOne(form())).hash, hash);
    });
  }

  it("lets everything else have its turn while it reads megabytes of text or numbers", async () => {
    const bitmap = forgeBmp({ width: 900, height: 900, bits: 24, pixels: Buffer.alloc(2_430_000) });
    const escaped = bitmap.toString("hex").replace(/../g, "%$&");
    const long: Record<string, [unknown, turns: number]> = {
      "percent-encoded bytes": [`data:image/bmp,${escaped}`, 7],
      "a Buffer over JSON as text": [JSON.stringify(bitmap), 4],
      "an array of bytes": [[...bitmap], 4],
      "escaped slashes": [`"${"\\/".repeat(2_000_000)}"`, 3],
      "hex digits": [bitmap.toString("hex"), 4],
      "a character a byte": [bitmap.toString("latin1"), 2],
    };
    for (const [name, [input, least]] of Object.entries(long)) {
      let turns = 0;
      let timer = setImmediate(function next() {
        turns += 1;
        timer = setImmediate(next);
      });
      await loadImages(input, {}).catch(() => undefined);
      clearImmediate(timer);
      assert.ok(turns >= least, `${name}: ${turns} turns`);
    }
  });

  it("reads raw grey with and without alpha", async () => {
    const grey = await readOne({ data: Buffer.alloc(64, 90), width: 8, height: 8, channels: 1 });
    assertColour(await colourAt(grey, 0.5, 0.5), [90, 90, 90], 2);
    const clear = await readOne({ data: Buffer.alloc(128, 0), width: 8, height: 8, channels: 2 });
    assertColour(await colourAt(clear, 0.5, 0.5), WHITE, 2);
  });

  it("reads an array as a batch, in order and in mixed forms", async () => {
    const other = { data: Buffer.alloc(12, 7), width: 2, height: 2, channels: 3 };
    const { frames, batch } = await readFrames([png, other, png.toString("base64")]);
    assert.equal(batch, true);
    assert.deepEqual(
      frames.map((frame) => frame.hash === hash),
      [true, false, true],
    );
    assert.equal((await readFrames([png])).batch, true);
  });

  it("lets go of its pixels and finds them again", async () => {
    const spec = {
      resize: { shortest: 8 },
      kernel: "cubic",
      rescale: 1 / 255,
      mean: [0, 0, 0],
      std: [1, 1, 1],
    } as const;
    const frame = await readOne(png);
    const { data } = await frame.pixels(spec);
    frame.rest();
    assert.deepEqual((await frame.pixels(spec)).data, data);
  });

  it("takes as many images as a message may bring, and no more", async () => {
    const one = { data: Buffer.alloc(3), width: 1, height: 1, channels: 3 };
    const { frames } = await readFrames(new Array(100).fill(one));
    assert.equal(frames.length, 100);
    await assertRefused(new Array(101).fill(one), "BAD_MESSAGE", /at most 100 .* 101/);
  });

  it("says which image of a batch is bad, in the language asked for", async () => {
    const error = await assertRefused(
      [png, Buffer.alloc(0)],
      "BAD_IMAGE",
      /^Image 2 of 2: .*empty/,
    );
    assert.match(error.in("ja"), /^2 枚中 2 枚目の画像: .*空/);
  });

  it("leaves the caller's buffer as it was", async () => {
    const copy = Buffer.from(rgb);
    await readOne({ data: copy, width: 80, height: 60, channels: 3 });
    assert.ok(copy.equals(rgb));
  });
});

describe("frames: refusals", () => {
  const text = (value: string): Buffer => Buffer.from(value);
  const half = (bytes: Buffer): Buffer => bytes.subarray(0, bytes.length >> 1);
  const noise = (): sharp.Sharp => paintNoise(200, 150);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9"/></svg>`;

  const badImages: Record<string, [() => unknown, RegExp]> = {
    HEIC: [() => forgeIsoMedia("heic", "mif1", "heic"), /got HEIC\..*Convert/],
    "HEIC behind a general brand": [() => forgeIsoMedia("mif1", "mif1", "heic"), /got HEIC/],
    MP4: [() => forgeIsoMedia("isom", "mp41"), /got video \(MP4\)/],
    "AVIF without content": [() => forgeIsoMedia("avif", "mif1"), /whole AVIF.*damaged/],
    PDF: [() => text("%PDF-1.7\n1 0 obj"), /got PDF/],
    SVG: [() => text(svg), /got SVG/],
    "a picture that was read as UTF-8": [
      async () => (await noise().jpeg().toBuffer()).toString("utf8"),
      /read as text, which destroys them\. .*binary buffer/,
    ],
    "bytes as texts": [() => [...Buffer.alloc(200, 7)].map(String), /array of numbers/],
    "SVG behind a prologue": [
      () => text(`\uFEFF<?xml version="1.0"?><!-- x -->\n${svg}`),
      /got SVG/,
    ],
    "SVG in UTF-16": [() => Buffer.from(`\uFEFF${svg}`, "utf16le"), /got SVG/],
    "SVG in a data URL": [
      () => `data:image/svg+xml;base64,${text(svg).toString("base64")}`,
      /got SVG/,
    ],
    HTML: [() => text("<!DOCTYPE html><title>Login</title>"), /got HTML/],
    text: [() => text("temperature;21.5\n"), /got text/],
    ZIP: [() => text("PK\x03\x04 and more"), /got ZIP/],
    "unknown bytes": [
      () => Buffer.from("00010203fefdfcfb99", "hex"),
      /begin with 00010203fefdfcfb/,
    ],
    "one byte": [() => Buffer.from([255]), /unknown type/],
    "an empty Buffer": [() => Buffer.alloc(0), /empty \(0 bytes\)/],
    "an empty string": [() => "  ", /empty/],
    "a truncated JPEG": [async () => half(await noise().jpeg().toBuffer()), /JPEG.*cut off/],
    "a JPEG that lacks its last bytes": [
      async () => (await noise().jpeg().toBuffer()).subarray(0, -200),
      /JPEG.*cut off/,
    ],
    "a truncated PNG": [async () => half(await noise().png().toBuffer()), /PNG.*cut off/],
    "a truncated WebP": [async () => half(await noise().webp().toBuffer()), /WebP.*cut off/],
    "a truncated GIF": [async () => half(await noise().gif().toBuffer()), /GIF.*cut off/],
    "a truncated TIFF": [async () => half(await noise().tiff().toBuffer()), /TIFF.*cut off/],
    "a JPEG's first bytes": [() => Buffer.from("ffd8ffe0", "hex"), /JPEG.*cut off/],
    "a PNG that says 30,000 × 30,000": [
      () => forgePng(30_000, 30_000),
      /at most 500000000 pixels.*30000 × 30000/,
    ],
    "raw that says 30,000 × 30,000": [
      () => ({ data: Buffer.alloc(3), width: 30_000, height: 30_000, channels: 3 }),
      /30000 × 30000/,
    ],
    "raw of a wrong length": [
      () => ({ data: Buffer.alloc(11), width: 2, height: 2, channels: 3 }),
      /Expected 12 bytes.*got 11/,
    ],
    "raw without a width": [
      () => ({ data: Buffer.alloc(12), width: 0, height: 2, channels: 3 }),
      /width 0/,
    ],
    "raw of five channels": [
      () => ({ data: Buffer.alloc(20), width: 2, height: 2, channels: 5 }),
      /channels 5/,
    ],
    "a sentence": [() => "a screw on a table", /“a screw on a table”/],
    "base64 with a stray character": [
      async () => `${(await noise().jpeg().toBuffer()).toString("base64").slice(0, 400)}*`,
      /base64.*“\/9j\//,
    ],
    "base64 of a text": [() => text("hello").toString("base64"), /got text/],
    "a data URL with a drawing": [() => "data:image/svg+xml,<svg/>", /got SVG/],
    "a data URL with neither base64 nor an image": [() => "data:image/png,%00%01", /no base64/],
    "an array of numbers": [() => [1, 2, 3], /array of numbers.*Buffer\.from/],
    "an array of numbers that are no bytes": [() => [0.5, -2], /array of numbers.*Buffer\.from/],
    "a Buffer over JSON that is no image": [
      () => ({ type: "Buffer", data: [1, 2, 3] }),
      /array of numbers.*Buffer\.from/,
    ],
    "the headers of a stream": [
      () => text("--b\r\nContent-Type: image/jpeg\r\nContent-Length: 9000\r\n"),
      /multipart \(MJPEG\) stream.*whole part/,
    ],
    "a data URL of broken base64": [() => "data:image/png;base64,****", /no base64/],
    "another scheme": [() => "ftp://camera/shot.jpg", /got ftp/],
  };
  for (const [name, [make, sentence]] of Object.entries(badImages)) {
    it(`refuses ${name} with BAD_IMAGE`, async () => {
      await assertRefused(await make(), "BAD_IMAGE", sentence);
    });
  }

  const badMessages: Record<string, [unknown, RegExp]> = {
    undefined: [undefined, /got undefined/],
    null: [null, /got null/],
    "a number": [42, /got number/],
    "a boolean": [true, /got boolean/],
    "an object": [{ a: 1, b: 2 }, /got object \{ a, b \}/],
    "raw whose data are no bytes": [
      { data: 12, width: 2, height: 2, channels: 3 },
      /got object \{ data, width, height, channels \}/,
    ],
    "an empty array": [[], /at least one image/],
    "nested arrays": [[[]], /got array/],
  };
  for (const [name, [input, sentence]] of Object.entries(badMessages)) {
    it(`refuses ${name} with BAD_MESSAGE`, async () => {
      // The sentence about undefined says "undefined", which otherwise gives away a missing value.
      if (input === undefined) await assert.rejects(readFrames(input), { code: "BAD_MESSAGE" });
      else await assertRefused(input, "BAD_MESSAGE", sentence);
    });
  }

  it("judges the number of pixels by the header alone", async () => {
    // The forged file has no pixels at all: decoding it would fail with another sentence.
    const forged = forgePng(1000, 1000);
    await assertRefused(forged, "BAD_IMAGE", /at most 999999 pixels.*1000 × 1000/, {
      maxPixels: 999_999,
    });
    await assertRefused(forged, "BAD_IMAGE", /damaged/, { maxPixels: 1_000_000 });
  });

  it("refuses more bytes than allowed, encoded or as base64", async () => {
    const jpeg = await noise().jpeg().toBuffer();
    const options = { maxBytes: jpeg.length - 1 };
    await assertRefused(jpeg, "BAD_IMAGE", /at most \d+ bytes/, options);
    await assertRefused(jpeg.toString("base64"), "BAD_IMAGE", /at most \d+ bytes/, options);
    await readOne(jpeg, { maxBytes: jpeg.length });
  });

  it("stops with CLOSED once its signal fires", async () => {
    const jpeg = await noise().jpeg().toBuffer();
    await assertRefused(jpeg, "CLOSED", /closed/, { signal: AbortSignal.abort() });
    await assertRefused([jpeg], "CLOSED", /closed/, { signal: AbortSignal.abort() });
  });
});

describe("frames: bounds and content", () => {
  it("shrinks the long side to the bound and never enlarges", async () => {
    const wide = await readOne(await paintQuarters(600, 300).png().toBuffer(), { maxSide: 100 });
    assert.deepEqual([wide.width, wide.height], [100, 50]);
    const tall = await readOne(await paintQuarters(300, 600).png().toBuffer(), { maxSide: 100 });
    assert.deepEqual([tall.width, tall.height], [50, 100]);
    const small = await readOne(await paintQuarters(20, 10).png().toBuffer(), { maxSide: 100 });
    assert.deepEqual([small.width, small.height], [20, 10]);
    const strip = await readOne(await paintQuarters(3000, 1).png().toBuffer());
    assert.deepEqual([strip.width, strip.height], [1024, 1]);
    assert.equal((await readOne(await paintQuarters(1, 1).png().toBuffer())).width, 1);
  });

  it("gives a baseline JPEG without metadata", async () => {
    const source = await quarters()
      .withExif({ IFD0: { Copyright: "someone" } })
      .withIccProfile("p3")
      .jpeg({ progressive: true })
      .toBuffer();
    const { jpeg } = await readOne(source);
    const { format, isProgressive, exif, icc, xmp, orientation } = await sharp(jpeg).metadata();
    assert.deepEqual(
      { format, isProgressive, exif, icc, xmp, orientation },
      {
        format: "jpeg",
        isProgressive: false,
        exif: undefined,
        icc: undefined,
        xmp: undefined,
        orientation: undefined,
      },
    );
  });

  it("makes a smaller JPEG of its pixels, of its JPEG once they are gone", async () => {
    const picture = await paintNoise(640, 400).png().toBuffer();
    const frame = await readOne(picture);
    assert.equal(await frame.jpegOf(640), frame.jpeg);
    const exact = await sharp(picture).resize(320).raw().toBuffer();
    /** Mean distance of a JPEG's samples from the exact ones. */
    const errorOf = async (jpeg: Buffer): Promise<number> => {
      const { data, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
      assert.deepEqual([info.width, info.height], [320, 200]);
      return data.reduce((sum, value, at) => sum + Math.abs(value - exact[at]!), 0) / data.length;
    };
    const once = await errorOf(await frame.jpegOf(320));
    frame.rest();
    const twice = await errorOf(await frame.jpegOf(320));
    assert.ok(once < twice, `${once} ${twice}`);
  });

  it("writes the JPEG with the pixels that the image library would write at that quality", async () => {
    const photo = path.resolve("examples/photos/palace.jpg");
    const { jpeg } = await readOne(await sharp(photo).png().toBuffer());
    const plain = await sharp(photo).jpeg({ quality: 90 }).toBuffer();
    assert.deepEqual(await sharp(jpeg).raw().toBuffer(), await sharp(plain).raw().toBuffer());
    assert.ok(jpeg.length < 1.05 * plain.length, `${jpeg.length} for ${plain.length} bytes`);
  });

  it("turns a wide-gamut profile into sRGB", async () => {
    const grey = await quarters().withIccProfile("p3").png().toBuffer();
    assertColour(await colourAt(await readOne(grey), 0.25, 0.25), RED);
  });

  it("cuts out the region of interest of the upright picture", async () => {
    const sideways = await sharp(await quarters().rotate(270).png().toBuffer())
      .withMetadata({ orientation: 6 })
      .png()
      .toBuffer();
    const roi = { left: 0.5, top: 0, width: 0.5, height: 0.5 };
    const frame = await readOne(sideways, { roi });
    assert.deepEqual([frame.width, frame.height], [40, 30]);
    for (const place of [0.1, 0.9]) assertColour(await colourAt(frame, place, place), GREEN);
    const dot = await readOne(sideways, {
      roi: { left: 0.999, top: 0.999, width: 1e-4, height: 1e-4 },
    });
    assert.deepEqual([dot.width, dot.height], [1, 1]);
    const tenths = await readOne(sideways, {
      roi: { left: 0.7, top: 0.1, width: 0.3, height: 0.9 },
    });
    assert.deepEqual([tenths.width, tenths.height], [24, 54]);
  });

  it("refuses a region or bound that cannot be meant with BAD_CONFIG", async () => {
    const png = await quarters().png().toBuffer();
    const whole = { left: 0, top: 0, width: 1, height: 1 };
    for (const part of [{ left: -0.1 }, { left: 0.1 }, { height: 0 }, { top: NaN }, { width: 2 }]) {
      const options = { roi: { ...whole, ...part } };
      await assertRefused(png, "BAD_CONFIG", /region of interest/, options);
    }
    await assertRefused(png, "BAD_CONFIG", /65535 for maxSide, but got 0/, { maxSide: 0 });
    await assertRefused(png, "BAD_CONFIG", /100 for jpegQuality/, { jpegQuality: 101 });
    await assertRefused(png, "BAD_CONFIG", /maxPixels/, { maxPixels: 1.5 });
  });

  it("hashes what is seen: equal for equal pixels, other for another size or pixel", async () => {
    const png = await readOne(await quarters().png().toBuffer());
    const webp = await readOne(await quarters().webp({ lossless: true }).toBuffer());
    assert.match(png.hash, /^[0-9a-f]{64}$/);
    assert.equal(png.hash, webp.hash);
    const flat = (width: number, height: number): unknown => ({
      data: Buffer.alloc(24, 5),
      width,
      height,
      channels: 3,
    });
    const pixels = createHash("sha256").update("4x2:").update(Buffer.alloc(24, 5));
    assert.equal((await readOne(flat(4, 2))).hash, pixels.digest("hex"));
    assert.notEqual((await readOne(flat(4, 2))).hash, (await readOne(flat(2, 4))).hash);
  });
});
