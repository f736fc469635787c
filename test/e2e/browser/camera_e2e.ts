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
  { ...dragNode("tlac-camera", "camera"), z: "tab", x: 300, y: 100, wires: [], interval: 0 },
];

describe("the dialog of tlac-camera", function () {
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
    "en-US": "An address is needed that begins with http://",
    ja: "http://、https://、rtsp://、rtsps:// のいずれかで始まる",
  } as const;

  for (const locale of ["en-US", "ja"] as const) {
    it(`asks for what an address and a certificate need (${locale})`, async () => {
      page = await openEditor(browser, editor, locale);
      await openNode(page, "camera");
      for (const summary of await page.locator(".tlac-dialog summary").all()) await summary.click();
      const address = page.locator("#node-input-address");
      await address.fill("192.168.1.20");
      await address.press("Tab");
      await page.locator("#node-input-address.input-error").waitFor();
      await address.hover();
      await page.getByText(words[locale]).waitFor();
      await address.fill("https://192.168.1.20/shot.jpg");
      await page.locator("#node-input-user").fill("operator");
      await page.locator("#node-input-password").fill("secret");
      const rows = [".tlac-row-caFile", ".tlac-row-pin", ".tlac-row-none"];
      for (const [tls, row] of [
        ["caFile", 0],
        ["none", 2],
        ["pin", 1],
      ] as const) {
        await page.selectOption("#node-input-tls", tls);
        for (const [index, selector] of rows.entries()) {
          assert.equal(
            await page.locator(selector).first().isVisible(),
            index === row,
            `${tls} ${selector}`,
          );
        }
      }
      await page.locator("#node-input-fingerprint.input-error").waitFor();
      await page.locator("#node-input-fingerprint").fill("ab:".repeat(32));
      assert.deepEqual(await page.evaluate(FIND_UNNAMED), []);
      await takeScreenshot(page, `camera-${locale}`);
      await page.locator("#node-dialog-ok").click();
      await page.locator("#node-dialog-ok").waitFor({ state: "detached" });
      const node = await readNode(page, "camera");
      assert.deepEqual([node.tls, node.valid], ["pin", true]);
      // A password never stands in the flow.
      assert.ok(!JSON.stringify({ ...node, credentials: undefined }).includes("secret"));
    });
  }
});
