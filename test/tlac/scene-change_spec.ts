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
  /** By how much each place (shares 0…1 of width and height) is as bright as it was. */
  readonly across?: (u: number, v: number) => number;
  /** The same for red, green and blue everywhere. */
  readonly tint?: readonly [number, number, number];
  /** Deviation in pixels by which the lens blurs it. */
  readonly blur?: number;
}

/** A scene with edges, gradients and texture, as its grid of blocks. */
async function record(how: Recording = {}): Promise<Uint8Array> {
  const { seed = 1, noise = 3, gain = 1, offset = 0, band = 0, shift = 0, quality = 80 } = how;
  const { defect = 0, depth = 30, stretch = 1, colour = false, side: fromRight = 0 } = how;
  const { across = () => 1, tint = [1, 1, 1], blur = 0 } = how;
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
        const surface = across(x / WIDTH, y / HEIGHT) * tint[channel]!;
        const value = surface * (plate + texture) + (inside ? sign * depth : 0);
        data[(y * WIDTH + x) * 3 + channel] = Math.max(
          0,
          Math.min(255, lit * (1 + fromRight * (x / WIDTH - 0.5)) * value + offset + jitter),
        );
      }
    }
  }
  const picture = sharp(data, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } });
  const jpeg = await (blur > 0 ? picture.blur(blur) : picture).jpeg({ quality }).toBuffer();
  return (await readFrames(jpeg)).frames[0]!.sceneGrid();
}

function within(share: number, from: number, to: number): boolean {
  return share >= from && share < to;
}

/** A surface of one colour with a little noise, as a grid; `paint` says what is another. */
function surface(
  colour: readonly number[],
  paint: (row: number, column: number) => readonly number[] | undefined = () => undefined,
): Uint8Array {
  return Uint8Array.from({ length: 64 * 64 * 3 }, (_, at) => {
    const [block, channel] = [Math.floor(at / 3), at % 3];
    const painted = paint(Math.floor(block / 64), block % 64) ?? colour;
    return painted[channel]! + ((at * 7) % 3) - 1;
  });
}

/** What shines on a plain belt: where it is (fractions of a block count) and how bright. */
interface Lamp {
  readonly row: number;
  readonly column: number;
  readonly level: number;
}

/** A plain belt with a little light from the side and noise, and lamps of a block each. */
function belt(seed: number, lamps: readonly Lamp[]): Uint8Array {
  let state = seed * 7_919;
  const jitter = (): number => {
    let sum = -6;
    for (let draw = 0; draw < 12; draw++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      sum += state / 2 ** 32;
    }
    return 0.3 * sum;
  };
  return Uint8Array.from({ length: 64 * 64 * 3 }, (_, at) => {
    const block = Math.floor(at / 3);
    const [row, column] = [Math.floor(block / 64), block % 64];
    const ground = 60 + column * 0.2;
    const light = lamps.reduce((sum, lamp) => {
      const covered =
        Math.max(0, 1 - Math.abs(row - lamp.row)) * Math.max(0, 1 - Math.abs(column - lamp.column));
      return sum + covered * (lamp.level - ground);
    }, 0);
    return Math.round(ground + light + jitter());
  });
}

/** So many lamps, apart from each other, moved by a part of a block. */
function spots(count: number, level: number, moved = 0): Lamp[] {
  return Array.from({ length: count }, (_, at) => ({
    row: 12 + 10 * Math.floor(at / 2) + moved / 2,
    column: 20 + 24 * (at % 2) + moved,
    level,
  }));
}

/** A lamp of 2 × 2 blocks. */
function square(level: number): Lamp[] {
  return [0, 1, 2, 3].map((at) => ({ row: 30 + (at >> 1), column: 30 + (at % 2), level }));
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
    ["light that is a third brighter", { seed: 2, gain: 1.33 }],
    ["light that comes from one side", { seed: 2, side: 0.2 }],
    ["another black level", { seed: 2, offset: 8 }],
    ["bands of flickering light", { seed: 2, band: 0.06 }],
    ["bands as strong as two frames of them can differ", { seed: 3, band: 0.15 }],
    ["evening light", { seed: 2, gain: 0.8, side: 0.12, tint: [1.08, 1, 0.92] }],
    ["a camera that trembles", { seed: 2, shift: 1 }],
    ["a lens that is hardly softer", { seed: 2, blur: 0.7 }],
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
    [
      "a stripe from side to side",
      { ...light, across: (_, v) => (within(v, 0.4, 0.5) ? 0.85 : 1) },
    ],
    ["a stripe from top to bottom", { ...light, across: (u) => (within(u, 0.3, 0.42) ? 1.2 : 1) }],
    ["a stripe along the edge", { ...light, across: (_, v) => (v > 0.9 ? 0.85 : 1) }],
    ["a level that rises", { ...light, across: (_, v) => (within(v, 0.3, 0.6) ? 0.85 : 1) }],
    ["a third that gets darker", { ...light, across: (u) => (u < 0.35 ? 0.85 : 1) }],
    ["nearly half that gets darker", { seed: 2, across: (u) => (u < 0.45 ? 0.85 : 1) }],
    ["half that gets darker", { seed: 2, across: (u) => (u < 0.5 ? 0.88 : 1) }],
    [
      "half that gets brighter in other light",
      { ...light, across: (_, v) => (v < 0.5 ? 1.15 : 1) },
    ],
    ["a lens that is out of focus", { seed: 2, blur: 4 }],
    ["the same in other light", { ...light, blur: 4 }],
    ["another colour everywhere", { ...light, tint: [1.25, 0.9, 0.9] }],
    ["one colour that rises everywhere", { seed: 2, tint: [1.33, 1, 1] }],
    ["another scene", { seed: 2, shift: 60 }],
    ["a lamp that fails", { seed: 2, gain: 0.2 }],
    ["one of two lamps that fails", { seed: 2, gain: 0.5 }],
    ["light that is two fifths darker", { seed: 2, gain: 0.6 }],
    ["light that is half as bright again", { seed: 2, gain: 1.5 }],
    ["light that is two thirds brighter", { seed: 2, gain: 1.67 }],
    ["light that is twice as bright", { seed: 2, gain: 2 }],
    ["half the light, with the bands of a lamp", { ...light, gain: 0.5, band: 0.06 }],
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

  const grey = (level: number): number[] => [level, level, level];
  const stripes: [string, Uint8Array][] = [6, 13, 20, 32].flatMap((rows) => [
    [
      `${rows} rows`,
      surface(grey(180), (row) => (row >= 16 && row < 16 + rows ? grey(155) : undefined)),
    ],
    [
      `${rows} columns`,
      surface(grey(180), (_, at) => (at >= 16 && at < 16 + rows ? grey(155) : undefined)),
    ],
  ]);
  for (const [what, now] of stripes) {
    it(`is one on a plain surface: ${what} that are darker`, () => {
      const change = measureChange(surface(grey(180)), now);
      assert.ok(change > 0.05, String(change));
    });
  }

  for (const gain of [0.5, 1.5, 2]) {
    it(`is one on a plain surface: ${gain} times the light`, () => {
      const change = measureChange(surface(grey(100)), surface(grey(100 * gain)));
      assert.ok(change > 0.5, String(change));
    });
  }

  const halves: [string, (row: number, column: number) => boolean][] = [
    ["the left half", (_, column) => column < 32],
    ["the lower half", (row) => row >= 32],
    ["one side of a diagonal", (row, column) => row < column],
  ];
  for (const level of [60, 180]) {
    for (const step of [-15, 15]) {
      for (const [what, holds] of halves) {
        it(`is one on a plain surface of ${level} levels: ${what} that differs by ${step}`, () => {
          const now = surface(grey(level), (...at) =>
            holds(...at) ? grey(level + step) : undefined,
          );
          const change = measureChange(surface(grey(level)), now);
          assert.ok(change > 0.4 && change < 0.6, String(change));
        });
      }
    }
  }

  it("is one: a camera that finds its focus again", async () => {
    const blurred = await record({ seed: 2, blur: 4 });
    assert.equal(measureChange(blurred, judged), 1);
  });

  const SHINING: [string, Lamp[], Lamp[]][] = [
    ["a lamp of a block that gets a tenth brighter", spots(1, 150), spots(1, 165)],
    ["one that gets brighter by 20 levels", spots(1, 150), spots(1, 170)],
    ["a bright one that flickers", spots(1, 200), spots(1, 225)],
    ["a lamp of 2 × 2 blocks that flickers", square(130), square(150)],
    ["four lamps that flicker", spots(4, 150), spots(4, 159)],
    // 3.2 pixels of 1,024 are a fifth of a block.
    ...[1, 2, 4, 8].map((count): [string, Lamp[], Lamp[]] => [
      `bright dots that tremble: ${String(count)}`,
      spots(count, 200),
      spots(count, 200, 0.2),
    ]),
  ];
  for (const [what, old, now] of SHINING) {
    it(`is none on a plain belt: ${what}`, () => {
      const change = measureChange(belt(1, old), belt(2, now));
      assert.ok(isUnchanged(change), String(change));
      const back = measureChange(belt(1, now), belt(2, old));
      assert.ok(isUnchanged(back), String(back));
    });
  }

  it("is one: a lens that is out of focus while a lamp gets brighter", async () => {
    const withLamp = (grid: Uint8Array, level: number): Uint8Array =>
      grid.slice().fill(level, 3 * (5 * 64 + 20), 3 * (5 * 64 + 21));
    const blurred = await record({ seed: 2, blur: 4 });
    assert.equal(measureChange(withLamp(judged, 150), withLamp(blurred, 225)), 1);
  });

  it("is none: noise that comes to a small and plain picture", () => {
    let state = 1;
    const noisy = surface(grey(120), () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return grey(116 + ((state >>> 24) % 9));
    });
    assert.ok(isUnchanged(measureChange(surface(grey(120)), noisy)));
    assert.ok(isUnchanged(measureChange(noisy, surface(grey(120)))));
  });

  it("is one: a level that rises in a plain tank", () => {
    const tank = (level: number): Uint8Array =>
      surface(grey(175), (row) => (row >= level ? grey(150) : undefined));
    const change = measureChange(tank(40), tank(20));
    assert.ok(change > 0.2, String(change));
  });

  const COLOURS: [number[], number[]][] = [
    [
      [180, 160, 130],
      [200, 130, 110],
    ],
    [
      [120, 170, 90],
      [160, 170, 90],
    ],
  ];
  for (const [old, seen] of COLOURS) {
    it(`is one: ${old.join(", ")} that turns to ${seen.join(", ")} everywhere`, () => {
      const change = measureChange(surface(old), surface(seen));
      assert.ok(change > 0.5, String(change));
    });
  }

  it("is none: brighter light of which only one colour is exposed", () => {
    const change = measureChange(surface([120, 2, 2]), surface([150, 3, 2]));
    assert.ok(isUnchanged(change), String(change));
  });
});
