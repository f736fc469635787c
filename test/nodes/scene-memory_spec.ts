import assert from "node:assert/strict";

import { TlacError } from "../../lib/errors";
import type { Frame } from "../../lib/frame/frame";
import { GRID_BLOCKS } from "../../lib/frame/scene-grid";
import type { LmmIdentity } from "../../lib/lmm/lmm";
import type { Result } from "../../lib/tlac/result";
import { SceneMemory } from "../../nodes/runtime/scene/scene-memory";
import { decide } from "../record/decisions";

const LLAVA = { name: "llava:7b", digest: "1" };

/** Only what the memory looks at. */
const frameOf = (sceneGrid: Frame["sceneGrid"]): Frame => ({ sceneGrid }) as Frame;
const still = frameOf(() => Promise.resolve(new Uint8Array(3 * GRID_BLOCKS).fill(90)));
const imageOf = (frame: Frame) => ({ frames: [frame], batch: false, frameMs: 1 });
const sceneOf = (identity?: LmmIdentity) => ({ camera: "a", context: "c", lmm: { identity } });

function judged(lmm: LmmIdentity | null): Result {
  const cached = { frame: false, reconcile: false };
  const models = { lmm, embedder: { name: "clip", digest: "2" } };
  const spotCheck = { agrees: true, class: null, label: null, candidates: [] };
  return { ...decide().result, cached, models, spotCheck };
}

describe("what a camera saw last", () => {
  let memory: SceneMemory;

  beforeEach(() => {
    memory = SceneMemory.create({ unchanged: "reuse", unchangedFor: 60 });
  });

  it("holds as long as the LMM is the same, as far as anybody knows", async () => {
    await memory.remember(sceneOf(), imageOf(still), [judged(LLAVA)]);
    const isKnown = async (identity?: LmmIdentity): Promise<boolean> =>
      (await memory.recall(sceneOf(identity), imageOf(still))) !== undefined;
    assert.equal(await isKnown(LLAVA), true);
    assert.equal(await isKnown({ ...LLAVA, version: "0.35" }), true);
    assert.equal(await isKnown(), true, "a server that has not been asked yet");
    assert.equal(await isKnown({ ...LLAVA, digest: "3" }), false, "pulled anew");
    assert.equal(await isKnown({ name: "llava:13b" }), false);
  });

  it("holds for every LMM where none was asked", async () => {
    await memory.remember(sceneOf(), imageOf(still), [judged(null)]);
    assert.ok(await memory.recall(sceneOf(LLAVA), imageOf(still)));
  });

  it("leaves without the check of the first image, which was not made again", async () => {
    await memory.remember(sceneOf(), imageOf(still), [judged(LLAVA)]);
    const again = await memory.recall(sceneOf(), imageOf(still));
    assert.equal(again?.cached.frame, true);
    assert.ok(!("spotCheck" in again));
  });

  it("holds nothing that was decided without an answer that failed", async () => {
    const lmmFailure = { code: "LMM_BUSY", message: "…" } as const;
    await memory.remember(sceneOf(), imageOf(still), [{ ...judged(LLAVA), lmmFailure }]);
    assert.equal(await memory.recall(sceneOf(LLAVA), imageOf(still)), undefined);
  });

  it("is looked at before the first frame may let go of its pixels", async () => {
    let looks = 0;
    const frame = frameOf(() => {
      looks += 1;
      return still.sceneGrid();
    });
    assert.equal(await memory.recall(sceneOf(), imageOf(frame)), undefined);
    assert.equal(looks, 1);
  });

  it("costs no image its decision where a picture cannot be compared", async () => {
    const broken = frameOf(() => Promise.reject(new TlacError("BAD_IMAGE", "frame.empty-part")));
    await memory.remember(sceneOf(), imageOf(broken), [judged(LLAVA)]);
    assert.equal(await memory.recall(sceneOf(), imageOf(broken)), undefined);
  });
});
