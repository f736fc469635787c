import assert from "node:assert/strict";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";

import type { Locator, Page } from "playwright-core";

import { parseVocabulary } from "../../../lib/vocabulary/parse-vocabulary";
import { openConfig, takeScreenshot, type Locale } from "./helpers/editor";
import { useEditor } from "./helpers/suite";

const photo = (name: string): string =>
  path.join(__dirname, "../../../examples/photos", `${name}.jpg`);

describe("examples in the dialog of tlac-vocabulary", function () {
  this.timeout(120_000);
  let page: Page;
  let number = 0;
  let root: string;

  const suite = useEditor(() => ({
    flow: Array.from({ length: 8 }, (_, at) => ({
      id: `v${at}`,
      type: "tlac-vocabulary",
      name: "",
      classes: "espresso = coffee, 犬 = dog",
      template: "",
    })),
  }));

  /** Each test has a vocabulary, and so a folder, of its own. */
  const open = async (locale: Locale, prepare?: () => Promise<void>): Promise<void> => {
    const id = `v${number++}`;
    root = path.join(suite.editor.userDir, "tlac", "vocabularies", id, "examples");
    await prepare?.();
    page = await suite.open(locale);
    await openConfig(page, "tlac-vocabulary", id);
    await page.locator("#tlac-vocabulary-lint i").first().waitFor();
  };
  const row = (at: number): Locator => page.locator("#tlac-vocabulary-rows > li").nth(at);
  const button = (at: number): Locator => row(at).locator("[data-act=examples]");
  const thumbnails = (at: number): Locator => row(at).locator(".tlac-vocabulary-examples-list img");
  const said = (at: number): Locator => row(at).locator(".tlac-vocabulary-examples-said");
  const counts = async (at: number, count: number): Promise<void> => {
    await button(at).getByText(String(count)).waitFor();
  };
  const kept = async (folder: string): Promise<string[]> =>
    readdir(path.join(root, folder)).catch(() => []);

  for (const locale of ["en-US", "ja"] as const) {
    it(`adds photos, shows them small, removes one and puts it back (${locale})`, async () => {
      await open(locale);
      await button(0).click();
      const [chooser] = await Promise.all([
        page.waitForEvent("filechooser"),
        row(0).locator(".tlac-vocabulary-examples-choose").click(),
      ]);
      await chooser.setFiles([photo("espresso"), photo("rocket")]);
      await counts(0, 2);
      await thumbnails(0).nth(1).waitFor();
      await said(0).getByText("rocket.jpg").waitFor();
      await takeScreenshot(page, `vocabulary-examples-${locale}`);
      assert.equal((await kept("espresso")).length, 2);
      const remove = row(0).locator(".tlac-vocabulary-examples-list button");
      const name = locale === "ja" ? "見本 2 を削除" : "Remove example 2";
      assert.equal(await remove.nth(1).getAttribute("aria-label"), name);
      await remove.nth(1).click();
      await counts(0, 1);
      assert.equal((await kept("espresso")).length, 1);
      await row(0).locator(".tlac-vocabulary-examples-undo").click();
      await counts(0, 2);
      await thumbnails(0).nth(1).waitFor();
      assert.equal((await kept("espresso")).length, 2);
    });
  }

  it("takes photos that are dropped on the row of a new class, whose id stays from then on", async () => {
    await open("en-US");
    await page.click("#tlac-vocabulary-add");
    const drop = async (): Promise<void> => {
      const base64 = (await readFile(photo("dog"))).toString("base64");
      await row(2)
        .locator(".tlac-vocabulary-row")
        .evaluate((element, content) => {
          const bytes = Uint8Array.from(atob(content), (character) => character.charCodeAt(0));
          const data = new DataTransfer();
          data.items.add(new File([bytes], "dog.jpg", { type: "image/jpeg" }));
          const options = { dataTransfer: data, bubbles: true, cancelable: true };
          element.dispatchEvent(new DragEvent("drop", options));
        }, base64);
    };
    await drop();
    await said(2).getByText("Type a label").waitFor();
    await row(2).locator("input[data-column=label]").fill("Big Dog");
    await drop();
    await counts(2, 1);
    assert.equal((await kept("big-dog")).length, 1);
    await row(2).locator("input[data-column=label]").fill("Dogs");
    await row(2).locator("input[data-column=label]").press("Tab");
    const stored = await page.inputValue("#node-config-input-classes");
    assert.equal(parseVocabulary(stored).classes[2]?.id, "big-dog");
    await counts(2, 1);
  });

  it("says why a picture cannot be an example, and what in the folders counts for nothing", async () => {
    await open("ja", async () => {
      await mkdir(path.join(root, "washer"), { recursive: true });
      await writeFile(path.join(root, "washer", "1.jpg"), "x");
      await mkdir(path.join(root, "coffee"), { recursive: true });
      await writeFile(path.join(root, "coffee", "<b>half.jpg"), "no picture");
      await writeFile(path.join(root, "coffee", "mine.jpg"), await readFile(photo("espresso")));
    });
    await counts(0, 2);
    await page.locator("#tlac-vocabulary-examples-said").getByText("washer").waitFor();
    // By keys alone.
    await button(0).focus();
    await page.keyboard.press("Enter");
    await thumbnails(0).first().waitFor();
    await row(0).locator(".tlac-vocabulary-examples-broken").getByText("<b>half.jpg").waitFor();
    await takeScreenshot(page, "vocabulary-examples-broken");
    await page.keyboard.press("Enter");
    await row(0).locator(".tlac-vocabulary-examples").waitFor({ state: "hidden" });
    await row(1).locator("input[type=file]").setInputFiles(photo("espresso"));
    await said(1).getByText("すでに espresso の見本").waitFor();
    await row(1)
      .locator("input[type=file]")
      .setInputFiles({ name: "text.jpg", mimeType: "image/jpeg", buffer: Buffer.from("text") });
    await said(1).getByText("JPEG").waitFor();
  });
});
