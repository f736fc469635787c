import assert from "node:assert/strict";

import sharp from "sharp";

import { readFrames } from "../../lib/frame/read-frames";
import { isUnchanged } from "../../lib/tlac/frame-gate";
import { measureChange } from "../../lib/tlac/scene-change";

const WIDTH = 512;
const HEIGHT = 384;

/** What a camera does to a scene on its way. */
interface Recording {
  readonly seed?: number;
  /** Levels. */
  readonly noise?: number;
  readonly gain?: number;
  readonly offset?: number;
  /** Brightness of the bands, as a share, and how many of them there are. */
  readonly band?: number;
  /** By how much it is brighter on the right than on the left, as a share. */
  readonly side?: number;
  readonly shift?: number;
  readonly quality?: number;
  /** Share of the area that a dark patch covers, and by how many levels it is darker. */
  readonly defect?: number;
  readonly depth?: number;
  /** The patch is so many times as wide and as flat as a square one. */
  readonly stretch?: number;
  readonly colour?: boolean;
}

/** A scene with edges, gradients and texture, as its grid of blocks. */
async function record(how: Recording = {}): Promise<Uint8Array> {
  const { seed = 1, noise = 3, gain = 1, offset = 0, band = 0, shift = 0, quality = 80 } = how;
  const { defect = 0, depth = 30, stretch = 1, colour = false, side: fromRight = 0 } = how;
  const side = Math.sqrt(defect * WIDTH * HEIGHT);
  let state = seed * 7_919;
  const data = Buffer.alloc(WIDTH * HEIGHT * 3);
  for (let y = 0; y < HEIGHT; y++) {
    const lit = gain * (1 + band * Math.sin((y / HEIGHT) * 2 * Math.PI * 1.5 + seed));
    for (let x = 0; x < WIDTH; x++) {
      const u = x + shift;
      const plate = u % 170 < 90 && y > 80 && y < 300 ? 150 : 60 + y / 8;
      const texture = 12 * Math.sin(u / 3) * Math.cos(y / 5);
      const inside =
        Math.abs(x - 200) < (side * stretch) / 2 && Math.abs(y - 190) < side / stretch / 2;
      for (let channel = 0; channel < 3; channel++) {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        const jitter = (noise * 3 * ((state >>> 24) - 128)) / 128;
        const sign = colour ? [-1, 0.5, 0][channel]! : -1;
        const value = plate + texture + (inside ? sign * depth : 0);
        data[(y * WIDTH + x) * 3 + channel] = Math.max(
          0,
          Math.min(255, lit * (1 + fromRight * (x / WIDTH - 0.5)) * value + offset + jitter),
        );
      }
    }
  }
  const jpeg = await sharp(data, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
    .jpeg({ quality })
    .toBuffer();
  return (await readFrames(jpeg)).frames[0]!.sceneGrid();
}

describe("what a scene changes by", () => {
  let judged: Uint8Array;

  before(async () => {
    judged = await record();
  });

  const STILL: [string, Recording][] = [
    ["nothing", {}],
    ["noise", { seed: 2, noise: 6 }],
    ["strong compression", { seed: 2, quality: 40 }],
    ["light that is a quarter brighter", { seed: 2, gain: 1.25 }],
    ["light that is a quarter darker", { seed: 2, gain: 0.75 }],
    ["light that comes from one side", { seed: 2, side: 0.2 }],
    ["another black level", { seed: 2, offset: 8 }],
    ["bands of flickering light", { seed: 2, band: 0.06 }],
    ["a camera that trembles", { seed: 2, shift: 1 }],
    ["all of it", { seed: 3, noise: 5, gain: 1.1, band: 0.05, quality: 60, shift: 1 }],
  ];
  for (const [what, how] of STILL) {
    it(`is none: ${what}`, async () => {
      const change = measureChange(judged, await record(how));
      assert.ok(isUnchanged(change), String(change));
    });
  }

  const light = { seed: 3, noise: 4, gain: 1.1, band: 0.04, quality: 70 };
  const CHANGED: [string, Recording][] = [
    ["a defect of 2 % of the area", { seed: 2, defect: 0.02 }],
    ["the same in other light", { ...light, defect: 0.02 }],
    ["a scratch along the bands", { ...light, defect: 0.02, stretch: 5, depth: 40 }],
    ["a defect of 1 %", { ...light, defect: 0.01 }],
    ["a faint one of 2 %", { seed: 2, defect: 0.02, depth: 15 }],
    ["another colour that is as bright", { ...light, defect: 0.02, colour: true, depth: 40 }],
    ["another scene", { seed: 2, shift: 60 }],
    ["a lamp that fails", { seed: 2, gain: 0.2 }],
  ];
  for (const [what, how] of CHANGED) {
    it(`is one: ${what}`, async () => {
      const change = measureChange(judged, await record(how));
      assert.ok(!isUnchanged(change), String(change));
    });
  }

  it("tells how large a defect is, roughly", async () => {
    const change = measureChange(judged, await record({ seed: 2, defect: 0.05 }));
    assert.ok(change > 0.03 && change < 0.07, String(change));
  });
});
