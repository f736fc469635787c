import assert from "node:assert/strict";
import { getEventListeners } from "node:events";

import { linkSignals } from "../../lib/async/link-signals";
import { pause, waitFor, withDeadline, within } from "../../lib/async/waits";

const NEVER = new Promise<never>(() => undefined);
const late = (): Error => new Error("late");

describe("waits", () => {
  it("end by their signal, and leave nothing on it", async () => {
    const life = new AbortController();
    const { signal } = life;
    for (let call = 0; call < 20; call += 1) {
      await waitFor(Promise.resolve(), signal);
      await pause(0, signal);
      await withDeadline({ ms: 1_000, late, signals: [signal] }, () => Promise.resolve());
    }
    assert.equal(getEventListeners(signal, "abort").length, 0);
    const waiting = [
      waitFor(NEVER, signal),
      pause(60_000, signal),
      withDeadline({ ms: Infinity, late, signals: [undefined, signal] }, () => NEVER),
    ];
    life.abort(new Error("gone"));
    for (const wait of waiting) await assert.rejects(wait, { message: "gone" });
    await assert.rejects(
      withDeadline({ ms: 1, late, signals: [signal] }, () => Promise.resolve()),
      { message: "gone" },
    );
    assert.equal(getEventListeners(signal, "abort").length, 0);
  });

  it("end in their time, with work that listens and with work that does not", async () => {
    await assert.rejects(
      withDeadline({ ms: 1, late }, () => NEVER),
      { message: "late" },
    );
    let heard: unknown;
    const listening = withDeadline({ ms: 1, late }, (signal) =>
      waitFor(NEVER, signal).catch((thrown: unknown) => {
        heard = thrown;
        throw thrown;
      }),
    );
    await assert.rejects(listening, { message: "late" });
    assert.ok(heard instanceof Error);
    await within(1, NEVER);
    await assert.rejects(within(1_000, Promise.reject(new Error("own"))), { message: "own" });
  });

  it("hear of work that fails after they were left, so that it ends no process", async () => {
    const heard: unknown[] = [];
    const listen = (reason: unknown): void => void heard.push(reason);
    process.on("unhandledRejection", listen);
    try {
      const gone = AbortSignal.abort(new Error("gone"));
      await assert.rejects(waitFor(Promise.reject(new Error("late work")), gone), {
        message: "gone",
      });
      await new Promise(setImmediate);
      assert.deepEqual(heard, []);
    } finally {
      process.off("unhandledRejection", listen);
    }
  });

  it("follow the first of several signals until they are released", () => {
    const [first, second] = [new AbortController(), new AbortController()];
    const linked = linkSignals(first.signal, undefined, second.signal);
    second.abort(new Error("second"));
    first.abort(new Error("first"));
    assert.equal((linked.signal.reason as Error).message, "second");
    linked.release();
    const third = new AbortController();
    const released = linkSignals(third.signal);
    released.release();
    third.abort();
    assert.equal(released.signal.aborted, false);
  });
});
