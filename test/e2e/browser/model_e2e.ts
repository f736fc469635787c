import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import path from "node:path";

import type { Browser, Page } from "playwright-core";

import { providersOf } from "../../../lib/clip/provider";
import { HubServer } from "../../clip/hub-server";
import { copyStarter } from "../../clip/starter-copy";
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

const PRESET = "clip-vit-base-patch16";
const files = new Map<string, Buffer>([
  ...["config.json", "preprocessor_config.json", "tokenizer.json", "tokenizer_config.json"].map(
    (file) => [file, Buffer.from("{}")] as const,
  ),
  ["onnx/text_model.onnx", Buffer.alloc(3_000_000, 1)],
  ["onnx/vision_model_quantized.onnx", Buffer.alloc(2_000_000, 2)],
]);

describe("dialog of clip-model", function () {
  this.timeout(120_000);
  let hub: HubServer;
  let editor: Editor;
  let browser: Browser;
  let page: Page;
  const ends: (() => Promise<void>)[] = [];

  before(async function () {
    requireBrowser(this);
    hub = await HubServer.start(files);
    ends.push(() => hub.stop());
    const common = { type: "clip-model", name: "", dtype: "", threads: "", offline: false };
    editor = await startEditor({
      flow: [
        { ...common, id: "preset", kind: "preset", preset: PRESET, folder: "" },
        { ...common, id: "folder", kind: "folder", preset: PRESET, folder: "/nowhere" },
        { ...common, id: "starter", kind: "starter", preset: PRESET, folder: "" },
      ],
      env: { HF_ENDPOINT: hub.url },
    });
    ends.push(() => editor.stop());
    browser = await startBrowser();
    ends.push(() => browser.close());
  });
  after(async () => {
    for (const end of ends.reverse()) await end();
  });
  afterEach(async () => {
    await page.close();
    await rm(path.join(editor.userDir, "tlac"), { recursive: true, force: true });
  });

  const open = async (locale: Locale, id: string): Promise<void> => {
    page = await openEditor(browser, editor, locale);
    await openConfig(page, "clip-model", id);
  };
  const line = (place: string, state: string) => page.locator(`${place} .tlac-line-${state}`);

  for (const locale of ["en-US", "ja"] as const) {
    it(`downloads with progress, cancels, goes on and removes (${locale})`, async () => {
      await open(locale, "preset");
      await line("#tlac-model-state", "note").waitFor();
      await takeScreenshot(page, `model-absent-${locale}`);
      hub.fail("onnx/text_model.onnx", { kind: "stall", after: 1_000_000 });
      await page.click("#tlac-model-download");
      await page.getByText("onnx/text_model.onnx").waitFor();
      await takeScreenshot(page, `model-download-${locale}`);
      await page.click("#tlac-model-cancel");
      await line("#tlac-model-result", "note").waitFor();
      await line("#tlac-model-state", "note").waitFor();
      await page.click("#tlac-model-download");
      await line("#tlac-model-state", "ok").waitFor();
      await takeScreenshot(page, `model-there-${locale}`);
      assert.match(await page.locator("#tlac-model-state").innerText(), /5 MB/);
      await page.click("#tlac-model-remove");
      await takeScreenshot(page, `model-remove-${locale}`);
      await page.click("#tlac-model-remove-yes");
      await line("#tlac-model-result", "ok").waitFor();
      await line("#tlac-model-state", "note").waitFor();
    });

    it(`offers what the runtime has on its computer to compute on (${locale})`, async () => {
      await open(locale, "starter");
      const options = page.locator("#node-config-input-provider option");
      const offered = providersOf(process.platform, process.arch);
      await page.waitForFunction(
        (count) => document.querySelectorAll("#node-config-input-provider option").length === count,
        offered.length,
      );
      const values = await options.evaluateAll((all) =>
        all.map((one) => one.getAttribute("value")),
      );
      assert.deepEqual(values, offered);
      assert.equal(await page.locator("#node-config-input-provider").inputValue(), "cpu");
      await takeScreenshot(page, `model-starter-${locale}`);
    });

    it(`downloads nothing while offline is on, and names the files (${locale})`, async () => {
      await open(locale, "preset");
      await page.check("#node-config-input-offline");
      await line("#tlac-model-state", "failed").waitFor();
      assert.match(await page.locator("#tlac-model-state").innerText(), /onnx\/text_model\.onnx/);
      assert.equal(await page.isDisabled("#tlac-model-download"), true);
      await takeScreenshot(page, `model-offline-${locale}`);
    });

    it(`tells why a download failed and what to do (${locale})`, async () => {
      await open(locale, "preset");
      hub.fail("config.json", { kind: "status", status: 503 });
      await page.click("#tlac-model-download");
      await line("#tlac-model-result", "failed").waitFor();
      await line("#tlac-model-result", "note").waitFor();
      await takeScreenshot(page, `model-failed-${locale}`);
    });

    it(`checks a folder and names the missing file (${locale})`, async () => {
      const copy = await copyStarter();
      try {
        await open(locale, "folder");
        await page.fill("#node-config-input-folder", copy.folder);
        await page.click("#tlac-model-check");
        await line("#tlac-model-check-result", "ok").nth(1).waitFor();
        await takeScreenshot(page, `model-folder-${locale}`);
        await rm(path.join(copy.folder, "tokenizer.json"));
        await page.click("#tlac-model-check");
        await line("#tlac-model-check-result", "failed").waitFor();
        const text = await page.locator("#tlac-model-check-result").innerText();
        assert.match(text, /tokenizer\.json/);
        await takeScreenshot(page, `model-folder-missing-${locale}`);
      } finally {
        await copy.remove();
      }
    });

    it(`shows the starter model's place and size (${locale})`, async () => {
      await open(locale, "starter");
      await line("#tlac-model-state", "ok").waitFor();
      assert.match(await page.locator("#tlac-model-state").innerText(), /Apache-2\.0/);
      assert.equal(await page.isVisible("#tlac-model-remove"), false);
      await takeScreenshot(page, `model-starter-${locale}`);
    });
  }
});
