import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once, setMaxListeners } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

import sharp from "sharp";

import { TlacError, type ErrorCode } from "../../lib/errors";
import type { Frame } from "../../lib/frame/frame";
import { readFrames } from "../../lib/frame/read-frames";
import { defaultCanaryPhotos, type CanaryPhoto } from "../../lib/lmm/client/canary";
import type { ServerState } from "../../lib/lmm/client/server-state";
import { withDialog, type ServerDialog } from "../../lib/lmm/client/dialog";
import { createOllama, ollamaEngine, type OllamaLmm } from "../../lib/lmm/ollama/ollama";
import type { OllamaSettings } from "../../lib/lmm/ollama/settings";
import { createSeeingBrain, keepForms } from "../helpers/seeing-brain";
import type { BrainRequest } from "../ollama-double/brain";
import { ScriptedBrain, type Line } from "../ollama-double/brain-scripted";
import type { Fault } from "../ollama-double/faults";
import type { GateName } from "../ollama-double/gates";
import type { JournalEntry, Stage } from "../ollama-double/journal";
import {
  startOllamaDouble,
  type OllamaDouble,
  type OllamaDoubleOptions,
} from "../ollama-double/server";

const BOLT = {
  a_description: "A rusty bolt.",
  b_candidates: [{ a_name: "hex bolt", b_synonyms: ["screw"] }],
};
const JSON_ANSWER = JSON.stringify(BOLT);

/** As short as can be, so that no test waits. */
const PACE = {
  retryMs: [1, 1],
  crashMs: 1,
  loadPollMs: 10,
  breakerMs: 60_000,
  factsMs: 60_000,
  blindMs: 60_000,
};

describe("Ollama client", () => {
  let double: OllamaDouble;
  let ollama: OllamaLmm;
  let frame: Frame;
  let states: ServerState["kind"][];

  before(async () => {
    frame = await paint("#806040");
  });

  afterEach(async () => {
    await ollama.close();
    await double.close();
  });

  async function start(
    options: OllamaDoubleOptions = {},
    settings: Partial<OllamaSettings> = {},
  ): Promise<void> {
    double = await startOllamaDouble({ brain: new ScriptedBrain({ json: BOLT }), ...options });
    connect(settings);
  }

  function connect(settings: Partial<OllamaSettings> = {}): void {
    ollama = createOllama({
      host: double.url,
      model: "llava:7b",
      canary: false,
      ...settings,
      pace: { ...PACE, ...settings.pace },
    });
    states = [];
    ollama.onState(({ kind }) => states.push(kind));
  }

  /** As a dialog asks, with the caller's signal. */
  function dialog<T>(
    work: (asked: ServerDialog) => Promise<T>,
    settings: Partial<OllamaSettings> = {},
    signal = new AbortController().signal,
  ): Promise<T> {
    const given = { host: double.url, model: "llava:7b", ...settings };
    const pace = { ...PACE, ...settings.pace };
    return withDialog(ollamaEngine({ ...given, pace }), signal, work);
  }

  /** Chats that are questions, without those that load. */
  function questions(): readonly JournalEntry[] {
    return double.journal.of("/api/chat").filter((entry) => messagesOf(entry).length > 0);
  }

  async function fails(code: ErrorCode, key?: string): Promise<TlacError> {
    const error = await ollama.propose(frame, "What is it?").then(
      () => assert.fail("an answer"),
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof TlacError, String(error));
    assert.equal(error.code, code, error.message);
    if (key) assert.equal(error.key, key);
    assert.doesNotMatch(error.message, /\{\{|undefined/);
    return error;
  }

  describe("asking what is seen", () => {
    it("warns of no leak, however many ask at once", async () => {
      await start();
      const warnings: Error[] = [];
      const listen = (warning: Error): void => void warnings.push(warning);
      process.on("warning", listen);
      const caller = new AbortController();
      setMaxListeners(0, caller.signal);
      const options = { signal: caller.signal };
      await Promise.all(Array.from({ length: 30 }, () => ollama.propose(frame, "", options)));
      await new Promise((resolve) => setImmediate(resolve));
      process.off("warning", listen);
      assert.deepEqual(warnings, []);
    });

    it("gives candidates, description, identity and the server's account of its time", async () => {
      await start({ delays: { load: 5, promptEval: 3, perToken: 1 } });
      const proposal = await ollama.propose(frame, "What is it?");
      assert.deepEqual(proposal.candidates, [{ name: "hex bolt", synonyms: ["screw"] }]);
      assert.equal(proposal.description, "A rusty bolt");
      assert.equal(proposal.raw.replaceAll(/\s/g, ""), JSON_ANSWER.replaceAll(/\s/g, ""));
      const { name, version, digest } = proposal.model;
      assert.deepEqual({ name, version }, { name: "llava:7b", version: "0.34.2" });
      assert.match(digest ?? "", /^[0-9a-f]{64}$/);
      const { total, prompt, answer, queue, load } = proposal.timings;
      assert.ok(prompt! > 0 && answer! > 0 && queue! >= 0 && load! >= 0 && total >= answer!);
    });

    it("sends one JPEG, a schema, the form in words and the same options as the load", async () => {
      await start();
      await ollama.propose(frame, "What is it? [img-0]");
      const [load, question] = double.journal.of("/api/chat");
      assert.ok(load && question);
      assert.deepEqual(optionsOf(load), optionsOf(question));
      assert.deepEqual(optionsOf(question), {
        temperature: 0,
        seed: 42,
        num_ctx: 4_096,
        num_predict: 300,
      });
      assert.equal(question.images.length, 1);
      assert.equal(question.images[0]?.format, "jpeg");
      const { format, keep_alive: keepAlive } = question.body as Record<string, unknown>;
      assert.match(JSON.stringify(format), /"names":.*"maxItems":3/);
      assert.equal(keepAlive, "30m");
      const [system, user] = messagesOf(question);
      assert.match(system?.content ?? "", /"names".*\n\nWhat is it\? \(img-0\]$/s);
      assert.equal(user?.content, "Answer for this photo.");
      assert.equal(question.cold, false, "the question did not load the model again");
    });

    it("asks for synonyms and a description where a caller wants them", async () => {
      await start();
      const { candidates, description } = await ollama.propose(frame, "", { answer: "json" });
      assert.deepEqual(candidates[0]?.synonyms, ["screw"]);
      assert.equal(description, "A rusty bolt");
      const [question] = questions();
      assert.match(JSON.stringify((question?.body as { format: object }).format), /b_synonyms/);
      assert.match(messagesOf(question!)[0]?.content ?? "", /b_synonyms/);
    });

    const CONTENT = "{{ .Content }}";
    for (const [name, template, hasSystem] of [
      ["LLaVA's", "{{ .System }}\nUSER: {{ .Prompt }}\nASSISTANT: ", true],
      [
        "one that has it only where there is one",
        "{{ if .System }}{{ .System }}{{ end }}{{ .Prompt }}",
        true,
      ],
      [
        "Moondream's",
        "{{ if .Prompt }} Question: {{ .Prompt }}\n\n{{ end }} Answer: {{ .Response }}",
        false,
      ],
      ["all messages alike", `{{ range .Messages }}${CONTENT}\n{{ end }}`, true],
      [
        "each message with its role",
        `{{ range .Messages }}<|{{ .Role }}|>${CONTENT}{{ end }}`,
        true,
      ],
      [
        "each with its role, in Go's other words",
        `{{ range $i, $m := .Messages }}{{- $m.Role }}: {{ $m.Content }}{{ end }}`,
        true,
      ],
      [
        "Gemma's",
        `{{ range .Messages }}{{ if or (eq .Role "user") (eq .Role "system") }}${CONTENT}{{ end }}{{ end }}`,
        true,
      ],
      [
        "the other two roles alone",
        `{{ range .Messages }}{{ if eq .Role "user" }}U: ${CONTENT}{{ else if eq .Role "assistant" }}A: ${CONTENT}{{ end }}{{ end }}`,
        false,
      ],
      ["a model without a Go template", "", true],
    ] as const) {
      it(`takes a template for ${hasSystem ? "one with" : "one without"} system part: ${name}`, async () => {
        await start({ models: [{ name: "llava:7b", template }] });
        await ollama.propose(frame, "What is it?");
        assert.equal(messagesOf(questions()[0]!).length, hasSystem ? 2 : 1);
      });
    }

    it("finds out by the photos of the check that a template leaves the system part out", async () => {
      const template =
        '{{ range .Messages }}{{ if ne .Role "system" }}{{ .Content }}{{ end }}{{ end }}';
      const models = [{ name: "llava:7b", template, dropsSystem: true }];
      await start({ models, brain: keepForms(createSeeingBrain()) }, { canary: true });
      await ollama.propose(frame, "What is it?");
      assert.deepEqual(
        questions().map((entry) => messagesOf(entry).length),
        [2, 1, 1],
      );
    });

    it("asks a model whose template has no system part in the user's turn", async () => {
      const template = "{{ .Prompt }}";
      await start({ models: [{ name: "llava:7b", template }] });
      await ollama.propose(frame, "What is it?");
      const [message, ...others] = messagesOf(questions()[0]!);
      assert.equal(others.length, 0);
      assert.match(message?.content ?? "", /"names".*What is it\?.*Answer for this photo\.$/s);
    });

    it("ends the call with the name that is enough, and the model stops", async () => {
      const names = ["hex bolt", "screw", "nut"];
      await start({ brain: new ScriptedBrain({ json: { names } }), delays: { perToken: 1 } });
      await ollama.warmUp();
      double.hold("token", 14);
      const seen: string[][] = [];
      const { candidates, timings, raw } = await ollama.propose(frame, "", {
        enough: (so) => {
          seen.push(so.map(({ name }) => name));
          return Promise.resolve(so.length === 2);
        },
      });
      assert.deepEqual(seen, [["hex bolt"], ["hex bolt", "screw"]]);
      assert.deepEqual(
        candidates.map(({ name }) => name),
        ["hex bolt", "screw"],
      );
      assert.match(raw, /"screw"/);
      assert.equal(timings.cut, true);
      assert.ok((timings.tokens?.answer ?? 99) < 16);
      // Ollama counts in the last part alone, which never came; times are seen from here.
      assert.deepEqual(Object.keys(timings.tokens ?? {}), ["answer"]);
      const { prompt = 0, answer = 0, total } = timings;
      assert.ok(prompt > 0 && answer > 0 && prompt + answer <= total);
      const left = await double.journal.waitFor(({ clientClosedAt }) => !!clientClosedAt);
      assert.equal(left.clientClosedAt, "streaming");
      assert.ok(left.tokens < 16);
    });

    it("reads on where no name is enough, and where asking that fails", async () => {
      const names = ["hex bolt", "screw"];
      await start({ brain: new ScriptedBrain({ json: { names } }) });
      for (const enough of [
        () => false,
        () => Promise.reject(new Error("no embedder")),
        () => {
          throw new Error("a mistake");
        },
      ]) {
        const { candidates, timings } = await ollama.propose(frame, "", { enough });
        assert.equal(candidates.length, 2);
        assert.ok(!timings.cut && timings.tokens!.answer! > 5 && timings.tokens!.prompt! > 500);
      }
    });

    for (const [model, imageSide, width] of [
      ["llava:7b", undefined, 672],
      ["llava-llama3:8b", undefined, 336],
      ["qwen2.5vl:7b", undefined, 784],
      ["gemma3:4b", undefined, 896],
      ["some-model", undefined, 1_000],
      ["llava:7b", 448, 448],
    ] as const) {
      it(`sends a picture no larger than ${model} can use${imageSide ? ", or as set" : ""}`, async () => {
        await start({ models: [{ name: model }] }, { model, ...(imageSide ? { imageSide } : {}) });
        await ollama.propose(await paint("#806040", 1_000, 600), "");
        const [image] = questions()[0]?.images ?? [];
        assert.ok(image);
        assert.equal((await sharp(image.bytes).metadata()).width, width);
      });
    }

    it("keeps its connection from one image to the next", async () => {
      await start();
      await ollama.propose(frame, "");
      const { accepted } = double;
      for (let image = 0; image < 5; image += 1) await ollama.propose(frame, "");
      // One may be hung up on where the machine is too busy to see an answer's end in time.
      assert.ok(double.accepted <= accepted + 1);
    });

    it("asks server and model once, not for each image", async () => {
      await start();
      await ollama.propose(frame, "");
      const before = double.journal.entries.length;
      await ollama.propose(frame, "");
      assert.equal(double.journal.entries.length, before + 1);
    });

    it("leaves thinking off where a model can think, unsaid where it cannot", async () => {
      await start({
        models: [
          { name: "thinker", capabilities: ["completion", "vision", "thinking"] },
          { name: "llava:7b" },
        ],
      });
      await ollama.propose(frame, "");
      assert.equal("think" in (questions()[0]?.body as object), false);
      await ollama.close();
      connect({ model: "thinker" });
      await ollama.propose(frame, "");
      assert.equal((questions().at(-1)?.body as { think: unknown }).think, false);
    });

    it("reads plain text where that is asked for", async () => {
      await start({ brain: new ScriptedBrain("A hex bolt.\nRusty.") }, { answer: "text" });
      const { candidates } = await ollama.propose(frame, "paper");
      assert.deepEqual(candidates, [{ name: "A hex bolt Rusty", synonyms: [] }]);
      assert.equal("format" in (questions()[0]?.body as object), false);
    });

    it("works with a model that ignores schemas, and pays the second call once", async () => {
      await start({ brain: new ScriptedBrain("A hex bolt."), profile: "0.12.5" });
      double.fault({ kind: "format", mode: "prose" }, { times: 5 });
      const first = await ollama.propose(frame, "");
      assert.match(first.candidates[0]?.name ?? "", /hex bolt/);
      assert.equal(questions().length, 2);
      await ollama.propose(frame, "");
      assert.equal(questions().length, 3);
    });

    it("writes nothing to the console, whatever comes", async () => {
      const written: unknown[] = [];
      const original = { ...globalThis.console };
      const record = (...args: unknown[]): void => void written.push(args);
      Object.assign(globalThis.console, { log: record, warn: record, error: record });
      try {
        await start();
        double.fault({ kind: "bad-gateway" });
        double.fault({ kind: "status", status: 200, body: "\n\n{broken\n" }, { on: "/api/chat" });
        await ollama.propose(frame, "").catch(() => undefined);
        double.fault({ kind: "destroy-mid-line" });
        await ollama.propose(frame, "").catch(() => undefined);
      } finally {
        Object.assign(globalThis.console, original);
      }
      assert.deepEqual(written, []);
    });
  });

  describe("a chat that fails", () => {
    const HEALED: readonly [string, Fault, number][] = [
      ["a busy server", { kind: "busy" }, 2],
      ["a reset connection", { kind: "reset" }, 2],
      ["a proxy without its server", { kind: "bad-gateway" }, 2],
      ["a crash of the model", { kind: "runner-crash" }, 2],
      ["a crash in the middle of an answer", { kind: "runner-crash-mid-stream" }, 2],
      ["a handler's panic", { kind: "empty-500" }, 2],
      ["an end without done", { kind: "end-without-done" }, 2],
      ["a cut line", { kind: "destroy-mid-line" }, 2],
      ["an answer cut at its limit", { kind: "length", tokens: 3 }, 2],
      ["an empty answer", { kind: "empty-content" }, 2],
      ["a model in a loop", { kind: "repeat" }, 2],
      ["nothing at all", { kind: "nothing-produced" }, 2],
    ];
    for (const [name, fault, calls] of HEALED) {
      it(`heals: ${name}`, async () => {
        await start();
        await ollama.warmUp();
        double.fault(fault, { on: "/api/chat" });
        const { candidates } = await ollama.propose(frame, "");
        assert.equal(candidates[0]?.name, "hex bolt");
        assert.equal(questions().length, calls);
      });
    }

    const LASTING: readonly [string, Fault, ErrorCode, number][] = [
      ["a busy server", { kind: "busy" }, "LMM_BUSY", 3],
      ["a reset connection", { kind: "reset" }, "LMM_UNREACHABLE", 3],
      ["a crashing model", { kind: "runner-crash" }, "LMM_UNREACHABLE", 2],
      ["ends without done", { kind: "end-without-done" }, "LMM_BAD_ANSWER", 2],
      ["cut answers", { kind: "length", tokens: 3 }, "LMM_BAD_ANSWER", 2],
      ["empty answers", { kind: "empty-content" }, "LMM_BAD_ANSWER", 2],
      ["loops", { kind: "repeat" }, "LMM_BAD_ANSWER", 2],
      ["a missing key", { kind: "unauthorized" }, "LMM_UNREACHABLE", 1],
      ["a refused client", { kind: "forbidden" }, "LMM_UNREACHABLE", 1],
      [
        "an error of a setting",
        {
          kind: "status",
          status: 500,
          body: '{"error":"option \\"seed\\" must be of type integer"}',
        },
        "BAD_CONFIG",
        1,
      ],
    ];
    for (const [name, fault, code, calls] of LASTING) {
      it(`ends in ${code}: ${name}`, async () => {
        await start();
        await ollama.warmUp();
        double.fault(fault, {
          on: "/api/chat",
          times: 100,
          when: (entry) => messagesOf(entry).length > 0,
        });
        await fails(code);
        assert.equal(questions().length, calls);
      });
    }

    it("waits as long as a server asks for, and not where nobody waits any more", async () => {
      await start();
      await ollama.warmUp();
      const busy = { kind: "status", status: 429, headers: { "retry-after": "3600" } } as const;
      double.fault(busy, { on: "/api/chat", times: 3 });
      const { message } = await fails("LMM_BUSY");
      assert.match(message, /HTTP 429, Retry-After 3600 s/);
      assert.equal(questions().length, 1);
    });

    it("shows an image that the model's process dies of once more, smaller", async () => {
      const large = await paint("#806040", 1_000, 600);
      await start();
      await ollama.warmUp();
      const crash = (when: (entry: JournalEntry) => boolean): void => {
        double.clearFaults();
        double.fault({ kind: "runner-crash" }, { on: "/api/chat", times: 100, when });
      };
      const widths = (): Promise<(number | undefined)[]> =>
        Promise.all(
          questions().map(async ({ images: [image] }) => {
            return image && (await sharp(image.bytes).metadata()).width;
          }),
        );
      let first: number | undefined;
      crash(({ images: [image] }) => (first ??= image?.size) === image?.size);
      const { candidates } = await ollama.propose(large, "");
      assert.equal(candidates[0]?.name, "hex bolt");
      assert.deepEqual(await widths(), [672, 672, 448]);
      // What crashes on any size ends after that.
      crash(({ images }) => images.length > 0);
      await assert.rejects(ollama.propose(large, ""), { code: "LMM_UNREACHABLE" });
      assert.deepEqual((await widths()).slice(3), [672, 672, 448]);
    });

    it("tries again with another seed and some chance", async () => {
      await start({ brain: new ScriptedBrain(["这是一个螺栓", { json: BOLT }]) });
      double.fault({ kind: "format", mode: "prose" });
      await ollama.propose(frame, "What is it?");
      const [first, second] = questions().map(optionsOf);
      assert.notEqual(first?.seed, second?.seed);
      assert.ok(Number(second?.temperature) > 0);
      assert.equal(first?.num_ctx, second?.num_ctx);
    });

    const PARROTED = {
      a_description: "one sentence about what you see",
      b_candidates: [
        { a_name: "most likely name", b_synonyms: ["another name for the same thing"] },
      ],
    };
    it("does not take our form for an answer, and heals where the next one is one", async () => {
      await start({ brain: new ScriptedBrain([{ json: PARROTED }, { json: BOLT }]) });
      const { candidates } = await ollama.propose(frame, "");
      assert.equal(candidates[0]?.name, "hex bolt");
      await ollama.close();
      connect();
      double.brain = new ScriptedBrain({ json: PARROTED });
      const before = questions().length;
      await fails("LMM_BAD_ANSWER", "lmm.answer-parrot");
      assert.equal(questions().length, before + 2);
    });

    it("does not take its own form back, whatever it is", async () => {
      const echo: Line = ({ prompt }) => prompt;
      await start({ brain: new ScriptedBrain(echo) });
      double.fault({ kind: "format", mode: "prose" }, { on: "/api/chat", times: 9 });
      await fails("LMM_BAD_ANSWER");
      await ollama.close();
      connect({ answer: "text" });
      await fails("LMM_BAD_ANSWER", "lmm.answer-parrot");
      await assert.rejects(ollama.ask({ prompt: "Which?\nA: bolt\nB: nut", choices: ["A", "B"] }), {
        code: "LMM_BAD_ANSWER",
      });
      await assert.rejects(ollama.ask({ prompt: "Which class of the list is this?" }), {
        key: "lmm.answer-parrot",
      });
    });

    it("takes no thought for an answer, wherever the server puts it", async () => {
      const thinking = "<think>Maybe a nut? No.</think>";
      await start({ brain: new ScriptedBrain(`${thinking}\n\nhex bolt`) }, { answer: "text" });
      const { candidates, raw } = await ollama.propose(frame, "");
      assert.equal(candidates[0]?.name, "hex bolt");
      assert.ok(raw.startsWith(thinking));
      assert.equal((await ollama.ask({ prompt: "Which?" })).text, "hex bolt");
      double.brain = new ScriptedBrain(`${thinking}B`);
      double.fault({ kind: "format", mode: "prose" }, { on: "/api/chat" });
      assert.equal((await ollama.ask({ prompt: "Which?", choices: ["A", "B"] })).text, "B");
      double.brain = new ScriptedBrain("<think>Maybe a nut? Or");
      await fails("LMM_BAD_ANSWER", "lmm.answer-only-thought");
    });

    it("says so where a model only thinks", async () => {
      const capabilities = ["completion", "vision", "thinking"] as const;
      await start({
        models: [{ name: "llava:7b", capabilities }],
        brain: new ScriptedBrain({ text: "", thinking: "Maybe a nut." }),
      });
      // As a server whose template thinks although it was told not to.
      const line = '{"message":{"role":"assistant","content":"","thinking":"Maybe"},"done":false}';
      const end = '{"message":{"role":"assistant","content":""},"done":true,"done_reason":"stop"}';
      await ollama.warmUp();
      double.fault(
        { kind: "status", status: 200, body: `${line}\n${end}\n` },
        { on: "/api/chat", times: 9 },
      );
      await fails("LMM_BAD_ANSWER", "lmm.answer-only-thought");
    });

    it("does not take an answer in another script", async () => {
      const drift = { a_description: "这是", b_candidates: [{ a_name: "螺栓", b_synonyms: [] }] };
      await start({ brain: new ScriptedBrain({ json: drift }) });
      await fails("LMM_BAD_ANSWER", "lmm.answer-foreign");
      assert.equal(questions().length, 2);
    });

    it("sends no schema again to a server that refuses it", async () => {
      await start();
      await ollama.warmUp();
      const refusal = '{"error":"invalid JSON schema in format"}';
      double.fault({ kind: "status", status: 500, body: refusal }, { on: "/api/chat" });
      await ollama.propose(frame, "");
      assert.equal(questions().length, 2);
      assert.equal("format" in (questions()[1]?.body as object), false);
    });

    it("names a missing model, and how to get it", async () => {
      await start({ models: [] });
      const error = await fails("LMM_MODEL_MISSING");
      assert.match(error.message, /has no model llava:7b\. Pull it .*ollama pull llava:7b/);
    });

    for (const profile of ["0.12.5", "0.34"] as const) {
      it(`refuses a model without vision before it is asked (${profile})`, async () => {
        await start(
          { profile, models: [{ name: "llama3.2:3b", capabilities: ["completion"] }] },
          { model: "llama3.2:3b" },
        );
        assert.match((await fails("LMM_NO_VISION")).message, /llama3\.2:3b/);
        assert.equal(double.journal.of("/api/chat").length, 0);
      });
    }

    it("refuses to guess a model", async () => {
      await start({}, { model: " " });
      await fails("BAD_CONFIG", "lmm.no-model");
    });

    it("bounds what it reads", async () => {
      await start({ brain: new ScriptedBrain("x".repeat(5_000_000)) });
      await ollama.warmUp();
      const line = `{"message":{"content":"${"x".repeat(5_000_000)}"},"done":true}\n`;
      double.fault({ kind: "status", status: 200, body: line }, { on: "/api/chat", times: 9 });
      await fails("LMM_BAD_ANSWER", "lmm.answer-too-long");
    });

    const FORBIDDEN: readonly [string, number, string][] = [
      [
        "as Open WebUI does",
        401,
        '{"detail":"You do not have permission to access this resource."}',
      ],
      ["as a proxy does", 403, "<html><head><title>403 Forbidden</title></head></html>"],
      ["as a router without such a path does", 404, "404 page not found"],
      ["with a page of its own", 200, "<html>Sign in</html>"],
      ["with JSON of its own", 200, '{"status":"ok"}'],
      ["with a failure", 500, '{"detail":"Internal error"}'],
      ["with too many questions", 429, "slow down"],
      ["with nothing", 204, ""],
    ];
    for (const [name, status, body] of FORBIDDEN) {
      it(`works behind a proxy that hides the status: ${name}`, async () => {
        await start({}, { pace: { factsMs: 0 } });
        for (const on of ["/api/version", "/api/tags", "/api/ps", "/api/show"]) {
          double.fault({ kind: "status", status, body }, { on, times: 100 });
        }
        const { candidates, model } = await ollama.propose(frame, "");
        assert.equal(candidates[0]?.name, "hex bolt");
        assert.deepEqual(model, { name: "llava:7b" });
        await ollama.propose(frame, "");
        assert.equal(ollama.state.kind, "ready");
      });
    }

    it("tells a proxy's login from a missing key", async () => {
      const proxy = createServer((_request, response) => {
        response.writeHead(401, { "www-authenticate": 'Basic realm="plant"' }).end("<html></html>");
      }).listen(0, "127.0.0.1");
      await once(proxy, "listening");
      await start({}, { host: `127.0.0.1:${(proxy.address() as AddressInfo).port}` });
      const error = await fails("LMM_UNREACHABLE", "lmm.wants-password");
      assert.match(error.message, /user and password \(Basic realm="plant"\)/);
      proxy.close();
      proxy.closeAllConnections();
    });

    for (const apiKey of [
      "zz9\nyy8",
      "zz9\ryy8",
      "zz9 yy8",
      "ключ",
      "キー",
      "a\u0000b",
      "schlüssel",
    ]) {
      it(`refuses a key that cannot be sent, without repeating it: ${JSON.stringify(apiKey)}`, async () => {
        await start();
        assert.throws(
          () => createOllama({ host: double.url, model: "llava:7b", apiKey }),
          (error) =>
            error instanceof TlacError &&
            error.code === "BAD_CONFIG" &&
            apiKey.split(/\s/).every((part) => !error.message.includes(part)),
        );
      });
    }

    it("sends a key as it was pasted, without what is not the key", async () => {
      await start({}, { apiKey: "\n Bearer s3cret\n" });
      await ollama.propose(frame, "");
      assert.equal(double.journal.last().headers.authorization, "Bearer s3cret");
    });

    it("is not led to another host", async () => {
      await start({}, { apiKey: "s3cret" });
      double.fault({ kind: "status", status: 302, body: "" }, { times: 9 });
      await fails("LMM_UNREACHABLE", "lmm.other-server");
    });

    it("sends the key, and never tells it", async () => {
      await start({}, { apiKey: "s3cret" });
      double.fault({ kind: "unauthorized" }, { on: "/api/chat", times: 9 });
      const error = await fails("LMM_UNREACHABLE", "lmm.unauthorised");
      assert.equal(double.journal.last().headers.authorization, "Bearer s3cret");
      assert.doesNotMatch(JSON.stringify(error) + error.message, /s3cret/);
    });
  });

  describe("deadlines", () => {
    it("end an answer that drips, counted from its first byte", async () => {
      await start({}, { deadlines: { answerMs: 40 } });
      await ollama.warmUp();
      double.hold("token");
      await fails("LMM_TIMEOUT", "lmm.timeout-answer");
      const left = await double.journal.waitFor(({ clientClosedAt }) => !!clientClosedAt);
      assert.equal(left.clientClosedAt, "streaming");
    });

    it("do not count the wait before the first byte as answer", async () => {
      await start({}, { deadlines: { answerMs: 5_000, totalMs: 60 } });
      await ollama.warmUp();
      double.hold("first-token");
      await fails("LMM_TIMEOUT", "lmm.timeout-total");
    });

    it("let a load go on that a message did not wait for", async () => {
      await start({}, { deadlines: { totalMs: 400 } });
      const release = double.hold("load");
      await fails("LMM_TIMEOUT", "lmm.timeout-loading");
      const loading = await double.journal.reached("loading");
      assert.equal(loading.clientClosedAt, undefined);
      release();
      await double.journal.waitFor((entry) => entry === loading && entry.finished);
      assert.equal(loading.status, 200);
      await ollama.warmUp();
      assert.equal(double.journal.of("/api/chat").filter(({ cold }) => cold).length, 1);
    });

    it("find out a server that accepts and says nothing", async () => {
      await start({}, { deadlines: { connectMs: 20 } });
      double.hold("accept");
      await fails("LMM_UNREACHABLE", "lmm.silent");
    });
  });

  describe("cancelling", () => {
    const STAGES: readonly [GateName, Stage][] = [
      ["accept", "accepted"],
      ["first-token", "evaluating"],
      ["token", "streaming"],
    ];
    for (const [gate, stage] of STAGES) {
      it(`by the message's signal closes the request while ${stage}`, async () => {
        await start();
        await ollama.warmUp();
        double.hold(gate);
        const cancel = new AbortController();
        const call = ollama.propose(frame, "", { signal: cancel.signal });
        const entry = await double.journal.reached(stage, "/api/chat");
        cancel.abort();
        await assert.rejects(call, { code: "CLOSED" });
        await double.journal.waitFor((each) => each === entry && each.clientClosedAt === stage);
      });
    }

    it("while queued behind another", async () => {
      await start();
      await ollama.warmUp();
      const release = double.hold("first-token");
      const first = ollama.propose(frame, "");
      await double.journal.reached("evaluating");
      const cancel = new AbortController();
      const second = ollama.propose(frame, "", { signal: cancel.signal });
      const entry = await double.journal.reached("queued");
      cancel.abort();
      await assert.rejects(second, { code: "CLOSED" });
      await double.journal.waitFor((each) => each === entry && each.clientClosedAt === "queued");
      release();
      await first;
    });

    it("by close ends the load, and no socket is left", async () => {
      await start();
      double.hold("load");
      const call = ollama.propose(frame, "");
      const entry = await double.journal.reached("loading");
      const rejected = assert.rejects(call, { code: "CLOSED" });
      await ollama.close();
      await rejected;
      await double.journal.waitFor((each) => each === entry && each.clientClosedAt === "loading");
      await assert.rejects(ollama.propose(frame, ""), { code: "CLOSED" });
    });
  });

  describe("a server that is down", () => {
    it("is left alone after three messages, then probed, then used again", async () => {
      await start({}, { pace: { breakerMs: 30, retryMs: [] } });
      await double.stop();
      for (let message = 0; message < 3; message += 1) {
        await fails("LMM_UNREACHABLE", "lmm.unreachable");
      }
      assert.equal(ollama.state.kind, "breaker-open");
      await fails("LMM_UNREACHABLE", "lmm.paused");
      await double.start();
      await new Promise((resolve) => setTimeout(resolve, 40));
      const { candidates } = await ollama.propose(frame, "");
      assert.equal(candidates[0]?.name, "hex bolt");
      assert.deepEqual(states.slice(-2).sort(), ["loading", "ready"]);
      assert.ok(states.includes("breaker-half-open"));
    });

    it("that answers with errors of its own is not down", async () => {
      await start({ models: [] });
      for (let message = 0; message < 5; message += 1) await fails("LMM_MODEL_MISSING");
    });
  });

  describe("canary", () => {
    let folder: string;
    let photos: CanaryPhoto[];
    const words = new Map<string, string>();

    before(async () => {
      folder = await mkdtemp(path.join(tmpdir(), "tlac-canary-"));
      photos = [];
      for (const [word, colour] of [
        ["banana", "#e0c020"],
        ["fire truck", "#c01010"],
      ] as const) {
        const { jpeg } = await paint(colour);
        const file = path.join(folder, `${word}.jpg`);
        await writeFile(file, jpeg);
        photos.push({ file, words: [word] });
      }
    });

    after(() => rm(folder, { recursive: true, force: true }));

    /** Names what it sees, by the size of what it was sent; a blind model has no image at all. */
    const seeing: Line = async ({ images }: BrainRequest) => {
      const [image] = images;
      if (!image) return { json: named("a person") };
      const name = words.get(image.sha256) ?? "hex bolt";
      return Promise.resolve({ json: named(name) });
    };

    function named(name: string): typeof BOLT {
      return { a_description: `A ${name}.`, b_candidates: [{ a_name: name, b_synonyms: [] }] };
    }

    async function startWithCanary(settings: Partial<OllamaSettings> = {}): Promise<void> {
      for (const photo of photos) {
        const digest = createHash("sha256")
          .update(await readFile(photo.file))
          .digest("hex");
        words.set(digest, photo.words[0] ?? "");
      }
      await start(
        { brain: new ScriptedBrain(seeing) },
        { canary: true, canaryPhotos: photos, ...settings },
      );
    }

    it("is shown once, before the first message", async () => {
      await startWithCanary();
      await ollama.propose(frame, "");
      assert.equal(questions().length, 3);
      await ollama.propose(frame, "");
      assert.equal(questions().length, 4);
      assert.deepEqual(states, ["loading", "checking", "ready", "ready"]);
    });

    it("is shown again when the model's digest or the server's version changes", async () => {
      await startWithCanary({ pace: { factsMs: 0 } });
      await ollama.propose(frame, "");
      double.models.change("llava:7b", { digest: "ab".repeat(32) });
      await ollama.propose(frame, "");
      assert.equal(questions().length, 6);
      double.useProfile("0.31");
      await ollama.propose(frame, "");
      assert.equal(questions().length, 9);
    });

    it("turns a model that lost its sight into LMM_BLIND, until it sees again", async () => {
      await startWithCanary({ pace: { factsMs: 0, blindMs: 0 } });
      double.models.change("llava:7b", { blind: true });
      const error = await fails("LMM_BLIND");
      assert.match(error.message, /llava:7b on Ollama 0\.34\.2 .*banana, fire truck/);
      assert.equal(ollama.state.kind, "blind");
      double.models.change("llava:7b", { blind: false });
      await ollama.propose(frame, "");
      assert.equal(ollama.state.kind, "ready");
    });

    it("is not shown for every message while the model is blind", async () => {
      await startWithCanary();
      double.models.change("llava:7b", { blind: true });
      await fails("LMM_BLIND");
      await fails("LMM_BLIND");
      assert.equal(questions().length, 2);
    });

    it("takes the same answer to both photos, and nothing usable, for blind", async () => {
      await startWithCanary();
      double.brain = new ScriptedBrain({ json: named("banana") });
      await fails("LMM_BLIND");
      await ollama.close();
      connect({ canary: true, canaryPhotos: photos });
      double.brain = new ScriptedBrain(" ");
      await fails("LMM_BLIND");
    });

    it("comes with the package", async () => {
      const defaults = defaultCanaryPhotos();
      assert.equal(defaults.length, 2);
      for (const { file, words: expected } of defaults) {
        assert.ok(expected.length > 0);
        const { frames } = await readFrames(await readFile(file));
        assert.equal(frames.length, 1);
      }
      await start();
    });

    it("that hangs ends in its time, and the next message finds the server as it is then", async () => {
      await startWithCanary({ deadlines: { totalMs: 60 } });
      const release = double.hold("first-token");
      await assert.rejects(ollama.propose(frame, ""), { code: "LMM_TIMEOUT" });
      // The photo's request is over, not only the waiting for it.
      await double.journal.waitFor(({ clientClosedAt }) => clientClosedAt === "evaluating");
      release();
      await until(() => ollama.warmUp());
      assert.equal(ollama.state.kind, "ready");
    });

    it("that hangs is no reason to hang for whoever waits without a time", async () => {
      await startWithCanary({ deadlines: { totalMs: 40 } });
      double.hold("first-token");
      await assert.rejects(ollama.warmUp(), { code: "LMM_TIMEOUT", key: "lmm.timeout-canary" });
    });

    it("that hangs ends with the dialog's signal, and leaves no request", async () => {
      await startWithCanary();
      double.hold("first-token");
      const cancel = new AbortController();
      const check = dialog((asked) => asked.checkVision(), { canaryPhotos: photos }, cancel.signal);
      const entry = await double.journal.reached("evaluating");
      cancel.abort();
      await assert.rejects(check, { code: "CLOSED" });
      await double.journal.waitFor((each) => each === entry && each.finished);
    });

    it("can be run by hand, with what was said", async () => {
      await startWithCanary({ canary: false });
      const { answers, model } = await dialog((asked) => asked.checkVision(), {
        canaryPhotos: photos,
      });
      assert.deepEqual(
        answers.map(({ fits }) => fits),
        [true, true],
      );
      assert.equal(model.version, "0.34.2");
    });
  });

  describe("asking a second question", () => {
    it("chooses among codes with their probabilities", async () => {
      const brain = new ScriptedBrain({
        json: { a_choice: "B" },
        probabilities: { A: 0.2, B: 0.7, C: 0.1 },
      });
      await start({ brain });
      const reply = await ollama.ask({ prompt: "Which?", choices: ["A", "B", "C"] });
      assert.equal(reply.text, "B");
      assert.ok(Math.abs((reply.probabilities?.get("B") ?? 0) - 0.7) < 0.05);
      const sum = [...(reply.probabilities?.values() ?? [])].reduce((a, b) => a + b, 0);
      assert.ok(Math.abs(sum - 1) < 1e-9);
      const body = questions()[0]?.body as Record<string, unknown>;
      assert.equal(body.top_logprobs, 10);
      assert.ok(JSON.stringify(body.format).includes('"enum":["A","B","C"]'));
      assert.equal(questions()[0]?.images.length, 0);
    });

    it("has no probabilities from a server that tells none", async () => {
      await start({ brain: new ScriptedBrain({ json: { a_choice: "B" } }), profile: "0.12.5" });
      double.useProfile({
        version: "0.11.0",
        dialect: "old",
        firstErrorInStream: true,
        capabilitiesInTags: false,
        logprobs: false,
        webp: false,
        refusesImages: false,
        repeatLimit: 30,
        repeatEnd: "done-false",
      });
      const reply = await ollama.ask({ prompt: "Which?", choices: ["A", "B"] });
      assert.equal(reply.text, "B");
      assert.equal(reply.probabilities, undefined);
      assert.equal("logprobs" in (questions()[0]?.body as object), false);
    });

    it("refuses a choice that was not offered", async () => {
      await start({ brain: new ScriptedBrain("none of them, sorry") });
      double.fault({ kind: "format", mode: "prose" }, { times: 9 });
      await assert.rejects(ollama.ask({ prompt: "Which?", choices: ["X", "Y"] }), {
        code: "LMM_BAD_ANSWER",
      });
    });

    it("takes plain text, with the image where one is given", async () => {
      await start({ brain: new ScriptedBrain("hex bolt\n") });
      const { text } = await ollama.ask({ prompt: "Which class?", frame });
      assert.equal(text, "hex bolt");
      assert.equal(questions()[0]?.images.length, 1);
    });
  });

  describe("a dialog's questions", () => {
    it("list the models, those that see first, in both generations", async () => {
      for (const profile of ["0.24", "0.34"] as const) {
        await start({
          profile,
          models: [{ name: "llama3.2:3b", capabilities: ["completion"] }, { name: "llava:7b" }],
        });
        const models = await dialog((asked) => asked.listModels());
        assert.deepEqual(
          models.map(({ name, vision }) => [name, vision]),
          [
            ["llava:7b", true],
            ["llama3.2:3b", false],
          ],
        );
        assert.ok(models[0]!.sizeBytes! > 1e9);
        if (profile === "0.24") {
          await ollama.close();
          await double.close();
        }
      }
    });

    it("pull a model with its progress", async () => {
      await start({ models: [] });
      const seen: number[] = [];
      await dialog((asked) =>
        asked.pull(({ completedBytes, totalBytes }) => {
          assert.ok(completedBytes <= totalBytes);
          seen.push(completedBytes);
        }),
      );
      assert.ok(seen.at(-1)! > 0);
      await ollama.propose(frame, "");
    });

    it("give up a pull that says nothing any more", async () => {
      await start({ models: [] });
      double.hold("pull", 3);
      await assert.rejects(
        dialog((asked) => asked.pull(), { pace: { pullMs: 60 } }),
        { code: "LMM_TIMEOUT", key: "lmm.pull-stalled" },
      );
    });

    for (const gate of ["accept", "load", "first-token", "token"] as const) {
      it(`end at the gate ${gate} with the caller's signal`, async () => {
        await start();
        double.hold(gate);
        const cancel = new AbortController();
        const check = dialog((asked) => asked.checkVision(), {}, cancel.signal);
        await double.journal.reached(
          gate === "accept" ? "accepted" : gate === "load" ? "loading" : "evaluating",
        );
        cancel.abort();
        await assert.rejects(check, { code: "CLOSED" });
        await double.journal.waitFor(() => double.journal.entries.every((each) => each.finished));
      });
    }

    it("cancel a pull", async () => {
      await start({ models: [] });
      double.hold("pull");
      const cancel = new AbortController();
      const pull = dialog((asked) => asked.pull(), {}, cancel.signal);
      const entry = await double.journal.reached("pulling");
      cancel.abort();
      await assert.rejects(pull, { code: "CLOSED" });
      await double.journal.waitFor((each) => each === entry && each.clientClosedAt === "pulling");
    });

    it("say what is wrong with a pull", async () => {
      await start({ models: [] });
      await assert.rejects(
        dialog((asked) => asked.pull(), { model: "nope" }),
        { code: "LMM_MODEL_MISSING" },
      );
      double.fault({ kind: "pull-offline" });
      const offline = dialog((asked) => asked.pull());
      await assert.rejects(offline, { code: "LMM_UNREACHABLE", key: "lmm.pull-offline" });
      double.fault({ kind: "pull-error", text: "write /root/.ollama: no space left on device" });
      await assert.rejects(
        dialog((asked) => asked.pull()),
        {
          code: "LMM_UNREACHABLE",
          key: "lmm.pull-failed",
        },
      );
    });

    it("ask the version without a model", async () => {
      await start({}, { model: "" });
      const told = await dialog((asked) => asked.describe(), { model: "" });
      assert.deepEqual(told, { name: "Ollama", version: "0.34.2" });
    });
  });
});

/** Repeats what may still meet the end of what hung before. */
async function until(work: () => Promise<void>): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      await work();
      return;
    } catch (thrown) {
      if (tries === 20) throw thrown;
    }
  }
}

async function paint(background: string, width = 64, height = 48): Promise<Frame> {
  const image = await sharp({ create: { width, height, channels: 3, background } })
    .jpeg()
    .toBuffer();
  const { frames } = await readFrames(image);
  const [frame] = frames;
  assert.ok(frame);
  return frame;
}

function messagesOf({ body }: JournalEntry): { content: string }[] {
  return (body as { messages?: { content: string }[] } | undefined)?.messages ?? [];
}

function optionsOf({ body }: JournalEntry): Record<string, unknown> {
  return (body as { options?: Record<string, unknown> }).options ?? {};
}
