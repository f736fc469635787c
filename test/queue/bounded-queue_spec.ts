import assert from "node:assert/strict";

import { BoundedQueue, type JobOutcome, type QueueOptions } from "../../lib/queue/bounded-queue";

/** A job whose end the test decides. */
class Gate {
  started = false;
  private open!: () => void;
  private readonly opened = new Promise<void>((resolve) => (this.open = resolve));

  readonly work = async (): Promise<string> => {
    this.started = true;
    await this.opened;
    return "done";
  };

  release(): void {
    this.open();
  }
}

function createQueue(options: Partial<QueueOptions> = {}): BoundedQueue {
  return new BoundedQueue({ concurrency: 1, maxLength: 10, maxAgeMs: 0, ...options });
}

const skippedBecause = (outcome: JobOutcome<unknown>): string | undefined =>
  "skipped" in outcome ? outcome.skipped : undefined;

async function prepareSometimes(number: number): Promise<{ value: number } | undefined> {
  await new Promise((resolve) => setImmediate(resolve));
  if (number % 11 === 0) throw new Error("not prepared");
  return number % 13 === 0 ? { value: number } : undefined;
}

describe("bounded queue", () => {
  it("runs as many jobs at a time as its concurrency and the next when one ends", async () => {
    const queue = createQueue({ concurrency: 2 });
    const gates = [new Gate(), new Gate(), new Gate()];
    const runs = gates.map(({ work }) => queue.run({ work }));
    assert.deepEqual(
      gates.map(({ started }) => started),
      [true, true, false],
    );
    assert.deepEqual([queue.active, queue.length], [2, 1]);
    gates[0]!.release();
    await runs[0];
    await Promise.resolve();
    assert.equal(gates[2]!.started, true);
    gates.forEach((gate) => {
      gate.release();
    });
    assert.deepEqual(await Promise.all(runs), Array(3).fill({ value: "done" }));
    assert.deepEqual([queue.active, queue.length], [0, 0]);
  });

  it("refuses the last in line when it is full", async () => {
    const queue = createQueue({ maxLength: 1 });
    const gate = new Gate();
    const running = queue.run(gate);
    const waiting = queue.run({ work: () => Promise.resolve("second") });
    const refused = queue.run({ work: () => Promise.resolve("third") });
    assert.equal(skippedBecause(await refused), "queue-full");
    gate.release();
    await running;
    assert.deepEqual(await waiting, { value: "second" });
  });

  it("lets nobody wait, but still works, with a length of 0", async () => {
    const queue = createQueue({ maxLength: 0 });
    const gate = new Gate();
    const running = queue.run(gate);
    assert.equal(skippedBecause(await queue.run({ work: () => Promise.resolve(1) })), "queue-full");
    gate.release();
    assert.deepEqual(await running, { value: "done" });
  });

  it("prefers a higher priority, also when it has to refuse one", async () => {
    const queue = createQueue({ maxLength: 2 });
    const gate = new Gate();
    const order: string[] = [];
    const job = (name: string, priority: number) =>
      queue.run({
        priority,
        work: () => {
          order.push(name);
          return Promise.resolve(name);
        },
      });
    const running = queue.run(gate);
    const runs = [job("low", 0), job("high", 5), job("middle", 1)];
    assert.equal(skippedBecause(await runs[0]!), "queue-full");
    gate.release();
    await Promise.all([running, ...runs]);
    assert.deepEqual(order, ["high", "middle"]);
  });

  it("keeps only the latest frame of a camera, at the turn of the first", async () => {
    const queue = createQueue();
    const gate = new Gate();
    const order: string[] = [];
    const job = (lane: string, name: string) =>
      queue.run({
        lane,
        work: () => {
          order.push(name);
          return Promise.resolve(name);
        },
      });
    const running = queue.run(gate);
    const first = job("north", "north 1");
    const other = job("south", "south 1");
    const second = job("north", "north 2");
    assert.equal(skippedBecause(await first), "superseded");
    gate.release();
    await Promise.all([running, other, second]);
    assert.deepEqual(order, ["north 2", "south 1"]);
  });

  it("does not supersede a frame that is being judged", async () => {
    const queue = createQueue();
    const gate = new Gate();
    const running = queue.run({ work: gate.work, lane: "north" });
    const next = queue.run({ lane: "north", work: () => Promise.resolve("next") });
    gate.release();
    assert.deepEqual(await running, { value: "done" });
    assert.deepEqual(await next, { value: "next" });
  });

  it("skips what has waited for too long", async () => {
    const queue = createQueue({ maxAgeMs: 5 });
    const gate = new Gate();
    const running = queue.run(gate);
    const late = queue.run({ work: () => Promise.resolve("late") });
    assert.equal(skippedBecause(await late), "expired");
    assert.equal(queue.length, 0);
    gate.release();
    await running;
  });

  it("ends a waiting job with CLOSED when its owner goes", async () => {
    const queue = createQueue();
    const gate = new Gate();
    const running = queue.run(gate);
    const owner = new AbortController();
    const waiting = queue.run({ signal: owner.signal, work: () => Promise.resolve("never") });
    owner.abort();
    await assert.rejects(waiting, { code: "CLOSED" });
    await assert.rejects(queue.run({ signal: owner.signal, work: () => Promise.resolve(1) }), {
      code: "CLOSED",
    });
    assert.equal(queue.length, 0);
    gate.release();
    await running;
  });

  it("frees the place of a job that fails, also when it throws at once", async () => {
    const queue = createQueue();
    await assert.rejects(queue.run({ work: () => Promise.reject(new Error("later")) }), /later/);
    await assert.rejects(
      queue.run({
        work: () => {
          throw new Error("at once");
        },
      }),
      /at once/,
    );
    assert.deepEqual(await queue.run({ work: () => Promise.resolve("fine") }), { value: "fine" });
  });

  it("prepares jobs while others run, and starts them in their order", async () => {
    const queue = createQueue();
    const gates = [new Gate(), new Gate()];
    const started: number[] = [];
    const runs = gates.map(({ work }, number) =>
      queue.run({
        prepare: async () => {
          await work();
          return undefined;
        },
        work: () => Promise.resolve(started.push(number)),
      }),
    );
    assert.deepEqual(
      gates.map((gate) => gate.started),
      [true, true],
    );
    gates[1]!.release();
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(started, []);
    gates[0]!.release();
    await Promise.all(runs);
    assert.deepEqual(started, [0, 1]);
  });

  it("lets a job go first if the one before it takes long to prepare", async () => {
    const queue = createQueue();
    const gate = new Gate();
    const slow = queue.run({
      prepare: () => gate.work().then(() => undefined),
      work: () => Promise.resolve("slow"),
    });
    const quick = queue.run({ work: () => Promise.resolve("quick") });
    assert.deepEqual(await quick, { value: "quick" });
    gate.release();
    assert.deepEqual(await slow, { value: "slow" });
  });

  it("prepares those behind, however many before them take long", async () => {
    const queue = createQueue({ prepareAhead: 1 });
    const gate = new Gate();
    const slow = ["a", "b", "c"].map((name) =>
      queue.run({
        prepare: () => gate.work().then(() => undefined),
        work: () => Promise.resolve(name),
      }),
    );
    const quick = queue.run({
      prepare: () => Promise.resolve(undefined),
      work: () => Promise.resolve("quick"),
    });
    assert.deepEqual(await quick, { value: "quick" });
    gate.release();
    assert.deepEqual(
      await Promise.all(slow),
      ["a", "b", "c"].map((value) => ({ value })),
    );
  });

  it("ends a job by what its preparation found out, or fails with it", async () => {
    const queue = createQueue();
    const work = (): Promise<string> => assert.fail("no turn was needed");
    const prepare = () => Promise.resolve({ value: "known" });
    assert.deepEqual(await queue.run({ prepare, work }), { value: "known" });
    const fails = (): never => {
      throw new Error("no image");
    };
    await assert.rejects(queue.run({ prepare: fails, work }), /no image/);
    assert.deepEqual([queue.active, queue.length], [0, 0]);
  });

  it("tells what prepares a job when nobody waits for it any more", async () => {
    const queue = createQueue({ maxAgeMs: 5 });
    const gate = new Gate();
    const running = queue.run(gate);
    const signals: AbortSignal[] = [];
    const job = (lane: string, signal?: AbortSignal) =>
      queue.run({
        lane,
        ...(signal && { signal }),
        prepare: (gone) => {
          signals.push(gone);
          return gate.work().then(() => undefined);
        },
        work: () => Promise.resolve(lane),
      });
    const owner = new AbortController();
    const ends = [job("north"), job("north"), job("south", owner.signal)];
    assert.equal(skippedBecause(await ends[0]!), "superseded");
    assert.deepEqual(
      signals.map(({ aborted }) => aborted),
      [true, false, false],
    );
    owner.abort();
    await assert.rejects(ends[2]!, { code: "CLOSED" });
    assert.equal(signals[2]!.aborted, true);
    assert.equal(skippedBecause(await ends[1]!), "expired");
    assert.equal(signals[1]!.aborted, true);
    gate.release();
    await running;
  });

  it("prepares no more jobs ahead than wanted, and none that has no place", async () => {
    const queue = createQueue({ maxLength: 2, prepareAhead: 1 });
    const gates = [new Gate(), new Gate(), new Gate()];
    const jobs = gates.map((gate) => ({
      gate,
      ends: queue.run({ prepare: () => gate.work().then(() => undefined), work: gate.work }),
    }));
    const refused = queue.run({ prepare: () => assert.fail("no place"), work: gates[0]!.work });
    assert.equal(skippedBecause(await refused), "queue-full");
    assert.deepEqual(
      gates.map(({ started }) => started),
      [true, true, false],
    );
    for (const { gate } of jobs) gate.release();
    for (const { ends } of jobs) assert.deepEqual(await ends, { value: "done" });
  });

  it("ends every job in exactly one way under random arrivals", async () => {
    const queue = createQueue({ concurrency: 2, maxLength: 5 });
    const owner = new AbortController();
    const runs = Array.from({ length: 300 }, (_, number) =>
      queue.run({
        priority: number % 3,
        ...(number % 2 === 0 ? { lane: `camera ${number % 7}` } : {}),
        ...(number % 5 === 0 ? { signal: owner.signal } : {}),
        ...(number % 3 === 0 ? { prepare: () => prepareSometimes(number) } : {}),
        work: async () => {
          await new Promise((resolve) => setImmediate(resolve));
          if (number % 4 === 0) throw new Error("failed");
          return number;
        },
      }),
    );
    setImmediate(() => {
      owner.abort();
    });
    const ends = await Promise.allSettled(runs);
    assert.equal(ends.length, 300);
    assert.deepEqual([queue.active, queue.length], [0, 0]);
  });
});
