import assert from "node:assert/strict";

import { Memo } from "../../lib/basics/memo";

describe("a memo of shared work", () => {
  it("starts work once, however many ask for it", async () => {
    const memo = new Memo<number>(2);
    let started = 0;
    const start = (): Promise<number> => Promise.resolve(++started);
    assert.deepEqual(await Promise.all([memo.get("a", start), memo.get("a", start)]), [1, 1]);
    assert.equal(await memo.get("a", start), 1);
  });

  it("starts failed work again for the next who asks, and only then", async () => {
    const memo = new Memo<string>(2);
    const first = memo.get("a", () => Promise.reject(new Error("first")));
    assert.equal(
      memo.get("a", () => Promise.resolve("never")),
      first,
    );
    await assert.rejects(first, /first/);
    assert.equal(await memo.get("a", () => Promise.resolve("second")), "second");
  });

  it("forgets what was not asked for longest", async () => {
    const memo = new Memo<string>(2);
    const get = (key: string, value = key): Promise<string> =>
      memo.get(key, () => Promise.resolve(value));
    await get("a");
    await get("b");
    await get("a");
    await get("c");
    assert.equal(await get("a", "again"), "a");
    assert.equal(await get("b", "again"), "again");
  });
});
