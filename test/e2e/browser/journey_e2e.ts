import assert from "node:assert/strict";
import path from "node:path";

import type { Browser, Locator, Page } from "playwright-core";

import { startOllamaDouble, type OllamaDouble } from "../../ollama-double/server";
import {
  openEditor,
  readNode,
  requireBrowser,
  startBrowser,
  startEditor,
  takeScreenshot,
  type Editor,
  type Locale,
} from "./helpers/editor";

const photo = path.join(__dirname, "../../../examples/photos/espresso.jpg");
const doors = ["class", "review", "skipped"] as const;

/** The core nodes around ours; where they stand leaves the middle of the canvas free. */
const surroundings = [
  {
    ...{ id: "in", type: "inject", name: "photo", props: [{ p: "payload" }], repeat: "" },
    ...{ payload: photo, payloadType: "str", once: false, x: 130, y: 200, wires: [["read"]] },
  },
  {
    ...{ id: "read", type: "file in", name: "read", filename: "payload", filenameType: "msg" },
    ...{ format: "", chunk: false, sendError: false, encoding: "none", x: 130, y: 260 },
    wires: [[]],
  },
  ...doors.map((id, index) => ({
    ...{ id, type: "debug", name: id, active: true, tosidebar: true, complete: "payload" },
    ...{ targetType: "msg", x: 700, y: 160 + 60 * index, wires: [] },
  })),
  { id: "catch", type: "catch", name: "", scope: null, x: 400, y: 420, wires: [["failed"]] },
  {
    ...{ id: "failed", type: "debug", name: "failed", active: true, tosidebar: true },
    ...{ complete: "error", targetType: "msg", x: 700, y: 420, wires: [] },
  },
];

/** Why a lowest score of 5 is refused. */
const reasons = {
  "en-US": "“Lowest score” must be a number from -1 to 1",
  ja: "「最低スコア」は -1 から 1 までの数値",
} as const;

describe("the first hour of a plant engineer", function () {
  this.timeout(120_000);
  let double: OllamaDouble;
  let editor: Editor;
  let browser: Browser;
  let page: Page;
  const ends: (() => Promise<void>)[] = [];

  before(async function () {
    requireBrowser(this);
    double = await startOllamaDouble({ models: [{ name: "llava:7b" }] });
    ends.push(() => double.close());
    browser = await startBrowser();
    ends.push(() => browser.close());
  });
  after(async () => {
    for (const end of ends.reverse()) await end();
  });

  const node = (id: string): Locator => page.locator(`g[id="${id}"]`);

  /** Drags a type from the palette to a place on the canvas and returns the new node's id. */
  const drag = async (type: string, x: number, y: number): Promise<string> => {
    await page.locator("#red-ui-palette-search input").fill(type);
    const entry = page.locator(`.red-ui-palette-node[data-palette-type="${type}"]`);
    await entry.scrollIntoViewIfNeeded();
    await entry.hover();
    await page.mouse.down();
    const canvas = (await page.locator("#red-ui-workspace-chart").boundingBox())!;
    await page.mouse.move(canvas.x + x, canvas.y + y, { steps: 12 });
    await page.mouse.up();
    const id = await page.evaluate<string>(
      `RED.nodes.filterNodes({ type: ${JSON.stringify(type)} }).at(-1).id`,
    );
    await node(id).waitFor();
    return id;
  };

  /** Draws a wire from an output to an input with the mouse. */
  const wire = async (from: string, output: number, to: string): Promise<void> => {
    await node(from).locator(".red-ui-flow-port-output .red-ui-flow-port").nth(output).hover();
    await page.mouse.down();
    const target = (await node(to).locator(".red-ui-flow-port-input").boundingBox())!;
    const [x, y] = [target.x + target.width / 2, target.y + target.height / 2];
    await page.mouse.move(x - 20, y, { steps: 5 });
    await page.mouse.move(x, y, { steps: 3 });
    await page.mouse.up();
  };

  const deploy = async (): Promise<void> => {
    const button = page.locator("#red-ui-header-button-deploy");
    await button.click();
    await page.waitForFunction(() =>
      document.querySelector("#red-ui-header-button-deploy")?.classList.contains("disabled"),
    );
  };
  const press = (): Promise<void> => node("in").locator(".red-ui-flow-node-button-button").click();
  const done = async (dialog: "node-dialog" | "node-config-dialog"): Promise<void> => {
    const button = page.locator(`#${dialog}-ok`);
    await button.click();
    await button.waitFor({ state: "detached" });
  };
  const paste = (target: Locator, text: string): Promise<void> =>
    target.evaluate((element, clip) => {
      const data = new DataTransfer();
      data.setData("text/plain", clip);
      const options = { clipboardData: data, bubbles: true, cancelable: true };
      element.dispatchEvent(new ClipboardEvent("paste", options));
    }, text);
  /** The messages that a debug node has put into the sidebar. */
  const shownBy = (name: string): Locator =>
    page.locator(".red-ui-debug-msg", {
      has: page.locator(".red-ui-debug-msg-name", { hasText: new RegExp(`: ${name}$`) }),
    });

  for (const locale of ["en-US", "ja"] as Locale[]) {
    describe(locale, () => {
      let tlac: string;

      before(async () => {
        // What the runtime says is in its own language, which the browser does not set.
        editor = await startEditor({ settings: { lang: locale } });
        page = await openEditor(browser, editor, locale);
      });
      after(async () => {
        await page.close();
        await editor.stop();
      });

      it("finds the three nodes in the palette and drags them", async () => {
        const category = page.locator(".red-ui-palette-category").filter({
          has: page.locator('[data-palette-type="tlac"]'),
        });
        await category.scrollIntoViewIfNeeded();
        await takeScreenshot(page, `journey-1-palette-${locale}`);
        const header = await category.locator(".red-ui-palette-header").innerText();
        assert.equal(header.trim(), locale === "ja" ? "画像認識" : "vision");
        await page.evaluate((nodes) => {
          const { RED } = globalThis as unknown as {
            RED: {
              workspaces: { active(): string };
              nodes: { import(nodes: object[], options: object): void };
              view: { redraw(all: boolean): void };
            };
          };
          const z = RED.workspaces.active();
          RED.nodes.import(
            nodes.map((one) => ({ ...one, z })),
            { generateIds: false },
          );
          RED.view.redraw(true);
        }, surroundings);
        tlac = await drag("tlac", 420, 220);
        const others = [await drag("lmm-candidates", 300, 560), await drag("clip-match", 560, 560)];
        await wire(others[0]!, 0, others[1]!);
        await wire("read", 0, tlac);
        for (const [index, door] of doors.entries()) await wire(tlac, index, door);
        await takeScreenshot(page, `journey-2-wired-${locale}`);
        assert.deepEqual((await readNode(page, tlac)).wires, [["class"], ["review"], ["skipped"]]);
        assert.deepEqual((await readNode(page, others[0]!)).wires, [[others[1]], []]);
        // Nothing is needed by the two that this flow does not use.
        for (const id of others) {
          await page.evaluate(`RED.nodes.remove(${JSON.stringify(id)})`);
        }
        await page.evaluate("RED.view.redraw(true)");
      });

      it("marks a wrong value red, with the reason", async () => {
        await node(tlac).dblclick();
        await page.locator("#node-dialog-ok").waitFor();
        await takeScreenshot(page, `journey-3-dialog-${locale}`);
        const threshold = page.locator("#node-input-threshold");
        await page
          .locator(".tlac-dialog details")
          .filter({ has: threshold })
          .locator("summary")
          .click();
        await threshold.fill("5");
        await threshold.blur();
        await page.locator("#node-input-threshold.input-error").waitFor();
        await threshold.hover();
        const reason = page.locator(".red-ui-popover").filter({ hasText: reasons[locale] });
        await reason.waitFor();
        await takeScreenshot(page, `journey-4-wrong-${locale}`);
        await threshold.fill("");
        await page.locator("#node-input-classes").fill("espresso = coffee, dog, rocket");
        await done("node-dialog");
        assert.equal((await readNode(page, tlac)).valid, true);
      });

      it("deploys, presses the button and reads class, door and reason", async () => {
        await deploy();
        await press();
        const status = node(tlac).locator(".red-ui-flow-node-status-label");
        await status.filter({ hasText: "espresso" }).waitFor();
        await page.locator("#red-ui-tab-debug-link-button").click();
        await shownBy("class").first().waitFor();
        await shownBy("class")
          .first()
          .locator(".red-ui-debug-msg-object-handle, .red-ui-debug-msg-expandable")
          .first()
          .click();
        await takeScreenshot(page, `journey-5-result-${locale}`);
        assert.match(await shownBy("class").first().innerText(), /espresso/);
        for (const door of ["review", "skipped", "failed"]) {
          assert.equal(await shownBy(door).count(), 0, door);
        }
      });

      it("moves the classes to a shared vocabulary, pasted from a spreadsheet", async () => {
        await node(tlac).dblclick();
        await page.locator("#node-input-btn-vocabulary-add").click();
        await page.locator("#node-config-dialog-ok").waitFor();
        const cells = page.locator("input[data-column=label]");
        await cells.first().waitFor();
        await takeScreenshot(page, `journey-6-vocabulary-${locale}`);
        await paste(
          cells.first(),
          "espresso\tコーヒー|coffee\r\nhammer\tハンマー\r\nrocket\tロケット\r\n",
        );
        await page.waitForFunction(
          () => document.querySelectorAll("input[data-column=label]").length === 3,
        );
        await page.locator("#node-config-input-name").fill("line 1");
        await page.locator("#tlac-vocabulary-lint i").first().waitFor();
        await takeScreenshot(page, `journey-7-pasted-${locale}`);
        await done("node-config-dialog");
        await page.locator("#node-input-classes").waitFor({ state: "hidden" });
        await takeScreenshot(page, `journey-8-chosen-${locale}`);
        await done("node-dialog");
        await deploy();
        await press();
        await shownBy("class").nth(1).waitFor();
        assert.equal(await shownBy("review").count(), 0);
      });

      it("reads what to do where the server lacks the model", async () => {
        await node(tlac).dblclick();
        // The image alone is sure enough of this photo: the LMM would not be asked.
        await page.evaluate("$('#node-input-askAlways').prop('checked', true)");
        await page.locator("#node-input-btn-server-add").click();
        await page.locator("#node-config-dialog-ok").waitFor();
        await takeScreenshot(page, `journey-9-server-${locale}`);
        await page.selectOption("#node-config-input-kind", "ollama");
        await page.locator("#node-config-input-host").fill(double.url);
        await page.locator("#node-config-input-model").fill("moondream");
        await done("node-config-dialog");
        await done("node-dialog");
        await deploy();
        await press();
        await shownBy("failed").first().waitFor();
        const red = node(tlac).locator(".red-ui-flow-node-status[class*='-red']");
        await red.waitFor();
        await shownBy("failed")
          .first()
          .locator(".red-ui-debug-msg-object-handle, .red-ui-debug-msg-expandable")
          .first()
          .click();
        const text = await shownBy("failed").first().innerText();
        await takeScreenshot(page, `journey-10-missing-${locale}`);
        assert.match(text, /LMM_MODEL_MISSING/);
        assert.match(text, /moondream/);
        const status = await node(tlac).locator(".red-ui-flow-node-status-label").innerHTML();
        assert.match(status, locale === "ja" ? /[ぁ-んァ-ン一-龠]/ : /model/i);
      });
    });
  }
});
