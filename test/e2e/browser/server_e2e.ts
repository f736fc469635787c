import assert from "node:assert/strict";

import type { Browser, Page } from "playwright-core";

import { RecogniserBrain } from "../../ollama-double/brain-recogniser";
import { startOllamaDouble, type OllamaDouble } from "../../ollama-double/server";
import {
  openConfig,
  openEditor,
  requireBrowser,
  startBrowser,
  startEditor,
  takeScreenshot,
  type Editor,
  type Locale,
} from "./helpers/editor";

/** Tells the two known photos apart by their sizes, as a model that sees does by their content. */
const seeing = new RecogniserBrain({
  recognise: ({ length }) => {
    const name = length % 2 === 0 ? "espresso" : "giant panda";
    return Promise.resolve([{ name, synonyms: [], score: 0.9 }]);
  },
});

describe("dialog of lmm-server", function () {
  this.timeout(120_000);
  let double: OllamaDouble;
  let editor: Editor;
  let browser: Browser;
  let page: Page;
  const ends: (() => Promise<void>)[] = [];

  before(async function () {
    requireBrowser(this);
    double = await startOllamaDouble({
      brain: seeing,
      models: [
        { name: "llava:7b" },
        { name: "llama3.2:3b", capabilities: ["completion", "tools"], size: 2_019_393_189 },
      ],
      delays: { pull: 150 },
    });
    ends.push(() => double.close());
    const server = {
      ...{ id: "server", type: "lmm-server", name: "", kind: "ollama", model: "llava:7b" },
      ...{ host: double.url, keepAlive: "30m", numCtx: 4096, canary: true, latestOnly: false },
      ...{ connectTimeout: 5, loadTimeout: 300, answerTimeout: 60, totalTimeout: 300 },
      ...{ concurrency: 1, queueLength: 100, maxAge: "" },
    };
    editor = await startEditor({ flow: [server] });
    ends.push(() => editor.stop());
    browser = await startBrowser();
    ends.push(() => browser.close());
  });
  after(async () => {
    for (const end of ends.reverse()) await end();
  });
  afterEach(async () => {
    setBlind(false);
    double.models.remove("moondream");
    await page.close();
  });

  /** As an update does that breaks a model: the server restarts. */
  const setBlind = (blind: boolean): void => {
    double.models.change("llava:7b", { blind });
    double.useProfile("0.34");
  };

  const open = async (locale: Locale): Promise<void> => {
    page = await openEditor(browser, editor, locale);
    await openConfig(page, "lmm-server", "server");
  };
  const model = () => page.locator("#node-config-input-model");
  const linesOf = async (place: string): Promise<string[]> =>
    (await page.locator(`${place} .tlac-line`).allInnerTexts()).map((text) => text.trim());

  for (const locale of ["en-US", "ja"] as const) {
    it(`tests the server line by line (${locale})`, async () => {
      await open(locale);
      await page.click("#tlac-server-test");
      await page.locator("#tlac-server-test-result .tlac-line-ok").nth(3).waitFor();
      const lines = await linesOf("#tlac-server-test-result");
      assert.equal(lines.length, 4);
      assert.ok(lines[0]?.includes(double.url), lines[0]);
      assert.match(lines[1] ?? "", /llava:7b.*4\.7 GB/);
      await takeScreenshot(page, `server-test-${locale}`);
    });

    it(`lists models and takes the chosen one (${locale})`, async () => {
      await open(locale);
      await page.click("#tlac-server-list");
      const rows = page.locator(".tlac-model");
      await rows.nth(1).waitFor();
      assert.equal(await rows.nth(0).getAttribute("aria-pressed"), "true");
      await rows.nth(1).focus();
      await page.keyboard.press("Enter");
      assert.equal(await model().inputValue(), "llama3.2:3b");
      await takeScreenshot(page, `server-models-${locale}`);
    });

    it(`pulls a model with progress, cancels and goes on (${locale})`, async () => {
      await open(locale);
      await model().fill("moondream");
      const letGo = double.hold("pull", 3);
      await page.click("#tlac-server-pull");
      const bar = page.locator("#tlac-server-pull-bar [role=progressbar][aria-valuenow]");
      await bar.waitFor();
      await takeScreenshot(page, `server-pull-${locale}`);
      await page.click("#tlac-server-pull-cancel");
      await page.locator("#tlac-server-pull-result .tlac-line-note").waitFor();
      assert.equal(await bar.isVisible(), false);
      assert.equal(double.models.find("moondream"), undefined);
      letGo();
      await page.click("#tlac-server-pull");
      await page.locator("#tlac-server-pull-result .tlac-line-ok").waitFor();
      assert.ok(double.models.find("moondream"));
      await page.locator(".tlac-model[aria-pressed=true]").waitFor();
    });

    it(`says what to do when a pull fails (${locale})`, async () => {
      await open(locale);
      await model().fill("lava:7b");
      await page.click("#tlac-server-pull");
      await page.locator("#tlac-server-pull-result .tlac-line-failed").waitFor();
      const [failure, advice] = await linesOf("#tlac-server-pull-result");
      assert.match(failure ?? "", /lava:7b/);
      assert.match(advice ?? "", /ollama pull lava:7b/);
      await takeScreenshot(page, `server-pull-failed-${locale}`);
    });

    it(`names a blind model and a server that is away (${locale})`, async () => {
      await open(locale);
      setBlind(true);
      await page.click("#tlac-server-test");
      await page.locator("#tlac-server-test-result .tlac-line-failed").waitFor();
      setBlind(false);
      assert.equal((await linesOf("#tlac-server-test-result")).length, 4);
      await takeScreenshot(page, `server-blind-${locale}`);
      await page.fill("#node-config-input-host", "http://127.0.0.1:9");
      await page.click("#tlac-server-test");
      await page.locator("#tlac-server-test-result .tlac-line-skipped").nth(2).waitFor();
      const [reach] = await linesOf("#tlac-server-test-result");
      assert.match(reach ?? "", /127\.0\.0\.1:9/);
      await takeScreenshot(page, `server-away-${locale}`);
    });

    it(`shows the queue of the deployed server (${locale})`, async () => {
      await open(locale);
      const facts = page.locator("#tlac-server-activity dd");
      await facts.nth(4).waitFor();
      await facts.nth(4).scrollIntoViewIfNeeded();
      assert.match((await facts.first().innerText()).trim(), /0.*0/);
      await takeScreenshot(page, `server-activity-${locale}`);
    });
  }
});
