import assert from "node:assert/strict";

import type { ServedLmm } from "../../lib/lmm/client/served-lmm";
import { measureServer, type Measurement } from "../../lib/lmm/measure-server";

/** A server that shares its time among as many questions as it has slots. */
class TimedServer {
  time = 0;
  asked = 0;
  private active = 0;

  constructor(private readonly slots: number) {}

  readonly lmm = {
    capacity: 1,
    warmUp: () => Promise.resolve(),
    propose: async () => {
      this.asked += 1;
      this.active += 1;
      await new Promise((resolve) => setImmediate(resolve));
      this.time += 600 / Math.min(this.slots, this.active);
      this.active -= 1;
    },
  } as unknown as ServedLmm;
}

async function measure(slots: number): Promise<[Measurement, Measurement[], TimedServer]> {
  const server = new TimedServer(slots);
  const seen: Measurement[] = [];
  const { signal } = new AbortController();
  const report = (each: Measurement): void => void seen.push(structuredClone(each));
  const result = await measureServer(server.lmm, signal, report, () => server.time);
  return [result, seen, server];
}

describe("measuring a server", () => {
  for (const [slots, best, levels] of [
    [1, 1, [1, 2]],
    [2, 2, [1, 2, 4]],
    [8, 4, [1, 2, 4]],
  ] as const) {
    it(`proposes ${best} at a time where ${slots} are answered at a time`, async () => {
      const [{ figures, best: found }, seen] = await measure(slots);
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

  it("ends with its signal", async () => {
    const server = new TimedServer(1);
    const cancel = new AbortController();
    const work = measureServer(server.lmm, cancel.signal, () => undefined);
    cancel.abort();
    await assert.rejects(work, { code: "CLOSED" });
    assert.equal(server.asked, 0);
  });
});
