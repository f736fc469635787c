import assert from "node:assert/strict";

import lmmServer from "../../nodes/lmm-server";
import tlac from "../../nodes/tlac";
import { startFlow, type CaughtMessage, type Flow } from "../helpers/flow";
import { dragNode } from "../helpers/flow-nodes";
import { ScriptedBrain } from "../ollama-double/brain-scripted";
import { startOpenAiDouble, type OpenAiDouble } from "../openai-double/server";
import { naming, paint } from "./scripted-lmm";

const judge = {
  ...dragNode("tlac"),
  sight: false,
  classes: "hammer, screwdriver",
  server: "server",
};

/** To the question that only has the model loaded. */
const FIRST_TOKEN = "Yes.";

describe("a flow with an OpenAI-compatible server", () => {
  let double: OpenAiDouble;
  let flow: Flow;
  let image: Buffer;

  before(async () => {
    image = await paint();
  });

  afterEach(async () => {
    await flow.close();
    await double.close();
  });

  async function start(brain: ScriptedBrain, mode: string): Promise<void> {
    double = await startOpenAiDouble({ profile: "vllm", brain });
    const server = {
      ...dragNode("lmm-server", "server"),
      ...{ kind: "openai", host: double.url, model: "llava", canary: false },
    };
    flow = await startFlow([tlac, lmmServer], { ...judge, mode }, [server]);
  }

  it("judges pictures by its words, and tells which model said them", async () => {
    await start(new ScriptedBrain(naming("hammer")), "slac");
    flow.send("n", { payload: image });
    const { payload } = (await flow.next("door1")) as unknown as {
      payload: { label: string; models: { lmm: object }; lmmCalls: object[] };
    };
    assert.equal(payload.label, "hammer");
    assert.match(JSON.stringify(payload.models.lmm), /"name":"llava","version":"0\.33\.0"/);
    assert.equal(payload.lmmCalls.length, 1);
  });

  it("asks its second question like any other", async () => {
    await start(new ScriptedBrain([FIRST_TOKEN, naming("mallet"), "hammer"]), "tlac");
    flow.send("n", { payload: image });
    // How sure two words make it is not the matter here.
    const judged = await Promise.race([flow.next("door1"), flow.next("door2")]);
    const { payload } = judged as unknown as {
      payload: { ranking: { label: string }[]; lmmCalls: object[] };
    };
    assert.equal(payload.ranking[0]?.label, "hammer");
    assert.equal(payload.lmmCalls.length, 2);
  });

  it("fails to the catch node with the codes that a flow knows", async () => {
    await start(new ScriptedBrain(naming("hammer")), "slac");
    double.models = [{ id: "qwen" }];
    flow.send("n", { payload: image });
    const { error } = (await flow.next("caught")) as CaughtMessage;
    assert.equal(error.code, "LMM_MODEL_MISSING");
  });
});
