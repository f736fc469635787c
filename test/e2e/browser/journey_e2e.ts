import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";

import type { Browser, Page } from "playwright-core";

import { dragNode, readDefinition } from "../../helpers/flow-nodes";
import { ScriptedBrain } from "../../ollama-double/brain-scripted";
import { startOllamaDouble, type OllamaDouble } from "../../ollama-double/server";
import {
  openEditor,
  readNode,
  requireBrowser,
  startBrowser,
  startEditor,
  takeScreenshot,
  type Editor,
} from "./helpers/editor";

const photo = readFileSync(path.join(__dirname, "../../../examples/photos/espresso.jpg"));

/** A button with a photo, wired to a debug node: what a beginner has before our nodes. */
const startingPoint = (name: string): object[] => [
  { id: "tab", type: "tab", label: "line 1" },
  {
    id: "button",
    type: "inject",
    z: "tab",
    name: "photo",
    props: [{ p: "payload" }],
    payload: `data:image/jpeg;base64,${photo.toString("base64")}`,
    payloadType: "str",
    repeat: "",
    crontab: "",
    once: false,
    x: 120,
    y: 200,
    wires: [["result"]],
  },
  debugNode("result", name, "payload", 620, 200),
  {
    id: "catch",
    type: "catch",
    z: "tab",
    name: "",
    scope: null,
    uncaught: false,
    x: 120,
    y: 320,
    wires: [["error"]],
  },
  debugNode("error", "error", "error.message", 620, 320),
];

function debugNode(id: string, name: string, complete: string, x: number, y: number): object {
  return {
    id,
    type: "debug",
    z: "tab",
    name,
    active: true,
    tosidebar: true,
    console: false,
    tostatus: false,
    complete,
    targetType: "msg",
    x,
    y,
    wires: [],
  };
}

for (const locale of ["en-US", "ja"] as const) {
  describe(`a first flow, by hand, in ${locale}`, function () {
    this.timeout(120_000);
    const ends: (() => Promise<void>)[] = [];
    let browser: Browser;
    let editor: Editor;
    let double: OllamaDouble;
    let page: Page;

    before(async function () {
      requireBrowser(this);
      double = await startOllamaDouble({
        brain: new ScriptedBrain("A cup."),
        models: [{ name: "llava:7b" }],
      });
      ends.push(() => double.close());
      const blind = [
        {
          id: "server",
          type: "lmm-server",
          ...configDefaults("lmm-server"),
          kind: "ollama",
          host: double.url,
          model: "nope:1b",
        },
        {
          ...dragNode("tlac", "asks"),
          z: "tab",
          x: 400,
          y: 440,
          server: "server",
          classes: "cup",
          wires: [["result"], [], []],
        },
        {
          id: "ask",
          type: "inject",
          z: "tab",
          name: "ask",
          props: [{ p: "payload" }],
          payload: `data:image/jpeg;base64,${photo.toString("base64")}`,
          payloadType: "str",
          repeat: "",
          crontab: "",
          once: false,
          x: 120,
          y: 440,
          wires: [["asks"]],
        },
      ];
      editor = await startEditor({
        flow: [...startingPoint("result"), ...blind],
        settings: { lang: locale },
      });
      ends.push(() => editor.stop());
      browser = await startBrowser();
      ends.push(() => browser.close());
      page = await openEditor(browser, editor, locale);
    });

    after(async () => {
      for (const end of ends.reverse()) await end();
    });

    it("offers the three nodes in the palette, which open their dialogs on the canvas", async () => {
      for (const [row, type] of ["lmm-candidates", "clip-match"].entries()) {
        const id = await drag(type, 420, 80 + 200 * row);
        await openByHand(id);
        assert.equal(await page.locator("#dialog-form .input-error:visible").count(), 0);
        await takeScreenshot(page, `journey-${type}-${locale}`);
        await closeByHand();
      }
    });

    it("takes tlac onto the wire, classes in its dialog, and judges after a deploy", async () => {
      const id = await drag("tlac", 400, 200);
      const wires = await page.evaluate(
        `RED.nodes.filterLinks({ source: RED.nodes.node("button") }).map((link) => link.target.type)`,
      );
      assert.deepEqual(wires, ["tlac"]);
      await openByHand(id);
      await page
        .locator("#node-input-classes")
        .fill("espresso = エスプレッソ | coffee\nrocket\nhammer");
      await takeScreenshot(page, `journey-tlac-${locale}`);
      await closeByHand();
      assert.equal((await readNode(page, id)).valid, true);
      await deploy();
      await press("button");
      await statusOf(id, /espresso .*1\/0\/0\/0/);
      await showDebug();
      await page.locator(".red-ui-debug-msg", { hasText: "espresso" }).first().waitFor();
      await takeScreenshot(page, `journey-judged-${locale}`);
    });

    it("says which model is missing, on the canvas and to the Catch node", async () => {
      await showDebug();
      await press("ask");
      await statusOf("asks", locale === "ja" ? /モデル/ : /LMM model missing/);
      const shown = page.locator(".red-ui-debug-msg", { hasText: "nope:1b" }).first();
      await shown.waitFor();
      assert.match(
        await shown.innerText(),
        locale === "ja" ? /モデル nope:1b がありません/ : /has no model nope:1b/,
      );
      await takeScreenshot(page, `journey-missing-model-${locale}`);
    });

    it("marks a wrong value and gives the reason in the editor's language", async () => {
      await openByHand("asks");
      await page.evaluate(`$("#node-input-threshold").val("7").trigger("change")`);
      await page.locator("#node-input-threshold.input-error").waitFor({ state: "attached" });
      await takeScreenshot(page, `journey-wrong-${locale}`);
      await closeByHand();
      const errors = JSON.stringify(await page.evaluate(`RED.nodes.node("asks").validationErrors`));
      assert.match(errors, locale === "ja" ? /[ぁ-ん]/ : /[a-z]{3}/);
      assert.equal((await readNode(page, "asks")).valid, false);
    });

    /** Drags a node from the palette to a point of the canvas; resolves to its id. */
    async function drag(type: string, x: number, y: number): Promise<string> {
      const item = page.locator(`.red-ui-palette-node[data-palette-type="${type}"]`);
      await item.scrollIntoViewIfNeeded();
      const from = await item.boundingBox();
      const canvas = await page.locator("#red-ui-workspace-chart").boundingBox();
      assert.ok(from && canvas);
      await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
      await page.mouse.down();
      // Where the pointer has been decides which wire is taken: a person's hand passes many points.
      await page.mouse.move(canvas.x + x - 60, canvas.y + y - 20, { steps: 10 });
      await page.mouse.move(canvas.x + x, canvas.y + y, { steps: 10 });
      // The editor looks for a wire below only once the hand rests.
      await page.waitForTimeout(300);
      await page.mouse.move(canvas.x + x + 1, canvas.y + y, { steps: 2 });
      await page.waitForTimeout(300);
      await page.mouse.up();
      const ids = await page.evaluate<string[]>(
        `RED.nodes.filterNodes({ type: ${JSON.stringify(type)} }).map((node) => node.id)`,
      );
      const id = ids.find((known) => known !== "asks");
      assert.ok(id, `${type} is on the canvas`);
      return id;
    }

    async function openByHand(id: string): Promise<void> {
      const box = await page.locator(`[id="${id}"] .red-ui-flow-node`).first().boundingBox();
      assert.ok(box);
      await page.mouse.dblclick(box.x + box.width / 2, box.y + box.height / 2);
      await page.locator("#node-dialog-ok").waitFor();
    }

    async function closeByHand(): Promise<void> {
      await page.locator("#node-dialog-ok").click();
      // The dialog slides out, and takes the mouse as long as it does.
      await page.locator("#red-ui-editor-shade").waitFor({ state: "hidden" });
      await page.waitForTimeout(500);
    }

    async function deploy(): Promise<void> {
      await page.locator("#red-ui-header-button-deploy").click();
      await page.waitForFunction(`!RED.nodes.dirty()`);
    }

    async function press(id: string): Promise<void> {
      await page.locator(`[id="${id}"] .red-ui-flow-node-button-button`).click();
    }

    async function statusOf(id: string, text: RegExp): Promise<void> {
      await page
        .locator(`[id="${id}"] .red-ui-flow-node-status-label`, { hasText: text })
        .waitFor();
    }

    async function showDebug(): Promise<void> {
      await page.evaluate(`RED.sidebar.show("debug")`);
    }
  });
}

/** What a new config node has before anybody opens its dialog. */
function configDefaults(type: string): object {
  const { defaults } = readDefinition(type);
  return Object.fromEntries(Object.entries(defaults).map(([key, { value }]) => [key, value]));
}
