import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { constants, deflateRawSync } from "node:zlib";

import { decodePool } from "../../lib/frame/decode-pool";
import { readBmp } from "../../lib/frame/formats/bmp";
import { cutGif } from "../../lib/frame/formats/gif";
import { readNetpbm } from "../../lib/frame/formats/netpbm";
import { mendJpeg } from "../../lib/frame/jpeg/mend-jpeg";
import { readJpegStructure } from "../../lib/frame/jpeg/read-structure";
import { Pause } from "../../lib/frame/pause";
import { readFrames } from "../../lib/frame/read-frames";
import { quantise, showNumbers } from "../../lib/frame/show-numbers";
import { assertRefused } from "./assert-frame";
import { forgeBmp } from "./forge-bmp";
import { forgePng, paintNoise } from "./sample-images";

/** So large that going over it takes more than one rest. */
const SIDE = 1100;
const COUNT = SIDE * SIDE;
const SIZE = { width: SIDE, height: SIDE };

const text = (head: string, rest: Uint8Array): Buffer => Buffer.concat([Buffer.from(head), rest]);

const digits = text(`P1 ${SIDE} ${SIDE}\n`, Buffer.alloc(COUNT, "1"));
const noise = (): Promise<Buffer> => paintNoise(SIDE, SIDE).jpeg({ quality: 100 }).toBuffer();

/** A JPEG with many stray markers. */
async function markers(): Promise<Buffer> {
  const jpeg = await paintNoise(8, 8).jpeg().toBuffer();
  return Buffer.concat([jpeg.subarray(0, 2), Buffer.alloc(1 << 18, "\xff\xd0", "latin1"), jpeg]);
}

/** Three gigabytes of black in three megabytes. */
function forgeVastPng(): Buffer {
  const options = { finishFlush: constants.Z_FULL_FLUSH };
  const piece = deflateRawSync(Buffer.alloc(1 << 20), options);
  const pieces = Array<Buffer>(2800).fill(piece);
  const data = Buffer.concat([Uint8Array.of(0x78, 0x01), ...pieces]);
  return forgePng(22_000, 22_000, { bits: 16, colourType: 2, data });
}

describe("frames: how long decoding may take", () => {
  const slow: Record<string, () => unknown> = {
    "a text": () => digits,
    "raw numbers": () => ({ data: new Float32Array(COUNT), ...SIZE, channels: 1 }),
    "a JPEG without its end": async () => (await noise()).subarray(0, -2),
  };
  for (const [name, forge] of Object.entries(slow)) {
    it(`refuses ${name} that takes longer`, async () => {
      const { message } = await assertRefused(await forge(), "BAD_IMAGE", /within 0.00001 s/, {
        maxSeconds: 1e-5,
      });
      assert.match(message, /Send it smaller/);
    });
  }

  const own: Record<string, (pause: Pause) => Promise<unknown>> = {
    "a PBM of digits": (pause) => readNetpbm(digits, COUNT, pause),
    "a PGM of numbers": (pause) =>
      readNetpbm(text(`P2 ${SIDE} ${SIDE} 9\n`, Buffer.alloc(2 * COUNT, "1 ")), COUNT, pause),
    "a PGM of long gaps": (pause) =>
      readNetpbm(
        text("P2 8 8 9\n", Buffer.alloc(64 * 60_000, `1${" ".repeat(59_999)}`)),
        64,
        pause,
      ),
    "a PBM of bits": (pause) =>
      readNetpbm(text(`P4 ${SIDE} ${SIDE}\n`, Buffer.alloc(COUNT)), COUNT, pause),
    "a PGM of 16 bits": (pause) =>
      readNetpbm(text(`P5 ${SIDE} ${SIDE} 65535\n`, Buffer.alloc(2 * COUNT)), COUNT, pause),
    "a PFM": (pause) =>
      readNetpbm(text(`Pf ${SIDE} ${SIDE} -1\n`, Buffer.alloc(4 * COUNT)), COUNT, pause),
    "a BMP of indexes": (pause) =>
      readBmp(forgeBmp({ ...SIZE, bits: 8, pixels: Buffer.alloc(COUNT) }), COUNT, pause),
    "a BMP of colours": (pause) =>
      readBmp(forgeBmp({ ...SIZE, bits: 32, pixels: Buffer.alloc(4 * COUNT) }), COUNT, pause),
    "a BMP of runs": (pause) => {
      const row = Buffer.from([
        ...Array<number[]>(SIDE / 2)
          .fill([2, 1])
          .flat(),
        0,
        0,
      ]);
      const pixels = Buffer.concat(Array<Buffer>(SIDE).fill(row));
      return readBmp(forgeBmp({ ...SIZE, bits: 8, compression: 1, pixels }), COUNT, pause);
    },
    "a GIF of a million blocks": (pause) =>
      cutGif(text(`GIF89a${"\0".repeat(7)}!c`, Buffer.alloc(1 << 20, "\x01\0")), pause),
    "the parts of a JPEG": async (pause) => readJpegStructure(await markers(), pause),
    "the codes of a JPEG": async (pause) => {
      const jpeg = await noise();
      return mendJpeg(jpeg, await readJpegStructure(jpeg), pause);
    },
    "numbers that become 16 bits": (pause) => quantise(new Float32Array(COUNT), pause),
    "numbers that are shown": (pause) =>
      showNumbers({ data: new Uint16Array(COUNT), channels: 1, units: undefined }, pause),
  };
  for (const [name, decode] of Object.entries(own)) {
    it(`lets go of ${name} in the midst`, async () => {
      const pause = new Pause(() => {
        throw new Error("it is over");
      });
      await assert.rejects(decode(pause), /it is over/);
    });
  }

  it("ends what nobody waits for any more", async () => {
    const owner = new AbortController();
    const reading = readFrames(digits, { signal: owner.signal });
    while (decodePool.active === 0) await setImmediate();
    owner.abort();
    await assert.rejects(reading, { code: "CLOSED" });
  });

  it("ends what the image library takes longer for", async () => {
    await assertRefused(forgeVastPng(), "BAD_IMAGE", /within 1 s.*PNG/, { maxSeconds: 1 });
  });

  it("takes no limit that cannot be meant", async () => {
    for (const maxSeconds of [0, -1, NaN, 3601]) {
      await assertRefused(Buffer.alloc(1), "BAD_CONFIG", /maxSeconds/, { maxSeconds });
    }
  });
});
