import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";

import type { Browser, Locator, Page } from "playwright-core";

import { dragNode } from "../../helpers/flow-nodes";
import {
  requireBrowser,
  startBrowser,
  startEditor,
  takeScreenshot,
  type Editor,
  type Locale,
} from "./helpers/editor";

const PHOTOS = path.join(__dirname, "../../../examples/photos");
const STRANGERS = ["cat", "dog", "palace", "military-uniform", "squirrel"];
const place = { z: "tab", x: 0, y: 0 };

/** Photos come by HTTP; what is unsure waits on the page; the last answer can be asked for. */
const flow = [
  { id: "tab", type: "tab", label: "" },
  {
    ...dragNode("tlac-vocabulary", "words"),
    classes:
      "rocket = ロケット\ngiant panda = パンダ\nespresso = エスプレッソ\nwood screw = 木ねじ",
  },
  { ...place, id: "in", type: "http in", method: "post", url: "/judge", wires: [["tlac"]] },
  {
    ...place,
    ...dragNode("tlac", "tlac"),
    vocabulary: "words",
    wires: [["out"], ["out", "review"], ["out"]],
  },
  { ...place, id: "out", type: "http response", statusCode: "", headers: {}, wires: [] },
  { ...place, ...dragNode("tlac-review", "review"), wires: [["last"]] },
  {
    ...place,
    id: "last",
    type: "change",
    rules: [{ t: "set", p: "last", pt: "flow", to: "payload", tot: "msg" }],
    wires: [[]],
  },
  { ...place, id: "ask", type: "http in", method: "get", url: "/last", wires: [["tell"]] },
  {
    ...place,
    id: "tell",
    type: "change",
    rules: [{ t: "set", p: "payload", pt: "msg", to: "last", tot: "flow" }],
    wires: [["out"]],
  },
];

describe("the review page", function () {
  this.timeout(120_000);
  let editor: Editor | undefined;
  let browser: Browser | undefined;
  let page: Page;

  before(async function () {
    requireBrowser(this);
    editor = await startEditor({ flow });
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.close();
    await editor?.stop();
  });
  afterEach(async () => {
    await page.close();
  });

  const urlOf = (where: string): string => `${editor?.url ?? ""}${where}`;
  const judge = async (name: string): Promise<Record<string, unknown>> => {
    const response = await fetch(urlOf("judge"), {
      method: "POST",
      headers: { "content-type": "image/jpeg" },
      body: new Uint8Array(await readFile(path.join(PHOTOS, `${name}.jpg`))),
    });
    return (await response.json()) as Record<string, unknown>;
  };
  const lastAnswer = async (): Promise<Record<string, unknown>> =>
    (await (await fetch(urlOf("last"))).json()) as Record<string, unknown>;
  const open = async (locale: Locale, width: number): Promise<string[]> => {
    assert.ok(browser);
    page = await browser.newPage({
      locale: locale === "ja" ? "ja-JP" : "en-US",
      viewport: { width, height: 1_100 },
      hasTouch: width < 1_000,
    });
    const faults: string[] = [];
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (line) => {
      if (line.type() === "error") faults.push(line.text());
    });
    await page.goto(urlOf("tlac/review"));
    return faults;
  };
  const cards = (): Locator => page.locator(".card");
  const choicesOf = (card: Locator): Locator => card.locator(".choice");

  it("takes answers by button, by search and by key, and takes them back", async () => {
    const faults = await open("en-US", 1_280);
    await page.locator("#nothing").waitFor();
    // Pictures appear without a reload.
    for (const name of STRANGERS) assert.notEqual((await judge(name)).outcome, "class", name);
    await cards()
      .nth(STRANGERS.length - 1)
      .waitFor();
    await page.locator("#who").fill("Ito");
    await page.locator("#who").press("Tab");
    const first = cards().first();
    assert.equal(await choicesOf(first).count(), 3);
    const loaded = await first.locator("img").evaluate((image) => {
      const { complete, naturalWidth } = image as unknown as Record<string, number | boolean>;
      return complete && naturalWidth;
    });
    assert.ok(loaded);
    await takeScreenshot(page, "review-en");
    const label = (await choicesOf(first).nth(1).innerText()).replace(/^2\s*/, "");
    await choicesOf(first).nth(1).click();
    await first.locator(".end").waitFor();
    assert.match(await first.locator(".end").innerText(), new RegExp(label));
    assert.match(await first.locator(".explanation").innerText(), /is an example of/);
    const answer = await lastAnswer();
    assert.deepEqual([answer.label, answer.who], [label, "Ito"]);
    await first.locator(".undo").click();
    await choicesOf(first).first().waitFor();
    assert.equal((await lastAnswer()).undone, true);
    // By search.
    await first.locator(".other").click();
    await page.locator("#search").fill("ロケ");
    await page.locator("#found .choice", { hasText: "rocket" }).click();
    await first.locator(".end", { hasText: "rocket" }).waitFor();
    // By key: the next card has the focus once there is one.
    await cards().nth(1).focus();
    await page.keyboard.press("0");
    await cards().nth(1).locator(".end", { hasText: "None of these" }).waitFor();
    await page.locator("#answers li").nth(1).waitFor();
    await page.keyboard.press("u");
    await choicesOf(cards().nth(1)).first().waitFor();
    assert.equal((await lastAnswer()).undone, true);
    await page.locator("#count", { hasText: /^4 / }).waitFor();
    assert.deepEqual(faults, []);
  });

  it("fits a tablet in Japanese, with buttons that gloves hit", async () => {
    const faults = await open("ja", 800);
    await cards().nth(2).waitFor();
    await page.locator("h1", { hasText: "これは何ですか" }).waitFor();
    const boxes = await page.locator(".card button:not(.picture)").evaluateAll((buttons) =>
      buttons.map((one) => {
        const { width, height } = (
          one as unknown as { getBoundingClientRect(): { width: number; height: number } }
        ).getBoundingClientRect();
        return Math.min(width, height);
      }),
    );
    assert.ok(boxes.length >= 12 && boxes.every((side) => side >= 48), String(boxes));
    const fits = `document.documentElement.scrollWidth <= window.innerWidth`;
    assert.ok(await page.evaluate(fits));
    await takeScreenshot(page, "review-ja-tablet");
    await choicesOf(cards().first()).first().tap();
    await cards().first().locator(".end").waitFor();
    await takeScreenshot(page, "review-ja-answered");
    await page.locator("#quality > summary").tap();
    await page.locator("#weeks tr", { hasText: "カメラの指定なし" }).first().waitFor();
    assert.ok(await page.evaluate(fits));
    await takeScreenshot(page, "review-ja-quality");
    assert.match(await cards().first().locator(".explanation").innerText(), /見本として使います/);
    assert.deepEqual(faults, []);
  });

  it("shows what somebody else has said meanwhile", async () => {
    await open("en-US", 1_280);
    const card = cards().first();
    await card.waitFor();
    const image = await card.locator("img").getAttribute("src");
    const id = image?.split("/").at(-1) ?? "";
    await page.evaluate(
      `fetch("api/answer", { method: "POST", headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ id: ${JSON.stringify(id)}, correct: null, who: "Sato" }) })`,
    );
    await card.locator(".end", { hasText: "None of these (said Sato)" }).waitFor();
  });
});
