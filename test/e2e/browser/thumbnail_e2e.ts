import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";

import type { Browser, Locator, Page } from "playwright-core";

import { dragNode } from "../../helpers/flow-nodes";
import {
  openEditor,
  openNode,
  requireBrowser,
  startBrowser,
  startEditor,
  takeScreenshot,
  type Editor,
} from "./helpers/editor";

const photo = readFileSync(path.join(__dirname, "../../../examples/photos/espresso.jpg"));
const flow = [
  { id: "tab", type: "tab", label: "line 1" },
  { id: "other", type: "tab", label: "line 2" },
  {
    id: "in",
    type: "inject",
    z: "tab",
    name: "photo",
    props: [{ p: "payload" }],
    payload: `data:image/jpeg;base64,${photo.toString("base64")}`,
    payloadType: "str",
    repeat: "",
    crontab: "",
    once: false,
    x: 150,
    y: 100,
    wires: [["shown", "hidden"]],
  },
  {
    ...dragNode("tlac", "shown"),
    z: "tab",
    x: 400,
    y: 100,
    wires: [["done"], [], []],
    classes: "espresso = coffee, dog",
    thumbnail: true,
  },
  {
    ...dragNode("tlac", "hidden"),
    z: "tab",
    x: 400,
    y: 300,
    wires: [["done"], [], []],
    classes: "espresso = coffee, dog",
  },
  { id: "done", type: "debug", z: "tab", name: "", x: 600, y: 200, wires: [], complete: "payload" },
];

describe("last image on the canvas", function () {
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
  beforeEach(async () => {
    page = await openEditor(browser, editor, "en-US");
  });
  afterEach(async () => {
    await page.close();
  });

  const picture = (id = "shown"): Locator => page.locator(`[id="${id}"] > .tlac-thumbnail`);
  const inject = async (): Promise<void> => {
    await page.evaluate("$.post('inject/in')");
    await picture().waitFor({ timeout: 60_000 });
  };

  it("stands under the node with class and confidence, and only where it is wanted", async () => {
    await inject();
    assert.match((await picture().textContent()) ?? "", /^espresso \d\d?%$/);
    assert.match((await picture().getAttribute("aria-label")) ?? "", /^espresso/);
    const node = (await page.locator('[id="shown"] > .red-ui-flow-node').first().boundingBox())!;
    const box = (await picture().boundingBox())!;
    assert.ok(box.y > node.y + node.height);
    assert.ok(Math.max(box.width, box.height) <= 160);
    await takeScreenshot(page, "thumbnail");
    assert.equal(await picture("hidden").count(), 0);
  });

  it("is no part of the flow", async () => {
    await inject();
    const exported = await page.evaluate<string>(
      "JSON.stringify(RED.nodes.createCompleteNodeSet({ credentials: false }))",
    );
    assert.doesNotMatch(exported, /_thumbnail|"jpeg"/);
    assert.equal(await page.evaluate("RED.nodes.dirty()"), false);
  });

  it("goes with its tab and comes back with it", async () => {
    await inject();
    await page.evaluate("RED.workspaces.show('other')");
    await page.waitForFunction("!document.querySelector('.tlac-thumbnail')");
    await page.evaluate("RED.workspaces.show('tab')");
    await picture().waitFor();
  });

  it("goes when the option is switched off", async () => {
    await inject();
    await openNode(page, "shown");
    await page.locator("summary", { hasText: "Operation" }).click();
    await page.locator("#node-input-thumbnail").uncheck();
    await page.locator("#node-dialog-ok").click();
    await picture().waitFor({ state: "detached" });
  });

  it("goes when its node is deleted", async () => {
    await inject();
    await page.evaluate("RED.nodes.remove('shown'); RED.view.redraw(true)");
    await page.waitForFunction("!document.querySelector('.tlac-thumbnail')");
    assert.equal(await picture().count(), 0);
  });

  it("is forgotten when the editor is loaded again", async () => {
    await inject();
    await page.close();
    page = await openEditor(browser, editor, "ja");
    await page.locator('[id="shown"]').waitFor();
    assert.equal(await picture().count(), 0);
    await inject();
  });
});
