import assert from "node:assert/strict";

import sharp from "sharp";

import { TlacError } from "../../lib/errors";
import type { Frame } from "../../lib/frame/frame";
import { readFrames } from "../../lib/frame/read-frames";
import type { ServedLmm } from "../../lib/lmm/client/served-lmm";
import { createLmm, eachHost, type EngineSettings } from "../../lib/lmm/engines";
import { splitHosts } from "../../lib/lmm/pool/split-hosts";
import { ScriptedBrain } from "../ollama-double/brain-scripted";
import type { JournalEntry } from "../ollama-double/journal";
import { startOllamaDouble, type OllamaDouble } from "../ollama-double/server";

const BOLT = { a_description: "", b_candidates: [{ a_name: "hex bolt", b_synonyms: [] }] };

describe("several hosts as one LMM", () => {
  let doubles: OllamaDouble[];
  let lmm: ServedLmm;
  let frame: Frame;

  before(async () => {
    const create = { width: 32, height: 32, channels: 3, background: "#806040" } as const;
    const image = await sharp({ create }).jpeg().toBuffer();
    frame = (await readFrames(image)).frames[0] ?? assert.fail();
  });

  afterEach(async () => {
    await lmm.close();
    await Promise.all(doubles.map((double) => double.close()));
  });

  async function start(count: number, settings: Partial<EngineSettings> = {}): Promise<void> {
    const brain = new ScriptedBrain({ json: BOLT });
    doubles = await Promise.all(
      Array.from({ length: count }, () =>
        startOllamaDouble({ brain, scheduling: { numParallel: 8 } }),
      ),
    );
    connect(settings);
  }

  function connect(settings: Partial<EngineSettings> = {}): void {
    const host = doubles.map(({ url }) => url).join(", ");
    const pace = { retryMs: [1], crashMs: 1, loadPollMs: 10, breakerMs: 10, factsMs: 0 };
    lmm = createLmm({
      ...{ engine: "ollama", model: "llava:7b", canary: false, host, pace },
      ...settings,
    });
  }

  const isQuestion = ({ path, body }: JournalEntry): boolean =>
    path === "/api/chat" && (body as { messages: unknown[] }).messages.length > 0;
  const asked = (): number[] =>
    doubles.map(({ journal }) => journal.entries.filter(isQuestion).length);
  const states = (): string[] =>
    lmm.hosts.map(({ error, state }) => (error ? error.code : state.kind));
  const name = async (): Promise<string | undefined> =>
    (await lmm.propose(frame, "What is it?")).candidates[0]?.name;

  /** Resolves once so many hosts serve. */
  function serving(count: number): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        const well = lmm.hosts.filter(({ state, error }) => state.kind === "ready" && !error);
        if (well.length !== count || lmm.capacity !== count) return;
        stop();
        resolve();
      };
      const stop = lmm.onState(look);
      look();
    });
  }

  it("share the questions, each to the host with the least to do", async () => {
    await start(3);
    await lmm.warmUp();
    await serving(3);
    const held = doubles[0]!.hold("first-token");
    const first = lmm.propose(frame, "");
    await Promise.race(doubles.map(({ journal }) => journal.reached("evaluating")));
    for (let image = 0; image < 4; image += 1) await name();
    assert.deepEqual(
      lmm.hosts.map(({ active }) => active),
      [1, 0, 0],
    );
    held();
    await first;
    assert.deepEqual(asked(), [1, 2, 2]);
    assert.deepEqual(
      lmm.hosts.map(({ calls, failed }) => [calls, failed]),
      [
        [1, 0],
        [2, 0],
        [2, 0],
      ],
    );
    assert.equal(lmm.state.kind, "ready");
  });

  it("go on without one that dies, and with it again once it is back", async () => {
    await start(2);
    await lmm.warmUp();
    await serving(2);
    await doubles[0]!.stop();
    for (let image = 0; image < 4; image += 1) assert.equal(await name(), "hex bolt");
    assert.deepEqual(states(), ["LMM_UNREACHABLE", "ready"]);
    assert.deepEqual([lmm.capacity, lmm.hosts[0]?.failed], [1, 1]);
    assert.equal(lmm.state.kind === "ready" && lmm.state.away, 1);
    await doubles[0]!.start();
    await serving(2);
    const before = asked();
    await name();
    await name();
    assert.deepEqual(
      asked().map((count, index) => count - (before[index] ?? 0)),
      [1, 1],
    );
  });

  it("ask a picture that failed on one once on another, and no more", async () => {
    await start(3);
    await lmm.warmUp();
    await serving(3);
    for (const double of doubles) {
      double.fault({ kind: "reset" }, { on: "/api/chat", times: 9, when: isQuestion });
    }
    await assert.rejects(lmm.propose(frame, ""), { code: "LMM_UNREACHABLE" });
    assert.equal(
      asked().reduce((sum, count) => sum + count),
      2,
    );
  });

  it("do not ask another what is no matter of the host", async () => {
    await start(2);
    await lmm.warmUp();
    await serving(2);
    for (const double of doubles) double.brain = new ScriptedBrain("");
    await assert.rejects(lmm.propose(frame, ""), { code: "LMM_BAD_ANSWER" });
    assert.equal(
      asked().filter((count) => count > 0).length,
      1,
      "twice with another seed, on the same host",
    );
    assert.equal(lmm.capacity, 2);
  });

  it("try again where no other is left", async () => {
    await start(2);
    await lmm.warmUp();
    await serving(2);
    await doubles[1]!.stop();
    while (lmm.capacity > 1) await name();
    doubles[0]!.fault({ kind: "busy" }, { on: "/api/chat" });
    assert.equal(await name(), "hex bolt");
    assert.equal(lmm.state.kind, "ready");
    await doubles[1]!.start();
  });

  it("fail like one where all are away, and come back by themselves", async () => {
    await start(2);
    await Promise.all(doubles.map((double) => double.stop()));
    for (let image = 0; image < 3; image += 1) {
      const error = await name().then(
        () => assert.fail("an answer"),
        (thrown: unknown) => thrown,
      );
      assert.ok(error instanceof TlacError && error.code === "LMM_UNREACHABLE");
    }
    assert.equal(lmm.state.kind, "failed");
    await Promise.all(doubles.map((double) => double.start()));
    await serving(2);
    assert.equal(await name(), "hex bolt");
  });

  it("wait for the first that has loaded, not for the last", async () => {
    await start(2);
    const release = doubles[0]!.hold("load");
    assert.equal(await name(), "hex bolt");
    assert.deepEqual(asked(), [0, 1]);
    release();
    await serving(2);
  });

  it("leave out one with another model behind the same name, until it is the same", async () => {
    await start(2);
    doubles[1]!.models.change("llava:7b", { digest: "ab".repeat(32) });
    const release = doubles[1]!.hold("load");
    await lmm.warmUp();
    release();
    await new Promise<void>((resolve) => {
      lmm.onState(() => {
        if (lmm.hosts[1]?.error) resolve();
      });
    });
    const { error } = lmm.hosts[1]!;
    assert.equal(error?.key, "lmm.other-model");
    assert.match(error.message, /\(abababababab, not [0-9a-f]{12}\)/);
    await name();
    assert.deepEqual(asked(), [1, 0]);
    doubles[1]!.models.change("llava:7b", {
      digest: doubles[0]!.models.find("llava:7b")?.digest ?? "",
    });
    await serving(2);
  });

  it("leave out one whose model changes under way, its answer included", async () => {
    await start(2);
    await lmm.warmUp();
    await serving(2);
    doubles[0]!.models.change("llava:7b", { digest: "cd".repeat(32) });
    for (let image = 0; image < 3; image += 1) await name();
    assert.deepEqual(states(), ["BAD_CONFIG", "ready"]);
  });

  it("end with their owner: whoever waits gets CLOSED", async () => {
    await start(2);
    for (const double of doubles) double.hold("load");
    const call = lmm.propose(frame, "");
    await Promise.all(doubles.map(({ journal }) => journal.reached("loading")));
    const rejected = assert.rejects(call, { code: "CLOSED" });
    await lmm.close();
    await rejected;
    await assert.rejects(lmm.propose(frame, ""), { code: "CLOSED" });
  });

  it("keep to the time of a message, and to its signal", async () => {
    await start(2, { deadlines: { totalMs: 50 } });
    for (const double of doubles) double.hold("load");
    await assert.rejects(lmm.propose(frame, ""), { key: "lmm.timeout-loading" });
    const cancel = new AbortController();
    const call = lmm.propose(frame, "", { signal: cancel.signal });
    cancel.abort();
    await assert.rejects(call, { code: "CLOSED" });
  });

  it("answer second questions as well", async () => {
    await start(2);
    doubles.forEach((double) => (double.brain = new ScriptedBrain("a bolt")));
    assert.equal((await lmm.ask({ prompt: "Which one?" })).text, "a bolt");
    assert.equal(lmm.questionTokens, 4_096 - 300 - 100);
  });
});

describe("the hosts of one setting", () => {
  for (const [given, expected] of [
    ["", [""]],
    ["gpu1", ["gpu1"]],
    ["gpu1, gpu2", ["gpu1", "gpu2"]],
    ["gpu1,gpu2:8000", ["gpu1", "gpu2:8000"]],
    ["gpu1\r\n gpu2 \n\n", ["gpu1", "gpu2"]],
    // A password may hold a comma.
    ["http://me:pa,ss@gpu1", ["http://me:pa,ss@gpu1"]],
    [
      "http://me:pa,ss@gpu1, http://me:pa,ss@gpu2",
      ["http://me:pa,ss@gpu1", "http://me:pa,ss@gpu2"],
    ],
    ["exa mple", ["exa mple"]],
  ] as const) {
    it(`${JSON.stringify(given)} are ${expected.length}`, () => {
      assert.deepEqual(splitHosts(given), expected);
    });
  }

  it("are each asked once, however often they stand there", () => {
    const settings = { engine: "openai", model: "m", host: "gpu:80, http://gpu/v1, gpu2" } as const;
    assert.deepEqual(
      eachHost(settings).map(({ host }) => host),
      ["http://gpu/v1", "gpu2"],
    );
  });
});
