import assert from "node:assert/strict";
import path from "node:path";

import type { Page } from "playwright-core";

import { dragNode } from "../../helpers/flow-nodes";
import { createSeeingBrain } from "../../helpers/seeing-brain";
import { startOllamaDouble, type OllamaDouble } from "../../ollama-double/server";
import { openNode, takeScreenshot, type Locale } from "./helpers/editor";
import { useEditor } from "./helpers/suite";

const photos = path.join(__dirname, "../../../examples/photos");
const photo = path.join(photos, "espresso.jpg");

describe("test panel of tlac", function () {
  this.timeout(120_000);
  let double: OllamaDouble;
  let page: Page;

  const suite = useEditor(async (end) => {
    double = await startOllamaDouble({
      brain: createSeeingBrain(),
      models: [{ name: "llava:7b" }],
    });
    end(() => double.close());
    const place = { z: "tab", x: 300, wires: [] };
    const classes = "espresso = coffee\nhammer\nscrewdriver";
    return {
      flow: [
        { id: "tab", type: "tab", label: "tab" },
        { ...dragNode("lmm-server", "server"), name: "hall", host: double.url },
        { ...dragNode("tlac", "alone"), ...place, y: 100, classes },
        {
          ...{ ...dragNode("tlac", "asked"), ...place, y: 200, classes, server: "server" },
          // The photo would contradict what the script says.
          ...{ mode: "tlac", sight: false },
        },
        { ...dragNode("tlac", "empty"), ...place, y: 300 },
      ],
    };
  });

  const open = async (id: string, locale?: Locale): Promise<void> => {
    page = await suite.open(locale);
    await openNode(page, id);
    await page.locator(".tlac-test > summary").click();
  };
  const choose = (file = photo): Promise<void> =>
    page.locator("#tlac-test-file").setInputFiles(file);
  const steps = () => page.locator("#tlac-test-steps > li");
  const ended = (): Promise<void> => page.locator("#tlac-test-start:visible").waitFor();

  for (const locale of ["en-US", "ja"] as const) {
    it(`shows what becomes of a photo, with each step's time (${locale})`, async () => {
      await open("alone", locale);
      await choose();
      const decided = { "en-US": "leaves by output 1", ja: "出力 1 から出ます" }[locale];
      await steps().last().getByText(decided).waitFor();
      await ended();
      assert.equal(await steps().count(), 6);
      for (const time of await page.locator(".tlac-test-time").allTextContents()) {
        assert.match(time, /^\d+\.\d\d (s|秒)$/);
      }
      await steps().nth(3).getByText("espresso").first().waitFor();
      await page.locator("#tlac-test-steps").scrollIntoViewIfNeeded();
      await takeScreenshot(page, `photo-test-${locale}`);
    });
  }

  it("asks the chosen server what stands in the dialog, before anything is deployed", async () => {
    await open("asked");
    await page.fill("#node-input-classes", "espresso\nhammer = claw hammer\nrubber duck");
    await choose();
    await steps().last().getByText("hammer – leaves by output 1").waitFor();
    await ended();
    const second = steps().filter({ hasText: "LMM: second question" });
    await second.locator("summary").click();
    await second.locator("pre", { hasText: "rubber duck" }).waitFor();
    await page.selectOption("#node-input-mode", "slac");
    await page.getByRole("button", { name: "Try again" }).click();
    await steps().last().getByText("mode slac").waitFor();
    await ended();
    assert.equal(await second.count(), 0);
  });

  it("says the whole sentence of what failed, at its step", async () => {
    await open("empty");
    await choose();
    await page.locator(".tlac-test-failed", { hasText: "has none" }).waitFor();
    await ended();
    await page.fill("#node-input-classes", "dog");
    await page.selectOption("#node-input-mode", "cascade");
    await page.getByRole("button", { name: "Try again" }).click();
    await page.locator(".tlac-test-failed", { hasText: "cascade" }).waitFor();
  });

  it("can be stopped and closed while the LMM still thinks, by keys alone", async () => {
    const release = double.hold("first-token");
    try {
      await open("asked");
      await choose();
      await page.locator(".tlac-test-running", { hasText: "take minutes" }).waitFor();
      await page.locator("#tlac-test-stop").focus();
      await page.keyboard.press("Enter");
      await page.locator("#tlac-test-said", { hasText: "stopped" }).waitFor();
      const focused = await page.evaluate("document.activeElement.id");
      assert.equal(focused, "tlac-test-start");
      await page.keyboard.press("Enter");
      await page.locator(".tlac-test-running", { hasText: "take minutes" }).waitFor();
      await page.locator("#node-dialog-cancel").click();
      await page.locator("#node-dialog-cancel").waitFor({ state: "detached" });
    } finally {
      release();
    }
  });

  it("takes a photo that is dropped, and makes one smaller that is too large to send", async () => {
    await open("alone");
    // As many pixels as a phone's, and none like its neighbour: no photo compresses worse.
    await page.evaluate(`(async () => {
      const canvas = document.createElement("canvas");
      canvas.width = 4000;
      canvas.height = 3000;
      const pen = canvas.getContext("2d");
      const noise = pen.createImageData(4000, 3000);
      for (let start = 0; start < noise.data.length; start += 60_000) {
        crypto.getRandomValues(noise.data.subarray(start, start + 60_000));
      }
      pen.putImageData(noise, 0, 0);
      const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
      const data = new DataTransfer();
      data.items.add(new File([blob], "hall.png", { type: "image/png" }));
      const drop = new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
      document.getElementById("tlac-test-drop").dispatchEvent(drop);
    })()`);
    await page.locator("#tlac-test-said", { hasText: "made smaller" }).waitFor();
    await steps().last().getByText("by output").waitFor();
  });
});
