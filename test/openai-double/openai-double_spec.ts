import assert from "node:assert/strict";
import { request as httpRequest } from "node:http";

import sharp from "sharp";

import { ScriptedBrain } from "../ollama-double/brain-scripted";
import { PROFILES, type ProfileName } from "./profiles";
import { startOpenAiDouble, type OpenAiDouble, type OpenAiDoubleOptions } from "./server";

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  readonly headers: Headers;
}

interface Chunk {
  readonly choices: readonly { readonly delta: object; readonly finish_reason: string | null }[];
}

const CHAT = "/v1/chat/completions";

describe("the double of OpenAI-compatible servers", () => {
  let double: OpenAiDouble;
  let jpeg: Buffer;

  before(async () => {
    const create = { width: 8, height: 8, channels: 3, background: "#806040" } as const;
    jpeg = await sharp({ create }).jpeg().toBuffer();
  });
  afterEach(() => double.close());

  async function start(profile: ProfileName, options: OpenAiDoubleOptions = {}): Promise<void> {
    double = await startOpenAiDouble({ profile, ...options });
  }

  async function ask(path: string, body?: object, key?: string): Promise<Answer> {
    const response = await fetch(double.url + path, {
      ...(body ? { method: "POST", body: JSON.stringify(body) } : {}),
      headers: {
        "content-type": "application/json",
        ...(key ? { authorization: `Bearer ${key}` } : {}),
      },
    });
    const type = response.headers.get("content-type") ?? "";
    const { status, headers } = response;
    return { status, type, text: await response.text(), headers };
  }

  /** A question, with what a test adds. */
  const chat = (more: object = {}, key?: string): Promise<Answer> =>
    ask(CHAT, { model: "llava", messages: [{ role: "user", content: "What?" }], ...more }, key);

  const show = (url: string | { url: string }): Promise<Answer> =>
    chat({ messages: [{ role: "user", content: [{ type: "image_url", image_url: url }] }] });

  const dataUrl = (type = "image/jpeg", bytes = jpeg): { url: string } => ({
    url: `data:${type};base64,${bytes.toString("base64")}`,
  });

  const jsonOf = ({ text }: Answer): Record<string, unknown> =>
    JSON.parse(text) as Record<string, unknown>;

  /** The data of each event. */
  const eventsOf = ({ text }: Answer): string[] =>
    text.split("\n\n").flatMap((event) => (event.startsWith("data: ") ? [event.slice(6)] : []));

  const chunksOf = (answer: Answer): Chunk[] =>
    eventsOf(answer)
      .filter((data) => data !== "[DONE]")
      .map((data) => JSON.parse(data) as Chunk);

  it("says that it loads on every path, before it looks at a key", async () => {
    await start("llama-server", { apiKey: "k" });
    double.loading = 3;
    for (const path of ["/health", "/v1/models"]) assert.equal((await ask(path)).status, 503);
    assert.match((await chat()).text, /"Loading model".*unavailable_error/);
    assert.equal((await chat()).status, 401);
  });

  it("refuses connections until it listens, and leaves open ones hanging when it is told to end", async () => {
    await start("vllm");
    await double.stop();
    await assert.rejects(chat());
    await double.start();
    double.hold("first-token");
    const hanging = chat().then(
      () => "an answer",
      () => "cut",
    );
    await double.journal.reached("evaluating");
    double.stopListening();
    await assert.rejects(fetch(double.url, { headers: { connection: "close" } }));
    await double.stop();
    assert.equal(await hanging, "cut");
    await double.start();
  });

  for (const [profile, status, body] of [
    ["llama-server", 200, '{"status":"ok"}'],
    ["vllm", 200, ""],
    ["ollama", 404, "404 page not found"],
    ["lm-studio", 200, '{"error":"Unexpected endpoint or method. (GET /health)"}'],
  ] as const) {
    it(`answers after its health as ${profile} does`, async () => {
      await start(profile);
      const answer = await ask("/health");
      assert.deepEqual([answer.status, answer.text], [status, body]);
    });
  }

  for (const [profile, status, body, open] of [
    ["llama-server", 401, /"Invalid API Key"/, 200],
    ["vllm", 401, /^\{"error":"Unauthorized"\}$/, 401],
    ["sglang", 403, /^\{"error":"Forbidden"\}$/, 403],
    ["localai", 401, /"An authentication key is required"/, 401],
    ["litellm", 400, /"No connected db\."/, 400],
  ] as const) {
    it(`guards its paths as ${profile} does`, async () => {
      await start(profile, { apiKey: "k" });
      const refused = await chat({}, "other");
      assert.equal(refused.status, status);
      assert.match(refused.text, body);
      assert.equal((await ask("/v1/models")).status, open);
      assert.equal((await chat({}, "k")).status, 200);
    });
  }

  it("answers with and without /v1, or with it alone", async () => {
    await start("llama-server");
    assert.equal((await ask("/models")).status, 200);
    assert.equal((await ask("/v1/v1/models")).status, 404);
    double.profile = "vllm";
    assert.equal((await ask("/models")).text, '{"detail":"Not Found"}');
    double.profile = "ollama";
    assert.match((await ask("/models")).type, /text\/plain/);
  });

  it("lists its models in two lists, in one, and an adapter without a length", async () => {
    const models = [{ id: "base" }, { id: "lora", parent: "base" }];
    await start("llama-server", { models });
    const both = jsonOf(await ask("/v1/models")) as { models: object[]; data: object[] };
    assert.match(JSON.stringify(both.models), /"multimodal"/);
    assert.match(JSON.stringify(both.data), /"n_ctx":4096/);
    double.profile = "vllm";
    const { data, models: none } = jsonOf(await ask("/v1/models")) as {
      data: unknown[];
      models?: 1;
    };
    assert.equal(none, undefined);
    assert.match(JSON.stringify(data[1]), /"parent":"base","max_model_len":null/);
  });

  for (const [profile, status, text] of [
    ["llama-server", 200, /"model":"llava"/],
    ["vllm", 404, /The model `other` does not exist/],
    ["ollama", 404, /model 'other' not found/],
    ["litellm", 400, /Invalid model name passed in model=other/],
  ] as const) {
    it(`meets an unknown model as ${profile} does`, async () => {
      await start(profile);
      const answer = await chat({ model: "other" });
      assert.equal(answer.status, status);
      assert.match(answer.text, text);
    });
  }

  for (const [profile, form] of [
    ["llama-server", /^\{"error":\{"code":400,"message":"[^"]+","type"/],
    ["vllm", /^\{"error":\{"message":"[^"]+","type":"[^"]+","param":null,"code":400/],
    ["vllm-0.8", /^\{"object":"error","message"/],
    ["ollama", /"message":"\{\\"error\\":\{.*"param":null,"code":null/],
    ["litellm", /"code":"400"/],
    ["lm-studio", /^\{"error":"[^"]+"\}$/],
    ["localai", /^$/],
  ] as const) {
    it(`words an image that is none as ${profile} does`, async () => {
      await start(profile);
      const answer = await show(dataUrl("image/png", Buffer.from("no image")));
      assert.equal(answer.status, 400);
      assert.match(answer.text, form);
    });
  }

  it("tells what is wrong with a field in a list, where its form says so", async () => {
    await start("litellm");
    const refused = await chat({ stream: true, stream_options: { include_usage: true } });
    assert.equal(refused.status, 422);
    assert.match(refused.text, /"loc":\["body","stream_options"\]/);
  });

  for (const [profile, url, status] of [
    ["llama-server", "data:image/jpeg", 200],
    ["llama-server", "data:application/octet-stream", 500],
    ["llama-server", "plain", 500],
    ["llama-server", "http", 500],
    ["vllm", "plain", 200],
    ["ollama", "data:image/gif", 400],
    ["ollama", "http", 400],
    ["lm-studio", "data:image/webp", 400],
    ["lm-studio", "http", 400],
  ] as const) {
    it(`takes an image as ${profile} does: ${url} → ${status}`, async () => {
      await start(profile);
      const data = dataUrl(url.replace(/^data:/, "")).url;
      const given = url === "plain" ? dataUrl().url : { url: url === "http" ? "http://x/y" : data };
      assert.equal((await show(given)).status, status);
    });
  }

  for (const [profile, status] of [
    ["llama-server", 500],
    ["vllm", 400],
    ["ollama", 200],
  ] as const) {
    it(`meets an image for a model without sight as ${profile} does`, async () => {
      await start(profile, { models: [{ id: "llava", vision: false }] });
      assert.equal((await show(dataUrl())).status, status);
    });
  }

  it("limits images in both wordings", async () => {
    await start("vllm");
    double.imageLimit = 0;
    assert.match(
      (await show(dataUrl())).text,
      /At most 0 image\(s\) may be provided in one prompt/,
    );
    double.profile = "vllm-0.8";
    assert.match((await show(dataUrl())).text, /in one request/);
  });

  for (const [profile, status, text] of [
    ["llama-server", 400, /"n_prompt_tokens":\d+,"n_ctx":64/],
    ["vllm", 400, /longer than the maximum model length of 64/],
    ["ollama", 200, /"prompt_tokens":63/],
  ] as const) {
    it(`meets a prompt that is too long as ${profile} does`, async () => {
      await start(profile, { models: [{ id: "llava", contextLength: 64 }] });
      const messages = [{ role: "user", content: "x".repeat(1_000) }];
      const answer = await chat({ messages });
      assert.equal(answer.status, status);
      assert.match(answer.text, text);
    });
  }

  it("knows max_completion_tokens or does not, and cuts what it writes", async () => {
    await start("vllm", { brain: new ScriptedBrain("one two three four") });
    const cut = await chat({ max_completion_tokens: 2 });
    assert.match(cut.text, /"content":"one two".*"finish_reason":"length"/);
    double.profile = "ollama";
    assert.match((await chat({ max_completion_tokens: 2 })).text, /"one two three four"/);
    const schema = { type: "object", properties: { name: { type: "string" } } };
    const format = { type: "json_schema", json_schema: { name: "a", schema } };
    const half = await chat({ max_tokens: 2, response_format: format });
    assert.throws(() => JSON.parse(contentOf(half)) as unknown);
  });

  it("keeps to a schema, refuses it, or writes prose all the same", async () => {
    const schema = { type: "object", properties: { name: { type: "string" } } };
    const format = { response_format: { type: "json_schema", json_schema: { name: "a", schema } } };
    await start("llama-server");
    assert.deepEqual(JSON.parse(contentOf(await chat(format))), { name: "A hammer." });
    const misplaced = { response_format: { type: "json_schema", schema } };
    assert.equal(contentOf(await chat(misplaced)), "A hammer.");
    double.profile = { ...PROFILES.vllm, schemas: "refused" };
    assert.equal((await chat(format)).status, 400);
    double.profile = "localai";
    assert.equal(contentOf(await chat(format)), "A hammer.");
    const object = { response_format: { type: "json_object" } };
    double.profile = "lm-studio";
    assert.match((await chat(object)).text, /must be 'json_schema' or 'text'/);
    double.profile = "llama-server";
    assert.equal(contentOf(await chat(object)), "A hammer.");
    assert.equal((await chat({ guided_choice: ["a"], structured_outputs: {} })).status, 200);
  });

  it("tells token probabilities in the manner of each", async () => {
    const probabilities = { A: 0.2, B: 0.8 };
    await start("llama-server", { brain: new ScriptedBrain({ text: "B", probabilities }) });
    const told = async (top: number): Promise<string> =>
      (await chat({ logprobs: true, top_logprobs: top })).text;
    assert.match(await told(5), /"id":0,"token":"B"/);
    assert.doesNotMatch(await told(5), /"top_logprobs":\[\{"token":"B"/, "before the grammar");
    assert.doesNotMatch(await told(0), /"logprobs"/);
    double.profile = "vllm";
    assert.match(await told(0), /"top_logprobs":\[\]/);
    assert.equal((await chat({ logprobs: true, top_logprobs: 21 })).status, 400);
    double.profile = "localai";
    assert.doesNotMatch(await told(5), /"logprobs"/);
  });

  for (const [profile, first] of [
    ["llama-server", { role: "assistant", content: null }],
    ["vllm", { role: "assistant", content: "" }],
    ["ollama", { content: "A" }],
  ] as const) {
    it(`streams as ${profile} does`, async () => {
      await start(profile);
      const answer = await chat({ stream: true, stream_options: { include_usage: true } });
      const parts = chunksOf(answer);
      assert.match(answer.type, /^text\/event-stream/);
      assert.deepEqual(parts[0]?.choices[0]?.delta, first);
      assert.deepEqual(parts.at(-1)?.choices, []);
      assert.equal(parts.at(-2)?.choices[0]?.finish_reason, "stop");
      assert.equal(eventsOf(answer).at(-1), "[DONE]");
      assert.equal(answer.text.includes(": keep-alive"), profile === "vllm");
    });
  }

  it("refuses a bad stream as plain JSON, and stream options without a stream", async () => {
    await start("vllm", { models: [{ id: "llava", contextLength: 64 }] });
    const messages = [{ role: "user", content: "x".repeat(1_000) }];
    assert.match((await chat({ stream: true, messages })).type, /^application\/json/);
    assert.equal((await chat({ stream_options: { include_usage: true } })).status, 400);
    double.profile = "llama-server";
    assert.equal((await chat({ stream_options: { include_usage: true } })).status, 200);
  });

  for (const [profile, frame, last] of [
    ["llama-server", /"error":\{"code":500/, undefined],
    ["vllm", /"error":\{"message"/, "[DONE]"],
    ["sglang", /"error":\{"object":"error"/, "[DONE]"],
    ["ollama", undefined, undefined],
  ] as const) {
    it(`ends a stream that fails as ${profile} does`, async () => {
      await start(profile);
      double.fault({ kind: "runner-crash-mid-stream", afterTokens: 1 });
      const answer = await chat({ stream: true });
      if (frame) assert.match(answer.text, frame);
      else assert.doesNotMatch(answer.text, /error|finish_reason":"stop/);
      assert.equal(eventsOf(answer).at(-1) === "[DONE]", last !== undefined);
    });
  }

  it("cuts a stream inside a line, or just ends it", async () => {
    await start("vllm");
    double.fault({ kind: "end-without-done" });
    assert.doesNotMatch((await chat({ stream: true })).text, /DONE|finish_reason":"/);
    double.fault({ kind: "destroy-mid-line" });
    await assert.rejects(chat({ stream: true }));
  });

  it("stops a stream whose client leaves, and goes on with an answer that is not one", async () => {
    await start("llama-server", { brain: new ScriptedBrain("one two three four five six") });
    for (const stream of [true, false]) {
      const release = double.hold("token", stream ? 2 : 0);
      const body = JSON.stringify({ model: "llava", messages: [], stream });
      const { port } = double;
      const request = httpRequest({ port, path: CHAT, method: "POST" }).on(
        "error",
        () => undefined,
      );
      request.end(body);
      const entry = await double.journal.waitFor(
        (each) => !each.finished && each.stages.includes(stream ? "streaming" : "evaluating"),
      );
      request.destroy();
      await double.journal.waitFor((each) => each === entry && each.clientClosedAt !== undefined);
      if (stream) await double.journal.waitFor((each) => each === entry && each.finished);
      assert.equal(double.active, stream ? 0 : 1);
      release();
      await double.journal.waitFor((each) => each === entry && each.finished);
      if (stream) assert.ok(entry.tokens < 6);
      else assert.equal(entry.tokens, 6);
    }
  });

  it("has so many slots, lets others wait, and says so when too many do", async () => {
    await start("vllm", { slots: 2, profile: { ...PROFILES.vllm, maxWaiting: 1 } });
    const release = double.hold("first-token");
    const first = [chat(), chat(), chat()];
    await double.journal.waitFor(
      () => double.journal.of(CHAT).filter(({ stages }) => stages.includes("queued")).length === 3,
    );
    assert.equal(double.active, 2);
    const late = await chat();
    assert.equal(late.status, 503);
    assert.match(late.text, /currently busy/);
    release();
    assert.deepEqual(
      (await Promise.all(first)).map(({ status }) => status),
      [200, 200, 200],
    );
    double.fault({ kind: "busy" });
    const limited = await chat();
    assert.deepEqual([limited.status, limited.headers.get("retry-after")], [429, "1"]);
  });

  for (const [profile, field] of [
    ["llama-server", "reasoning_content"],
    ["vllm", "reasoning"],
  ] as const) {
    it(`tells thoughts as ${profile} does, unless told not to think`, async () => {
      const brain = new ScriptedBrain({ text: "A bolt.", thinking: "A nut?" });
      await start(profile, { brain, models: [{ id: "llava", thinks: true }] });
      assert.match((await chat()).text, new RegExp(`"${field}":"A nut\\?"`));
      assert.doesNotMatch((await chat({ reasoning_effort: "none" })).text, /nut/);
      const cut = await chat({ max_tokens: 2 });
      assert.match(cut.text, /"content":"".*"finish_reason":"length"/);
    });
  }

  it("counts what its cache had of a prompt: the system text before another picture", async () => {
    await start("llama-server");
    const system = { role: "system", content: "Name what you see. ".repeat(20) };
    const see = async (colour: string): Promise<number> => {
      const create = { width: 8, height: 8, channels: 3, background: colour } as const;
      const image = await sharp({ create }).jpeg().toBuffer();
      const part = { type: "image_url", image_url: dataUrl("image/jpeg", image) };
      const answer = await chat({ messages: [system, { role: "user", content: [part] }] });
      const { usage } = jsonOf(answer) as {
        usage: { prompt_tokens_details: { cached_tokens: number } };
      };
      return usage.prompt_tokens_details.cached_tokens;
    };
    assert.equal(await see("#ff0000"), 0);
    assert.ok((await see("#0000ff")) > 90);
    double.profile = "vllm";
    assert.match((await chat()).text, /"prompt_tokens_details":null/);
    double.profile = "ollama";
    assert.doesNotMatch((await chat()).text, /prompt_tokens_details|timings/);
  });

  for (const [profile, more, told] of [
    ["llama-server", { timings_per_token: true }, /"timings":\{"cache_n"/],
    ["vllm", { stream_options: { continuous_usage_stats: true } }, /"usage":\{"prompt_tokens"/],
  ] as const) {
    it(`${profile} counts the tokens in every part where it is asked to`, async () => {
      await start(profile);
      const partsOf = ({ text }: Answer): string[] =>
        text
          .split("\n")
          .filter((line) => line.includes('"content":"') && !line.includes('"content":""'));
      const plain = partsOf(await chat({ stream: true }));
      assert.ok(plain.length > 1 && !plain.some((line) => told.test(line)));
      const counted = partsOf(await chat({ stream: true, ...more }));
      assert.ok(
        counted.every((line) => told.test(line)),
        counted.join("\n"),
      );
      double.profile = { ...PROFILES[profile], counting: "refused" };
      assert.equal((await chat({ stream: true, ...more })).status, 400);
    });
  }

  function contentOf(answer: Answer): string {
    const { choices } = jsonOf(answer) as { choices: { message: { content: string } }[] };
    return choices[0]?.message.content ?? "";
  }
});
