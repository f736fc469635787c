import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { Worker } from "node:worker_threads";
import { Ollama } from "ollama";
import sharp from "sharp";
import { oneOf, ScriptedBrain } from "./brain-scripted";
import { RecogniserBrain } from "./brain-recogniser";
import { VirtualClock } from "./clock";
import { PROFILES, type ProfileName } from "./profiles";
import { startOllamaDouble, type OllamaDouble, type OllamaDoubleOptions } from "./server";

type Json = Record<string, unknown>;

let double: OllamaDouble;

async function start(options: OllamaDoubleOptions = {}): Promise<OllamaDouble> {
  double = await startOllamaDouble(options);
  return double;
}

function post(path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  return fetch(`${double.url}${path}`, {
    method: "POST",
    body: typeof body === "string" ? body : JSON.stringify(body),
    ...(signal ? { signal } : {}),
  });
}

/** A chat that is not streamed, with whatever the test adds. */
function chat(more: Json = {}, images?: readonly (Buffer | string)[]): Promise<Response> {
  const encoded = images?.map((each) =>
    typeof each === "string" ? each : each.toString("base64"),
  );
  const message = { role: "user", content: "What is it?", ...(encoded ? { images: encoded } : {}) };
  return post("/api/chat", { model: "llava:7b", stream: false, messages: [message], ...more });
}

async function readJson(response: Response): Promise<Json> {
  return (await response.json()) as Json;
}

async function readError(response: Response): Promise<string> {
  const { error } = await readJson(response);
  assert.equal(typeof error, "string");
  return String(error);
}

/** What llama-server's own body inside the error says. */
async function readNested(response: Response): Promise<Json> {
  return (JSON.parse(await readError(response)) as { error: Json }).error;
}

async function readLines(response: Response): Promise<Json[]> {
  const text = await response.text();
  if (text === "") return [];
  assert.ok(text.endsWith("\n"));
  return text
    .slice(0, -1)
    .split("\n")
    .map((line) => JSON.parse(line) as Json);
}

function contentOf(answer: Json): string {
  return String((answer.message as Json).content);
}

/** What the messages of a recorded body say. */
function contentsOf(body: unknown): unknown[] {
  const { messages = [] } = (body ?? {}) as { messages?: Json[] };
  return messages.map(({ content }) => content);
}

/** Asks in a way that the test can leave, with the outcome caught. */
function leavable(body: Json): { leave: () => void; outcome: Promise<unknown> } {
  const controller = new AbortController();
  const outcome = post("/api/chat", body, controller.signal)
    .then((response) => response.text())
    .catch((error: unknown) => error);
  const leave = (): void => {
    controller.abort();
  };
  return { leave, outcome };
}

const MESSAGES = [{ role: "user", content: "What is it?" }];
const STREAMED = { model: "llava:7b", messages: MESSAGES };
const TEXT_MODEL = { name: "llama3.2:3b", capabilities: ["completion"] as const };

/** Asks again and again, and cuts the connection as soon as it has the last line. */
const HANGS_UP = `
  const { connect } = require("node:net");
  const { workerData: { port, rounds, body } } = require("node:worker_threads");
  const ask = (round) => {
    if (round === rounds) return;
    const socket = connect(port, "127.0.0.1");
    socket.write("POST /api/chat HTTP/1.1\\r\\nHost: localhost\\r\\n");
    socket.write("Content-Length: " + body.length + "\\r\\n\\r\\n" + body);
    socket.on("data", (bytes) => String(bytes).includes('"done":true') && socket.destroy());
    socket.on("close", () => ask(round + 1));
  };
  ask(0);
`;

const SCHEMA = {
  type: "object",
  properties: {
    b_label: { type: "string", enum: ["ok", "defect"] },
    a_score: { type: "number", minimum: 0, maximum: 1 },
  },
  required: ["b_label", "a_score"],
};

describe("ollama double", () => {
  let jpeg: Buffer;
  let png: Buffer;
  let webp: Buffer;

  before(async () => {
    const picture = sharp({
      create: { width: 64, height: 48, channels: 3, background: "#a04010" },
    });
    jpeg = await picture.clone().jpeg().toBuffer();
    png = await picture.clone().png().toBuffer();
    webp = await picture.clone().webp().toBuffer();
  });

  afterEach(async () => {
    await double.close();
    assert.equal(double.openSockets, 0);
  });

  describe("plain endpoints", () => {
    it("says that it runs, to GET and HEAD, and tells its version", async () => {
      await start({ profile: "0.31" });
      const root = await fetch(double.url);
      assert.match(root.headers.get("content-type") ?? "", /^text\/plain/);
      assert.equal(await root.text(), "Ollama is running");
      const head = await fetch(double.url, { method: "HEAD" });
      assert.deepEqual([head.status, await head.text()], [200, ""]);
      assert.deepEqual(await readJson(await fetch(`${double.url}/api/version`)), {
        version: "0.31.1",
      });
    });

    it("answers an unknown path with 404 and a wrong verb with 405, both as plain text", async () => {
      await start();
      const missing = await fetch(`${double.url}/api/nothing`);
      assert.deepEqual([missing.status, await missing.text()], [404, "404 page not found"]);
      assert.match(missing.headers.get("content-type") ?? "", /^text\/plain/);
      const wrong = await fetch(`${double.url}/api/chat`);
      assert.deepEqual([wrong.status, await wrong.text()], [405, "405 method not allowed"]);
    });

    it("lists models newest first, with capabilities since 0.30 only", async () => {
      await start({ profile: "0.24", models: [TEXT_MODEL, { name: "llava" }] });
      const list = async (): Promise<Json[]> =>
        (await readJson(await fetch(`${double.url}/api/tags`))).models as Json[];
      const old = await list();
      assert.deepEqual(
        old.map(({ name }) => name),
        ["llava:latest", "llama3.2:3b"],
      );
      assert.ok(!("capabilities" in old[0]!));
      double.useProfile("0.34");
      const [llava, text] = await list();
      assert.deepEqual(llava!.capabilities, ["completion", "vision"]);
      assert.deepEqual(text!.capabilities, ["completion"]);
      for (const { name } of old) double.models.remove(String(name));
      assert.deepEqual(await list(), []);
    });

    it("shows vision as a capability and a changed digest in the list", async () => {
      await start({ models: [TEXT_MODEL, { name: "llava:7b", digest: "aa" }] });
      const llava = await readJson(await post("/api/show", { model: "llava:7b" }));
      assert.deepEqual(llava.capabilities, ["completion", "vision"]);
      assert.ok("projector_info" in llava);
      const text = await readJson(await post("/api/show", { name: "llama3.2:3b" }));
      assert.deepEqual(text.capabilities, ["completion"]);
      double.models.change("llava:7b", { digest: "bb" });
      const { models } = await readJson(await fetch(`${double.url}/api/tags`));
      assert.equal((models as Json[])[0]!.digest, "bb");
    });
  });

  describe("streams", () => {
    it("streams NDJSON where `stream` is absent, on chat, generate and pull", async () => {
      await start();
      for (const [path, body] of [
        ["/api/chat", STREAMED],
        ["/api/generate", { model: "llava:7b", prompt: "Hello" }],
        ["/api/pull", { model: "moondream" }],
      ] as const) {
        const response = await post(path, body);
        assert.equal(response.headers.get("content-type"), "application/x-ndjson");
        assert.ok((await readLines(response)).length > 1, path);
      }
      const whole = await chat();
      assert.equal(whole.headers.get("content-type"), "application/json; charset=utf-8");
      assert.equal(contentOf(await readJson(whole)), "A hammer.");
    });

    it("sends no headers before the first token", async () => {
      await start();
      const release = double.hold("first-token");
      let answered = false;
      const response = post("/api/chat", STREAMED).then((value) => {
        answered = true;
        return value;
      });
      const entry = await double.journal.reached("evaluating");
      // A full round trip on another connection: headers would have had the time to come.
      await fetch(double.url);
      assert.deepEqual([answered, entry.status], [false, undefined]);
      release();
      assert.equal((await response).status, 200);
    });

    it("takes time to load, to read the prompt and for each token", async () => {
      const delays = { load: 3000, promptEval: 400, perToken: 50 };
      await start({ clock: new VirtualClock(), delays, brain: new ScriptedBrain("one two three") });
      const answer = await readJson(await chat());
      assert.equal(answer.load_duration, 3000e6);
      assert.equal(answer.prompt_eval_duration, 400e6);
      assert.equal(answer.eval_duration, 100e6);
      assert.equal(answer.total_duration, 3500e6);
    });

    it("splits lines and characters across writes, and joins lines in one", async () => {
      await start({ brain: new ScriptedBrain("日本語 ハンマー") });
      const readChunks = async (): Promise<Buffer[]> => {
        const chunks: Buffer[] = [];
        const outgoing = httpRequest(`${double.url}/api/chat`, { method: "POST" });
        outgoing.end(JSON.stringify(STREAMED));
        const [incoming] = (await once(outgoing, "response")) as [NodeJS.ReadableStream];
        for await (const chunk of incoming) chunks.push(chunk as Buffer);
        return chunks;
      };
      double.fault({ kind: "chunking", bytes: 1 });
      const bytewise = await readChunks();
      assert.ok(bytewise.some((chunk) => chunk.length === 1 && chunk[0]! > 0x7f));
      double.fault({ kind: "coalesce" });
      const joined = await readChunks();
      assert.equal(joined.length, 1);
      for (const chunks of [bytewise, joined]) {
        const text = Buffer.concat(chunks).toString();
        assert.ok(text.endsWith("}\n"));
        const lines = text.trimEnd().split("\n");
        const said = lines.map((line) => contentOf(JSON.parse(line) as Json)).join("");
        assert.equal(said, "日本語 ハンマー");
      }
    });

    it("ends with an empty chunk with reason, counters and durations, zeros left out", async () => {
      await start({ clock: new VirtualClock(), delays: { promptEval: 5 } });
      const final = (await readLines(await post("/api/chat", STREAMED))).at(-1)!;
      assert.equal(contentOf(final), "");
      assert.deepEqual([final.done, final.done_reason], [true, "stop"]);
      assert.equal(final.eval_count, 3);
      assert.equal(final.prompt_eval_duration, 5e6);
      assert.ok(!("load_duration" in final) && !("eval_duration" in final));
      const generated = await readLines(
        await post("/api/generate", { model: "llava:7b", prompt: "Hello" }),
      );
      assert.equal(generated[0]!.response, "A");
      assert.ok(Array.isArray(generated.at(-1)!.context));
    });

    it("ends with stop, length, load or unload, or gives no reason", async () => {
      await start();
      const reasonOf = async (response: Promise<Response>): Promise<unknown> =>
        (await readJson(await response)).done_reason;
      assert.equal(await reasonOf(chat()), "stop");
      assert.equal(await reasonOf(chat({ options: { num_predict: 2 } })), "length");
      const { done_reason: loads, ...load } = await readJson(await chat({ messages: [] }));
      assert.equal(loads, "load");
      assert.deepEqual(Object.keys(load).sort(), ["created_at", "done", "message", "model"]);
      assert.equal(await reasonOf(chat({ messages: [], keep_alive: 0 })), "unload");
      double.fault({ kind: "no-done-reason" });
      assert.equal(await reasonOf(chat()), undefined);
    });

    it("answers load and unload calls with one JSON object even when streaming", async () => {
      await start();
      for (const [path, body] of [
        ["/api/chat", { model: "llava:7b" }],
        ["/api/chat", { model: "llava:7b", keep_alive: 0 }],
        ["/api/generate", { model: "llava:7b", images: [jpeg.toString("base64")] }],
      ] as const) {
        const response = await post(path, { ...body, stream: true });
        assert.match(response.headers.get("content-type") ?? "", /^application\/json/);
        assert.equal((await readJson(response)).done, true);
      }
    });
  });

  describe("refusals of a request", () => {
    it("asks chat and show for a model by 400, and misses an empty one in generate by 404", async () => {
      await start();
      for (const path of ["/api/chat", "/api/show"]) {
        const response = await post(path, { messages: MESSAGES });
        assert.deepEqual([response.status, await readError(response)], [400, "model is required"]);
      }
      const response = await post("/api/generate", { prompt: "Hello" });
      assert.deepEqual([response.status, await readError(response)], [404, "model '' not found"]);
      const bad = await chat({ model: "no such name!" });
      assert.deepEqual([bad.status, await readError(bad)], [400, "invalid model name"]);
    });

    it("names a missing model as sent in chat and with its tag in show", async () => {
      await start({ models: [{ name: "llava" }] });
      const missing = await chat({ model: "nope" });
      assert.deepEqual([missing.status, await readError(missing)], [404, "model 'nope' not found"]);
      const shown = await post("/api/show", { model: "nope" });
      assert.deepEqual(
        [shown.status, await readError(shown)],
        [404, "model 'nope:latest' not found"],
      );
      for (const model of ["llava", "llava:latest", "LLaVA"]) {
        const response = await chat({ model });
        assert.equal(response.status, 200);
        assert.equal((await readJson(response)).model, model);
      }
    });

    it("refuses a missing body, broken JSON and a `stream` of the wrong type in Go's words", async () => {
      await start();
      for (const [body, error] of [
        ["", "missing request body"],
        ['{"model": "llava:7b"', "unexpected EOF"],
        ["hello", "invalid character 'h' looking for beginning of value"],
        [
          '{"model": "llava:7b", "stream": "yes"}',
          "json: cannot unmarshal string into Go struct field ChatRequest.stream of type bool",
        ],
      ] as const) {
        const response = await post("/api/chat", body);
        assert.deepEqual([response.status, await readError(response)], [400, error]);
      }
    });

    it("decodes base64 strictly and tells the first bad byte", async () => {
      await start();
      const good = jpeg.toString("base64");
      for (const [image, offset] of [
        [`data:image/jpeg;base64,${good}`, 4],
        ["https://example.com/a.jpg", 5],
        ["QUJD*EFC", 4],
        ["QUI", 0],
        ["QUI=QUI=", 4],
      ] as const) {
        const response = await chat({}, [image]);
        assert.equal(response.status, 400);
        assert.equal(await readError(response), `illegal base64 data at input byte ${offset}`);
      }
      const folded = good.replace(/.{76}/g, "$&\r\n");
      assert.equal((await chat({}, [folded])).status, 200);
      const serialised = await post("/api/chat", {
        ...STREAMED,
        messages: [{ role: "user", content: "?", images: [jpeg] }],
      });
      assert.equal(serialised.status, 400);
      assert.equal(
        await readError(serialised),
        "json: cannot unmarshal object into Go struct field ChatRequest.messages.images of type api.ImageData",
      );
    });

    it("cannot load garbage, TIFF or HEIC: 400 nested, in the old dialect 500 plain", async () => {
      await start({ profile: "0.34" });
      const tiff = await sharp(png).tiff().toBuffer();
      const heic = Buffer.from("\0\0\0\x18ftypheic\0\0\0\0mif1heic", "latin1");
      const bad = [Buffer.from("this is no image"), tiff, heic];
      for (const good of [jpeg, png]) assert.equal((await chat({}, [good])).status, 200);
      for (const image of bad) {
        const response = await chat({}, [image]);
        assert.equal(response.status, 400);
        assert.equal((await readNested(response)).message, "Failed to load image or audio file");
      }
      double.useProfile("0.24");
      for (const image of bad) {
        const response = await chat({}, [image]);
        assert.equal(response.status, 500);
        assert.match(
          await readError(response),
          /^Failed to create new sequence: .*unknown format$/,
        );
      }
    });

    it("cannot load a JPEG that is cut, wherever", async () => {
      await start({ profile: "0.34" });
      for (const length of [3, 20, 200, jpeg.length - 2]) {
        const response = await chat({}, [jpeg.subarray(0, length)]);
        assert.equal(response.status, 400);
        const { code, message } = await readNested(response);
        assert.deepEqual([code, message], [400, "Failed to load image or audio file"]);
      }
    });

    it("takes WebP since 0.32.14 and refuses it before", async () => {
      await start({ profile: "0.34" });
      assert.equal((await chat({}, [webp])).status, 200);
      const corrupt = await chat({}, [webp.subarray(0, 16)]);
      assert.equal(corrupt.status, 500);
      assert.equal(await readError(corrupt), "decode WebP image: riff: short chunk header");
      const cut = await readError(await chat({}, [webp.subarray(0, 30)]));
      assert.equal(cut, "decode WebP image: riff: short chunk data");
      double.useProfile("0.31");
      assert.equal((await chat({}, [webp])).status, 400);
      double.useProfile({ ...PROFILES["0.31"], webp: true });
      assert.equal((await chat({}, [webp])).status, 200);
    });

    it("treats an image for a text model in three ways", async () => {
      const seen: number[][] = [];
      await start({
        profile: "0.34",
        models: [TEXT_MODEL],
        brain: new ScriptedBrain(({ images, sentImages }) => {
          seen.push([images.length, sentImages]);
          return "The [img-0] shows a cat.";
        }),
      });
      const ask = (): Promise<Response> => chat({ model: TEXT_MODEL.name }, [jpeg]);
      const rendered = await ask();
      assert.equal(rendered.status, 400);
      assert.match(String((await readNested(rendered)).message), /^Multimodal data provided/);
      double.models.change(TEXT_MODEL.name, { path: "native" });
      const native = await ask();
      assert.equal(native.status, 500);
      assert.match(
        String((await readNested(native)).message),
        /^image input is not supported - hint/,
      );
      double.useProfile("0.24");
      const blind = await ask();
      assert.equal(blind.status, 200);
      assert.deepEqual(seen, [[0, 1]]);
    });

    it("counts image tokens against num_ctx and nests the error with its numbers", async () => {
      await start({ models: [{ name: "llava:7b", imageTokens: 5120 }] });
      const full = await chat({ options: { num_ctx: 4096 } }, [jpeg]);
      assert.equal(full.status, 400);
      assert.deepEqual(await readNested(full), {
        code: 400,
        message:
          "request (5123 tokens) exceeds the available context size (4096 tokens), try increasing it",
        type: "exceed_context_size_error",
        n_prompt_tokens: 5123,
        n_ctx: 4096,
      });
      const room = await readJson(await chat({ options: { num_ctx: 8192 } }, [jpeg]));
      assert.equal(room.prompt_eval_count, 5123);
      double.useProfile("0.24");
      const old = await chat({ options: { num_ctx: 4096 } }, [jpeg]);
      assert.equal(await readError(old), "the input length exceeds the context length");
    });

    it("answers a bad format and a bad option type with 500, and ignores unknown options", async () => {
      await start({ brain: new ScriptedBrain(({ options }) => JSON.stringify(options)) });
      const format = await chat({ format: "xml" });
      assert.equal(format.status, 500);
      assert.equal(
        await readError(format),
        'invalid format: "\\"xml\\""; expected "json" or a valid JSON Schema object',
      );
      const option = await chat({ options: { temperature: "hot" } });
      assert.equal(option.status, 500);
      assert.equal(await readError(option), 'option "temperature" must be of type float32');
      const unknown = await chat({
        options: { warp: "nine", seed: 1.5, top_k: null },
        seed: "top",
      });
      assert.equal(unknown.status, 200);
      const schema = { type: "banana" };
      const rejected = await chat({ format: schema });
      assert.equal(rejected.status, 400);
      assert.equal(
        (await readNested(rejected)).message,
        `Field 'json_schema': "json_schema": JSON schema conversion failed:\nUnrecognized schema: {"type":"banana"}`,
      );
      double.useProfile("0.24");
      const old = await chat({ format: schema });
      assert.deepEqual([old.status, await readError(old)], [500, "invalid JSON schema in format"]);
    });

    it("refuses thinking and chat of a model that can do neither", async () => {
      await start({
        models: [{ name: "llava:7b" }, { name: "embed", capabilities: ["embedding"] }],
      });
      const think = await chat({ think: true });
      assert.deepEqual(
        [think.status, await readError(think)],
        [400, '"llava:7b" does not support thinking'],
      );
      assert.equal((await chat({ think: false })).status, 200);
      assert.match(await readError(await chat({ think: "much" })), /^invalid think value: "much"/);
      assert.equal(
        await readError(await chat({ model: "embed" })),
        '"embed" does not support chat',
      );
    });

    it("lets in no foreign Origin or Host: 403 without a body", async () => {
      await start();
      const origin = await fetch(double.url, { headers: { Origin: "https://evil.example" } });
      assert.deepEqual([origin.status, await origin.text()], [403, ""]);
      const statusFor = async (host: string): Promise<number | undefined> => {
        const outgoing = httpRequest(double.url, { headers: { Host: host } }).end();
        const [incoming] = (await once(outgoing, "response")) as [
          NodeJS.ReadableStream & { statusCode?: number },
        ];
        incoming.resume();
        return incoming.statusCode;
      };
      assert.equal(await statusFor("ollama.example.com"), 403);
      assert.equal(await statusFor("camera.local:11434"), 200);
      assert.equal(await statusFor("192.168.1.5:11434"), 200);
    });

    it("fails as a handler's panic, a proxy and the cloud do", async () => {
      await start();
      double.fault({ kind: "empty-500" });
      double.fault({ kind: "bad-gateway" });
      double.fault({ kind: "unauthorized" });
      const panic = await chat();
      assert.deepEqual([panic.status, await panic.text()], [500, ""]);
      const proxy = await chat();
      assert.equal(proxy.status, 502);
      assert.match(await proxy.text(), /<html>/);
      const cloud = await chat();
      assert.equal(cloud.status, 401);
      assert.ok("signin_url" in (await readJson(cloud)));
    });
  });

  describe("answers", () => {
    it("cuts an answer at num_predict, which leaves invalid JSON", async () => {
      await start({ brain: new ScriptedBrain({ json: { a_score: 1, b_label: "ok" } }) });
      const answer = await readJson(await chat({ format: SCHEMA, options: { num_predict: 6 } }));
      assert.deepEqual([answer.done_reason, answer.eval_count], ["length", 6]);
      assert.throws(() => JSON.parse(contentOf(answer)) as unknown);
    });

    it("keeps to format: any JSON, and a schema with its keys in the path's order", async () => {
      const json = { a_score: 0.5, b_label: "ok" };
      await start({ brain: new ScriptedBrain(["Words.", { json }, { json }, "defect"]) });
      const any = await readJson(await chat({ format: "json" }));
      assert.deepEqual(JSON.parse(contentOf(any)), { response: "Words." });
      const given = contentOf(await readJson(await chat({ format: SCHEMA })));
      assert.equal(given, '{"b_label":"ok","a_score":0.5}');
      double.models.change("llava:7b", { path: "native" });
      const sorted = contentOf(await readJson(await chat({ format: SCHEMA })));
      assert.equal(sorted, '{"a_score":0.5,"b_label":"ok"}');
      const forced = contentOf(await readJson(await chat({ format: SCHEMA })));
      assert.deepEqual(JSON.parse(forced), { a_score: 0, b_label: "defect" });
    });

    it("can ignore the format: prose, a fence, whitespace, values that are not allowed", async () => {
      await start({ brain: new ScriptedBrain({ json: { b_label: "ok", a_score: 0.5 } }) });
      const ask = async (
        mode: "prose" | "fenced" | "whitespace" | "wrong-enum" | "wrong-range",
      ): Promise<string> => {
        double.fault({ kind: "format", mode });
        return contentOf(await readJson(await chat({ format: SCHEMA })));
      };
      assert.equal(await ask("prose"), "ok.");
      assert.match(await ask("fenced"), /^Here.*\n```json\n\{[^`]*\}\n```\n$/);
      assert.match(await ask("whitespace"), /^\s{2,}\{\n {8}"b_label"[^]*\}\s+$/);
      const wrongCode = JSON.parse(await ask("wrong-enum")) as Json;
      assert.ok(!["ok", "defect"].includes(String(wrongCode.b_label)));
      assert.ok(Number((JSON.parse(await ask("wrong-range")) as Json).a_score) > 1);
    });

    it("thinks first, with empty content, and can spend the whole budget on it", async () => {
      await start({
        models: [{ name: "llava:7b", capabilities: ["completion", "vision", "thinking"] }],
        brain: new ScriptedBrain({ thinking: "Let me see", text: "A saw" }),
      });
      const lines = await readLines(await post("/api/chat", STREAMED));
      const first = lines[0]!.message as Json;
      assert.deepEqual([first.content, first.thinking], ["", "Let"]);
      const off = await readJson(await chat({ think: false }));
      assert.ok(!("thinking" in (off.message as Json)));
      const spent = await readJson(await chat({ options: { num_predict: 3 } }));
      assert.deepEqual([contentOf(spent), spent.done_reason], ["", "length"]);
      assert.equal((spent.message as Json).thinking, "Let me see");
    });

    it("tells token probabilities with bytes and rivals since 0.12.11", async () => {
      const probabilities = { A: 0.7, B: 0.2, C: 0.1 };
      await start({
        profile: "0.24",
        brain: new ScriptedBrain({ json: { a_choice: "A" }, probabilities }),
      });
      const asked = { logprobs: true, top_logprobs: 2, format: SCHEMA };
      const { logprobs } = await readJson(await chat(asked));
      const letter = (logprobs as Json[]).find(({ token }) => token === "A")!;
      assert.ok(Math.abs(Math.exp(Number(letter.logprob)) - 0.7) < 1e-9);
      assert.deepEqual(letter.bytes, [65]);
      const rivals = letter.top_logprobs as Json[];
      assert.deepEqual(
        rivals.map(({ token }) => token),
        ["A", "B"],
      );
      const [streamed] = await readLines(await post("/api/chat", { ...STREAMED, logprobs: true }));
      assert.ok(Array.isArray(streamed!.logprobs));
      const outside = await chat({ ...asked, top_logprobs: 21 });
      assert.deepEqual(
        [outside.status, await readError(outside)],
        [400, "top_logprobs must be between 0 and 20"],
      );
      double.useProfile("0.12.5");
      const old = await chat({ ...asked, top_logprobs: 21 });
      assert.equal(old.status, 200);
      assert.ok(!("logprobs" in (await readJson(old))));
    });

    it("can say nothing and still count its tokens", async () => {
      await start();
      double.fault({ kind: "empty-content" }, { times: 2 });
      const whole = await readJson(await chat());
      assert.deepEqual([contentOf(whole), whole.done, whole.eval_count], ["", true, 3]);
      const lines = await readLines(await post("/api/chat", STREAMED));
      assert.equal(lines.length, 1);
      assert.equal(lines[0]!.eval_count, 3);
    });

    it("gives equal answers to equal requests with a seed, unless determinism is off", async () => {
      const texts = Array.from({ length: 64 }, (_, index) => `Answer ${index}.`);
      await start({ brain: new ScriptedBrain(oneOf(["Answer.", ...texts])) });
      const ask = async (options: Json): Promise<string[]> => {
        const answers: string[] = [];
        for (let time = 0; time < 5; time++) {
          answers.push(contentOf(await readJson(await chat({ options }))));
        }
        return [...new Set(answers)];
      };
      const seeded = { temperature: 0, seed: 7 };
      assert.equal((await ask(seeded)).length, 1);
      assert.notDeepEqual(await ask({ ...seeded, seed: 8 }), await ask(seeded));
      assert.ok((await ask({ temperature: 0.8 })).length > 1);
      double.deterministic = false;
      assert.ok((await ask(seeded)).length > 1);
    });
  });

  describe("faults of a running model", () => {
    it("puts an error line into a stream that has begun, then ends", async () => {
      await start();
      const text = "an error was encountered while running the model: unexpected EOF";
      double.fault({ kind: "error-line", text, afterTokens: 2 }, { on: "/api/chat" });
      const response = await post("/api/chat", STREAMED);
      assert.equal(response.status, 200);
      const lines = await readLines(response);
      assert.equal(lines.length, 3);
      assert.deepEqual(lines[2], { error: text });
    });

    it("puts the first error into a 200 before 0.12.6, and gives it a status since", async () => {
      await start({ profile: "0.12.5" });
      const ask = (): Promise<Response> => {
        double.fault({ kind: "runner-crash" });
        return post("/api/chat", STREAMED);
      };
      const legacy = await ask();
      assert.equal(legacy.status, 200);
      assert.equal(legacy.headers.get("content-type"), "application/x-ndjson");
      const [line] = await readLines(legacy);
      assert.match(String(line!.error), /unexpectedly stopped/);
      double.fault({ kind: "load-crash" });
      assert.equal((await post("/api/chat", STREAMED)).status, 500);
      double.useProfile("0.24");
      assert.equal((await ask()).status, 500);
    });

    it("can end without done, cut a line in half, and answer 200 with done:false", async () => {
      await start();
      double.fault({ kind: "end-without-done" }, { times: 2 });
      const lines = await readLines(await post("/api/chat", STREAMED));
      assert.deepEqual(
        lines.map(({ done }) => done),
        [false],
      );
      const whole = await chat();
      const body = await readJson(whole);
      assert.deepEqual([whole.status, body.done, contentOf(body)], [200, false, "A"]);
      assert.ok(!("eval_count" in body));
      double.fault({ kind: "nothing-produced" });
      assert.equal((await readJson(await chat())).model, "");
      double.fault({ kind: "destroy-mid-line" });
      const cut = await post("/api/chat", STREAMED);
      await assert.rejects(cut.text(), /terminated/);
      assert.equal(double.journal.last().clientClosedAt, undefined);
    });

    it("aborts repeated tokens: silently at first, with an error in 0.34", async () => {
      await start({ profile: "0.31", brain: new ScriptedBrain(`{${"\n".repeat(60)}}`) });
      const silent = await chat();
      assert.deepEqual([silent.status, (await readJson(silent)).done], [200, false]);
      const lines = await readLines(await post("/api/chat", STREAMED));
      assert.equal(lines.at(-1)!.done, false);
      double.useProfile("0.34");
      assert.equal((await readJson(await chat())).done, true);
      double.fault({ kind: "repeat" });
      const told = await chat();
      assert.deepEqual(
        [told.status, await readError(told)],
        [500, "prediction aborted, token repeat limit reached"],
      );
    });

    it("loses its runner and loads the model again for the next call", async () => {
      await start();
      await chat();
      double.fault({ kind: "runner-crash" });
      const crashed = await chat();
      assert.equal(crashed.status, 500);
      assert.match(await readError(crashed), /^model runner has unexpectedly stopped/);
      assert.equal(double.journal.last().cold, false);
      assert.equal((await chat()).status, 200);
      assert.equal(double.journal.last().cold, true);
      double.fault({ kind: "runner-crash-mid-stream" });
      const lines = await readLines(await post("/api/chat", STREAMED));
      assert.match(String(lines.at(-1)!.error), /unexpected EOF$/);
      await chat();
      assert.equal(double.journal.last().cold, true);
    });

    it("fails to load in the old and the new words", async () => {
      await start({ profile: "0.34" });
      const expected = {
        "load-oom": [/^llama-server reported out-of-memory/, /^model requires more system memory/],
        "load-crash": [/^llama-server process has terminated: exit/, /^llama runner process has/],
        "load-killed": [/signal: killed$/, /signal: killed$/],
        "load-stalled": [/for llama-server to start - $/, /progress 0\.00 - $/],
        incompatible: [/may be incompatible with your version/, /no longer compatible/],
      } as const;
      for (const [index, profile] of (["0.34", "0.24"] as const).entries()) {
        double.useProfile(profile);
        for (const kind of Object.keys(expected) as (keyof typeof expected)[]) {
          double.fault({ kind });
          const response = await chat();
          assert.equal(response.status, 500);
          assert.match(await readError(response), expected[kind][index]!);
        }
      }
      assert.equal((await chat()).status, 200);
    });
  });

  describe("scheduling", () => {
    it("parses keep_alive as Go does", async () => {
      await start();
      for (const [value, error] of [
        ["10", 'time: missing unit in duration "10"'],
        ["soon", 'time: invalid duration "soon"'],
        ["5y", 'time: unknown unit "y" in duration "5y"'],
        [true, "Unsupported type: 'bool'"],
      ] as const) {
        const response = await chat({ keep_alive: value });
        assert.deepEqual([response.status, await readError(response)], [400, error]);
      }
      for (const value of [60, "1h30m", "-1m", -1, null]) {
        assert.equal((await chat({ keep_alive: value })).status, 200);
      }
    });

    it("unloads after keep_alive, tells when in ps, and is cold afterwards", async () => {
      const clock = new VirtualClock();
      await start({ clock });
      const running = async (): Promise<Json[]> =>
        (await readJson(await fetch(`${double.url}/api/ps`))).models as Json[];
      const isCold = async (keepAlive?: unknown): Promise<boolean> => {
        await (await chat(keepAlive === undefined ? {} : { keep_alive: keepAlive })).text();
        return double.journal.last("/api/chat").cold;
      };
      assert.deepEqual(await running(), []);
      assert.equal(await isCold("10m"), true);
      const [model] = await running();
      assert.equal(model!.context_length, 4096);
      assert.equal(Date.parse(String(model!.expires_at)), clock.now() + 600e3);
      clock.advance(599e3);
      assert.equal(await isCold(), false);
      clock.advance(599e3);
      assert.equal((await running()).length, 1);
      clock.advance(2e3);
      assert.deepEqual(await running(), []);
      assert.equal(await isCold(-1), true);
      clock.advance(1e9);
      assert.equal(await isCold(0), false);
      assert.deepEqual(await running(), []);
    });

    it("loads again for another num_ctx, which shows in load_duration", async () => {
      await start({ clock: new VirtualClock(), delays: { load: 2000 } });
      const loads: unknown[] = [];
      for (const num_ctx of [4096, 4096, 8192, 8192, 4096]) {
        loads.push((await readJson(await chat({ options: { num_ctx } }))).load_duration ?? 0);
      }
      assert.deepEqual(loads, [2e9, 0, 2e9, 0, 2e9]);
      double.models.change("llava:7b", { digest: "cc" });
      assert.equal((await readJson(await chat())).load_duration, 2e9);
    });

    it("serves first come, first served, in as many slots as it has", async () => {
      for (const numParallel of [1, 2]) {
        const order: string[] = [];
        await start({
          scheduling: { numParallel },
          brain: new ScriptedBrain(({ prompt }) => {
            order.push(prompt);
            return "Yes.";
          }),
        });
        await chat();
        order.length = 0;
        const release = double.hold("first-token");
        const asked: Promise<Response>[] = [];
        for (const [index, content] of ["1", "2", "3", "4"].entries()) {
          asked.push(chat({ messages: [{ role: "user", content }] }));
          const stage = index < numParallel ? "evaluating" : "queued";
          await double.journal.waitFor(
            ({ body, stages }) => contentsOf(body).includes(content) && stages.at(-1) === stage,
          );
        }
        assert.equal(order.length, numParallel);
        release();
        await Promise.all(asked);
        assert.deepEqual(order, ["1", "2", "3", "4"]);
        await double.close();
        await start();
      }
    });

    it("queues without bound for a loaded model, and says 503 only to waiting loads", async () => {
      await start({ scheduling: { maxQueue: 1 } });
      await chat();
      const slot = double.hold("first-token");
      const asked = Array.from({ length: 20 }, () => chat());
      await double.journal.waitFor(
        () =>
          double.journal.entries.filter(({ stages }) => stages.at(-1) === "queued").length === 19,
      );
      slot();
      for (const response of await Promise.all(asked)) assert.equal(response.status, 200);
      const load = double.hold("load");
      const options = { num_ctx: 8192 };
      const loading = chat({ options });
      await double.journal.reached("loading");
      const waiting = chat({ options });
      await double.journal.reached("load-queue");
      const refused = await chat({ options });
      assert.equal(refused.status, 503);
      assert.equal(
        await readError(refused),
        "server busy, please try again.  maximum pending requests exceeded",
      );
      load();
      assert.deepEqual([(await loading).status, (await waiting).status], [200, 200]);
    });
  });

  describe("a client that leaves", () => {
    it("aborts the load, so that the next call is cold again", async () => {
      await start();
      const release = double.hold("load");
      const { leave, outcome } = leavable(STREAMED);
      const entry = await double.journal.reached("loading");
      leave();
      await double.journal.waitFor(({ finished }) => finished);
      await outcome;
      assert.equal(entry.clientClosedAt, "loading");
      release();
      await chat();
      assert.equal(double.journal.last().cold, true);
    });

    it("is skipped in the queue, and frees the slot before the first token and mid-stream", async () => {
      await start();
      await chat();
      for (const gate of ["first-token", "token"] as const) {
        const release = double.hold(gate);
        const stage = gate === "token" ? "streaming" : "evaluating";
        const running = leavable(STREAMED);
        const first = await double.journal.reached(stage);
        const queued = leavable(STREAMED);
        const second = await double.journal.reached("queued");
        queued.leave();
        await double.journal.waitFor(({ id, finished }) => id === second.id && finished);
        running.leave();
        await double.journal.waitFor(({ id, finished }) => id === first.id && finished);
        release();
        assert.equal((await chat()).status, 200);
        assert.deepEqual([second.clientClosedAt, first.clientClosedAt], ["queued", stage]);
        await Promise.all([running.outcome, queued.outcome]);
      }
    });

    it("frees the slot when it hangs up on the last line", async () => {
      await start();
      // In a thread of its own, so that its hang-up meets each moment of the answer's end.
      const client = new Worker(HANGS_UP, {
        eval: true,
        workerData: { port: double.port, rounds: 300, body: JSON.stringify(STREAMED) },
      });
      await once(client, "exit");
      await double.journal.waitFor(({ id, finished }) => id === 300 && finished);
      assert.ok(double.journal.entries.every(({ finished }) => finished));
    });
  });

  describe("connections", () => {
    it("sees a client leave while it still sends", async () => {
      await start();
      const socket = connect(double.port, "127.0.0.1");
      socket.write("POST /api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\n{");
      await double.journal.reached("receiving");
      socket.destroy();
      const entry = await double.journal.waitFor(({ finished }) => finished);
      assert.equal(entry.clientClosedAt, "receiving");
    });

    it("refuses after a stop and serves on the same port after a start, cold", async () => {
      await start();
      await chat();
      const { url } = double;
      await double.stop();
      // A socket of its own: fetch would try the connection that it kept.
      await assert.rejects(once(connect(double.port, "127.0.0.1"), "connect"), {
        code: "ECONNREFUSED",
      });
      await double.start();
      assert.equal(double.url, url);
      assert.equal((await chat()).status, 200);
      assert.equal(double.journal.last().cold, true);
    });

    it("accepts and hangs as a starting server, and goes on when it is ready", async () => {
      await start();
      const ready = double.hold("accept");
      const answer = fetch(`${double.url}/api/version`);
      await double.journal.reached("accepted");
      ready();
      assert.equal((await answer).status, 200);
      double.fault({ kind: "hang" });
      const { leave, outcome } = leavable(STREAMED);
      const entry = await double.journal.reached("accepted");
      leave();
      await outcome;
      await double.journal.waitFor(({ id, finished }) => id === entry.id && finished);
      assert.equal(entry.clientClosedAt, "accepted");
    });

    it("resets a connection", async () => {
      await start();
      double.fault({ kind: "reset" });
      await assert.rejects(chat(), (error: Error) => {
        assert.equal((error.cause as { code?: string }).code, "ECONNRESET");
        return true;
      });
    });

    it("drips a body slowly", async () => {
      const clock = new VirtualClock();
      await start({ clock });
      await chat();
      const before = clock.now();
      double.fault({ kind: "chunking", bytes: 10, delayMs: 1000 });
      const body = await (await chat()).text();
      assert.equal(clock.now() - before, (Math.ceil(body.length / 10) - 1) * 1000);
    });

    it("takes 15 MB with a length and in chunks", async () => {
      await start();
      const big = Buffer.concat([jpeg, Buffer.alloc(11_000_000, 7)]);
      assert.equal((await chat({}, [big])).status, 200);
      assert.ok(double.journal.last().bodyBytes > 14_000_000);
      const image = { role: "user", content: "?", images: [big.toString("base64")] };
      const text = JSON.stringify({ model: "llava:7b", stream: false, messages: [image] });
      const outgoing = httpRequest(`${double.url}/api/chat`, { method: "POST" });
      for (let at = 0; at < text.length; at += 1e6) outgoing.write(text.slice(at, at + 1e6));
      outgoing.end();
      const [incoming] = (await once(outgoing, "response")) as [NodeJS.ReadableStream];
      incoming.resume();
      await once(incoming, "end");
      const { headers, images } = double.journal.last();
      assert.equal(headers["transfer-encoding"], "chunked");
      assert.equal(images[0]!.size, big.length);
    });

    it("leaves no connection open when it closes in the middle of requests", async () => {
      await start();
      double.hold("token");
      const { outcome } = leavable(STREAMED);
      await double.journal.reached("streaming");
      const idle = connect(double.port, "127.0.0.1");
      await once(idle, "connect");
      await double.close();
      await outcome;
      idle.destroy();
      assert.equal(double.openSockets, 0);
      assert.equal(double.journal.last().clientClosedAt, undefined);
    });
  });

  describe("pull", () => {
    it("reports progress in order and succeeds on the last line only", async () => {
      await start({ models: [] });
      const lines = await readLines(await post("/api/pull", { model: "moondream" }));
      assert.equal(lines[0]!.status, "pulling manifest");
      assert.deepEqual(
        lines.slice(-3).map(({ status }) => status),
        ["verifying sha256 digest", "writing manifest", "success"],
      );
      assert.match(String(lines[1]!.status), /^pulling [0-9a-f]{12}$/);
      assert.ok(!("completed" in lines[1]!));
      const layer = lines.filter(({ digest }) => digest === lines[1]!.digest);
      const completed = layer.slice(1).map((line) => Number(line.completed));
      assert.deepEqual(
        completed,
        completed.toSorted((a, b) => a - b),
      );
      assert.equal(completed.at(-1), layer[0]!.total);
      assert.equal((await chat({ model: "moondream" })).status, 200);
      const again = await readLines(await post("/api/pull", { model: "moondream" }));
      assert.equal(again[1]!.completed, again[1]!.total);
    });

    it("tells that there is no way to the registry, in a stream and in one piece", async () => {
      await start();
      double.fault({ kind: "pull-offline" }, { times: 2 });
      const error =
        'pull model manifest: Get "https://registry.ollama.ai/v2/library/nope/manifests/latest": dial tcp: lookup registry.ollama.ai on 127.0.0.53:53: no such host';
      const streamed = await post("/api/pull", { model: "nope" });
      assert.equal(streamed.status, 200);
      assert.deepEqual(await readLines(streamed), [{ status: "pulling manifest" }, { error }]);
      const whole = await post("/api/pull", { model: "nope", stream: false });
      assert.deepEqual([whole.status, await readError(whole)], [500, error]);
    });

    it("tells a failure inside a 200, and by 500 where it does not stream", async () => {
      await start();
      const error = "pull model manifest: file does not exist";
      const streamed = await post("/api/pull", { name: "nope" });
      assert.equal(streamed.status, 200);
      assert.deepEqual(await readLines(streamed), [{ status: "pulling manifest" }, { error }]);
      const whole = await post("/api/pull", { model: "nope", stream: false });
      assert.deepEqual([whole.status, await readError(whole)], [500, error]);
      const offline = 'pull model manifest: Get "https://models.example/v2/": dial tcp: no route';
      double.fault({ kind: "pull-error", text: offline });
      const lines = await readLines(await post("/api/pull", { model: "moondream" }));
      assert.deepEqual(lines.at(-1), { error: offline });
      const good = await post("/api/pull", { model: "moondream", stream: false });
      assert.deepEqual(await readJson(good), { status: "success" });
    });

    it("stops when the client leaves, and goes on from there the next time", async () => {
      await start({ models: [] });
      // The manifest, the first layer's name, one step of its progress.
      const release = double.hold("pull", 3);
      const controller = new AbortController();
      const response = await post("/api/pull", { model: "moondream" }, controller.signal);
      const reader = response.body!.getReader();
      let text = "";
      while (!text.includes("completed")) {
        text += Buffer.from((await reader.read()).value ?? new Uint8Array()).toString();
      }
      controller.abort();
      await reader.closed.catch(() => undefined);
      const entry = await double.journal.waitFor(({ finished }) => finished);
      assert.equal(entry.clientClosedAt, "pulling");
      assert.equal(double.models.find("moondream"), undefined);
      release();
      const lines = await readLines(await post("/api/pull", { model: "moondream" }));
      assert.ok(Number(lines[1]!.completed) > 0);
      assert.equal(lines.at(-1)!.status, "success");
    });
  });

  describe("journal and faults", () => {
    it("records headers, body and the decoded image of what arrived", async () => {
      await start();
      await fetch(`${double.url}/api/chat`, {
        method: "POST",
        headers: { Authorization: "Bearer key", "X-Plant": "7" },
        body: JSON.stringify({
          ...STREAMED,
          messages: [{ role: "user", content: "?", images: [png.toString("base64")] }],
        }),
      });
      const entry = double.journal.last("/api/chat");
      assert.deepEqual(
        [entry.headers.authorization, entry.headers["x-plant"]],
        ["Bearer key", "7"],
      );
      assert.equal((entry.body as Json).model, "llava:7b");
      const [image] = entry.images;
      assert.equal(image!.format, "png");
      assert.equal(image!.size, png.length);
      assert.equal(image!.sha256, createHash("sha256").update(png).digest("hex"));
      assert.equal((await sharp(image!.bytes).metadata()).width, 64);
    });

    it("keeps as many entries as it is told to", async () => {
      await start({ journalSize: 2 });
      for (const path of ["/api/version", "/api/tags", "/api/ps"]) await fetch(double.url + path);
      assert.deepEqual(
        double.journal.entries.map(({ path }) => path),
        ["/api/tags", "/api/ps"],
      );
    });

    it("hits only the requests that a fault is meant for, as often as it says", async () => {
      await start();
      double.fault({ kind: "busy" }, { on: "/api/chat", times: 2 });
      double.fault(
        { kind: "status", status: 418, body: "{}" },
        { when: ({ body }) => (body as Json | undefined)?.model === "moondream" },
      );
      assert.equal((await fetch(`${double.url}/api/tags`)).status, 200);
      const statuses: number[] = [];
      for (let time = 0; time < 3; time++) statuses.push((await chat()).status);
      assert.deepEqual(statuses, [503, 503, 200]);
      assert.equal((await chat({ model: "moondream" })).status, 418);
      assert.deepEqual(double.journal.last().faults, ["status"]);
    });

    it("throws the same random faults for the same seed", async () => {
      const record = async (seed: number): Promise<string> => {
        await start();
        double.randomFaults({ seed, rate: 0.5 });
        for (let time = 0; time < 30; time++) {
          await chat()
            .then((response) => response.text())
            .catch(() => "");
        }
        double.randomFaults(undefined);
        const faults = double.journal.entries.map((entry) => entry.faults.join("+"));
        assert.equal((await chat()).status, 200);
        await double.close();
        return faults.join(",");
      };
      const first = await record(1);
      assert.ok(new Set(first.split(",")).size > 3);
      assert.equal(await record(1), first);
      assert.notEqual(await record(2), first);
      await start();
    });

    it("changes its manners with the version, as after an update, and forgets what was loaded", async () => {
      await start({ profile: "0.12.5" });
      for (const name of Object.keys(PROFILES) as ProfileName[]) {
        double.useProfile(name);
        const { version } = await readJson(await fetch(`${double.url}/api/version`));
        assert.equal(version, PROFILES[name].version);
        await chat();
        assert.equal(double.journal.last().cold, true);
      }
    });
  });

  describe("recogniser brain", () => {
    const hammer = { name: "hammer", synonyms: ["claw hammer"], score: 0.9 };
    const mallet = { name: "mallet", synonyms: [], score: 0.05 };
    const stage1 = {
      type: "object",
      properties: {
        a_description: { type: "string" },
        b_candidates: {
          type: "array",
          maxItems: 5,
          items: {
            type: "object",
            properties: {
              a_name: { type: "string" },
              b_synonyms: { type: "array", items: { type: "string" } },
            },
          },
        },
      },
    };
    const brain = (): RecogniserBrain =>
      new RecogniserBrain({
        // A picture of its own decides: what is not the JPEG is a mallet.
        recognise: (image) => Promise.resolve(image.equals(jpeg) ? [hammer, mallet] : [mallet]),
      });

    it("describes the image it was sent, in prose or in the shape of a schema", async () => {
      await start({ brain: brain() });
      const prose = contentOf(await readJson(await chat({}, [jpeg])));
      assert.match(prose, /a hammer, also known as claw hammer\./);
      assert.match(contentOf(await readJson(await chat({}, [png]))), /a mallet\./);
      const filled = JSON.parse(
        contentOf(await readJson(await chat({ format: stage1 }, [jpeg]))),
      ) as Json;
      assert.match(String(filled.a_description), /hammer/);
      assert.deepEqual(filled.b_candidates, [
        { a_name: "hammer", b_synonyms: ["claw hammer"] },
        { a_name: "mallet", b_synonyms: [] },
      ]);
    });

    it("makes things up when its model is blind, the same for every image", async () => {
      await start({ brain: brain(), models: [{ name: "llava:7b", blind: true }] });
      const answers: string[] = [];
      for (const image of [jpeg, png]) {
        const answer = contentOf(await readJson(await chat({ format: stage1 }, [image])));
        assert.doesNotMatch(answer, /hammer|mallet/);
        answers.push(JSON.stringify((JSON.parse(answer) as Json).b_candidates));
      }
      assert.equal(answers[0], answers[1]);
    });

    it("picks the exact or the closest class of a list without an image", async () => {
      await start({ brain: brain() });
      const ask = async (predicted: string): Promise<string> => {
        const content = `classes: [saw, Claw Hammer, drill]\npredicted class: ${predicted}`;
        return contentOf(await readJson(await chat({ messages: [{ role: "user", content }] })));
      };
      assert.equal(await ask("drill"), "drill");
      assert.equal(await ask("hammer"), "Claw Hammer");
    });

    it("chooses a letter and tells its probability", async () => {
      await start({ brain: brain() });
      const ask = async (words: string): Promise<Json> => {
        const content = `Described as: ${words}\nWhich one is it?\nA: saw\nB: hammer (claw hammer)\nC: none of these`;
        const choice = { type: "string", enum: ["A", "B", "C"] };
        return readJson(
          await chat({
            messages: [{ role: "user", content }],
            format: { type: "object", properties: { a_choice: choice } },
            logprobs: true,
            top_logprobs: 3,
          }),
        );
      };
      const answer = await ask('"hammer", "tool"');
      assert.equal(contentOf(answer), '{"a_choice":"B"}');
      const letter = (answer.logprobs as Json[]).find(({ token }) => token === "B")!;
      assert.ok(Math.exp(Number(letter.logprob)) > 0.5);
      assert.equal((letter.top_logprobs as Json[]).length, 3);
      assert.equal(contentOf(await ask('"zebra"')), '{"a_choice":"C"}');
    });
  });

  describe("with the ollama package", () => {
    it("lists, shows, pulls, chats and streams", async () => {
      await start({ brain: new ScriptedBrain("A red hammer.") });
      const client = new Ollama({ host: double.url });
      assert.equal((await client.version()).version, PROFILES["0.34"].version);
      assert.deepEqual(
        (await client.list()).models.map(({ name }) => name),
        ["llava:7b"],
      );
      assert.ok((await client.show({ model: "llava:7b" })).capabilities.includes("vision"));
      let last = "";
      for await (const { status } of await client.pull({ model: "moondream", stream: true })) {
        last = status;
      }
      assert.equal(last, "success");
      const message = { role: "user", content: "?", images: [new Uint8Array(jpeg)] };
      const whole = await client.chat({ model: "llava:7b", messages: [message] });
      assert.equal(whole.message.content, "A red hammer.");
      assert.equal(double.journal.last().images[0]!.format, "jpeg");
      let text = "";
      const stream = await client.generate({ model: "llava:7b", prompt: "?", stream: true });
      for await (const part of stream) text += String(part.response);
      assert.equal(text, "A red hammer.");
      assert.equal((await client.ps()).models.length, 1);
    });

    it("raises the errors that the package knows", async () => {
      await start();
      const client = new Ollama({ host: double.url });
      const ask = (): Promise<unknown> => client.chat({ model: "llava:7b", messages: MESSAGES });
      await assert.rejects(client.chat({ model: "nope", messages: MESSAGES }), {
        name: "ResponseError",
        status_code: 404,
        message: "model 'nope' not found",
      });
      double.fault({ kind: "busy" });
      await assert.rejects(ask(), { name: "ResponseError", status_code: 503 });
      double.fault({ kind: "end-without-done" });
      await assert.rejects(async () => {
        const stream = await client.chat({ ...STREAMED, stream: true });
        for await (const part of stream) assert.equal(part.done, false);
      }, /Did not receive done or success response/);
      double.fault({ kind: "runner-crash-mid-stream" });
      await assert.rejects(async () => {
        const stream = await client.chat({ ...STREAMED, stream: true });
        for await (const part of stream) assert.equal(part.done, false);
      }, /unexpected EOF/);
    });
  });
});
