import assert from "node:assert/strict";

import type { NodeAPI } from "node-red";

import { DecisionRecord } from "../../lib/record/record";
import { RecordUse } from "../../nodes/runtime/record/shared-record";
import { removeFolder } from "../helpers/remove-folder";
import { newRoot } from "../record/decisions";

describe("a node's use of the record", () => {
  it("opens nothing once it is released: a late caller is told that the node is gone", async () => {
    const userDir = await newRoot();
    const RED = { settings: { userDir, lang: "en-US" } } as unknown as NodeAPI;
    const use = new RecordUse(RED);
    assert.ok(use.record instanceof DecisionRecord);
    await use.release();
    for (const late of [() => use.record, () => use.quality]) {
      assert.throws(late, { code: "CLOSED" });
    }
    await use.release();
    await removeFolder(userDir);
  });
});
