import assert from "node:assert/strict";

import { decodePool, DEFAULT_DECODERS, setDecoders } from "../../lib/frame/decode-pool";
import type { Frame, PixelSpec } from "../../lib/frame/frame";
import { readFrames } from "../../lib/frame/read-frames";
import { paintQuarters } from "./sample-images";

const SPEC: PixelSpec = {
  resize: { shortest: 8 },
  kernel: "cubic",
  rescale: 1 / 255,
  mean: [0, 0, 0],
  std: [1, 1, 1],
};

/** Takes one decoder until it is called. */
function occupy(): () => void {
  let release = (): void => undefined;
  void decodePool.run({ work: () => new Promise<void>((resolve) => (release = resolve)) });
  return release;
}

describe("decoders", () => {
  let png: Buffer;

  before(async () => {
    png = await paintQuarters(80, 60).png().toBuffer();
  });

  afterEach(() => {
    setDecoders(DEFAULT_DECODERS);
    assert.deepEqual([decodePool.active, decodePool.length], [0, 0]);
  });

  const readResting = async (): Promise<readonly Frame[]> =>
    (await readFrames([png, png, png])).frames;

  it("decode no more pictures at a time than is set, whoever asks", async () => {
    const reading = [png, png, png].map((picture) => readFrames(picture));
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual([decodePool.active, decodePool.length], [2, 1]);
    await Promise.all(reading);
  });

  it("decode in turn what had let go of its pixels", async () => {
    const frames = await readResting();
    const looks = frames.flatMap((frame) => [frame.pixels(SPEC), frame.sceneGrid()]);
    assert.deepEqual([decodePool.active, decodePool.length], [2, 4]);
    await Promise.all(looks);
  });

  it("take a picture that somebody waits for before those that messages bring", async () => {
    setDecoders(1);
    const [frame] = await readResting();
    const release = occupy();
    const next = decodePool.run({
      priority: 1e9,
      work: () => Promise.resolve(decodePool.length),
    });
    const pixels = frame!.pixels(SPEC);
    release();
    assert.deepEqual(await next, { value: 0 });
    await pixels;
  });

  it("that are one hold up nobody who has a picture already", async () => {
    setDecoders(1);
    const frames = await readResting();
    const looks = await Promise.all(frames.map((frame) => frame.pixels(SPEC)));
    assert.equal(looks.length, 3);
  });

  it("start what waits when there are more of them", async () => {
    setDecoders(1);
    const releases = [occupy()];
    const waiting = decodePool.run({ work: () => Promise.resolve("decoded") });
    setDecoders(2);
    assert.deepEqual(await waiting, { value: "decoded" });
    for (const release of releases) release();
    await new Promise((resolve) => setImmediate(resolve));
  });
});
