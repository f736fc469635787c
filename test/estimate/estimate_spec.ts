import assert from "node:assert/strict";

import { effortFrom, readEfforts } from "../../lib/estimate/effort";
import { makePlan, type Plant } from "../../lib/estimate/plan";
import { estimateWaiting, findServers } from "../../lib/estimate/queue";

const near = (actual: number, expected: number, tolerance = 1e-3): void => {
  assert.ok(
    Math.abs(actual - expected) <= tolerance * expected,
    `${String(actual)} ≈ ${String(expected)}`,
  );
};

describe("an estimate of what a plant needs", () => {
  it("waits as the queue theory of one server says (Pollaczek and Khinchine)", () => {
    // Rate 0.5, service 1: exponential times wait ρS/(1−ρ) = 1, constant ones half of it.
    near(estimateWaiting({ rate: 0.5, service: 1, deviation: 1, servers: 1 }).mean, 1);
    near(estimateWaiting({ rate: 0.5, service: 1, deviation: 0, servers: 1 }).mean, 0.5);
  });

  it("waits as Erlang's C formula says for several servers", () => {
    // M/M/2 with ρ = 0.75: C = 9/14, the mean wait 9/7.
    const two = estimateWaiting({ rate: 1.5, service: 1, deviation: 1, servers: 2 });
    near(two.mean, 9 / 7);
    near(two.p95, 2 * Math.log(9 / 14 / 0.05));
    const overloaded = estimateWaiting({ rate: 3, service: 1, deviation: 1, servers: 2 });
    assert.deepEqual([overloaded.utilisation, overloaded.mean], [1.5, Infinity]);
    assert.equal(estimateWaiting({ rate: 0, service: 1, deviation: 1, servers: 1 }).p95, 0);
  });

  it("agrees with a simulated queue", () => {
    // Uniform service times of 0.5 to 1.5 s: deviation 1/√12. Park and Miller's generator.
    let seed = 7;
    const random = (): number => (seed = (seed * 48271) % 2147483647) / 2147483647;
    const free = [0, 0, 0];
    let [now, waited] = [0, 0];
    const rounds = 200_000;
    for (let at = 0; at < rounds; at++) {
      now -= Math.log(random()) / 2.4;
      const next = free.indexOf(Math.min(...free));
      const start = Math.max(now, free[next] ?? 0);
      waited += start - now;
      free[next] = start + 0.5 + random();
    }
    const { mean } = estimateWaiting({
      rate: 2.4,
      service: 1,
      deviation: Math.sqrt(1 / 12),
      servers: 3,
    });
    near(mean, waited / rounds, 0.1);
  });

  it("finds the fewest servers for a wait, none of them too busy", () => {
    const load = { rate: 2, service: 1, deviation: 0.5 };
    const servers = findServers(load, 1);
    assert.ok(estimateWaiting({ ...load, servers }).p95 <= 1);
    assert.ok(servers === 3 || estimateWaiting({ ...load, servers: servers - 1 }).p95 > 1);
    assert.equal(findServers({ rate: 8, service: 1, deviation: 0 }, 1e6), 10);
  });

  it("plans cameras, energy and money", () => {
    const plant: Plant = {
      ...{ cameras: 8, framesPerMinute: 6, unchanged: 0.75, servers: 1, hours: 12 },
      ...{ watts: 300, idleWatts: 60, price: 0.3 },
    };
    const plan = makePlan(plant, { ...effortFrom(2), read: 0.02, match: 0.1 });
    near(plan.rate, 0.2);
    near(plan.lmm.utilisation, 0.4);
    near(plan.ownUtilisation, 0.8 * 0.02 + 0.2 * 0.1);
    assert.equal(plan.longestWait, 10);
    assert.equal(plan.serversNeeded, 1);
    // 4.8 h at 300 W and 19.2 h at 60 W.
    near(plan.energy?.kWhPerDay ?? 0, 2.592);
    near(plan.energy?.pricePerYear ?? 0, 0.3 * 365 * 2.592);
    const most = { ...plant, cameras: plan.camerasPossible };
    assert.equal(makePlan(most, effortFrom(2)).serversNeeded, 1);
    const more = { ...plant, cameras: plan.camerasPossible + 1 };
    assert.equal(makePlan(more, effortFrom(2)).serversNeeded, 2);
    const crowded = makePlan({ ...plant, cameras: 40 }, effortFrom(2));
    near(crowded.overtaken, 0.5);
    assert.equal(makePlan({ ...plant, watts: undefined }, effortFrom(2)).energy, null);
  });

  it("reads the times of every mode that an evaluation has measured", () => {
    const latency = ["frame", "lmm", "embed", "match"].map((stage, at) => {
      return { stage, mean: 1000 * (at + 1), deviation: 500, p50: 0, p95: 0 };
    });
    const json = {
      setup: { mode: "cascade" },
      figures: { latency },
      contenders: [{ name: "clip", figures: { latency: [] } }],
    };
    const [cascade, clip] = readEfforts(json, "report.json");
    assert.deepEqual(cascade, {
      name: "cascade",
      effort: { lmm: { mean: 2, deviation: 0.5 }, read: 1, match: 7 },
    });
    assert.equal(makePlan({ ...PLANT }, clip!.effort).lmm.utilisation, 0);
    // The recogniser is no server: its time is the computer's own.
    const own = { ...json, setup: { mode: "slac", lmm: "recogniser (0123456789ab)" } };
    assert.deepEqual(readEfforts(own, "report.json")[0]?.effort, {
      ...{ lmm: { mean: 0, deviation: 0 }, read: 1, match: 9 },
    });
    for (const bad of [
      null,
      [],
      { setup: {} },
      { setup: { mode: "a" }, figures: { latency: [{}] } },
    ]) {
      assert.throws(() => readEfforts(bad, "report.json"), /report\.json is not the JSON/);
    }
  });
});

const PLANT: Plant = { cameras: 1, framesPerMinute: 1, unchanged: 0, servers: 1, hours: 24 };
