import assert from "node:assert/strict";

import { TlacError } from "../../lib/errors";
import { resolveSettings } from "../../lib/lmm/ollama/settings";
import type { OllamaSettings } from "../../lib/lmm/ollama/settings";
import {
  readEngineSettings,
  type EngineFields,
} from "../../nodes/runtime/settings/engine-settings";
import { dragNode } from "../helpers/flow-nodes";

const fields = dragNode("lmm-server") as unknown as EngineFields;

function readOllama(given: EngineFields, apiKey?: string): OllamaSettings {
  const settings = readEngineSettings(given, apiKey);
  assert.ok(settings?.engine === "ollama");
  return settings;
}

describe("the fields of an LMM server", () => {
  it("become the client's settings, seconds as milliseconds", () => {
    const settings = readOllama({ ...fields, numPredict: "500", answerTimeout: 2 }, "key");
    assert.deepEqual(
      [settings.numCtx, settings.numPredict, settings.deadlines?.answerMs, settings.apiKey],
      [4_096, 500, 2_000, "key"],
    );
  });

  it("mean the client's own defaults where they are empty, or older than the field", () => {
    const numbers = { numCtx: "", connectTimeout: "", loadTimeout: "", answerTimeout: undefined };
    const old = { ...fields, ...numbers, keepAlive: "", numPredict: undefined, totalTimeout: "" };
    const settings = readOllama(old);
    assert.ok(!("apiKey" in settings));
    const { model } = fields;
    assert.deepEqual(resolveSettings(settings), resolveSettings({ model }));
  });

  it("refuse what is out of range, and name the field as the dialog does", () => {
    assert.throws(
      () => readOllama({ ...fields, numPredict: "1" }),
      (error) => {
        assert.ok(error instanceof TlacError && error.code === "BAD_CONFIG");
        assert.match(error.message, /^“Answer up to” must be a whole number from 16 to 8192/);
        assert.match(error.in("ja"), /^「回答の長さ」/);
        return true;
      },
    );
  });

  it("are of the kind that was chosen, and no other is let in", () => {
    assert.equal(readEngineSettings({ ...fields, kind: "recogniser" }, "key"), undefined);
    const settings = readEngineSettings({ ...fields, kind: "openai", host: "gpu:8000" }, "key");
    assert.ok(settings);
    assert.deepEqual(
      [settings.engine, settings.host, settings.apiKey],
      ["openai", "gpu:8000", "key"],
    );
    // What only Ollama has does not go along.
    assert.ok(!("numCtx" in settings) && !("keepAlive" in settings));
    const odd = { ...fields, kind: "tgi" as EngineFields["kind"] };
    assert.throws(() => readEngineSettings(odd, undefined), { code: "BAD_CONFIG" });
  });
});
