import assert from "node:assert/strict";

import { chanceOfRanks, chanceOfShare } from "../../lib/record/quality/exact-tests";
import { dayOf, formatDay, mondayOf } from "../../lib/record/quality/days";
import { describeDrift } from "../../lib/record/quality/describe-drift";
import { keyOf } from "../../lib/record/quality/find-drifts";
import { QualityReader } from "../../lib/record/quality/quality";
import { DecisionRecord } from "../../lib/record/record";
import { QualityWatch } from "../../nodes/runtime/record/quality-watch";
import { removeFolder } from "../helpers/remove-folder";
import { collect, decide, newRoot } from "./decisions";

const DAY = 86_400_000;

describe("exact tests", () => {
  it("count Fisher's tea cups", () => {
    const chances = [4, 3, 2].map((hits) =>
      chanceOfShare({ hits, of: 4 }, { hits: 4 - hits, of: 4 }),
    );
    assert.deepEqual(
      chances.map((chance) => Math.round(70 * chance)),
      [1, 17, 53],
    );
    assert.ok(chanceOfShare({ hits: 0, of: 5 }, { hits: 3, of: 9 }) > 1 - 1e-9);
  });

  it("rank as often by chance as they say, whichever numbers they are", () => {
    const numbers = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    const chances = Array.from({ length: 512 }, (_, bits) => bits)
      .map((bits) => numbers.filter((_, at) => (bits >> at) & 1))
      .filter(({ length }) => length === 4)
      .map((some) =>
        chanceOfRanks(
          some,
          numbers.filter((one) => !some.includes(one)),
        ),
      );
    assert.equal(chances.length, 126);
    for (const level of [1 / 126, 0.01, 0.05, 0.1, 0.5]) {
      const often = chances.filter((chance) => chance <= level + 1e-12).length / 126;
      assert.ok(often <= level + 1e-12 && often > level - 0.06, String(level));
    }
    assert.equal(chanceOfRanks([1, 1, 1], [1, 1, 1, 1]), 1);
  });
});

describe("how good a record's decisions are", function () {
  this.timeout(20_000);
  let root: string;
  let record: DecisionRecord;

  beforeEach(async () => {
    root = await newRoot();
    record = DecisionRecord.open(root);
  });
  afterEach(async () => {
    await record.close();
    await removeFolder(root);
  });

  /** So many decisions of a day, some days ago, of which some were left to a person. */
  const live = (
    daysAgo: number,
    decisions: number,
    review: number,
    camera = "line 1",
    node = "node-1",
  ): void => {
    const time = new Date(Date.now() - daysAgo * DAY).toISOString();
    for (let at = 0; at < decisions; at++) {
      const outcome = at < review ? "unknown" : "class";
      void record.append({ ...decide({ time, camera, outcome }), node });
    }
  };
  const test = async (daysAgo: number, chosen: string | null, correct: string | null) => {
    const time = new Date(Date.now() - daysAgo * DAY).toISOString();
    const outcome = chosen === null ? "unknown" : "class";
    const decision = decide({ time, outcome, ...(chosen === null ? {} : { ranking: [chosen] }) });
    await record.append(decision);
    const answer = { kind: "answer", decision: decision.result.id, who: "" } as const;
    await record.note({ ...answer, correct, heldOut: true });
  };
  const read = (known: readonly string[] = []) => new QualityReader(record).read(new Set(known));

  it("tells weeks by camera", async () => {
    live(0, 4, 1);
    live(0, 2, 2, "line 2");
    await test(0, "screw", "screw");
    await test(0, "screw", "nail");
    await test(0, null, "screw");
    await test(0, null, null);
    // Answers that teach are no tests, and neither are those that were taken back.
    const taught = decide();
    await record.append(taught);
    const answer = {
      kind: "answer",
      decision: taught.result.id,
      correct: "nail",
      who: "",
    } as const;
    await record.note({ ...answer, heldOut: false });
    const { weeks, drifts } = await read();
    const week = formatDay(mondayOf(dayOf(Date.now())));
    assert.equal(new Date(week).getUTCDay(), 1);
    assert.deepEqual(weeks, [
      { week, camera: "line 1", decisions: 9, review: 3, tested: 4, right: 3, wrong: 1 },
      { week, camera: "line 2", decisions: 2, review: 2, tested: 0, right: 0, wrong: 0 },
    ]);
    assert.deepEqual(drifts, []);
  });

  it("sees that more is left to a person, but neither a single day nor what is too small", async () => {
    for (let day = 8; day < 28; day++) {
      for (const camera of ["calm", "one day", "slight", "drifting"])
        live(day, 25, 5 - (day % 2), camera);
    }
    for (let day = 1; day < 8; day++) {
      live(day, 25, 5 - (day % 2), "calm");
      live(day, 25, day === 1 ? 25 : 5 - (day % 2), "one day");
      live(day, 100, 21, "slight");
      live(day, 25, 12, "drifting");
    }
    const reader = new QualityReader(record);
    const { drifts } = await reader.read(new Set());
    assert.deepEqual(
      drifts.map(({ kind, node, camera, now, before }) => [kind, node, camera, now, before]),
      [["review", "node-1", "drifting", 0.48, 0.18]],
    );
    const [drift] = drifts;
    assert.ok(drift);
    assert.match(describeDrift(drift, "en-US"), /Camera drifting: .* 48\.0 % .* 18\.0 %/);
    assert.match(describeDrift({ ...drift, camera: "" }, "ja"), /カメラ （名前なし）: .*48\.0 %/);
    // It is over only once it is no more than by chance, and not for a better day or a holiday.
    live(0, 25, 5, "drifting");
    const [calm, still] = await Promise.all(
      [[], [keyOf(drift)]].map((known) => reader.read(new Set(known), Date.now() + 9 * DAY)),
    );
    assert.deepEqual([calm?.drifts.length, still?.drifts.length], [1, 1]);
    // A camera that was switched off does not keep its node yellow.
    const off = await reader.read(new Set([keyOf(drift)]), Date.now() + 16 * DAY);
    assert.deepEqual(off.drifts, []);
  });

  it("sees that more of the test pictures are wrong", async () => {
    for (let at = 0; at < 30; at++) await test(60, "screw", at === 0 ? "nail" : "screw");
    for (let at = 0; at < 20; at++) await test(3, "screw", at < 10 ? "nail" : "screw");
    const { drifts } = await read();
    assert.deepEqual(
      drifts.map(({ kind, now }) => [kind, now]),
      [["error", 0.5]],
    );
    const later = await new QualityReader(record).read(new Set(), Date.now() + 16 * DAY);
    assert.deepEqual(later.drifts, []);
  });

  it("takes no share from what was cut down to what people confirmed", async () => {
    live(0, 30, 30);
    await test(0, "screw", "screw");
    await record.flush();
    await record.sweep(Date.now() + 40 * DAY);
    assert.equal((await collect(record.read())).length, 1);
    const { weeks } = await read();
    assert.deepEqual(
      weeks.map(({ decisions, tested }) => [decisions, tested]),
      [[0, 1]],
    );
  });

  it("knows new cameras by name once the record has forgotten old ones", async () => {
    const reader = new QualityReader(record);
    const camerasOf = async (): Promise<string[]> =>
      (await reader.read(new Set())).weeks.map(({ camera }) => camera);
    for (let at = 0; at < 200; at++) live(40, 1, 0, `camera ${String(at)}`);
    live(40, 1, 0, "line 9");
    const before = await camerasOf();
    assert.deepEqual([before.length, before.includes("line 9"), before[0]], [201, false, ""]);
    await record.close();
    await record.sweep(Date.now() + 40 * DAY);
    assert.deepEqual(await camerasOf(), []);
    live(0, 1, 0, "line 9");
    assert.deepEqual(await camerasOf(), ["line 9"]);
  });

  it("loses no warning of another process", async () => {
    for (const node of ["node-1", "node-2"]) {
      for (let day = 1; day < 28; day++) live(day, 25, day < 8 ? 20 : 2, "line 1", node);
    }
    await record.flush();
    const [one, two, restarted] = [1, 2, 3].map(() => new QualityWatch(record));
    const hear = async (watch: QualityWatch | undefined, node: string): Promise<number> => {
      assert.ok(watch);
      let heard = 0;
      const stop = watch.listen(node, (_drifts, fresh) => (heard = fresh.length));
      await watch.read();
      stop();
      return heard;
    };
    await two?.read();
    assert.equal(await hear(one, "node-1"), 1);
    assert.equal(await hear(two, "node-2"), 1);
    assert.equal(await hear(restarted, "node-1"), 0);
  });

  it("warns of a drift once, also after a restart, and again only when it comes again", async () => {
    for (let day = 8; day < 28; day++) live(day, 25, 2);
    for (let day = 1; day < 8; day++) live(day, 25, 20);
    await record.flush();
    const heard: string[] = [];
    const watch = async (node: string | null, now = Date.now()): Promise<void> => {
      const one = new QualityWatch(record, () => now);
      await new Promise<void>((resolve) => {
        const stop = one.listen(node, (drifts, fresh) => {
          heard.push(`${String(drifts.length)} ${String(fresh.length)}`);
          stop();
          resolve();
        });
      });
      await one.settle();
    };
    // Whoever only shows it does not warn.
    await watch(null);
    await watch("another");
    await watch("node-1");
    await watch("node-1");
    assert.deepEqual(heard, ["1 1", "0 0", "1 1", "1 0"]);
    heard.length = 0;
    for (let day = 0; day > -7; day--) live(day, 25, 2);
    await watch("node-1", Date.now() + 8 * DAY);
    for (let day = -7; day > -14; day--) live(day, 25, 22);
    await watch("node-1", Date.now() + 15 * DAY);
    assert.deepEqual(heard, ["0 0", "1 1"]);
  });
});
