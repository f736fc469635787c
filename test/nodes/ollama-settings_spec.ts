import assert from "node:assert/strict";

import { TlacError } from "../../lib/errors";
import { resolveSettings } from "../../lib/lmm/ollama/settings";
import {
  readOllamaSettings,
  type OllamaFields,
} from "../../nodes/runtime/settings/ollama-settings";
import { dragNode } from "../helpers/flow-nodes";

const fields = dragNode("lmm-server") as unknown as OllamaFields;

describe("the fields of an Ollama server", () => {
  it("become the client's settings, seconds as milliseconds", () => {
    const settings = readOllamaSettings({ ...fields, numPredict: "500", answerTimeout: 2 }, "key");
    assert.deepEqual(
      [settings.numCtx, settings.numPredict, settings.deadlines?.answerMs, settings.apiKey],
      [4_096, 500, 2_000, "key"],
    );
  });

  it("mean the client's own defaults where they are empty, or older than the field", () => {
    const numbers = { numCtx: "", connectTimeout: "", loadTimeout: "", answerTimeout: undefined };
    const old = { ...fields, ...numbers, keepAlive: "", numPredict: undefined, totalTimeout: "" };
    const settings = readOllamaSettings(old, undefined);
    assert.ok(!("apiKey" in settings));
    const { model } = fields;
    assert.deepEqual(resolveSettings(settings), resolveSettings({ model }));
  });

  it("refuse what is out of range, and name the field as the dialog does", () => {
    assert.throws(
      () => readOllamaSettings({ ...fields, numPredict: "1" }, undefined),
      (error) => {
        assert.ok(error instanceof TlacError && error.code === "BAD_CONFIG");
        assert.match(error.message, /^“Answer up to” must be a whole number from 16 to 8192/);
        assert.match(error.in("ja"), /^「回答の長さ」/);
        return true;
      },
    );
  });
});
