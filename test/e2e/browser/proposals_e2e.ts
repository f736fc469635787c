import assert from "node:assert/strict";
import { mkdtemp, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import type { Locator, Page } from "playwright-core";

import { cropPhotos } from "../../helpers/crop-photos";
import { dragNode } from "../../helpers/flow-nodes";
import { removeFolder } from "../../helpers/remove-folder";
import {
  FIND_UNNAMED,
  openConfig,
  openNode,
  readNode,
  takeScreenshot,
  type Locale,
} from "./helpers/editor";
import { useEditor } from "./helpers/suite";

describe("proposals in the dialogs", function () {
  this.timeout(180_000);
  let photos: string;
  let page: Page;

  const suite = useEditor(async (end) => {
    photos = await mkdtemp(path.join(tmpdir(), "tlac-proposals-"));
    end(() => removeFolder(photos));
    await cropPhotos(photos, { K7: "espresso", R2: "rocket" }, 5);
    const place = { z: "tab", x: 300, wires: [] };
    const readFiles = { readFiles: true, folders: photos };
    return {
      flow: [
        { id: "tab", type: "tab", label: "tab" },
        { ...dragNode("tlac-vocabulary", "parts"), classes: "K7\nR2" },
        { ...dragNode("tlac", "own"), ...place, y: 100, classes: "K7\nR2", ...readFiles },
        {
          ...{ ...dragNode("tlac", "shared"), ...place, y: 300, name: "line 3" },
          ...{ vocabulary: "parts", ...readFiles },
        },
      ],
    };
  });

  const evaluate = async (): Promise<void> => {
    await page.locator(".tlac-evaluation > summary").click();
    await page.fill("#tlac-evaluation-folder", photos);
    await page.click("#tlac-evaluation-start");
    await page.locator(".tlac-proposals > li").first().waitFor();
  };
  const openVocabulary = async (locale?: Locale): Promise<void> => {
    page = await suite.open(locale);
    await openConfig(page, "tlac-vocabulary", "parts");
    await evaluate();
  };
  const openTlac = async (id: string): Promise<void> => {
    page = await suite.open();
    await openNode(page, id);
    await evaluate();
  };
  const proposal = (text: string | RegExp): Locator =>
    page.locator(".tlac-proposals > li").filter({ hasText: text }).first();
  const apply = async (text: string | RegExp): Promise<void> => {
    await proposal(text).locator("button").click();
    await page.locator(".tlac-proposals-undo").waitFor();
  };
  const undo = (): Promise<void> => page.locator(".tlac-proposals-undo").click();
  const aliases = (): Locator => page.locator("input[data-column=aliases]").first();

  for (const [locale, alias] of [
    ["en-US", "Add “espresso” as an alias of K7."],
    ["ja", "espresso"],
  ] as const) {
    it(`go into the table, and are taken back whole (${locale})`, async () => {
      await openVocabulary(locale);
      assert.deepEqual(await page.evaluate(FIND_UNNAMED), []);
      await page.locator("#tlac-evaluation-proposals").scrollIntoViewIfNeeded();
      await takeScreenshot(page, `proposals-${locale}`);
      await apply(alias);
      assert.equal(await aliases().inputValue(), "espresso");
      await page.locator("#tlac-evaluation-applied").scrollIntoViewIfNeeded();
      await takeScreenshot(page, `proposals-applied-${locale}`);
      await page.keyboard.press("Enter");
      await page.locator(".tlac-proposals-undo").waitFor({ state: "detached" });
      assert.equal(await aliases().inputValue(), "");
      await apply(alias);
      // The table's own undo knows it, too.
      await page.click("#tlac-vocabulary-undo");
      assert.equal(await aliases().inputValue(), "");
      await undo();
      const changed = locale === "ja" ? "手で変更されています" : "changed by hand";
      await page.locator("#tlac-evaluation-applied", { hasText: changed }).waitFor();
    });
  }

  it("go to the node with Done, and nowhere with Cancel", async () => {
    await openTlac("own");
    await apply("“espresso” as an alias");
    assert.equal(await page.inputValue("#node-input-classes"), "K7 = espresso\nR2\n");
    await page.click("#node-dialog-cancel");
    await page.locator("#node-dialog-cancel").waitFor({ state: "detached" });
    assert.equal((await readNode(page, "own")).classes, "K7\nR2");
    await openNode(page, "own");
    await evaluate();
    await apply("“espresso” as an alias");
    await page.click("#node-dialog-ok");
    await page.locator("#node-dialog-ok").waitFor({ state: "detached" });
    assert.equal((await readNode(page, "own")).classes, "K7 = espresso\nR2\n");
    await page.keyboard.press("Control+z");
    assert.equal((await readNode(page, "own")).classes, "K7\nR2");
  });

  it("set the fields of the node, those of a question together", async () => {
    page = await suite.open();
    // Ten photos are too few for these to be proposed.
    const settings = { mode: "clip", accept: "20", prompt: "packaging" };
    const proposals = Object.entries(settings).map(([kind, value]) => ({
      ...{ id: kind, kind, value, sentence: `Set ${kind}`, reason: "It helps.", effect: null },
    }));
    await page.route("**/evaluation/jobs/*", async (route) => {
      const response = await route.fetch();
      const view = (await response.json()) as { progress: { result: object | null } | null };
      if (view.progress?.result) Object.assign(view.progress.result, { proposals });
      await route.fulfill({ response, json: view });
    });
    await openNode(page, "own");
    await page.locator("details:has(#node-input-prompt) > summary").click();
    await page.fill("#node-input-prompt", "What is it?");
    await evaluate();
    const fields = (): Promise<unknown> =>
      page.evaluate(`["mode", "accept", "domain", "prompt"].map(
        (name) => document.getElementById("node-input-" + name).value
      )`);
    for (const kind of Object.keys(settings)) await apply(`Set ${kind}`);
    assert.deepEqual(await fields(), ["clip", "20", "packaging", ""]);
    for (let left = 3; left > 0; left -= 1) {
      assert.equal(await page.locator("#tlac-evaluation-applied .tlac-line").count(), left);
      await undo();
      await proposal(Object.keys(settings)[left - 1] ?? "")
        .locator("button:enabled")
        .waitFor();
    }
    assert.deepEqual(await fields(), ["", "", "general", "What is it?"]);
  });

  it("make examples, and say where classes are changed that the node shares", async () => {
    await openTlac("shared");
    await proposal("“espresso” as an alias").getByText("a dialog of their own").waitFor();
    const root = path.join(suite.editor.userDir, "tlac", "vocabularies", "parts", "examples");
    const kept = async (): Promise<string[]> =>
      (await readdir(root)).filter((name) => !name.startsWith("."));
    await apply(/of these pictures as examples/);
    assert.deepEqual((await kept()).sort(), ["k7", "r2"]);
    await undo();
    await page.locator(".tlac-proposals-undo").waitFor({ state: "detached" });
    await page.click("#node-dialog-cancel");
    await page.locator("#node-dialog-cancel").waitFor({ state: "detached" });
    await openConfig(page, "tlac-vocabulary", "parts");
    await evaluate();
    await apply(/of these pictures as examples/);
    const count = page.locator("#tlac-vocabulary-rows [data-act=examples]").first();
    await count.getByText(/[1-9]/).waitFor();
    await page.locator("input[data-column=label]").first().fill("cup");
    await page.locator("input[data-column=label]").first().press("Tab");
    await count.getByText(/[1-9]/).waitFor();
    await undo();
    await page.locator(".tlac-proposals-undo").waitFor({ state: "detached" });
    await count.getByText(/[1-9]/).waitFor({ state: "detached" });
  });
});
