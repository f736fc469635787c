import assert from "node:assert/strict";

import type { Browser, Page } from "playwright-core";

import { DictionaryBrain } from "../../helpers/dictionary-brain";
import { dragNode } from "../../helpers/flow-nodes";
import { startOllamaDouble, type OllamaDouble } from "../../ollama-double/server";
import {
  openConfig,
  openEditor,
  requireBrowser,
  startBrowser,
  startEditor,
  takeScreenshot,
  type Editor,
} from "./helpers/editor";

const VOCABULARY = {
  id: "words",
  type: "tlac-vocabulary",
  name: "",
  classes: "ねじ, ホニャ金具, 謎の物, 不明",
  template: "",
};

/** Classes that neither model nor glossary know get names from the server of the flow. */
describe("suggesting English names in the dialog", function () {
  this.timeout(120_000);
  let double: OllamaDouble | undefined;
  let editor: Editor | undefined;
  let browser: Browser | undefined;
  let page: Page;

  before(async function () {
    requireBrowser(this);
    double = await startOllamaDouble({
      brain: new DictionaryBrain({ ホニャ金具: ["foo bracket"], 謎の物: ["gizmo"] }),
    });
    const server = {
      ...dragNode("lmm-server", "server"),
      kind: "ollama",
      host: double.url,
      model: "llava:7b",
    };
    editor = await startEditor({ flow: [server, VOCABULARY] });
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.close();
    await editor?.stop();
    await double?.close();
  });
  afterEach(() => page.close());

  for (const locale of ["en-US", "ja"] as const) {
    it(`asks once, and takes only what a person accepts (${locale})`, async () => {
      assert.ok(browser && editor);
      page = await openEditor(browser, editor, locale);
      await openConfig(page, "tlac-vocabulary", "words");
      const aliases = (): Promise<string[]> =>
        page
          .locator("input[data-column=aliases]")
          .evaluateAll((inputs) =>
            inputs.map((input) => (input as unknown as { value: string }).value),
          );
      await page.click("#tlac-vocabulary-suggest-start");
      const all = page.locator("#tlac-vocabulary-suggest-all button");
      await all.waitFor();
      await takeScreenshot(page, `vocabulary-suggest-${locale}`);
      assert.match(await page.locator("#tlac-vocabulary-suggest-said").innerText(), /2/);
      assert.deepEqual(await aliases(), ["", "", "", ""]);
      await page.locator(".tlac-vocabulary-notice button", { hasText: "gizmo" }).click();
      await page.waitForFunction(
        () => document.querySelectorAll(".tlac-vocabulary-notice").length === 2,
      );
      assert.deepEqual(await aliases(), ["", "", "gizmo", ""]);
      await all.click();
      await page.waitForFunction(
        () => document.querySelectorAll(".tlac-vocabulary-notice").length === 1,
      );
      assert.deepEqual(await aliases(), ["", "foo bracket", "gizmo", ""]);
      assert.equal(await all.count(), 0);
    });
  }
});
