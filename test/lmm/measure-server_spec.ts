import assert from "node:assert/strict";

import type { Frame } from "../../lib/frame/frame";
import type { ServedLmm } from "../../lib/lmm/client/served-lmm";
import { measureServer, type Measurement } from "../../lib/lmm/measure-server";

interface Behaviour {
  /** Questions that it answers at a time as fast as one. */
  readonly slots: number;
  readonly hosts?: number;
  /** Milliseconds more for the first question in each of its slots. */
  readonly firstMs?: number;
}

/** A server that shares its time among as many questions as it has slots. */
class TimedServer {
  time = 0;
  readonly hashes: string[] = [];
  private active = 0;
  private mostActive = 0;

  constructor(private readonly behaviour: Behaviour) {}

  get lmm(): ServedLmm {
    return {
      capacity: this.behaviour.hosts ?? 1,
      warmUp: () => Promise.resolve(),
      propose: (frame: Frame) => this.answer(frame),
    } as unknown as ServedLmm;
  }

  private async answer({ hash }: Frame): Promise<void> {
    const { slots, hosts = 1, firstMs = 0 } = this.behaviour;
    this.hashes.push(hash);
    this.active += 1;
    if (this.active > this.mostActive) {
      this.mostActive = this.active;
      this.time += firstMs;
    }
    await aTurn();
    const together = this.active;
    await aTurn();
    this.time += 600 / Math.min(slots * hosts, together);
    this.active -= 1;
  }
}

function aTurn(): Promise<unknown> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function measure(behaviour: Behaviour): Promise<[Measurement, Measurement[], TimedServer]> {
  const server = new TimedServer(behaviour);
  const seen: Measurement[] = [];
  const result = await measureServer(server.lmm, {
    signal: new AbortController().signal,
    onProgress: (each) => void seen.push(structuredClone(each)),
    now: () => server.time,
  });
  return [result, seen, server];
}

describe("measuring a server", () => {
  for (const [slots, best, levels] of [
    [1, 1, [1, 2]],
    [2, 2, [1, 2, 4]],
    [4, 4, [1, 2, 4, 8]],
    [16, 8, [1, 2, 4, 8]],
  ] as const) {
    it(`proposes ${best} at a time where ${slots} are answered at a time`, async () => {
      const [{ figures, best: found }, seen] = await measure({ slots });
      assert.equal(found, best);
      assert.deepEqual(
        figures.map(({ atOnce }) => atOnce),
        levels,
      );
      assert.equal(Math.round(figures[0]?.perMinute ?? 0), 100);
      assert.equal(figures[0]?.medianMs, 600);
      assert.ok(seen.every((each) => each.best === null));
      assert.equal(seen.length, levels.length);
    });
  }

  it("counts nothing that a server reads only once", async () => {
    const [{ figures, best }] = await measure({ slots: 1, firstMs: 5_000 });
    assert.equal(best, 1);
    assert.deepEqual(
      figures.map(({ perMinute }) => Math.round(perMinute)),
      [100, 100],
    );
  });

  it("shows no picture twice, on several hosts either", async () => {
    const [, , { hashes }] = await measure({ slots: 16, hosts: 2 });
    assert.equal(hashes.length, 2 * 4 * (1 + 2 + 4 + 8));
    assert.equal(new Set(hashes).size, hashes.length);
  });

  it("tells what others asked meanwhile, and what was under way before", async () => {
    const server = new TimedServer({ slots: 1 });
    const counts = [
      { calls: 10, active: 1 },
      { calls: 10, active: 0 },
      { calls: 12, active: 1 },
    ];
    const seen: number[] = [];
    const { others } = await measureServer(server.lmm, {
      signal: new AbortController().signal,
      onProgress: (each) => void seen.push(each.others),
      countOthers: () => (counts.length > 1 ? counts.shift() : counts[0])!,
      now: () => server.time,
    });
    assert.deepEqual([seen, others], [[1, 3], 3]);
  });

  it("ends with its signal", async () => {
    const server = new TimedServer({ slots: 1 });
    const cancel = new AbortController();
    const work = measureServer(server.lmm, { signal: cancel.signal, onProgress: () => undefined });
    cancel.abort();
    await assert.rejects(work, { code: "CLOSED" });
    assert.equal(server.hashes.length, 0);
  });
});
