import assert from "node:assert/strict";

import sharp from "sharp";

import type { Frame } from "../../lib/frame/frame";
import { readFrames } from "../../lib/frame/read-frames";
import { FrameGate } from "../../lib/tlac/frame-gate";
import type { Result } from "../../lib/tlac/result";

/** A grey scene with a white box at `x`, and noise that differs by `seed` as a sensor's does. */
async function scene(x: number, seed = 0): Promise<Frame> {
  const [width, height] = [160, 120];
  const data = Buffer.alloc(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const [column, row] = [pixel % width, Math.floor(pixel / width)];
    const inBox = column >= x && column < x + 40 && row >= 40 && row < 80;
    const noise = ((pixel * 7919 + seed * 104729) % 7) - 3;
    data.fill((inBox ? 220 : 60 + row / 2 + column / 4) + noise, pixel * 3, pixel * 3 + 3);
  }
  const jpeg = await sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg()
    .toBuffer();
  return (await readFrames(jpeg)).frames[0]!;
}

const result = (id: string): Result => ({ id }) as Result;

describe("frame gate", () => {
  let now = 0;
  const open = (): FrameGate => new FrameGate(1_000, () => now);

  beforeEach(() => {
    now = 0;
  });

  it("recalls the result of an unchanged scene in spite of sensor noise", async () => {
    const gate = open();
    assert.equal(await gate.recall("north", "slac", await scene(20)), undefined);
    await gate.remember("north", "slac", await scene(20), result("first"));
    assert.equal((await gate.recall("north", "slac", await scene(20, 1)))?.id, "first");
  });

  it("lets a changed scene through", async () => {
    const gate = open();
    await gate.remember("north", "slac", await scene(20), result("first"));
    assert.equal(await gate.recall("north", "slac", await scene(100)), undefined);
  });

  it("keeps cameras and settings apart", async () => {
    const gate = open();
    await gate.remember("north", "slac", await scene(20), result("first"));
    assert.equal(await gate.recall("south", "slac", await scene(20)), undefined);
    assert.equal(await gate.recall("north", "clip", await scene(20)), undefined);
  });

  it("judges anew after its time", async () => {
    const gate = open();
    await gate.remember("north", "slac", await scene(20), result("first"));
    now = 1_001;
    assert.equal(await gate.recall("north", "slac", await scene(20)), undefined);
  });

  it("compares with the judged frame, so that a slow drift cannot slip through", async () => {
    const gate = open();
    await gate.remember("north", "slac", await scene(20), result("first"));
    const positions = Array.from({ length: 41 }, (_, step) => 20 + 2 * step);
    const recalled: boolean[] = [];
    for (const x of positions)
      recalled.push(!!(await gate.recall("north", "slac", await scene(x))));
    assert.equal(recalled[0], true);
    assert.equal(recalled.at(-1), false);
  });

  it("forgets the camera unseen for longest beyond its bound", async () => {
    const gate = open();
    const frame = await scene(20);
    for (let camera = 0; camera <= 1_000; camera++) {
      await gate.remember(`camera ${camera}`, "slac", frame, result(String(camera)));
    }
    assert.equal(await gate.recall("camera 0", "slac", frame), undefined);
    assert.equal((await gate.recall("camera 1000", "slac", frame))?.id, "1000");
  });
});
