import assert from "node:assert/strict";

import type { NodeAPI } from "node-red";

import { decodePool, DEFAULT_DECODERS, setDecoders } from "../../lib/frame/decode-pool";
import clipMatch from "../../nodes/clip-match";
import { applyDecoders } from "../../nodes/runtime/settings/decoders";
import { startFlow } from "../helpers/flow";
import { dragNode } from "../helpers/flow-nodes";

/** How many of many pictures are decoded at the same time. */
async function countDecoders(): Promise<number> {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const runs = Array.from({ length: 100 }, () => decodePool.run({ work: () => held }));
  const { active } = decodePool;
  release();
  await Promise.all(runs);
  return active;
}

describe("tlacDecoders in settings.js", () => {
  const warnings: string[] = [];

  afterEach(() => {
    warnings.length = 0;
    setDecoders(DEFAULT_DECODERS);
  });

  function apply(tlacDecoders: unknown, lang = "en-US"): void {
    const log = { warn: (text: string) => warnings.push(text) };
    applyDecoders({ settings: { tlacDecoders, lang }, log } as unknown as NodeAPI);
  }

  it("says how many pictures are decoded at the same time", async () => {
    const flow = await startFlow(clipMatch, { ...dragNode("clip-match"), classes: "hammer" }, [], {
      tlacDecoders: 5,
    });
    assert.equal(await countDecoders(), 5);
    await flow.close();
  });

  it("may be left out", async () => {
    apply(undefined);
    assert.equal(await countDecoders(), 2);
    assert.deepEqual(warnings, []);
  });

  it("that is no such number is warned of once, and two are decoded", async () => {
    for (const value of [0, 65, 2.5, NaN, "4", null]) {
      apply(8);
      apply(value);
      apply(value);
      assert.equal(await countDecoders(), 2, String(value));
      assert.equal(warnings.length, 1, String(value));
      const [warning = ""] = warnings.splice(0);
      assert.match(warning, /^\[tlac\] .*tlacDecoders.*1 to 64.*\. /);
      assert.ok(warning.includes(`got ${String(value)}.`), warning);
    }
  });

  it("is spoken of in the language of the runtime", () => {
    apply([], "ja");
    assert.match(warnings[0] ?? "", /tlacDecoders.*1～64/);
  });
});
