import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

import type { Browser, Page } from "playwright-core";

import { newNode } from "../../../nodes/field-table";
import { createSeeingBrain } from "../../helpers/seeing-brain";
import { startOllamaDouble, type OllamaDouble } from "../../ollama-double/server";
import { startOpenAiDouble } from "../../openai-double/server";
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

describe("dialog of lmm-server", function () {
  this.timeout(120_000);
  let double: OllamaDouble;
  let editor: Editor;
  let browser: Browser;
  let page: Page;
  const ends: (() => Promise<void>)[] = [];

  before(async function () {
    requireBrowser(this);
    double = await startOllamaDouble({
      brain: createSeeingBrain(),
      models: [
        { name: "llava:7b" },
        { name: "llama3.2:3b", capabilities: ["completion", "tools"], size: 2_019_393_189 },
      ],
      delays: { pull: 150 },
    });
    ends.push(() => double.close());
    editor = await startEditor({ flow: [describeServer(double.url)] });
    ends.push(() => editor.stop());
    browser = await startBrowser();
    ends.push(() => browser.close());
  });
  after(async () => {
    for (const end of ends.reverse()) await end();
  });
  afterEach(async () => {
    setBlind(false);
    double.models.remove("moondream");
    await page.close();
  });

  /** As an update does that breaks a model: the server restarts. */
  const setBlind = (blind: boolean): void => {
    double.models.change("llava:7b", { blind });
    double.useProfile("0.34");
  };

  const open = async (locale: Locale): Promise<void> => {
    page = await openEditor(browser, editor, locale);
    await openConfig(page, "lmm-server", "server");
  };
  const model = () => page.locator("#node-config-input-model");
  const linesOf = async (place: string): Promise<string[]> =>
    (await page.locator(`${place} .tlac-line`).allInnerTexts()).map((text) => text.trim());

  for (const locale of ["en-US", "ja"] as const) {
    it(`tests the server line by line (${locale})`, async () => {
      await open(locale);
      await page.click("#tlac-server-test");
      await page.locator("#tlac-server-test-result .tlac-line-ok").nth(3).waitFor();
      const lines = await linesOf("#tlac-server-test-result");
      assert.equal(lines.length, 4);
      assert.ok(lines[0]?.includes(double.url), lines[0]);
      assert.match(lines[1] ?? "", /llava:7b.*4\.7 GB/);
      await takeScreenshot(page, `server-test-${locale}`);
    });

    it(`lists models and takes the chosen one (${locale})`, async () => {
      await open(locale);
      await page.click("#tlac-server-list");
      const rows = page.locator(".tlac-model");
      await rows.nth(1).waitFor();
      assert.equal(await rows.nth(0).getAttribute("aria-pressed"), "true");
      await rows.nth(1).focus();
      await page.keyboard.press("Enter");
      assert.equal(await model().inputValue(), "llama3.2:3b");
      await takeScreenshot(page, `server-models-${locale}`);
    });

    it(`pulls a model with progress, cancels and goes on (${locale})`, async () => {
      await open(locale);
      await model().fill("moondream");
      const letGo = double.hold("pull", 3);
      await page.click("#tlac-server-pull");
      const bar = page.locator("#tlac-server-pull-bar [role=progressbar][aria-valuenow]");
      await bar.waitFor();
      await takeScreenshot(page, `server-pull-${locale}`);
      await page.click("#tlac-server-pull-cancel");
      await page.locator("#tlac-server-pull-result .tlac-line-note").waitFor();
      assert.equal(await bar.isVisible(), false);
      assert.equal(double.models.find("moondream"), undefined);
      letGo();
      await page.click("#tlac-server-pull");
      await page.locator("#tlac-server-pull-result .tlac-line-ok").waitFor();
      assert.ok(double.models.find("moondream"));
      await page.locator(".tlac-model[aria-pressed=true]").waitFor();
    });

    it(`says what to do when a pull fails (${locale})`, async () => {
      await open(locale);
      const failed = page.locator("#tlac-server-pull-result .tlac-line-failed");
      await model().fill("lava:7b");
      await page.click("#tlac-server-pull");
      await failed.waitFor();
      assert.match(await failed.innerText(), /lava:7b/);
      double.fault({ kind: "pull-error", text: "no space left on device" });
      await model().fill("moondream");
      await page.click("#tlac-server-pull");
      await page.getByText("no space left on device").waitFor();
      const [, advice] = await linesOf("#tlac-server-pull-result");
      assert.match(advice ?? "", /ollama pull moondream/);
      await takeScreenshot(page, `server-pull-failed-${locale}`);
    });

    it(`measures and takes over how many at a time (${locale})`, async () => {
      await open(locale);
      await page.click("#tlac-server-measure");
      const use = page.locator("#tlac-server-measure-result button");
      await use.waitFor();
      assert.ok((await linesOf("#tlac-server-measure-result")).length >= 3);
      await takeScreenshot(page, `server-measure-${locale}`);
      await use.click();
      const proposed = /\d+/.exec(await use.innerText())?.[0];
      assert.equal(await page.locator("#node-config-input-concurrency").inputValue(), proposed);
    });

    it(`names a blind model and a server that is away (${locale})`, async () => {
      await open(locale);
      setBlind(true);
      await page.click("#tlac-server-test");
      await page.locator("#tlac-server-test-result .tlac-line-failed").waitFor();
      setBlind(false);
      assert.equal((await linesOf("#tlac-server-test-result")).length, 4);
      await takeScreenshot(page, `server-blind-${locale}`);
      await page.fill("#node-config-input-host", "http://127.0.0.1:9");
      await page.click("#tlac-server-test");
      await page.locator("#tlac-server-test-result .tlac-line-skipped").nth(2).waitFor();
      const [reach] = await linesOf("#tlac-server-test-result");
      assert.match(reach ?? "", /127\.0\.0\.1:9/);
      await takeScreenshot(page, `server-away-${locale}`);
    });

    it(`shows the queue of the deployed server (${locale})`, async () => {
      await open(locale);
      const facts = page.locator("#tlac-server-activity dd");
      await facts.nth(3).waitFor();
      await facts.nth(3).scrollIntoViewIfNeeded();
      assert.match((await facts.first().innerText()).trim(), /0.*0/);
      await takeScreenshot(page, `server-activity-${locale}`);
    });
  }

  for (const locale of ["en-US", "ja"] as const) {
    it(`asks only what another kind of server has (${locale})`, async () => {
      const other = await startOpenAiDouble({ profile: "vllm", brain: createSeeingBrain() });
      try {
        await open(locale);
        await page.selectOption("#node-config-input-kind", "openai");
        assert.equal(await page.locator("#tlac-server-pull").isVisible(), false);
        assert.equal(await page.locator("#node-config-input-keepAlive").count(), 1);
        const place = page.locator("#node-config-input-host");
        assert.equal(await place.getAttribute("placeholder"), "http://127.0.0.1:8080/v1");
        await place.fill(other.url);
        await page.click("#tlac-server-list");
        await page.locator(".tlac-model").first().click();
        assert.equal(await model().inputValue(), "llava");
        await page.click("#tlac-server-test");
        await page.locator("#tlac-server-test-result .tlac-line-ok").nth(2).waitFor();
        const [reach, , vision] = await linesOf("#tlac-server-test-result");
        assert.ok(reach?.includes("vLLM 0.33.0"), reach);
        assert.ok(vision?.includes("llava"), vision);
        await page.locator("details summary").first().click();
        assert.equal(await page.locator("#node-config-input-keepAlive").isVisible(), false);
        assert.equal(await page.locator("#node-config-input-numPredict").isVisible(), true);
        await takeScreenshot(page, `server-openai-${locale}`);
        await page.selectOption("#node-config-input-kind", "recogniser");
        assert.equal(await place.isVisible(), false);
      } finally {
        await other.close();
      }
    });
  }

  for (const locale of ["en-US", "ja"] as const) {
    it(`shows each of several hosts, and which is out (${locale})`, async () => {
      const image = (await readFile("examples/photos/cat.jpg")).toString("base64");
      const place = { z: "f", x: 100, y: 100 };
      const fleet = await startEditor({
        flow: [
          { id: "f", type: "tab", label: "" },
          { ...describeServer(`${double.url}, http://127.0.0.1:9`), canary: false },
          {
            ...{ ...place, id: "in", type: "inject", once: true, wires: [["look"]] },
            props: [{ p: "payload", v: image, vt: "str" }],
          },
          { ...place, ...newNode("lmm-candidates"), id: "look", type: "lmm-candidates" },
        ].map((node) =>
          node.id === "look" ? { ...node, server: "server", wires: [[], []] } : node,
        ),
      });
      try {
        page = await openEditor(browser, fleet, locale);
        await openConfig(page, "lmm-server", "server");
        const hosts = page.locator("#tlac-server-activity dd .tlac-line");
        await page.locator("#tlac-server-activity dd .tlac-line-failed").waitFor();
        const [, here, away] = await hosts.allInnerTexts();
        assert.ok(here?.includes(double.url), here);
        assert.match(away ?? "", /127\.0\.0\.1:9 /);
        await hosts.last().scrollIntoViewIfNeeded();
        await takeScreenshot(page, `server-hosts-${locale}`);
      } finally {
        await fleet.stop();
      }
    });
  }

  it("lets a person who may only read look, and reach no server", async () => {
    const adminAuth = { type: "credentials", users: [], default: { permissions: "read" } };
    const guarded = await startEditor({
      flow: [describeServer(double.url)],
      settings: { adminAuth },
    });
    ends.push(() => guarded.stop());
    const before = double.journal.entries.length;
    const ask = async (path: string, body?: object): Promise<number> => {
      const init = body && {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      };
      return (await fetch(`${guarded.url}tlac/${path}`, init)).status;
    };
    assert.equal(await ask("lmm-server/activity/server"), 200);
    assert.equal(await ask("clip-model/presets"), 200);
    for (const path of ["models", "test", "pull"]) {
      const body = { node: "server", host: double.url, model: "llava:7b" };
      assert.equal(await ask(`lmm-server/${path}`, body), 401);
    }
    for (const path of ["download", "check", "remove"]) {
      assert.equal(await ask(`clip-model/${path}`, { preset: "clip-vit-base-patch16" }), 401);
    }
    assert.equal(double.journal.entries.length, before);
  });
});

/** A server as the dialog leaves it. */
function describeServer(host: string): object {
  return {
    ...{ id: "server", type: "lmm-server", name: "", kind: "ollama", model: "llava:7b" },
    ...{ host, keepAlive: "30m", numCtx: 4096, canary: true, latestOnly: true },
    ...{ connectTimeout: 5, loadTimeout: 300, answerTimeout: 60, totalTimeout: 300 },
    ...{ concurrency: 1, queueLength: 100, maxAge: "" },
  };
}
