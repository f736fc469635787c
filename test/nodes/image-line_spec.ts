import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";

import type { TlacError } from "../../lib/errors";
import { BoundedQueue, type QueueOptions } from "../../lib/queue/bounded-queue";
import { Skip } from "../../nodes/runtime/input/skip";
import { decodeInTurn, judgeInTurn } from "../../nodes/runtime/scene/image-line";
import { loadImage, type ResolvedImage } from "../../nodes/runtime/scene/resolve-image";

/** Decoders of the process. */
const PLACES = 2;

const NO_FRAMES: ResolvedImage = { frames: [], batch: false, frameMs: 0 };

/** Keeps all decoders busy until it is called. */
async function occupyDecoders(): Promise<() => Promise<void>> {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  let started = 0;
  await new Promise<void>((resolve) => {
    for (let place = 0; place < PLACES; place++) {
      void decodeInTurn({
        work: () => {
          started += 1;
          if (started === PLACES) resolve();
          return held;
        },
      });
    }
  });
  return async () => {
    release();
    // The decoders take one picture after the other: what waited before this one had its turn.
    await decodeInTurn({ work: () => Promise.resolve() });
  };
}

/** A line in front of a server that is busy with one image until `finish` is called. */
class BusyLine {
  readonly decoded: number[] = [];
  readonly judged: number[] = [];
  readonly ends: Promise<string>[] = [];
  finish = (): void => undefined;
  private readonly line: BoundedQueue;

  constructor(options: Partial<QueueOptions> = {}) {
    this.line = new BoundedQueue({ concurrency: 1, maxLength: 10, maxAgeMs: 0, ...options });
    void this.line.run({ work: () => this.judge() });
  }

  private judge(number?: number): Promise<void> {
    if (number !== undefined) this.judged.push(number);
    return new Promise((resolve) => (this.finish = resolve));
  }

  send(number: number, owner = new AbortController()): void {
    const decode = (signal: AbortSignal): Promise<ResolvedImage> =>
      decodeInTurn({
        signal,
        work: () => {
          this.decoded.push(number);
          return Promise.resolve(NO_FRAMES);
        },
      });
    const judged = judgeInTurn(this.line, {
      lane: "camera",
      signal: owner.signal,
      image: { decode },
      work: () => this.judge(number),
    });
    this.ends.push(
      judged.then(
        () => "judged",
        (thrown: unknown) => (thrown instanceof Skip ? thrown.reason : (thrown as TlacError).code),
      ),
    );
  }
}

describe("images in a line", () => {
  it("of a fast camera: only the newest is decoded and judged", async () => {
    const line = new BusyLine();
    const freeDecoders = await occupyDecoders();
    for (let number = 1; number <= 60; number++) line.send(number);
    assert.deepEqual(
      await Promise.all(line.ends.slice(0, -1)),
      new Array<string>(59).fill("superseded"),
    );
    await freeDecoders();
    assert.deepEqual(line.decoded, [60]);
    line.finish();
    await setImmediate();
    line.finish();
    assert.equal(await line.ends.at(-1), "judged");
    assert.deepEqual(line.judged, [60]);
  });

  it("gets no older from picture to picture while the server is slower than the camera", async () => {
    const line = new BusyLine();
    for (let round = 1; round <= 5; round++) {
      const freeDecoders = await occupyDecoders();
      for (let number = 1; number <= 20; number++) line.send(20 * round + number);
      await freeDecoders();
      line.finish();
      await setImmediate();
    }
    line.finish();
    assert.equal(await line.ends.at(-1), "judged");
    assert.deepEqual(line.judged, [40, 60, 80, 100, 120]);
    assert.deepEqual(line.decoded, line.judged);
  });

  const gone: Record<string, [Partial<QueueOptions>, (owner: AbortController) => void]> = {
    expired: [{ maxAgeMs: 1 }, () => undefined],
    "queue-full": [{ maxLength: 0 }, () => undefined],
    CLOSED: [
      {},
      (owner) => {
        owner.abort();
      },
    ],
  };
  for (const [reason, [options, leave]] of Object.entries(gone)) {
    it(`are not decoded any more once they are ${reason}`, async () => {
      const line = new BusyLine(options);
      const freeDecoders = await occupyDecoders();
      const owner = new AbortController();
      line.send(1, owner);
      leave(owner);
      assert.equal(await line.ends[0], reason);
      await freeDecoders();
      assert.deepEqual(line.decoded, []);
      line.finish();
    });
  }

  it("wait for a decoder only as long as somebody waits for them", async () => {
    const pixels = { data: Buffer.alloc(12), width: 2, height: 2, channels: 3 };
    const node = new AbortController().signal;
    const batch = await loadImage([pixels, pixels], "payload", { signal: node });
    const freeDecoders = await occupyDecoders();
    const owner = new AbortController();
    const decoding = batch.decode(owner.signal);
    owner.abort();
    await assert.rejects(decoding, { code: "CLOSED" });
    await freeDecoders();
    assert.equal((await batch.decode(node)).frames.length, 2);
  });
});
