import assert from "node:assert/strict";

import type { Browser, Page } from "playwright-core";

import { dragNode } from "../../helpers/flow-nodes";
import {
  FIND_UNNAMED,
  openEditor,
  openNode,
  readNode,
  requireBrowser,
  startBrowser,
  startEditor,
  takeScreenshot,
  type Editor,
} from "./helpers/editor";

const flow = [
  { id: "tab", type: "tab", label: "tab" },
  { ...dragNode("tlac-alert", "alert"), z: "tab", x: 300, y: 100, wires: [] },
];

describe("the dialog of tlac-alert", function () {
  this.timeout(120_000);
  let editor: Editor;
  let browser: Browser;
  let page: Page;
  const ends: (() => Promise<void>)[] = [];

  before(async function () {
    requireBrowser(this);
    editor = await startEditor({ flow });
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

  const words = {
    "en-US": {
      raise: "3 of the last 5 judged frames show the class: raised (output 1).",
      within: "3 judged frames within 60 seconds show the class: raised (output 1).",
      never: "It stays on until msg.reset is sent.",
      range: "“Raise after” must be a whole number from 1 to 100, or empty",
      placeholder: "count frames",
      help: "Timeline of frames with the numbers 1 to 5",
    },
    ja: {
      raise: "判定した直近 5 枚のうち 3 枚がそのクラス → 発報（出力 1）。",
      within: "60 秒以内に判定した 3 枚がそのクラス → 発報（出力 1）。",
      never: "msg.reset を送るまで発報中のままです。",
      range: "「発報までの枚数」は 1 から 100 までの整数にするか、空欄にしてください",
      placeholder: "枚数で判断",
      help: "画像の時系列と 1 から 5 の番号",
    },
  } as const;

  for (const locale of ["en-US", "ja"] as const) {
    it(`says beside the timeline what the numbers mean (${locale})`, async () => {
      page = await openEditor(browser, editor, locale);
      await openNode(page, "alert");
      for (const summary of await page.locator(".tlac-dialog summary").all()) await summary.click();
      const said = words[locale];
      const legend = page.locator("#tlac-alert-legend > li");
      assert.equal(await legend.count(), 5);
      assert.equal(await legend.nth(0).textContent(), said.raise);
      const image = page.locator(".tlac-timeline img");
      const width = await image.evaluate((each) => (each as HTMLImageElement).naturalWidth);
      assert.ok(width > 100, "the picture is there");
      assert.ok(await image.getAttribute("alt"));
      assert.deepEqual(await page.evaluate(FIND_UNNAMED), []);
      const within = page.locator("#node-input-raiseWithin");
      assert.equal(await within.getAttribute("placeholder"), said.placeholder);
      await within.fill("60");
      assert.equal(await legend.nth(0).textContent(), said.within);
      await page.locator("#node-input-clearFrames").fill("0");
      assert.equal(await legend.nth(2).textContent(), said.never);
      await page.locator("#node-input-silentAfter").fill("5");
      assert.match((await legend.nth(4).textContent()) ?? "", /5/);
      await page.locator(".tlac-timeline").scrollIntoViewIfNeeded();
      await takeScreenshot(page, `alert-${locale}`);
      await page.locator("#node-dialog-ok").click();
      await page.locator("#node-dialog-ok").waitFor({ state: "detached" });
      const node = await readNode(page, "alert");
      assert.deepEqual(
        [
          node.raiseWithin,
          node.clearFrames,
          node.silentAfter,
          node.time,
          node.timeType,
          node.valid,
        ],
        ["60", "0", "5", "timestamp", "msg", true],
      );
    });

    it(`marks a number that cannot be, and shows the picture in the help (${locale})`, async () => {
      page = await openEditor(browser, editor, locale);
      await openNode(page, "alert");
      const field = page.locator("#node-input-raiseFrames");
      await field.fill("0");
      await field.press("Tab");
      await page.locator("#node-input-raiseFrames.input-error").waitFor();
      await field.hover();
      await page.getByText(words[locale].range).waitFor();
      await page.locator("#node-dialog-cancel").click();
      await page.evaluate(`RED.sidebar.help.show("tlac-alert")`);
      const picture = page.locator(".red-ui-help img");
      assert.equal(await picture.getAttribute("alt"), words[locale].help);
      await page.waitForFunction(`document.querySelector(".red-ui-help img")?.naturalWidth > 100`);
      await picture.scrollIntoViewIfNeeded();
      await takeScreenshot(page, `alert-help-${locale}`);
    });
  }
});
