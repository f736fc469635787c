/**
 * Takes the pictures of the README, after a build: `npx tsx tools/pictures/take-pictures.ts FOLDER`.
 * The folder has class folders of photos that may be shown; docs/SOURCES.md says whose they are.
 */
import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

import type { Browser, Page } from "playwright-core";

import { findPackageRoot } from "../../lib/basics/package-root";
import { readLabels } from "../../lib/evaluation/labels/read-labels";
import { loadSharp } from "../../lib/frame/load-sharp";
import {
  openEditor,
  startBrowser,
  startEditor,
  type Editor,
} from "../../test/e2e/browser/helpers/editor";
import { dragNode } from "../../test/helpers/flow-nodes";

const root = findPackageRoot();
const run = promisify(execFile);

async function main(): Promise<void> {
  const [folder] = process.argv.slice(2);
  if (folder === undefined) throw new Error("Give a folder of class folders.");
  const browser = await startBrowser();
  try {
    await takeEditor(browser);
    await takeReport(browser, folder);
    await takeReview(browser, folder);
  } finally {
    await browser.close();
  }
}

/** The flow of `npm start` after its photos, and the whole palette. */
async function takeEditor(browser: Browser): Promise<void> {
  const photos = path.join(root, "examples", "photos");
  const file = path.join(root, "tools", "start", "demo-flow.json");
  const names = ["cat", "dog", "espresso", "rocket", "giant-panda", "palace"];
  const editor = await startEditor({
    flow: JSON.parse(await readFile(file, "utf8")) as object[],
    env: {
      TLAC_PHOTOS: photos,
      TLAC_PHOTO_LIST: JSON.stringify(names.map((name) => `${name}.jpg`)),
      TLAC_LMM_KIND: "recogniser",
      TLAC_LMM_MODEL: "",
    },
  });
  try {
    const page = await openEditor(browser, editor, "en-US");
    await page.setViewportSize({ width: 1_280, height: 620 });
    await page.locator("#red-ui-palette .red-ui-footer-button").first().click();
    await page.locator(".red-ui-palette-header", { hasText: "vision" }).click();
    await page.evaluate(`RED.sidebar.show("debug")`);
    await page.evaluate(`fetch("inject/demo-inject", { method: "POST" })`);
    await page
      .locator(".red-ui-debug-msg")
      .nth(names.length - 1)
      .waitFor();
    await page.mouse.move(600, 500);
    await page.evaluate(
      `document.getElementById("red-ui-palette-container").scrollTop = Number.MAX_SAFE_INTEGER`,
    );
    await save(page, "editor");
  } finally {
    await editor.stop();
  }
}

/** The report of `tlac evaluate`, from its verdict to what it proposes. */
async function takeReport(browser: Browser, folder: string): Promise<void> {
  const place = await mkdtemp(path.join(tmpdir(), "tlac-pictures-"));
  try {
    const out = path.join(place, "report");
    const cli = path.join(root, "dist", "bin", "tlac.js");
    const caches = ["--offline", "--cache-dir", path.join(place, "cache")];
    const env = { ...process.env, LC_ALL: "en_US.UTF-8" };
    // The report names the folder as it was named.
    await cp(folder, path.join(place, "photos"), { recursive: true });
    const args = [cli, "evaluate", "photos/", "--out", out, ...caches];
    await run(process.execPath, args, { env, cwd: place });
    const page = await browser.newPage({
      locale: "en-US",
      viewport: { width: 1_100, height: 1_000 },
    });
    await page.goto(`file://${out}.html`);
    await save(page, "report");
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

/** The review page with what the flow was not sure of. */
async function takeReview(browser: Browser, folder: string): Promise<void> {
  const { photos, classes } = await readLabels(folder);
  const on = { z: "tab", x: 0, y: 0 };
  const editor = await startEditor({
    flow: [
      { id: "tab", type: "tab", label: "" },
      {
        ...dragNode("tlac-vocabulary", "words"),
        classes: classes.map(({ label }) => label).join("\n"),
      },
      { ...on, id: "in", type: "http in", method: "post", url: "/judge/:name", wires: [["tlac"]] },
      {
        ...on,
        ...dragNode("tlac", "tlac"),
        vocabulary: "words",
        camera: "req.params.name",
        wires: [["out"], ["out", "review"], ["out"]],
      },
      { ...on, id: "out", type: "http response", statusCode: "", headers: {}, wires: [] },
      { ...on, ...dragNode("tlac-review", "review"), wires: [[]] },
    ],
  });
  try {
    for (const round of [0, 1]) {
      for (const { label } of classes) {
        const photo = photos.filter((one) => one.label === label)[round];
        if (photo) await judge(editor, photo.file);
      }
    }
    const page = await browser.newPage({
      locale: "en-US",
      viewport: { width: 1_100, height: 700 },
    });
    await page.goto(`${editor.url}tlac/review`);
    await page.locator(".card").nth(2).waitFor();
    await page.locator("#who").fill("Ito");
    await save(page, "review");
  } finally {
    await editor.stop();
  }
}

async function judge(editor: Editor, file: string): Promise<void> {
  const response = await fetch(`${editor.url}judge/line-1`, {
    method: "POST",
    headers: { "content-type": "image/jpeg" },
    body: new Uint8Array(await readFile(file)),
  });
  if (!response.ok) throw new Error(`${file}: ${await response.text()}`);
  await response.arrayBuffer();
}

async function save(page: Page, name: string): Promise<void> {
  // What slides in has arrived.
  await sleep(800);
  const sharp = await loadSharp();
  const png = await sharp(await page.screenshot())
    .png({ palette: true, effort: 10 })
    .toBuffer();
  await writeFile(path.join(root, "docs", `${name}.png`), png);
  await page.close();
}

main().then(
  () => process.exit(0),
  (thrown: unknown) => {
    console.error(thrown);
    process.exit(1);
  },
);
