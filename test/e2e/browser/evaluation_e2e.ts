import assert from "node:assert/strict";
import { copyFile, mkdir, mkdtemp, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import type { Page } from "playwright-core";

import { DecisionRecord } from "../../../lib/record/record";
import { dragNode } from "../../helpers/flow-nodes";
import { removeFolder } from "../../helpers/remove-folder";
import { decide } from "../../record/decisions";
import { FIND_UNNAMED, openConfig, openNode, takeScreenshot, type Locale } from "./helpers/editor";
import { useEditor } from "./helpers/suite";

const PHOTOS = path.join(__dirname, "../../../examples/photos");
const CLASSES = "espresso = coffee\nrocket\ndog";

describe("evaluation in the dialogs", function () {
  this.timeout(120_000);
  let photos: string;
  let page: Page;

  const suite = useEditor(async (end) => {
    photos = await mkdtemp(path.join(tmpdir(), "tlac-evaluation-"));
    end(() => removeFolder(photos));
    for (const [folder, name] of [
      ["coffee", "espresso"],
      ["rocket", "rocket"],
      ["dog", "cat"],
      ["washer", "palace"],
    ] as const) {
      await mkdir(path.join(photos, folder), { recursive: true });
      await copyFile(path.join(PHOTOS, `${name}.jpg`), path.join(photos, folder, `${name}.jpg`));
    }
    const place = { z: "tab", x: 300, wires: [] };
    const readFiles = { readFiles: true, folders: photos };
    return {
      flow: [
        { id: "tab", type: "tab", label: "tab" },
        { ...dragNode("tlac-vocabulary", "words"), classes: CLASSES },
        { ...dragNode("tlac", "own"), ...place, y: 100, classes: CLASSES, ...readFiles },
        {
          ...{ ...dragNode("tlac", "shared"), ...place, y: 200, name: "line 3" },
          ...{ vocabulary: "words", ...readFiles },
        },
      ],
    };
  });

  const openTlac = async (locale?: Locale): Promise<void> => {
    page = await suite.open(locale);
    await openNode(page, "own");
    await page.locator(".tlac-evaluation > summary").click();
  };
  const openVocabulary = async (locale?: Locale): Promise<void> => {
    page = await suite.open(locale);
    await openConfig(page, "tlac-vocabulary", "words");
    await page.locator(".tlac-evaluation > summary").click();
  };
  const verdict = (text: string): Promise<void> =>
    page.locator(".tlac-evaluation-verdict", { hasText: text }).waitFor();
  const uploads = async (): Promise<string[]> => {
    const folder = path.join(suite.editor.userDir, "tlac", "evaluation", "uploads");
    return readdir(folder).catch(() => []);
  };
  const removed = async (): Promise<void> => {
    for (let tries = 0; tries < 200 && (await uploads()).length > 0; tries += 1) {
      await page.waitForTimeout(50);
    }
    assert.deepEqual(await uploads(), []);
  };

  for (const locale of ["en-US", "ja"] as const) {
    it(`judges a folder of the server, and opens the report (${locale})`, async () => {
      await openTlac(locale);
      await page.fill("#tlac-evaluation-folder", photos);
      await page.locator("#tlac-evaluation-folder").press("Enter");
      // Whoever presses twice means it once.
      await page.locator("#tlac-evaluation-folder").press("Enter");
      await verdict(locale === "ja" ? "写真 4 枚" : "On 4 photos");
      await page.locator("#tlac-evaluation-result").scrollIntoViewIfNeeded();
      assert.deepEqual(await page.evaluate(FIND_UNNAMED), []);
      await takeScreenshot(page, `evaluation-tlac-${locale}`);
      const [report] = await Promise.all([
        page.context().waitForEvent("page"),
        page.click("#tlac-evaluation-report"),
      ]);
      await report.locator("h1").waitFor();
      assert.match(await report.title(), locale === "ja" ? /評価/ : /Evaluation of/);
      assert.equal(await report.locator("figure.photo img").count(), 4);
      await report.reload();
      await report.locator("h1").waitFor();
      await report.close();
    });

    it(`judges photos of this computer by the classes of the table (${locale})`, async () => {
      await openVocabulary(locale);
      await page.locator("#tlac-evaluation-files").setInputFiles(photos);
      await verdict(locale === "ja" ? "写真 4 枚（うち 1 枚" : "On 4 photos, 1 of which");
      assert.equal((await uploads()).length, 1);
      await page.locator("#tlac-evaluation-result").scrollIntoViewIfNeeded();
      assert.deepEqual(await page.evaluate(FIND_UNNAMED), []);
      await takeScreenshot(page, `evaluation-vocabulary-${locale}`);
      // Not deployed, and counts all the same.
      await page.click("#tlac-vocabulary-add");
      await page.locator("input[data-column=label]").last().fill("washer");
      await page.click("#tlac-evaluation-again");
      await verdict(locale === "ja" ? "写真 4 枚:" : "On 4 photos:");
      await page.locator("#node-config-dialog-cancel").click();
      await page.locator("#node-config-dialog-cancel").waitFor({ state: "detached" });
      await removed();
    });
  }

  it("decides in the vocabulary as the node that uses it, whose folders count", async () => {
    await openVocabulary();
    const as = page.locator("#tlac-vocabulary-as");
    assert.equal(await as.inputValue(), "shared");
    assert.deepEqual(await as.locator("option").allTextContents(), [
      "a new node without an LMM",
      "line 3",
    ]);
    await page.fill("#tlac-evaluation-folder", photos);
    await page.dblclick("#tlac-evaluation-start");
    await page.click("#tlac-evaluation-stop");
    await page.locator("#tlac-evaluation-said", { hasText: "stopped" }).waitFor();
    await page.click("#tlac-evaluation-start");
    await verdict("On 4 photos");
    await as.selectOption("");
    await page.click("#tlac-evaluation-start");
    await page.locator("#tlac-evaluation-said", { hasText: "Allowed folders" }).waitFor();
  });

  it("takes class folders that are dropped, and says what is no folder of photos", async () => {
    await openTlac();
    await page.evaluate(`(async () => {
      const photo = async (path) => {
        const canvas = document.createElement("canvas");
        canvas.width = canvas.height = 64;
        canvas.getContext("2d").fillRect(0, 0, 32, 64);
        const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
        const file = new File([blob], path, { type: "image/png" });
        return { isFile: true, fullPath: path, file: (take) => take(file) };
      };
      const folder = (fullPath, ...inside) => ({
        isFile: false,
        fullPath,
        // As browsers do, in several helpings.
        createReader: () => ({ readEntries: (take) => take(inside.splice(0, 1)) }),
      });
      const drop = (entry) => {
        const event = new Event("drop", { bubbles: true, cancelable: true });
        event.dataTransfer = { items: [{ webkitGetAsEntry: () => entry }] };
        document.getElementById("tlac-evaluation-drop").dispatchEvent(event);
      };
      window.dropPhotos = async () => drop(folder(
        "/all",
        folder("/all/rocket", await photo("/all/rocket/1.png"), await photo("/all/rocket/2.png")),
        folder("/all/.git", await photo("/all/.git/3.png")),
        folder("/all/dog", await photo("/all/dog/1.png")),
      ));
      window.dropNothing = () => drop(folder("/all"));
    })()`);
    await page.evaluate("dropNothing()");
    await page.locator("#tlac-evaluation-said", { hasText: "There is no photo" }).waitFor();
    await page.evaluate("dropPhotos()");
    await verdict("On 3 photos:");
    await page.locator("#node-dialog-cancel").click();
    await removed();
  });

  it("can be stopped by keys while it runs, and closed", async () => {
    await openTlac();
    await page.route("**/uploads/*/photo*", () => undefined);
    await page.locator("#tlac-evaluation-files").setInputFiles(photos);
    await page.locator("#tlac-evaluation-bar", { hasText: "0 of 4 photos sent" }).waitFor();
    await page.locator("#tlac-evaluation-stop").focus();
    await page.keyboard.press("Enter");
    await page.locator("#tlac-evaluation-said", { hasText: "stopped" }).waitFor();
    assert.equal(await page.evaluate("document.activeElement.id"), "tlac-evaluation-choose");
    await removed();
    await page.locator("#tlac-evaluation-files").setInputFiles(photos);
    await page.locator("#tlac-evaluation-bar", { hasText: "0 of 4 photos sent" }).waitFor();
    await page.locator("#node-dialog-cancel").click();
    await page.locator("#node-dialog-cancel").waitFor({ state: "detached" });
    await removed();
  });

  it("judges the confirmed decisions, and says where there are none", async () => {
    await openVocabulary();
    await page.click("#tlac-evaluation-confirmed");
    await page
      .locator("#tlac-evaluation-said", { hasText: "no decision with its picture" })
      .waitFor();
    const { userDir } = suite.editor;
    const record = DecisionRecord.open(path.join(userDir, "tlac", "record"));
    const decision = decide({ outcome: "unknown", candidates: [], vocabulary: "words" });
    const said = { answers: ['{"names": ["rocket"]}'], questions: [""] };
    const jpeg = await readFile(path.join(PHOTOS, "rocket.jpg"));
    await record.append({ ...decision, ...said }, { jpeg, width: 1, height: 1 });
    const answer = { kind: "answer", decision: decision.result.id, correct: "rocket" } as const;
    await record.note({ ...answer, who: "", heldOut: false });
    await record.close();
    await page.click("#tlac-evaluation-confirmed");
    await verdict("On 1 photo");
    await page.locator("#tlac-evaluation-confirmed").scrollIntoViewIfNeeded();
    await takeScreenshot(page, "evaluation-confirmed");
  });
});
