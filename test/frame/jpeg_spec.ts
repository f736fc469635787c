import assert from "node:assert/strict";

import type sharp from "sharp";

import { assertRefused, readOne } from "./assert-frame";
import {
  changeSegments,
  encodeBaseline,
  encodeRows,
  END,
  joinRows,
  segment,
  takeApart,
} from "./forge-jpeg";
import { paintScene } from "./sample-images";

const WIDTH = 480;
const HEIGHT = 320;

const hex = (bytes: string): Buffer => Buffer.from(bytes, "hex");
const join = (...parts: Buffer[]): Buffer => Buffer.concat(parts);
const scene = (): sharp.Sharp => paintScene(WIDTH, HEIGHT);

describe("frames: JPEGs of careless cameras", () => {
  let plain: Buffer;
  let head: Buffer;
  let data: Buffer;
  let rows: { head: Buffer; intervals: Buffer[] };
  let progressive: Buffer;
  before(async () => {
    plain = await encodeBaseline(scene());
    ({ head, data } = takeApart(plain));
    rows = await encodeRows(scene());
    progressive = await scene().jpeg({ quality: 85, progressive: true }).toBuffer();
  });

  const withRows = (change: (row: Buffer, index: number) => Buffer): Buffer =>
    joinRows({ head: rows.head, intervals: rows.intervals.map(change) });
  const beforeScan = (bytes: Buffer): Buffer => {
    const scan = head.lastIndexOf(hex("ffda"));
    return join(head.subarray(0, scan), bytes, head.subarray(scan), data, END);
  };
  const change = (marker: number, edit: (content: Buffer) => Buffer | null): Buffer =>
    join(
      changeSegments(head, (each, content) => (each === marker ? edit(content) : content)),
      data,
      END,
    );
  const patch = (at: number, bytes: string) => (content: Buffer) => {
    content.set(hex(bytes), at);
    return content;
  };

  const whole: Record<string, () => Buffer> = {
    "no end marker": () => join(head, data),
    "half an end marker": () => join(head, data, hex("ff")),
    "zeros where the end marker should be": () => join(head, data, Buffer.alloc(700)),
    "zeros before the end marker": () => join(head, data, Buffer.alloc(700), END),
    "bytes of the last picture before the end marker": () =>
      join(head, data, data.subarray(40, 900), END),
    "zeros behind the end": () => join(plain, Buffer.alloc(10_000)),
    "bytes of another kind behind the end": () => join(plain, Buffer.from("--boundary\r\n")),
    "a second picture behind the first": () => join(plain, plain),
    "stray bytes between segments": () => beforeScan(hex("000102")),
    "fill bytes before a marker": () => beforeScan(hex("ffffff")),
    "a stray restart marker among the segments": () => beforeScan(hex("ffd0")),
    "odd parameters of a scan": () => join(head.subarray(0, -3), hex("000000"), data, END),
    "a JFIF version that there is not": () => change(0xe0, patch(5, "0901")),
    "an Adobe transform that there is not": () =>
      beforeScan(segment(0xee, join(Buffer.from("Adobe"), hex("00640000000009")))),
    "EXIF that is none": () =>
      beforeScan(segment(0xe1, join(Buffer.from("Exif\0\0"), hex("4d4dffff0000ffff")))),
    "no Huffman tables": () => change(0xc4, () => null),
    "no Huffman tables and no end": () => change(0xc4, () => null).subarray(0, -2),
    "its height behind the scan": () =>
      join(
        changeSegments(head, (marker, content) =>
          marker === 0xc0 ? patch(1, "0000")(content) : content,
        ),
        data,
        segment(0xdc, hex(HEIGHT.toString(16).padStart(4, "0"))),
        END,
      ),
    "a second start marker": () =>
      join(head.subarray(0, 2), hex("ffd8"), head.subarray(2), data, END),
  };
  for (const [name, forge] of Object.entries(whole)) {
    it(`reads a JPEG with ${name} whole`, async () => {
      assert.equal((await readOne(forge())).hash, (await readOne(plain)).hash);
    });
  }

  const wholeRows: Record<string, () => Buffer> = {
    "a stray byte before each": () => withRows((row) => join(row, hex("00"))),
    "fill bytes before each": () => withRows((row) => join(row, hex("ffff"))),
    "three stray bytes before each": () => withRows((row) => join(row, hex("a55a13"))),
    "each row filled up to 64 bytes": () =>
      withRows((row) => join(row, Buffer.alloc(64 - (row.length % 64)))),
    "numbers that are all the same": () => joinRows(rows, () => 0),
    "numbers that start at one": () => joinRows(rows, (index) => (index + 1) % 8),
    "one more behind the last row": () => join(joinRows(rows).subarray(0, -2), hex("ffd3"), END),
    "a stray byte before each and no end": () =>
      withRows((row) => join(row, hex("00"))).subarray(0, -2),
  };
  for (const [name, forge] of Object.entries(wholeRows)) {
    it(`reads restart markers with ${name}`, async () => {
      assert.equal((await readOne(forge())).hash, (await readOne(joinRows(rows))).hash);
    });
  }

  it("reads a progressive JPEG without its end marker", async () => {
    const { hash } = await readOne(progressive);
    assert.equal((await readOne(progressive.subarray(0, -2))).hash, hash);
  });

  it("reads a JPEG that lacks its very last bytes", async () => {
    const frame = await readOne(join(head, data.subarray(0, -6)));
    assert.deepEqual([frame.width, frame.height], [WIDTH, HEIGHT]);
  });

  const middle = (share: number): number => Math.floor(data.length * share);
  const lost: Record<string, () => Buffer> = {
    "its second half and has an end": () => join(head, data.subarray(0, middle(0.5)), END),
    "its second half": () => join(head, data.subarray(0, middle(0.5))),
    "its last twentieth": () => join(head, data.subarray(0, middle(0.95))),
    "its second half, zeros instead": () =>
      join(head, data.subarray(0, middle(0.5)), Buffer.alloc(data.length - middle(0.5))),
    "its second half, zeros instead before the end": () =>
      join(head, data.subarray(0, middle(0.5)), Buffer.alloc(data.length - middle(0.5)), END),
    "its second half, many zeros instead": () =>
      join(head, data.subarray(0, middle(0.5)), Buffer.alloc(200_000), END),
    "a piece of the middle": () =>
      join(head, data.subarray(0, middle(0.4)), data.subarray(middle(0.6)), END),
    "1500 bytes of the middle, zeros instead": () =>
      join(
        head,
        data.subarray(0, middle(0.4)),
        Buffer.alloc(1500),
        data.subarray(middle(0.4) + 1500),
        END,
      ),
    "a packet of 1460 bytes": () =>
      join(head, data.subarray(0, middle(0.4)), data.subarray(middle(0.4) + 1460), END),
    "a piece, other bytes instead": () =>
      join(
        head,
        data.subarray(0, middle(0.4)),
        Buffer.alloc(1500, 0x5a),
        data.subarray(middle(0.4) + 1500),
        END,
      ),
    "all of its data": () => join(head, END),
    "all behind its tables": () => head.subarray(0, -12),
    "half of each row": () => withRows((row) => row.subarray(0, row.length >> 1)),
    "five of its rows": () =>
      joinRows({ head: rows.head, intervals: rows.intervals.filter((_, at) => at < 6 || at > 10) }),
    "one row": () =>
      joinRows(
        { head: rows.head, intervals: rows.intervals.filter((_, at) => at !== 6) },
        (index) => (index >= 5 ? index + 1 : index) % 8,
      ),
    "one row, zeros instead": () =>
      withRows((row, index) => (index === 6 ? Buffer.alloc(row.length) : row)),
    "its last rows": () => joinRows({ head: rows.head, intervals: rows.intervals.slice(0, 15) }),
    "the second half of a progressive one": () =>
      join(progressive.subarray(0, progressive.length >> 1), END),
    "the last scan of a progressive one": () =>
      progressive.subarray(0, progressive.lastIndexOf(hex("ffda"))),
    "all but the first scan of a progressive one and has an end": () =>
      join(
        progressive.subarray(
          0,
          progressive.indexOf(hex("ffda"), progressive.indexOf(hex("ffda")) + 2),
        ),
        END,
      ),
    "the last scan of a progressive one and has an end": () =>
      join(progressive.subarray(0, progressive.lastIndexOf(hex("ffda"))), END),
    "the end of a progressive one": () =>
      progressive.subarray(0, Math.floor(progressive.length * 0.9)),
  };
  for (const [name, forge] of Object.entries(lost)) {
    it(`refuses a JPEG that lacks ${name}`, async () => {
      await assertRefused(forge(), "BAD_IMAGE", /JPEG.*damaged or cut off/);
    });
  }

  it("says how much of a picture is missing", async () => {
    const half = join(head, data.subarray(0, middle(0.5)), END);
    await assertRefused(half, "BAD_IMAGE", /about (4|5)\d % of its pixels/);
  });
});
