import assert from "node:assert/strict";

import type { NodeMessageInFlow } from "node-red";

import type { ErrorCode } from "../../lib/errors";
import lmmServer from "../../nodes/lmm-server";
import tlac from "../../nodes/tlac";
import { startFlow, type CaughtMessage, type Flow, type StatusMessage } from "../helpers/flow";
import { dragNode } from "../helpers/flow-nodes";
import { ScriptedBrain, type Line } from "../ollama-double/brain-scripted";
import type { Fault } from "../ollama-double/faults";
import type { ModelSpec } from "../ollama-double/models";
import type { ProfileName } from "../ollama-double/profiles";
import { startOllamaDouble, type OllamaDouble } from "../ollama-double/server";
import { naming, paint, promptOf } from "./scripted-lmm";

interface Case {
  readonly name: string;
  /** A door, or the code at Catch. */
  readonly end: "class" | "review" | ErrorCode;
  readonly profile?: ProfileName;
  readonly models?: readonly ModelSpec[];
  readonly says?: Line | readonly Line[];
  /** Settings of the server's dialog. */
  readonly server?: Readonly<Record<string, unknown>>;
  readonly payload?: unknown;
  readonly arrange?: Arrange;
}

type Arrange = (double: OllamaDouble) => void | Promise<void>;

const HAMMER = naming("hammer");
const meeting =
  (fault: Fault, times: number): Arrange =>
  (double) => {
    double.fault(fault, { on: "/api/chat", times });
  };
/** As `meeting`, but the model loads well. */
const askingMeets =
  (fault: Fault, times: number): Arrange =>
  (double) => {
    const when = (entry: Parameters<typeof promptOf>[0]): boolean => promptOf(entry) !== undefined;
    double.fault(fault, { on: "/api/chat", times, when });
  };
const FOR_EVER = 1_000;
const says = (status: number, error: string): Fault => ({
  kind: "status",
  status,
  body: JSON.stringify({ error }),
});
const nested = (status: number, message: string, type = "invalid_request_error"): Fault =>
  says(status, JSON.stringify({ error: { code: status, message, type } }));

/** Met once, and the message leaves by its class all the same. */
const HEALED: readonly [string, Fault][] = [
  ["503 busy", { kind: "busy" }],
  ["a reset connection", { kind: "reset" }],
  ["502 of a proxy", { kind: "bad-gateway" }],
  ["500 without a body", { kind: "empty-500" }],
  ["a crash before the first token", { kind: "runner-crash" }],
  ["a crash in mid-stream", { kind: "runner-crash-mid-stream" }],
  ["a stream that ends without done", { kind: "end-without-done" }],
  ["a socket destroyed in mid-line", { kind: "destroy-mid-line" }],
  ["a model that repeats itself", { kind: "repeat" }],
  ["nothing produced", { kind: "nothing-produced" }],
  ["empty content", { kind: "empty-content" }],
  ["an answer cut at its limit", { kind: "length", tokens: 3 }],
  ["no done_reason", { kind: "no-done-reason" }],
  ["one byte a write", { kind: "chunking", bytes: 1 }],
  ["all lines in one write", { kind: "coalesce" }],
  ["prose in place of JSON", { kind: "format", mode: "prose" }],
  ["fenced JSON", { kind: "format", mode: "fenced" }],
  ["runs of white space", { kind: "format", mode: "whitespace" }],
  ["a schema that is refused", nested(400, "JSON schema conversion failed:\nUnrecognized schema")],
];

/** Met while the model loads, once. */
const LOAD_HEALED: readonly [string, Fault][] = [
  ["a load that crashes", { kind: "load-crash" }],
  ["a load that is killed", { kind: "load-killed" }],
  ["a load out of memory", { kind: "load-oom" }],
];

/** Met again and again. */
const LASTING: readonly [string, Fault, ErrorCode][] = [
  ["503 busy", { kind: "busy" }, "LMM_BUSY"],
  ["reset connections", { kind: "reset" }, "LMM_UNREACHABLE"],
  ["502 of a proxy", { kind: "bad-gateway" }, "LMM_UNREACHABLE"],
  ["500 without a body", { kind: "empty-500" }, "LMM_UNREACHABLE"],
  ["401", { kind: "unauthorized" }, "LMM_UNREACHABLE"],
  ["403 without a body", { kind: "forbidden" }, "LMM_UNREACHABLE"],
  ["a crashing model", { kind: "runner-crash" }, "LMM_UNREACHABLE"],
  ["crashes in mid-stream", { kind: "runner-crash-mid-stream" }, "LMM_UNREACHABLE"],
  ["streams without done", { kind: "end-without-done" }, "LMM_BAD_ANSWER"],
  ["a model in a loop", { kind: "repeat" }, "LMM_BAD_ANSWER"],
  ["nothing produced", { kind: "nothing-produced" }, "LMM_BAD_ANSWER"],
  ["empty content", { kind: "empty-content" }, "LMM_BAD_ANSWER"],
  ["cut answers", { kind: "length", tokens: 3 }, "LMM_BAD_ANSWER"],
  ["an option of a wrong type", says(500, 'option "seed" must be of type integer'), "BAD_CONFIG"],
  ["an image that is refused", nested(400, "Failed to load image or audio file"), "BAD_IMAGE"],
  [
    "a model without its projector",
    nested(500, "image input is not supported - hint: you may need to provide the mmproj"),
    "LMM_NO_VISION",
  ],
  ["a model gone meanwhile", says(404, "model 'llava:7b' not found"), "LMM_MODEL_MISSING"],
];

const LOAD_LASTING: readonly [string, Fault, ErrorCode][] = [
  ["loads that crash", { kind: "load-crash" }, "LMM_UNREACHABLE"],
  ["loads out of memory", { kind: "load-oom" }, "LMM_BUSY"],
  ["loads that stall", { kind: "load-stalled" }, "LMM_TIMEOUT"],
  ["a model for another version", { kind: "incompatible" }, "BAD_CONFIG"],
];

const OTHERS: readonly Case[] = [
  { name: "a server that answers well", end: "class" },
  { name: "something that is no class", end: "review", says: naming("cumulus cloud") },
  { name: "answers in another script", end: "LMM_BAD_ANSWER", says: "这是一把锤子" },
  {
    name: "a server that is down",
    end: "LMM_UNREACHABLE",
    arrange: (double) => double.stop(),
  },
  {
    name: "a server that accepts and says nothing",
    end: "LMM_UNREACHABLE",
    server: { connectTimeout: 1 },
    arrange: (double) => {
      double.fault({ kind: "hang" }, { times: FOR_EVER });
    },
  },
  {
    name: "a model that never answers",
    end: "LMM_TIMEOUT",
    server: { totalTimeout: 1 },
    arrange: askingMeets({ kind: "hang" }, FOR_EVER),
  },
  {
    name: "an answer that drips",
    end: "LMM_TIMEOUT",
    server: { answerTimeout: 1 },
    arrange: askingMeets({ kind: "chunking", bytes: 1, delayMs: 50 }, FOR_EVER),
  },
  {
    name: "a web server that is no Ollama",
    end: "LMM_UNREACHABLE",
    arrange: (double) => {
      const page: Fault = { kind: "status", status: 404, body: "404 page not found" };
      double.fault(page, { times: FOR_EVER });
    },
  },
  { name: "a model that is not there", end: "LMM_MODEL_MISSING", server: { model: "nope" } },
  { name: "a model name that is none", end: "BAD_CONFIG", server: { model: "a b" } },
  {
    name: "a model that cannot see",
    end: "LMM_NO_VISION",
    models: [{ name: "llava:7b", capabilities: ["completion"] }],
  },
  { name: "a blind model", end: "LMM_BLIND", server: { canary: true } },
  {
    name: "a model that passes the picture test",
    end: "class",
    server: { canary: true },
    says: [naming("giant panda"), naming("espresso"), HAMMER],
  },
  {
    name: "an image larger than the context",
    end: "BAD_CONFIG",
    server: { numCtx: 512 },
    models: [{ name: "llava:7b", imageTokens: 2_880 }],
  },
  {
    name: "a model that thinks",
    end: "class",
    models: [{ name: "llava:7b", capabilities: ["completion", "vision", "thinking"] }],
    says: { ...HAMMER, thinking: "Let me see." },
  },
  { name: "no image", end: "BAD_MESSAGE", payload: "" },
  { name: "a damaged image", end: "BAD_IMAGE", payload: Buffer.from("ffd8ff", "hex") },
];

const PROFILES: readonly ProfileName[] = ["0.12.5", "0.34"];

const CASES: readonly Case[] = [
  ...PROFILES.flatMap((profile): Case[] => [
    ...HEALED.map(([name, fault]): Case => ({
      name: `${name}, once`,
      end: "class",
      profile,
      arrange: askingMeets(fault, 1),
    })),
    ...LOAD_HEALED.map(([name, fault]): Case => ({
      name: `${name}, once`,
      end: "class",
      profile,
      arrange: meeting(fault, 1),
    })),
    ...LASTING.map(([name, fault, end]): Case => ({
      name,
      end,
      profile,
      arrange: askingMeets(fault, FOR_EVER),
    })),
    ...LOAD_LASTING.map(([name, fault, end]): Case => ({
      name,
      end,
      profile,
      arrange: meeting(fault, FOR_EVER),
    })),
  ]),
  ...(["0.24", "0.31"] as const).map((profile): Case => ({
    name: "a server that answers well",
    end: "class",
    profile,
  })),
  ...OTHERS,
];

const DOORS = { door1: "class", door2: "review", door3: "skipped", caught: "failed" } as const;

interface End {
  readonly at: (typeof DOORS)[keyof typeof DOORS];
  readonly message: NodeMessageInFlow;
}

/** One flow with a server and a `tlac` node for each case, so that all of them wait together. */
describe("a flow whose LMM server misbehaves", () => {
  let flow: Flow;
  let doubles: OllamaDouble[];
  /** By the position of the case, in the order of arrival. */
  const ends = new Map<string, End[]>();
  const counts = new Map<string, Readonly<Record<string, number>>>();

  before(async function () {
    this.timeout(60_000);
    doubles = await Promise.all(CASES.map(startServer));
    const nodes = CASES.flatMap(({ server }, position) => [
      {
        ...dragNode("lmm-server", `server-${position}`),
        host: doubles[position]?.url,
        canary: false,
        ...server,
      },
      {
        ...dragNode("tlac", `case-${position}`),
        sight: false,
        classes: "hammer, screwdriver",
        server: `server-${position}`,
        mode: "cascade",
        z: "tab",
        x: 0,
        y: 0,
        wires: [["door1"], ["door2"], ["door3"]],
      },
    ]);
    flow = await startFlow(
      [tlac, lmmServer],
      { ...dragNode("tlac"), sight: false, id: "n" },
      nodes,
    );
    const image = await paint();
    for (const [position, { payload = image }] of CASES.entries()) {
      flow.send(`case-${position}`, { payload, topic: `case-${position}` });
    }
    await allEnded();
    // A node shows its counts once more behind the message that it has sent.
    const isDone = (id: string): boolean => {
      const { in: came = 0, waiting } = counts.get(id) ?? {};
      return came === 1 && waiting === 0;
    };
    while (!CASES.every((_, position) => isDone(`case-${position}`))) {
      const { status } = (await flow.next("status")) as StatusMessage;
      const { source } = status as unknown as { source: { id: string } };
      counts.set(source.id, status.counts);
    }
  });

  after(async () => {
    await flow.close();
    await Promise.all(doubles.map((double) => double.close()));
  });

  async function startServer({ profile, models, says: lines, arrange }: Case) {
    const double = await startOllamaDouble({
      ...(profile ? { profile } : {}),
      ...(models ? { models } : {}),
      brain: new ScriptedBrain(lines ?? HAMMER),
    });
    await arrange?.(double);
    return double;
  }

  function allEnded(): Promise<void> {
    return new Promise((resolve, reject) => {
      let left = CASES.length;
      const follow = async (probe: keyof typeof DOORS): Promise<never> => {
        for (;;) {
          const message = await flow.next(probe);
          const name = message.topic ?? "";
          ends.set(name, [...(ends.get(name) ?? []), { at: DOORS[probe], message }]);
          left -= 1;
          if (left === 0) resolve();
        }
      };
      for (const probe of Object.keys(DOORS)) follow(probe as keyof typeof DOORS).catch(reject);
    });
  }

  for (const [position, { name, end, profile }] of CASES.entries()) {
    it(`${name}${profile ? ` (${profile})` : ""}: ${end}`, () => {
      const id = `case-${position}`;
      const [only, ...more] = ends.get(id) ?? [];
      assert.equal(more.length, 0, "the message left more than once");
      assert.ok(only);
      const { error } = only.message as CaughtMessage;
      const code = only.at === "failed" ? error.code : only.at;
      assert.equal(code, end, only.at === "failed" ? error.message : JSON.stringify(only.message));
      assert.deepEqual(counts.get(id), {
        ...{ in: 1, out: 0, class: 0, review: 0, skipped: 0, failed: 0, waiting: 0 },
        [only.at]: 1,
      });
    });
  }
});
