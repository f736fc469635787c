import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import type { Browser, Page } from "playwright-core";

import type { Evaluation } from "../../../lib/evaluation/evaluation";
import { computeFigures } from "../../../lib/evaluation/figures/figures";
import { renderReport } from "../../../lib/evaluation/report/render-report";
import { createVocabulary } from "../../../lib/vocabulary/vocabulary";
import { failedPhoto, judgedPhoto } from "../../evaluation/evaluated-photos";
import { requireBrowser, startBrowser } from "./helpers/editor";

describe("the report of an evaluation in a browser", function () {
  this.timeout(60_000);
  let folder: string;
  let browser: Browser | undefined;
  let page: Page;
  const faults: string[] = [];

  before(async function () {
    requireBrowser(this);
    folder = await mkdtemp(path.join(tmpdir(), "report-"));
    const file = path.join(folder, "report.html");
    await writeFile(file, await renderReport(evaluation(), "en-US", () => Promise.resolve(null)));
    browser = await startBrowser();
    page = await browser.newPage({ viewport: { width: 800, height: 1000 } });
    page.on("pageerror", ({ message }) => faults.push(message));
    page.on("console", (message) => {
      if (message.type() === "error") faults.push(message.text());
    });
    await page.goto(`file://${file}`);
  });

  after(async () => {
    await browser?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
    assert.deepEqual(faults, [], "its own policy lets all of it run");
  });

  function evaluation(): Evaluation {
    const vocabulary = createVocabulary([{ label: "screw" }, { label: "nail" }]);
    const times = { frame: 10, lmm: 2_000, embed: 20, match: 5, total: 2_035 };
    const right = Array.from({ length: 12 }, (_, at) =>
      judgedPhoto({ truth: "screw", decided: "screw", confidence: 0.6 + at / 40, times }),
    );
    const photos = [
      ...right,
      judgedPhoto({ truth: "screw", decided: "nail", blame: "mismatched", times }),
      judgedPhoto({ truth: "nail", best: "nail", blame: "unsure", times }),
      failedPhoto({ truth: "nail" }),
    ];
    return {
      source: "photos",
      date: "2026-01-02T03:04:05.000Z",
      setup: {
        ...{ mode: "slac", accept: 50, lmm: "llava:7b", embedder: "starter" },
        ...{ prompt: null, examples: 0 },
      },
      classes: vocabulary.classes,
      photos,
      figures: computeFigures(photos, vocabulary),
      contenders: [],
      proposals: [],
      unlabelled: [],
      ambiguous: [],
    };
  }

  it("shows what is not right first, and the pictures of a number that is clicked", async () => {
    const shown = () => page.locator(".photo:visible").count();
    assert.equal(await shown(), 3);
    await page.locator('.confusion button:text-is("12")').click();
    assert.equal(await shown(), 8, "a few of those that are right");
    await page.locator('.blame button[data-show="blame:mismatched"]').click();
    assert.equal(await shown(), 1);
  });

  it("computes what a plant needs for the numbers that are put in", async () => {
    const plan = page.locator("#plan");
    // Four cameras, six frames a minute, two seconds each.
    assert.match(await plan.innerText(), /1 server\(s\) 80 % busy/);
    await page.locator('input[name="cameras"]').fill("8");
    assert.match(await plan.innerText(), /160 % busy/);
    await page.locator('input[name="unchanged"]').fill("75");
    await page.locator('input[name="watts"]').fill("300");
    await page.locator('input[name="price"]').fill("0.3");
    assert.match(
      await plan.innerText(),
      /12 pictures a minute.*40 % busy.*kWh a year.*0\.3 a kWh/s,
    );
    const before = await plan.innerText();
    await page.locator('input[name="cameras"]').fill("-1");
    assert.equal(await plan.innerText(), before);
    assert.ok(await plan.evaluate((list) => list.classList.contains("stale")));
    await page.locator('input[name="cameras"]').fill("8");
  });

  it("speaks both languages, and is never wider than a tablet", async () => {
    await page.locator("#language").click();
    assert.match(await page.locator("#plan").innerText(), /サーバー/);
    assert.match(await page.locator("h1").innerText(), /写真 14 枚/);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= 800, String(width));
  });
});
