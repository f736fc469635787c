import assert from "node:assert/strict";

import { OneAtATime } from "../../nodes/admin/one-at-a-time";

describe("work for dialogs that costs much", () => {
  const open = new AbortController().signal;

  it("runs one at a time, and refuses what too many wait for", async () => {
    const turns = new OneAtATime({ concurrency: 1, maxLength: 2, maxAgeMs: 0 });
    let running = 0;
    let most = 0;
    const work = async (): Promise<number> => {
      running += 1;
      most = Math.max(most, running);
      await new Promise(setImmediate);
      running -= 1;
      return 1;
    };
    const all = Array.from({ length: 8 }, () => turns.run(open, work));
    const ends = await Promise.allSettled(all);
    assert.equal(most, 1);
    assert.equal(ends.filter(({ status }) => status === "fulfilled").length, 3);
    for (const end of ends) {
      if (end.status === "rejected")
        assert.equal((end.reason as { code: string }).code, "TOO_MANY");
    }
  });

  it("ends in its time, and by its browser, also where it does not listen", async () => {
    const turns = new OneAtATime({ concurrency: 1, maxLength: 9, maxAgeMs: 0 }, 20);
    const deaf = (): Promise<never> => new Promise(() => undefined);
    await assert.rejects(turns.run(open, deaf), { code: "BAD_MESSAGE" });
    const gone = new AbortController();
    const left = turns.run(gone.signal, deaf);
    gone.abort(new Error("gone"));
    await assert.rejects(left, { message: "gone" });
    assert.equal(await turns.run(open, () => Promise.resolve(1)), 1);
  });
});
