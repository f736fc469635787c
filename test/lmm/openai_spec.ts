import assert from "node:assert/strict";

import sharp from "sharp";

import { TlacError, type ErrorCode } from "../../lib/errors";
import type { Frame } from "../../lib/frame/frame";
import { readFrames } from "../../lib/frame/read-frames";
import { withDialog, type ServerDialog } from "../../lib/lmm/client/dialog";
import type { ServerSettings } from "../../lib/lmm/client/server-settings";
import { serveLmm, type ServedLmm } from "../../lib/lmm/client/served-lmm";
import type { ServerState } from "../../lib/lmm/client/server-state";
import { openAiEngine } from "../../lib/lmm/openai/openai";
import { resolveBase } from "../../lib/lmm/openai/settings";
import { createSeeingBrain, keepForms } from "../helpers/seeing-brain";
import type { Brain } from "../ollama-double/brain";
import { ScriptedBrain } from "../ollama-double/brain-scripted";
import type { Fault } from "../ollama-double/faults";
import type { JournalEntry } from "../ollama-double/journal";
import type { ServedModel } from "../openai-double/models";
import { PROFILES, type ProfileName } from "../openai-double/profiles";
import {
  startOpenAiDouble,
  type OpenAiDouble,
  type OpenAiDoubleOptions,
} from "../openai-double/server";

const BOLT = {
  a_description: "A rusty bolt.",
  b_candidates: [{ a_name: "hex bolt", b_synonyms: ["screw"] }],
};
const NAMES = Object.keys(PROFILES) as ProfileName[];

/** As short as can be, so that no test waits. */
const PACE = {
  retryMs: [1, 1],
  crashMs: 1,
  loadPollMs: 2,
  breakerMs: 60_000,
  factsMs: 60_000,
  blindMs: 60_000,
};

describe("OpenAI-compatible client", () => {
  let double: OpenAiDouble;
  let lmm: ServedLmm;
  let frame: Frame;
  let states: ServerState["kind"][];

  before(async () => {
    const image = await sharp({
      create: { width: 64, height: 48, channels: 3, background: "#806040" },
    })
      .jpeg()
      .toBuffer();
    frame = (await readFrames(image)).frames[0] ?? assert.fail();
  });

  afterEach(async () => {
    await lmm.close();
    await double.close();
  });

  async function start(
    options: OpenAiDoubleOptions = {},
    settings: Partial<ServerSettings> = {},
  ): Promise<void> {
    double = await startOpenAiDouble({ brain: new ScriptedBrain({ json: BOLT }), ...options });
    connect(settings);
  }

  function settingsOf(settings: Partial<ServerSettings>): ServerSettings {
    const given = { host: double.url, model: "llava", canary: false, ...settings };
    return { ...given, pace: { ...PACE, ...settings.pace } };
  }

  function connect(settings: Partial<ServerSettings> = {}): void {
    lmm = serveLmm(openAiEngine(settingsOf(settings)));
    states = [];
    lmm.onState(({ kind }) => states.push(kind));
  }

  function dialog<T>(
    work: (asked: ServerDialog) => Promise<T>,
    settings: Partial<ServerSettings> = {},
  ): Promise<T> {
    const { signal } = new AbortController();
    return withDialog(openAiEngine(settingsOf(settings)), signal, work);
  }

  /** Chats that ask something; the first after a start only sees whether the model is there. */
  function questions(): readonly JournalEntry[] {
    return double.journal.entries.filter(
      ({ path, body }) =>
        path.endsWith("/chat/completions") && (body as { max_tokens?: number }).max_tokens !== 1,
    );
  }

  const bodyOf = (entry: JournalEntry | undefined): Record<string, unknown> =>
    (entry?.body ?? {}) as Record<string, unknown>;

  async function fails(code: ErrorCode, key?: string): Promise<TlacError> {
    const error = await lmm.propose(frame, "What is it?").then(
      () => assert.fail("an answer"),
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof TlacError, String(error));
    assert.equal(error.code, code, error.message);
    if (key) assert.equal(error.key, key);
    assert.doesNotMatch(`${error.message} ${error.in("ja")}`, /\{\{|undefined|\[object/);
    return error;
  }

  describe("an address", () => {
    for (const [given, base, root] of [
      ["", "http://127.0.0.1:8080/v1", "http://127.0.0.1:8080"],
      ["gpu:8000", "http://gpu:8000/v1", "http://gpu:8000"],
      ["http://gpu:8000/", "http://gpu:8000/v1", "http://gpu:8000"],
      ["http://gpu:8000/v1/", "http://gpu:8000/v1", "http://gpu:8000"],
      ["https://plant/llm", "https://plant:443/llm/v1", "https://plant:443/llm"],
      ["https://plant/llm/v1", "https://plant:443/llm/v1", "https://plant:443/llm"],
      ["https://cloud/v1beta/openai", "https://cloud:443/v1beta/openai", "https://cloud:443"],
    ] as const) {
      it(`${JSON.stringify(given)} becomes ${base}`, () => {
        const found = resolveBase(given);
        assert.deepEqual([found.base, found.root], [base, root]);
      });
    }
    before(() => start());
  });

  describe("asking what is seen", () => {
    for (const profile of NAMES) {
      it(`reads candidates from ${profile}`, async () => {
        await start({ profile, apiKey: "k" }, { apiKey: "k" });
        const { candidates, description, timings } = await lmm.propose(frame, "What is it?");
        assert.equal(candidates[0]?.name, "hex bolt");
        assert.equal(description, "A rusty bolt");
        assert.ok(timings.total >= (timings.answer ?? 0));
        assert.equal(lmm.state.kind, "ready");
        const before = questions().length;
        await lmm.propose(frame, "What is it?");
        assert.equal(questions().length, before + 1, "what was learnt is kept");
      });
    }

    it("sends what all servers take, and nothing that one refuses or ignores", async () => {
      await start();
      await lmm.propose(frame, "What is it?");
      const [question] = questions();
      const { messages, response_format: format, ...rest } = bodyOf(question);
      assert.deepEqual(rest, {
        model: "llava",
        max_tokens: 300,
        temperature: 0,
        seed: 42,
        stream: true,
        stream_options: { include_usage: true },
      });
      assert.match(
        JSON.stringify(format),
        /"json_schema":\{"name":"answer","strict":true,"schema"/,
      );
      assert.match(JSON.stringify(messages), /data:image\/jpeg;base64,/);
      assert.equal(question?.images[0]?.format, "jpeg");
      assert.equal(question.headers.authorization, undefined);
    });

    it("puts what is the same for all pictures in front, for the server's cache", async () => {
      await start();
      const at = async (colour: string) => {
        const create = { width: 32, height: 32, channels: 3, background: colour } as const;
        const [picture] = (await readFrames(await sharp({ create }).jpeg().toBuffer())).frames;
        return (await lmm.propose(picture!, "What is it?")).timings.tokens;
      };
      await at("#ff0000");
      const { prompt = 0, cached = 0, answer } = (await at("#0000ff")) ?? {};
      const text = prompt - 576;
      assert.ok(cached > 0.9 * (text - 8), `${cached} of ${text}`);
      assert.ok((answer ?? 0) > 5);
      const [system, user] = bodyOf(questions()[0]).messages as {
        role: string;
        content: unknown;
      }[];
      assert.equal(system?.role, "system");
      const kinds = (user?.content as { type: string }[]).map(({ type }) => type);
      assert.deepEqual(kinds, ["image_url", "text"]);
    });

    it("asks in the user's turn alone, once a server has refused a system part", async () => {
      await start();
      await lmm.warmUp();
      const body = '{"error":{"message":"System role not supported"}}';
      double.fault({ kind: "status", status: 400, body }, { on: "/v1/chat/completions" });
      await lmm.propose(frame, "What is it?");
      await lmm.propose(frame, "What is it?");
      const turns = questions().map((entry) => (bodyOf(entry).messages as object[]).length);
      assert.deepEqual(turns, [2, 1, 1]);
    });

    it("ends the call with the name that is enough, and the model stops", async () => {
      await start({ brain: new ScriptedBrain({ json: { names: ["hex bolt", "screw", "nut"] } }) });
      await lmm.warmUp();
      double.hold("token", 9);
      const { candidates, timings } = await lmm.propose(frame, "", { enough: () => true });
      assert.deepEqual(
        candidates.map(({ name }) => name),
        ["hex bolt"],
      );
      assert.equal(timings.cut, true);
      const left = await double.journal.waitFor(({ clientClosedAt }) => !!clientClosedAt);
      assert.equal(left.clientClosedAt, "streaming");
      await double.journal.waitFor((entry) => entry === left && entry.finished);
      assert.equal(double.active, 0);
    });

    describe("a call that is ended", () => {
      const cut = async () => {
        const release = double.hold("token", 9);
        const { timings } = await lmm.propose(frame, "What is it?", { enough: () => true });
        const entry = questions().at(-1);
        await double.journal.waitFor((each) => each === entry && each.finished);
        release();
        assert.equal(timings.cut, true);
        const { prompt = 0, answer = 0, total } = timings;
        assert.ok(answer > 0 && prompt + answer <= total + 1, JSON.stringify(timings));
        return timings.tokens ?? {};
      };
      const ask = async (options: OpenAiDoubleOptions) => {
        const names = ["hex bolt", "screw", "nut"];
        await start({ brain: new ScriptedBrain({ json: { names } }), ...options });
        await lmm.warmUp();
        return cut();
      };
      const asked = () => {
        const { stream_options: options, timings_per_token: timed } = bodyOf(questions().at(-1));
        return { options, timed };
      };

      it("has counted its tokens so far, by llama-server's timings", async () => {
        await ask({ profile: "llama-server" });
        assert.deepEqual(asked(), { options: { include_usage: true }, timed: true });
        // Its text is still there.
        const { prompt = 0, cached = 0, answer = 0 } = await cut();
        assert.ok(cached > 0 && prompt > 576 && answer >= 9, `${prompt} ${cached} ${answer}`);
      });

      for (const profile of ["vllm", "vllm-0.8", "sglang"] as const) {
        it(`has counted its tokens so far, by the usage of each part (${profile})`, async () => {
          const { prompt = 0, cached, answer = 0 } = await ask({ profile });
          const options = { include_usage: true, continuous_usage_stats: true };
          assert.deepEqual(asked(), { options, timed: undefined });
          assert.ok(prompt > 576 && answer >= 9, `${prompt} ${answer}`);
          assert.equal(cached, undefined);
        });
      }

      for (const profile of ["lm-studio", "ollama", "localai"] as const) {
        it(`has the parts of its answer where the server counts at the end (${profile})`, async () => {
          const { prompt, answer = 0 } = await ask({ profile });
          assert.deepEqual(asked(), { options: { include_usage: true }, timed: undefined });
          assert.equal(prompt, undefined);
          assert.ok(answer >= 9);
        });
      }

      for (const name of ["vllm", "llama-server"] as const) {
        it(`asks a ${name} that refuses to count each part for the sum alone`, async () => {
          const { prompt } = await ask({ profile: { ...PROFILES[name], counting: "refused" } });
          assert.equal(prompt, undefined);
          const plain = { options: { include_usage: true }, timed: undefined };
          assert.deepEqual(asked(), plain);
          const before = questions().length;
          await cut();
          assert.equal(questions().length, before + 1, "what was learnt is kept");
          assert.deepEqual(asked(), plain);
        });
      }

      it("is alone in having each part counted", async () => {
        await start({ profile: "vllm" });
        await lmm.propose(frame, "What is it?");
        assert.deepEqual(asked(), { options: { include_usage: true }, timed: undefined });
      });
    });

    it("tells which model answered, by what the server says of it", async () => {
      await start();
      const { model } = await lmm.propose(frame, "");
      assert.deepEqual([model.name, model.version], ["llava", "b10488-0123abcd"]);
      assert.match(model.digest ?? "", /^[0-9a-f]{64}$/);
      assert.equal(lmm.questionTokens, 4_096 - 300 - 100);
    });

    it("asks for nothing but the answer once all is known", async () => {
      await start();
      await lmm.propose(frame, "");
      const { length } = double.journal.entries;
      await lmm.propose(frame, "");
      assert.equal(double.journal.entries.length, length + 1);
    });

    it("keeps its connection from one image to the next", async () => {
      await start();
      await lmm.propose(frame, "");
      const { accepted } = double;
      for (let image = 0; image < 5; image += 1) await lmm.propose(frame, "");
      assert.ok(double.accepted <= accepted + 1);
    });

    it("reads a stream however it is cut, letters of several bytes included", async () => {
      const words = { a_description: "ボルト", b_candidates: [{ a_name: "六角ボルト" }] };
      await start({ profile: "vllm", brain: new ScriptedBrain({ json: words }) });
      await lmm.warmUp();
      for (const bytes of [1, 5]) {
        double.fault({ kind: "chunking", bytes });
        const { candidates } = await lmm.propose(frame, "これは何？");
        assert.equal(candidates[0]?.name, "六角ボルト");
      }
      double.fault({ kind: "coalesce" });
      assert.equal((await lmm.propose(frame, "これは何？")).candidates[0]?.name, "六角ボルト");
    });

    it("reads an answer that was not streamed after all", async () => {
      await start();
      await lmm.warmUp();
      const message = { role: "assistant", content: JSON.stringify(BOLT, null, 2) };
      const whole = { choices: [{ message, finish_reason: "stop" }], usage: null };
      const body = JSON.stringify(whole, null, 2);
      double.fault({ kind: "status", status: 200, body, contentType: "application/json" });
      assert.equal((await lmm.propose(frame, "")).candidates[0]?.name, "hex bolt");
    });

    for (const mode of ["fenced", "whitespace"] as const) {
      it(`reads JSON that came ${mode}`, async () => {
        await start();
        double.fault({ kind: "format", mode }, { on: "/v1/chat/completions", times: 3 });
        assert.equal((await lmm.propose(frame, "")).candidates[0]?.name, "hex bolt");
        assert.equal(questions().length, 1);
      });
    }

    it("pays once for a server that ignores schemas", async () => {
      await start({ profile: "localai", brain: new ScriptedBrain("A hex bolt.") });
      assert.match((await lmm.propose(frame, "")).candidates[0]?.name ?? "", /hex bolt/);
      assert.equal(questions().length, 2);
      await lmm.propose(frame, "");
      assert.equal(questions().length, 3);
    });

    it("sends no schema again to a server that refuses it", async () => {
      await start({ profile: { ...PROFILES.vllm, schemas: "refused" } });
      await lmm.propose(frame, "");
      await lmm.propose(frame, "");
      const sent = questions().map((entry) => "response_format" in bodyOf(entry));
      assert.deepEqual(sent, [true, false, false]);
    });

    it("leaves out what a server does not know, from then on", async () => {
      await start({ profile: "litellm" });
      await lmm.propose(frame, "");
      await lmm.propose(frame, "");
      const sent = questions().map((entry) => "stream_options" in bodyOf(entry));
      assert.deepEqual(sent, [true, false, false]);
    });
  });

  describe("a model that thinks aloud", () => {
    for (const profile of ["llama-server", "vllm", "ollama"] as const) {
      it(`is told not to, once it did (${profile})`, async () => {
        const brain = new ScriptedBrain({ json: BOLT, thinking: "Maybe a nut? No." });
        await start({ profile, brain, models: [{ id: "llava", thinks: true }] });
        const { candidates, raw } = await lmm.propose(frame, "");
        assert.equal(candidates[0]?.name, "hex bolt");
        assert.doesNotMatch(raw, /nut/);
        await lmm.propose(frame, "");
        const [first, second] = questions().map(bodyOf);
        assert.ok(first && second && !("reasoning_effort" in first));
        assert.equal(second.reasoning_effort, "none");
        assert.deepEqual(second.chat_template_kwargs, { enable_thinking: false });
      });
    }

    it("is not told where the server refuses that", async () => {
      const brain = new ScriptedBrain({ json: BOLT, thinking: "Maybe a nut? No." });
      await start({ profile: "vllm-0.8", brain, models: [{ id: "llava", thinks: true }] });
      for (let image = 0; image < 3; image += 1) await lmm.propose(frame, "");
      const told = questions().map((entry) => "reasoning_effort" in bodyOf(entry));
      assert.deepEqual(told, [false, true, false, false]);
    });

    it("in the answer itself is read past its thoughts, and named where nothing follows", async () => {
      const brain = new ScriptedBrain(`<think>Maybe a nut.</think>${JSON.stringify(BOLT)}`);
      await start({ brain, profile: "localai" });
      assert.equal((await lmm.propose(frame, "")).candidates[0]?.name, "hex bolt");
      double.brain = new ScriptedBrain({ text: "", thinking: "Maybe a nut." });
      double.profile = { ...PROFILES.vllm, quietable: false };
      double.models = [{ id: "llava", thinks: true }];
      await lmm.close();
      connect({ answer: "text" });
      await fails("LMM_BAD_ANSWER", "lmm.answer-only-thought");
    });
  });

  describe("asking a second question", () => {
    const choose = new ScriptedBrain({
      json: { a_choice: "B" },
      probabilities: { A: 0.2, B: 0.7, C: 0.1 },
    });
    for (const profile of NAMES) {
      const told = PROFILES[profile].topLogprobs > 0;
      it(`chooses among codes, ${told ? "with" : "without"} probabilities (${profile})`, async () => {
        await start({ profile, brain: choose });
        const reply = await lmm.ask({ prompt: "Which?", choices: ["A", "B", "C"] });
        assert.equal(reply.text, "B");
        const found = reply.probabilities?.get("B");
        if (told) assert.ok(Math.abs((found ?? 0) - 0.7) < 0.05, String(found));
        else assert.equal(found, undefined);
      });
    }

    it("asks a server that refuses token probabilities without them", async () => {
      await start({ brain: choose, profile: { ...PROFILES.vllm, topLogprobs: 5 } });
      assert.equal((await lmm.ask({ prompt: "Which?", choices: ["A", "B"] })).text, "B");
      assert.deepEqual(
        questions().map((entry) => "logprobs" in bodyOf(entry)),
        [true, false],
      );
    });

    it("takes plain text, and bounds it by the question's own limit", async () => {
      await start({ brain: new ScriptedBrain("hex bolt\n") });
      assert.equal((await lmm.ask({ prompt: "Which class?", maxTokens: 7 })).text, "hex bolt");
      assert.equal(bodyOf(questions()[0]).max_tokens, 7);
    });
  });

  describe("a call that fails", () => {
    const HEALED: readonly [string, Fault, ProfileName][] = [
      ["a busy server", { kind: "busy" }, "vllm"],
      ["a reset connection", { kind: "reset" }, "llama-server"],
      ["a proxy without its server", { kind: "bad-gateway" }, "litellm"],
      ["a failure before the first token", { kind: "runner-crash" }, "vllm"],
      ["an error frame without an end", { kind: "runner-crash-mid-stream" }, "llama-server"],
      ["an error frame with its end", { kind: "runner-crash-mid-stream" }, "vllm"],
      ["a flat error frame", { kind: "runner-crash-mid-stream" }, "sglang"],
      ["an error that is lost", { kind: "runner-crash-mid-stream" }, "ollama"],
      ["a stream that just ends", { kind: "end-without-done", afterTokens: 3 }, "llama-server"],
      ["a connection cut inside a line", { kind: "destroy-mid-line" }, "vllm"],
      ["an answer cut at its limit", { kind: "length", tokens: 3 }, "llama-server"],
      ["an empty answer", { kind: "empty-content" }, "vllm"],
      ["an empty error body", { kind: "empty-500" }, "localai"],
    ];
    for (const [name, fault, profile] of HEALED) {
      it(`heals: ${name}`, async () => {
        await start({ profile });
        await lmm.warmUp();
        const retryAfter = fault.kind === "busy";
        double.fault(
          retryAfter
            ? { kind: "status", status: 429, headers: { "Retry-After": "0.02" }, body: "{}" }
            : fault,
          { on: "/v1/chat/completions" },
        );
        const started = performance.now();
        assert.equal((await lmm.propose(frame, "")).candidates[0]?.name, "hex bolt");
        if (retryAfter) assert.ok(performance.now() - started >= 19, "as long as it asked for");
      });
    }

    const LASTING: readonly [string, ProfileName, number, unknown, ErrorCode, string][] = [
      [
        "busy",
        "vllm",
        503,
        { error: { message: "The engine is currently busy." } },
        "LMM_BUSY",
        "lmm.busy",
      ],
      [
        "a full queue",
        "sglang",
        503,
        { object: "error", message: "The request queue is full." },
        "LMM_BUSY",
        "lmm.busy",
      ],
      [
        "a key that is missing",
        "vllm",
        401,
        { error: "Unauthorized" },
        "LMM_UNREACHABLE",
        "lmm.unauthorised",
      ],
      [
        "a key that is forbidden",
        "sglang",
        403,
        { error: "Forbidden" },
        "LMM_UNREACHABLE",
        "lmm.unauthorised",
      ],
      [
        "a key without database",
        "litellm",
        400,
        { error: { message: "No connected db.", code: "400" } },
        "LMM_UNREACHABLE",
        "lmm.unauthorised",
      ],
      ["another path", "vllm", 404, { detail: "Not Found" }, "LMM_UNREACHABLE", "lmm.other-server"],
      [
        "a model that went",
        "vllm",
        404,
        { error: { message: "The model `llava` does not exist." } },
        "LMM_MODEL_MISSING",
        "lmm.model-not-served",
      ],
      [
        "a prompt too long, as before",
        "vllm-0.8",
        400,
        { object: "error", message: "This model's maximum context length is 4096 tokens." },
        "BAD_CONFIG",
        "lmm.context-full",
      ],
      [
        "images by the dozen",
        "vllm",
        400,
        { error: { message: "At most 1 image(s) may be provided in one prompt." } },
        "BAD_CONFIG",
        "lmm.request-refused",
      ],
      [
        "a field that is wrong",
        "vllm",
        422,
        { detail: [{ loc: ["body", "seed"], msg: "Input should be a valid integer" }] },
        "BAD_CONFIG",
        "lmm.request-refused",
      ],
      [
        "a URL that is none",
        "lm-studio",
        400,
        { error: "'url' field must be a base64 encoded image." },
        "BAD_IMAGE",
        "lmm.image-refused",
      ],
    ];
    for (const [name, profile, status, body, code, key] of LASTING) {
      it(`ends in ${code}: ${name}`, async () => {
        await start({ profile });
        await lmm.warmUp();
        const text = JSON.stringify(body);
        double.fault(
          { kind: "status", status, body: text },
          { on: "/v1/chat/completions", times: 9 },
        );
        await fails(code, key);
      });
    }

    for (const profile of ["llama-server", "vllm", "sglang", "lm-studio"] as const) {
      it(`names a model that takes no images (${profile})`, async () => {
        await start({ profile, models: [{ id: "llava", vision: false }] });
        await fails("LMM_NO_VISION");
      });
    }

    it("finds out by its photos what a server does not say: a model that sees nothing", async () => {
      const models = [{ id: "llava", blind: true }];
      await start({ profile: "vllm", models, brain: createSeeingBrain() }, { canary: true });
      const error = await fails("LMM_BLIND");
      assert.match(error.message, /llava on LMM server 0\.33\.0 at http/);
      double.models = [{ id: "llava", root: "other/llava" }];
      await lmm.close();
      connect({ canary: true });
      assert.equal((await lmm.ask({ prompt: "Who are you?" })).model.version, "0.33.0");
    });

    describe("a system message", () => {
      /** How many messages each question had: the two photos of the check, then a call. */
      const ask = async (model: Partial<ServedModel>, brain: Brain, profile: ProfileName) => {
        const models = [{ id: "llava", ...model }];
        await start({ profile, models, brain }, { canary: true });
        await lmm.propose(frame, "What is it?");
        return questions().map((entry) => (bodyOf(entry).messages as object[]).length);
      };

      for (const profile of ["llama-server", "vllm", "lm-studio"] as const) {
        it(`that is left out without a word shows by the photos of the check (${profile})`, async () => {
          const brain = keepForms(createSeeingBrain());
          assert.deepEqual(await ask({ dropsSystem: true }, brain, profile), [2, 1, 1]);
          const [, , question] = questions();
          assert.match(JSON.stringify(bodyOf(question).messages), /names.*What is it\?/);
          await lmm.propose(frame, "What is it?");
          assert.equal((bodyOf(questions().at(-1)).messages as object[]).length, 1);
        });
      }

      it("is kept where the photos show that it is read", async () => {
        const brain = keepForms(createSeeingBrain());
        assert.deepEqual(await ask({}, brain, "vllm"), [2, 2, 2]);
      });

      it("is kept for a model that keeps to no form, wherever that stands", async () => {
        assert.deepEqual(await ask({}, createSeeingBrain(), "vllm"), [2, 1, 2]);
      });

      it("does not make a model blind that fails at its form, and sees all the same", async () => {
        const seeing = createSeeingBrain();
        const brain: Brain = {
          answer: (request) =>
            `${request.system}${request.prompt}`.includes('"names"') && !request.format
              ? Promise.resolve({ text: '{"names": ["…"]}' })
              : seeing.answer(request),
        };
        assert.deepEqual(await ask({}, brain, "vllm"), [2, 1, 2, 1, 2]);
        assert.equal(lmm.state.kind, "ready");
      });
    });

    it("names a prompt that does not fit, with the server's count", async () => {
      await start({ models: [{ id: "llava", contextLength: 512 }] });
      assert.match((await fails("BAD_CONFIG", "lmm.context-full")).message, /\(\d+ > 512\)/);
    });

    it("names a model that the server does not have, and those that it has", async () => {
      const models = [
        { id: "qwen2-vl", root: "Qwen/Qwen2-VL-7B" },
        { id: "defects", root: "/lora", parent: "qwen2-vl" },
      ];
      await start({ profile: "vllm", models });
      const error = await fails("LMM_MODEL_MISSING", "lmm.model-not-served");
      assert.match(error.message, /qwen2-vl, defects/);
      assert.equal(questions().length, 0);
      await lmm.close();
      connect({ model: "defects" });
      await lmm.propose(frame, "");
    });

    it("takes the only model of a llama-server, whatever it is called", async () => {
      await start({ models: [{ id: "/models/llava-v1.6.gguf" }] });
      assert.equal((await lmm.propose(frame, "")).model.name, "llava");
    });

    it("works where a proxy hides the list of models", async () => {
      await start({ profile: "litellm" });
      const hidden = { kind: "status", status: 403, body: "<html>no</html>" } as const;
      double.fault(hidden, { on: "/v1/models", times: 9 });
      const { model } = await lmm.propose(frame, "");
      assert.deepEqual(model, { name: "llava" });
    });

    it("asks a server with a wrong key no more than it must, and never shows the key", async () => {
      await start({ apiKey: "right" }, { apiKey: "zz-wrong" });
      const error = await fails("LMM_UNREACHABLE", "lmm.unauthorised");
      assert.ok(!JSON.stringify(error).includes("zz-wrong"));
      assert.equal(questions().length, 0);
    });

    it("refuses to guess a model", async () => {
      await start({}, { model: " " });
      await fails("BAD_CONFIG", "lmm.no-model");
    });
  });

  describe("a server that loads", () => {
    it("is waited for, and told as loading", async () => {
      await start();
      double.loading = 6;
      await lmm.propose(frame, "");
      assert.ok(states.includes("loading"), states.join());
      assert.deepEqual(states.at(-1), "ready");
    });

    it("is waited for by its first token, where it loads when it is asked", async () => {
      await start({ profile: "lm-studio" }, { deadlines: { totalMs: 1_500 } });
      const release = double.hold("first-token");
      await fails("LMM_TIMEOUT", "lmm.timeout-loading");
      const [loading] = double.journal.of("/v1/chat/completions");
      assert.equal(loading?.clientClosedAt, undefined, "whoever hangs up would stop the load");
      release();
      await lmm.warmUp();
      await lmm.propose(frame, "");
    });

    it("is given up after its time where it never says that it loads", async () => {
      await start({}, { deadlines: { loadMs: 15 } });
      double.fault(
        { kind: "status", status: 503, body: '{"error":"no healthy upstream"}' },
        { on: "/health", times: 1_000 },
      );
      await fails("LMM_TIMEOUT", "lmm.load-stalled");
    });

    it("is found when it listens again", async () => {
      await start({}, { pace: { breakerMs: 600, retryMs: [] } });
      await double.stop();
      for (let message = 0; message < 3; message += 1) {
        await fails("LMM_UNREACHABLE", "lmm.unreachable");
      }
      await fails("LMM_UNREACHABLE", "lmm.paused");
      await double.start();
      await new Promise((resolve) => setTimeout(resolve, 610));
      await lmm.propose(frame, "");
      assert.equal(lmm.state.kind, "ready");
    });

    it("that is told to end leaves nobody waiting for ever", async () => {
      await start({}, { deadlines: { answerMs: 40 } });
      await lmm.warmUp();
      double.hold("token");
      const call = fails("LMM_TIMEOUT", "lmm.timeout-answer");
      await double.journal.reached("streaming");
      double.stopListening();
      await call;
      await double.start();
    });
  });

  describe("deadlines and ends", () => {
    it("count an answer from its first event, not from a head that was sent at once", async () => {
      await start({ profile: "vllm" }, { deadlines: { answerMs: 30, totalMs: 120 } });
      await lmm.warmUp();
      double.hold("first-token");
      await fails("LMM_TIMEOUT", "lmm.timeout-total");
    });

    it("stop the model where a message is cancelled", async () => {
      await start();
      await lmm.warmUp();
      double.hold("token", 2);
      const cancel = new AbortController();
      const call = lmm.propose(frame, "", { signal: cancel.signal });
      const entry = await double.journal.reached("streaming");
      cancel.abort();
      await assert.rejects(call, { code: "CLOSED" });
      await double.journal.waitFor((each) => each === entry && each.finished);
      assert.equal(entry.clientClosedAt, "streaming");
      assert.equal(double.active, 0);
    });
  });

  describe("a dialog's questions", () => {
    const MODELS = [
      { id: "text-only", vision: false },
      { id: "llava", sizeBytes: 4_700_000_000 },
    ];
    for (const [profile, sight] of [
      ["llama-server", [true, false]],
      ["ollama", [true, false]],
      ["lm-studio", [true, false]],
      ["vllm", [null, null]],
    ] as const) {
      it(`list what is served, and what sees where that is told (${profile})`, async () => {
        await start({ profile, models: MODELS });
        const models = await dialog((asked) => asked.listModels());
        assert.deepEqual(
          models.map(({ vision }) => vision),
          sight,
        );
        assert.deepEqual(models.map(({ name }) => name).sort(), ["llava", "text-only"]);
      });
    }

    for (const [profile, name, version] of [
      ["llama-server", "llama.cpp", "b10488-0123abcd"],
      ["vllm", "vLLM", "0.33.0"],
      ["sglang", "SGLang", "0.5.23"],
      ["ollama", "Ollama", "0.33.0"],
      ["lm-studio", "LM Studio", ""],
      ["litellm", "", ""],
    ] as const) {
      it(`tell what answers (${profile})`, async () => {
        await start({ profile });
        assert.deepEqual(await dialog((asked) => asked.describe()), { name, version });
      });
    }

    it("show the photos, and refuse to fetch a model", async () => {
      await start({ brain: createSeeingBrain() });
      const { answers } = await dialog((asked) => asked.checkVision());
      assert.deepEqual(
        answers.map(({ fits }) => fits),
        [true, true],
      );
      await assert.rejects(
        dialog((asked) => asked.pull()),
        { code: "BAD_CONFIG", key: "lmm.pull-unsupported" },
      );
    });

    it("tell a wrong path and a missing key at once", async () => {
      await start({ apiKey: "k", profile: "vllm" });
      await assert.rejects(
        dialog((asked) => asked.describe()),
        { key: "lmm.unauthorised" },
      );
      await assert.rejects(
        dialog((asked) => asked.describe(), { host: `${double.url}/api`, apiKey: "k" }),
        { key: "lmm.other-server" },
      );
    });
  });
});
