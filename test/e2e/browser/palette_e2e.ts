import assert from "node:assert/strict";

import type { Browser, Page } from "playwright-core";

import {
  openEditor,
  requireBrowser,
  startBrowser,
  startEditor,
  takeScreenshot,
  type Editor,
} from "./helpers/editor";

const OURS = ["clip-match", "lmm-candidates", "tlac", "tlac-alert", "tlac-camera"];

describe("the palette", function () {
  this.timeout(120_000);
  let editor: Editor;
  let browser: Browser;
  let page: Page;
  const ends: (() => Promise<void>)[] = [];

  before(async function () {
    requireBrowser(this);
    editor = await startEditor();
    ends.push(() => editor.stop());
    browser = await startBrowser();
    ends.push(() => browser.close());
  });
  after(async () => {
    for (const end of ends.reverse()) await end();
  });
  afterEach(async () => {
    await page.close();
  });

  /** Searches as a person does, and waits until the palette shows these of our types. */
  const expect = async (words: string, types: readonly string[]): Promise<void> => {
    const field = page.locator("#red-ui-palette-search input");
    await field.fill(words);
    // The palette listens to keys.
    await field.press("End");
    await page.waitForFunction(
      `[...document.querySelectorAll(".red-ui-palette-node")]
        .filter((node) => node.style.display !== "none")
        .map((node) => node.dataset.paletteType)
        .filter((type) => ${JSON.stringify(["inject", ...OURS])}.includes(type))
        .sort().join() === ${JSON.stringify(types.join())}`,
    );
  };

  for (const locale of ["en-US", "ja"] as const) {
    it(`finds the nodes by what people look for (${locale})`, async () => {
      page = await openEditor(browser, editor, locale);
      const words = ["vision", "image", "camera", "classify", "llava", "ollama", "Photo"];
      for (const word of [...words, "画像", "分類", "カメラ", "検査", "外観検査"]) {
        await expect("thermostat", []);
        await expect(word, OURS);
      }
      await expect("clip match", ["clip-match"]);
      const shown = await page.locator('[data-palette-type="tlac"]').textContent();
      assert.equal(shown?.trim(), "tlac");
      await expect("image", OURS);
      await takeScreenshot(page, `palette-${locale}`);
    });
  }
});
