import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";

import type { Browser, Locator, Page } from "playwright-core";

import { ExampleStore } from "../../../lib/examples/example-store";
import { Learner } from "../../../lib/learn/learner";
import { createVocabulary } from "../../../lib/vocabulary/vocabulary";
import {
  FIND_UNNAMED,
  openConfig,
  openEditor,
  requireBrowser,
  startBrowser,
  startEditor,
  takeScreenshot,
  type Editor,
  type Locale,
} from "./helpers/editor";

const PHOTOS = path.join(__dirname, "../../../examples/photos");
const CLASSES = '[{"id":"rocket","label":"rocket","aliases":"tower"},{"id":"cat","label":"猫"}]';

describe("what was learned, in the dialog of tlac-vocabulary", function () {
  this.timeout(120_000);
  let editor: Editor | undefined;
  let browser: Browser | undefined;
  let page: Page;

  before(async function () {
    requireBrowser(this);
    const flow = ["v0", "v1", "v2", "v3", "v4"].map((id) => ({
      id,
      type: "tlac-vocabulary",
      name: "parts",
      classes: CLASSES,
      template: "",
    }));
    editor = await startEditor({ flow });
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.close();
    await editor?.stop();
  });
  afterEach(async () => {
    await page.close();
  });

  const teach = async (id: string): Promise<void> => {
    const folder = path.join(editor?.userDir ?? "", "tlac", "vocabularies", id);
    const learner = new Learner(folder, ExampleStore.open(path.join(folder, "examples")));
    const typed = createVocabulary([
      { id: "rocket", label: "rocket", aliases: ["tower"] },
      { id: "cat", label: "猫" },
    ]);
    for (const [word, correct, chosen, photo] of [
      ["kitten", "cat", null, "cat"],
      ["launch vehicle", "rocket", "cat", "rocket"],
      ["tower", "cat", null, null],
      ["teapot", null, "rocket", null],
    ] as const) {
      const picture = photo && (await readFile(path.join(PHOTOS, `${photo}.jpg`)));
      const subject = { decision: randomUUID(), chosen, word, picture };
      await learner.teach(subject, { correct, who: "Ito" }, typed);
    }
  };
  const open = async (locale: Locale, id: string): Promise<void> => {
    assert.ok(browser && editor);
    page = await openEditor(browser, editor, locale);
    await openConfig(page, "tlac-vocabulary", id);
    await page.locator("#tlac-vocabulary-lint i").first().waitFor();
  };
  const names = (): Locator => page.locator("#tlac-vocabulary-learned-names > li");
  const lessons = (): Locator => page.locator("#tlac-vocabulary-learned-lessons > li");
  const cell = (row: number, column: string): Promise<string> =>
    page
      .locator(`#tlac-vocabulary-rows > li >> nth=${row} >> [data-column=${column}]`)
      .inputValue();
  const press = (line: Locator, name: string): Promise<void> =>
    line.locator("button", { hasText: name }).click();

  for (const [at, locale] of (["en-US", "ja"] as const).entries()) {
    it(`is taken over, settled, removed and taken back (${locale})`, async () => {
      const id = `v${at}`;
      await teach(id);
      await open(locale, id);
      const say =
        locale === "ja"
          ? ["表に取り込む", "猫 にする", "削除", "元に戻す", "取り消す"]
          : ["Take into the table", "It is 猫", "Remove", "Undo", "Take back"];
      const [take = "", settle = "", remove = "", undo = "", back = ""] = say;
      // A contested word opens the list by itself.
      await names().nth(3).waitFor();
      assert.match((await names().allTextContents())[0] ?? "", /tower/);
      await page.locator("#tlac-vocabulary-learned-taught > summary").click();
      await lessons().locator("img").nth(1).waitFor();
      await page.locator("#tlac-vocabulary-learned-all").scrollIntoViewIfNeeded();
      await takeScreenshot(page, `vocabulary-learned-${locale}`);
      assert.deepEqual(await page.evaluate(FIND_UNNAMED), []);
      await press(names().filter({ hasText: "kitten" }), take);
      await names().filter({ hasText: "kitten" }).waitFor({ state: "detached" });
      assert.equal(await cell(1, "aliases"), "kitten");
      // The table gives up what it said otherwise.
      await press(names().filter({ hasText: "tower" }), settle);
      await names().filter({ hasText: "tower" }).locator("button", { hasText: undo }).waitFor();
      assert.equal(await cell(0, "aliases"), "");
      await press(names().filter({ hasText: "teapot" }), remove);
      await press(names().filter({ hasText: "teapot" }).filter({ hasText: undo }), undo);
      await names().filter({ hasText: "teapot" }).filter({ hasText: remove }).waitFor();
      await press(lessons().filter({ hasText: "launch vehicle" }), back);
      await names().filter({ hasText: "launch vehicle" }).waitFor({ state: "detached" });
      assert.equal(await lessons().count(), 3);
      await page.locator("#tlac-vocabulary-rows > li >> nth=0 >> [data-act=examples]").waitFor();
      await takeScreenshot(page, `vocabulary-learned-after-${locale}`);
    });
  }

  it("is edited in the table, where the learned name gives way", async () => {
    await teach("v2");
    await open("en-US", "v2");
    await press(names().filter({ hasText: "kitten" }), "Edit");
    await names().filter({ hasText: "kitten" }).filter({ hasText: "teaches nothing" }).waitFor();
    const field = page.locator("#tlac-vocabulary-rows > li >> nth=1 >> [data-column=aliases]");
    assert.equal(await cell(1, "aliases"), "kitten");
    assert.ok(await field.evaluate((element) => element === document.activeElement));
    // Until the table is kept, nothing is settled.
    await page.click("#node-config-dialog-cancel");
    await page.close();
    await open("en-US", "v2");
    await press(names().filter({ hasText: "kitten" }), "Edit");
    const settled = page.waitForResponse((response) => response.url().includes("learned/settle"));
    await page.click("#node-config-dialog-ok");
    assert.equal((await settled).status(), 200);
    await openConfig(page, "tlac-vocabulary", "v2");
    await names().filter({ hasText: "kitten" }).filter({ hasText: "teaches nothing" }).waitFor();
    assert.equal(await cell(1, "aliases"), "kitten");
  });

  it("goes to another vocabulary as one file", async () => {
    await teach("v3");
    await open("en-US", "v3");
    await names().nth(3).waitFor();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.click("#tlac-vocabulary-learned-export"),
    ]);
    assert.equal(download.suggestedFilename(), "parts.learned.jsonl");
    // The download goes with the page.
    const buffer = await readFile(await download.path());
    assert.match(buffer.toString().split("\n")[0] ?? "", /tlac-learned/);
    await page.close();
    await open("en-US", "v4");
    await page.locator("#tlac-vocabulary-learned-all > summary").click();
    await page.locator("#tlac-vocabulary-learned-none").waitFor();
    const file = { name: "parts.learned.jsonl", mimeType: "text/plain", buffer };
    await page.setInputFiles("#tlac-vocabulary-learned-file", file);
    await page
      .locator("#tlac-vocabulary-learned-said", { hasText: "corrections and 2 pictures" })
      .waitFor();
    await names().nth(3).waitFor();
    await page.setInputFiles("#tlac-vocabulary-learned-file", path.join(PHOTOS, "cat.jpg"));
    await page
      .locator("#tlac-vocabulary-learned-said", { hasText: "no file of learned things" })
      .waitFor();
  });
});
