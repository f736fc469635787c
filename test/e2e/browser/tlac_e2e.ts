import assert from "node:assert/strict";
import path from "node:path";

import type { Browser, Locator, Page } from "playwright-core";

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
  type Locale,
} from "./helpers/editor";

const photo = path.join(__dirname, "../../../examples/photos/espresso.jpg");
const place = { z: "tab", x: 300, wires: [] };
const flow = [
  { id: "tab", type: "tab", label: "tab" },
  { ...dragNode("tlac", "whole"), ...place, y: 100, classes: "espresso = coffee, dog" },
  { ...dragNode("lmm-candidates", "first"), ...place, y: 200 },
  { ...dragNode("clip-match", "second"), ...place, y: 300, classes: "espresso, dog" },
];

describe("dialogs of the flow nodes", function () {
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

  const open = async (id: string, locale: Locale = "en-US"): Promise<void> => {
    page = await openEditor(browser, editor, locale);
    await openNode(page, id);
    for (const summary of await page.locator(".tlac-dialog summary").all()) await summary.click();
  };
  const done = async (id: string): Promise<Record<string, unknown>> => {
    await page.locator("#node-dialog-ok").click();
    await page.locator("#node-dialog-ok").waitFor({ state: "detached" });
    return readNode(page, id);
  };
  const region = async (): Promise<string[]> => {
    const sides = ["roiLeft", "roiTop", "roiWidth", "roiHeight"];
    return Promise.all(sides.map((side) => page.inputValue(`#node-input-${side}`)));
  };
  const drag = async (stage: Locator, from: number[], to: number[]): Promise<void> => {
    await stage.scrollIntoViewIfNeeded();
    const box = (await stage.boundingBox())!;
    const at = ([x, y]: number[]): [number, number] => [
      box.x + box.width * x!,
      box.y + box.height * y!,
    ];
    await page.mouse.move(...at(from));
    await page.mouse.down();
    await page.mouse.move(...at(to), { steps: 5 });
    await page.mouse.up();
  };
  const near = (actual: readonly string[], expected: readonly number[]): void => {
    for (const [index, value] of expected.entries()) {
      assert.ok(
        Math.abs(Number(actual[index]) - value) < 2,
        `${actual.join(" ")} near ${expected.join(" ")}`,
      );
    }
  };

  for (const locale of ["en-US", "ja"] as const) {
    it(`says below the classes what will go wrong with them (${locale})`, async () => {
      await open("whole", locale);
      const lint = page.locator("#tlac-classes-lint");
      const fine =
        locale === "ja" ? "クラス 2 個、注意点はありません" : "2 classes, nothing to note";
      await lint.getByText(fine).waitFor();
      const field = page.locator("#node-input-classes");
      await field.fill("dog = hound, wolf = hound, 釘");
      await lint.getByText(/hound.*dog.*wolf/).waitFor();
      await lint.getByText(locale === "ja" ? "用語集" : "(glossary)").waitFor();
      await takeScreenshot(page, `tlac-classes-lint-${locale}`);
      await field.fill("name2,hue2\na,b\nc,d");
      await lint.getByText("name2, hue2").waitFor();
      await field.fill("");
      await lint.locator(".tlac-line").first().waitFor({ state: "detached" });
    });
  }

  it("shows the stages of the chosen mode, and what automatic means here", async () => {
    await open("whole");
    const picture = page.locator("#tlac-mode-picture");
    const stages = picture.locator("strong");
    await picture.getByText("Automatic chooses slac").waitFor();
    assert.deepEqual(await stages.allTextContents(), ["Stage 1"]);
    const expected = { clip: 0, slac: 1, tlac: 2, cascade: 2 };
    for (const [mode, count] of Object.entries(expected)) {
      await page.selectOption("#node-input-mode", mode);
      assert.equal(await stages.count(), count, mode);
    }
    const drawn = await picture.locator("svg").first().boundingBox();
    assert.ok(drawn && drawn.width > 20);
  });

  it("draws the region on a sample photo, by mouse and by keys", async () => {
    await open("whole");
    await page.locator("#tlac-region input[type=file]").setInputFiles(photo);
    const stage = page.locator(".tlac-region-stage");
    await stage.locator("img").waitFor();
    await drag(stage, [0.2, 0.3], [0.7, 0.8]);
    near(await region(), [20, 30, 50, 50]);
    await drag(stage, [0.4, 0.5], [0.5, 0.6]);
    near(await region(), [30, 40, 50, 50]);
    const before = await region();
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("Shift+ArrowDown");
    const after = await region();
    assert.equal(Number(after[0]), Number(before[0]) - 1);
    assert.equal(Number(after[3]), Number(before[3]) + 1);
    await takeScreenshot(page, "tlac-region");
    const node = await done("whole");
    assert.deepEqual([node.roiLeft, node.roiTop, node.roiWidth, node.roiHeight], after);
    assert.ok(!JSON.stringify(node).includes("data:image"));
  });

  it("keeps a region inside the image, and says where numbers do not", async () => {
    await open("second");
    await page.fill("#node-input-roiLeft", "60");
    await page.fill("#node-input-roiWidth", "50");
    await page.locator("#node-input-roiWidth").blur();
    await page.locator("#node-input-roiWidth.input-error").waitFor();
    await page.locator(".tlac-region-status", { hasText: "region inside the image" }).waitFor();
    await page.getByRole("button", { name: "Whole image" }).click();
    assert.deepEqual(await region(), ["", "", "", ""]);
    await page.locator(".tlac-region-status").filter({ hasText: /^$/ }).waitFor();
    assert.equal(await page.locator(".tlac-dialog .input-error").count(), 0);
    await drag(page.locator(".tlac-region-stage"), [0.5, 0.5], [1.4, 1.4]);
    near(await region(), [50, 50, 50, 50]);
    const [left, , width] = (await region()).map(Number);
    assert.ok(left! + width! <= 100);
  });

  for (const id of ["whole", "first"]) {
    it(`${id}: previews the question and lets the shipped one be edited`, async () => {
      await open(id);
      const preview = page.locator("#tlac-prompt-preview");
      await preview.filter({ hasText: "main object" }).waitFor();
      await page.selectOption("#node-input-domain", "food");
      await preview.filter({ hasText: "The photo shows food" }).waitFor();
      await page.locator("#tlac-prompt-edit").click();
      assert.match(await page.inputValue("#node-input-prompt"), /\{\{> data\}\}/);
      await page.fill("#node-input-prompt", "Line {{msg.line}}: {{#open}}");
      await page.locator("#tlac-prompt-problem .tlac-line-failed").waitFor();
      await page.fill("#node-input-prompt", "Line {{msg.line}}: <b>what</b>?");
      await preview.filter({ hasText: "Line (msg.line): <b>what</b>?" }).waitFor();
      assert.equal(await preview.locator("b").count(), 0);
      const hint = page.locator("#tlac-prompt-problem .tlac-line-warning");
      assert.equal(await hint.count(), 0);
      await page.fill("#node-input-prompt", "At {{topic}}: what?");
      await hint.filter({ hasText: "msg.topic" }).waitFor();
      await page.locator("#tlac-prompt-back").click();
      await preview.filter({ hasText: "The photo shows food" }).waitFor();
      assert.equal((await done(id)).domain, "food");
    });
  }

  it("adds, checks and keeps rules on the answer", async () => {
    await open("first");
    const add = page.getByRole("button", { name: "Add a rule" });
    await add.click();
    const rules = page.locator(".tlac-filter");
    await rules.nth(0).locator("input").first().fill("photo, picture");
    await add.click();
    await rules.nth(1).locator("select").first().selectOption("regex");
    await rules.nth(1).locator("select").last().selectOption("replace");
    const pattern = rules.nth(1).locator("input").first();
    await pattern.fill("(");
    await rules.nth(1).getByText("cannot be read").waitFor();
    await pattern.fill("^(\\w+\\s?)+$");
    await rules.nth(1).getByText("can take very long").waitFor();
    await pattern.fill("\\d+ pieces?");
    assert.equal(await rules.nth(1).locator(".tlac-filter-problem").textContent(), "");
    await rules.nth(1).locator("input").last().fill("some");
    const { filters, valid } = await done("first");
    assert.deepEqual(filters, [
      { test: "words", value: "photo, picture", action: "drop", replacement: "" },
      { test: "regex", value: "\\d+ pieces?", action: "replace", replacement: "some" },
    ]);
    assert.equal(valid, true);
    await openNode(page, "first");
    await page
      .locator(".tlac-dialog details", { has: page.locator("#tlac-filters") })
      .locator("summary")
      .click();
    assert.equal(await rules.nth(1).locator("input").first().inputValue(), "\\d+ pieces?");
    await rules.nth(1).locator("input").first().fill("(");
    assert.equal((await done("first")).valid, false);
  });

  it("asks for one thing: how many wrong ones are accepted", async () => {
    await open("whole");
    const accept = page.locator("#node-input-accept");
    assert.deepEqual(await accept.locator("option").allTextContents(), [
      "as the vocabulary says",
      ...["1 wrong in 20", "1 wrong in 50", "1 wrong in 100", "1 wrong in 200", "1 wrong in 1,000"],
    ]);
    await accept.selectOption("200");
    assert.equal((await done("whole")).accept, "200");
  });

  it("tells what is no change of a scene, and for how long its result holds", async () => {
    await open("whole");
    assert.equal(await page.inputValue("#node-input-unchanged"), "reuse");
    await page.locator(".tlac-warning", { hasText: "may not be noticed" }).waitFor();
    await page.selectOption("#node-input-unchanged", "off");
    assert.equal(await page.locator("#node-input-unchangedFor").isVisible(), false);
    await page.selectOption("#node-input-unchanged", "skip");
    await page.fill("#node-input-unchangedFor", "-1");
    await page.locator("#node-input-unchangedFor").blur();
    await page.locator("#node-input-unchangedFor.input-error").waitFor();
    await page.fill("#node-input-unchangedFor", "30");
    const { unchanged, unchangedFor } = await done("whole");
    assert.deepEqual([unchanged, unchangedFor], ["skip", "30"]);
  });

  it("has a cascade's switches only where the mode is one", async () => {
    await open("whole");
    await page.selectOption("#node-input-mode", "slac");
    assert.equal(await page.locator("#node-input-askAlways").isVisible(), false);
    await page.selectOption("#node-input-mode", "cascade");
    const stages = page.locator("#tlac-mode-picture strong");
    assert.deepEqual(await stages.allTextContents(), ["Stage 1, if not sure", "Stage 2, if close"]);
    await page.check("#node-input-askAlways");
    assert.deepEqual(await stages.allTextContents(), ["Stage 1", "Stage 2, if close"]);
    await page.fill("#node-input-spotChecks", "5");
    const { askAlways, spotChecks } = await done("whole");
    assert.deepEqual([askAlways, spotChecks], [true, "5"]);
  });

  for (const locale of ["en-US", "ja"] as const) {
    for (const id of ["whole", "first", "second"]) {
      it(`${id}, ${locale}: names each control and speaks one language`, async () => {
        await open(id, locale);
        if (id !== "second") {
          await page.locator("#tlac-prompt-preview").filter({ hasText: "main object" }).waitFor();
          await page
            .locator("#tlac-filters")
            .locator("xpath=../..")
            .locator("a, button")
            .last()
            .click();
        }
        await page.setViewportSize({ width: 1_100, height: 3_000 });
        const unnamed = await page.evaluate<string[]>(FIND_UNNAMED);
        assert.deepEqual(unnamed, []);
        await takeScreenshot(page, `flow-node-${id}-${locale}`);
        const text = await page.locator(".tlac-dialog").innerText();
        assert.equal(/\p{Script=Hiragana}/u.test(text), locale === "ja");
        // A key that the catalogue lacks is shown as it is.
        assert.doesNotMatch(text, /(?:tlac|lmm-candidates|clip-match)\.[a-z]+\.[a-zA-Z]+/);
      });
    }
  }
});
