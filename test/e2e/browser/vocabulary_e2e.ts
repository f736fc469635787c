import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";

import type { Browser, Locator, Page } from "playwright-core";

import { parseVocabulary } from "../../../lib/vocabulary/parse-vocabulary";
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

const photo = path.join(__dirname, "../../../examples/photos/espresso.jpg");

const vocabularies = {
  plain: "espresso = coffee, dog, rocket",
  empty: "",
  broken: '["screw"',
  japanese: "ねじ, 釘, ステンレスボルト",
  hostile: '[{"label": "<img src=x onerror=alert(1)>", "threshold": 7}]',
  lint: 'label,aliases,not,threshold,alert\ndog,puppy|hound,,,\nwolf,hound,,0.7,warning\n謎の物,"",,,\n',
};

/** 「ねじ」 with its alias and 「釘」, as a Japanese Excel writes a CSV. */
const SHIFT_JIS = Buffer.from(
  "83898378838b2c95ca96bc0d0a82cb82b62c73637265770d0a93422c6e61696c0d0a",
  "hex",
);

describe("dialog of tlac-vocabulary", function () {
  this.timeout(120_000);
  let editor: Editor | undefined;
  let browser: Browser | undefined;
  let page: Page;

  before(async function () {
    requireBrowser(this);
    const flow = Object.entries(vocabularies).map(([id, classes]) => ({
      id,
      type: "tlac-vocabulary",
      name: "",
      classes,
      template: "",
    }));
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

  const open = async (locale: Locale, id: keyof typeof vocabularies): Promise<void> => {
    assert.ok(browser && editor);
    page = await openEditor(browser, editor, locale);
    await openConfig(page, "tlac-vocabulary", id);
  };
  const cells = (column: string): Locator => page.locator(`input[data-column=${column}]`);
  const values = (column: string): Promise<string[]> =>
    cells(column).evaluateAll((inputs) =>
      inputs.map((input) => (input as unknown as { value: string }).value),
    );
  const linted = (): Promise<void> => page.locator("#tlac-vocabulary-lint i").first().waitFor();
  const stored = (): Promise<string> => page.inputValue("#node-config-input-classes");
  const paste = (target: Locator, text: string): Promise<void> =>
    target.evaluate((element, clip) => {
      const data = new DataTransfer();
      data.setData("text/plain", clip);
      const options = { clipboardData: data, bubbles: true, cancelable: true };
      element.dispatchEvent(new ClipboardEvent("paste", options));
    }, text);
  /** Keys go to the field with this content once the editor has moved the focus there. */
  const focused = (value: string): Promise<unknown> =>
    page.waitForFunction(
      (wanted) =>
        document.activeElement instanceof HTMLInputElement &&
        document.activeElement.value === wanted,
      value,
    );
  const until = (column: string, expected: readonly string[]): Promise<unknown> =>
    page.waitForFunction(
      ([name, wanted]) =>
        JSON.stringify(
          Array.from(
            document.querySelectorAll<HTMLInputElement>(`input[data-column=${name}]`),
            ({ value }) => value,
          ),
        ) === wanted,
      [column, JSON.stringify(expected)] as const,
    );

  for (const locale of ["en-US", "ja"] as const) {
    it(`opens a plain list of an old flow and leaves it as it is (${locale})`, async () => {
      await open(locale, "plain");
      await linted();
      await takeScreenshot(page, `vocabulary-plain-${locale}`);
      assert.deepEqual(await values("label"), ["espresso", "dog", "rocket"]);
      assert.deepEqual(await values("aliases"), ["coffee", "", ""]);
      assert.equal(await stored(), vocabularies.plain);
    });

    it(`pastes cells of a spreadsheet into the table, and undoes it (${locale})`, async () => {
      await open(locale, "empty");
      await takeScreenshot(page, `vocabulary-empty-${locale}`);
      const text = 'ねじ\t"screw\nbolt"\tnut\t200\t注意\r\n釘\tnail\t\t\t\r\n';
      await paste(cells("label").first(), text);
      await until("label", ["ねじ", "釘"]);
      assert.deepEqual(await values("aliases"), ["screw | bolt", "nail"]);
      await linted();
      await takeScreenshot(page, `vocabulary-pasted-${locale}`);
      const [first] = parseVocabulary(await stored()).classes;
      assert.deepEqual([first?.accept, first?.alert, first?.not], [200, "warning", ["nut"]]);
      await page.click("#tlac-vocabulary-undo");
      await until("label", []);
      assert.equal(await stored(), "");
    });

    it(`shows the glossary's names, and makes them aliases with one click (${locale})`, async () => {
      await open(locale, "japanese");
      const given = page.locator(".tlac-vocabulary-glossary");
      await given.nth(1).waitFor();
      await takeScreenshot(page, `vocabulary-glossary-${locale}`);
      const word = locale === "ja" ? "用語集" : "glossary";
      assert.deepEqual(await given.locator("span").allTextContents(), [
        `${word}: screw`,
        `${word}: nail, metal nail`,
      ]);
      await given.first().locator("button").click();
      await until("aliases", ["screw", "", ""]);
      // Of a compound the parts are known: a person has to say.
      await page.locator(".tlac-vocabulary-notice button").first().click();
      await until("aliases", ["screw", "", "stainless steel bolt"]);
      await page.locator("#tlac-vocabulary-lint .fa-check").waitFor();
      assert.equal(await given.count(), 1);
    });

    it(`shows what is wrong beside its row, and mends it (${locale})`, async () => {
      await open(locale, "lint");
      const notes = page.locator(".tlac-vocabulary-note");
      await notes.first().waitFor();
      await takeScreenshot(page, `vocabulary-lint-${locale}`);
      await notes.locator("button").nth(1).click();
      await until("aliases", ["puppy | hound", "", ""]);
      await cells("aliases").nth(2).fill("screw");
      await page.locator("#tlac-vocabulary-lint .fa-check").waitFor();
      assert.equal(await notes.count(), 0);
      await cells("threshold").nth(1).fill("high");
      await page.locator(".tlac-vocabulary-wrong").waitFor();
      assert.equal(await cells("threshold").nth(1).getAttribute("aria-invalid"), "true");
      await takeScreenshot(page, `vocabulary-wrong-${locale}`);
    });

    it(`tries a word and a photo before the deploy (${locale})`, async () => {
      await open(locale, "plain");
      await linted();
      await page.fill("#tlac-vocabulary-word", "puppy");
      await page.press("#tlac-vocabulary-word", "Enter");
      const winner = page.locator("#tlac-vocabulary-ranking tbody tr").first();
      await winner.waitFor();
      assert.match(await winner.innerText(), /dog.*puppy/s);
      await takeScreenshot(page, `vocabulary-word-${locale}`);
      await page.setInputFiles("#tlac-vocabulary-photo", photo);
      await winner.getByText("espresso").first().waitFor();
      await page.locator("#tlac-vocabulary-outcome strong").scrollIntoViewIfNeeded();
      await takeScreenshot(page, `vocabulary-photo-${locale}`);
    });

    it(`keeps a text that cannot be read, with the reason (${locale})`, async () => {
      await open(locale, "broken");
      await page.locator("#tlac-vocabulary-error").waitFor();
      await takeScreenshot(page, `vocabulary-broken-${locale}`);
      assert.equal(await page.inputValue("#tlac-vocabulary-text"), vocabularies.broken);
      await page.fill("#tlac-vocabulary-text", '["screw", "nail"]');
      await page.click("#tlac-vocabulary-replace");
      await until("label", ["screw", "nail"]);
    });
  }

  it("adds, moves and deletes by keyboard alone", async () => {
    await open("en-US", "plain");
    await linted();
    await cells("label").nth(2).press("Alt+ArrowUp");
    await until("label", ["espresso", "rocket", "dog"]);
    // The focus has moved along with the row.
    await focused("rocket");
    await page.keyboard.press("End");
    await page.keyboard.type(" ship");
    await page.keyboard.press("Tab");
    await until("label", ["espresso", "rocket ship", "dog"]);
    await cells("label").nth(2).press("Enter");
    await focused("");
    await page.keyboard.type("cat");
    await page.keyboard.press("Tab");
    await until("label", ["espresso", "rocket ship", "dog", "cat"]);
    await page.locator("[data-act=delete]").first().press("Enter");
    await until("label", ["rocket ship", "dog", "cat"]);
    await page.locator("[data-act=up]").nth(1).press("Enter");
    await until("label", ["dog", "rocket ship", "cat"]);
    await cells("label").first().press("Control+z");
    await until("label", ["rocket ship", "dog", "cat"]);
    await page.locator("#tlac-vocabulary-undo").press("Enter");
    await until("label", ["espresso", "rocket ship", "dog", "cat"]);
    const labels = parseVocabulary(await stored()).classes.map(({ label }) => label);
    assert.deepEqual(labels, ["espresso", "rocket ship", "dog", "cat"]);
  });

  it("moves a row by dragging its handle", async () => {
    await open("en-US", "plain");
    await linted();
    const handles = page.locator(".tlac-vocabulary .red-ui-editableList-item-handle");
    // Hovering waits until the dialog has slid in.
    await handles.nth(2).hover();
    const to = await handles.nth(0).boundingBox();
    assert.ok(to);
    await page.mouse.down();
    await page.mouse.move(to.x + 4, to.y + 10, { steps: 8 });
    await page.mouse.move(to.x + 4, to.y - 6, { steps: 4 });
    await page.mouse.up();
    await until("label", ["rocket", "espresso", "dog"]);
    assert.equal(parseVocabulary(await stored()).classes[0]?.label, "rocket");
  });

  it("opens a Shift_JIS file and exports what Excel and the next flow can open", async () => {
    await open("ja", "empty");
    const file = { name: "classes.csv", mimeType: "text/csv", buffer: SHIFT_JIS };
    await page.setInputFiles("#tlac-vocabulary-file", file);
    await until("label", ["ねじ", "釘"]);
    const save = async (button: string): Promise<Buffer> => {
      const [download] = await Promise.all([page.waitForEvent("download"), page.click(button)]);
      return readFile(await download.path());
    };
    const csv = await save("#tlac-vocabulary-csv");
    assert.deepEqual([...csv.subarray(0, 3)], [0xef, 0xbb, 0xbf]);
    const classes = parseVocabulary(csv.toString("utf8")).classes;
    assert.deepEqual(classes[0], { id: "ねじ", label: "ねじ", aliases: ["screw"], not: [] });
    const json = await save("#tlac-vocabulary-json");
    assert.deepEqual(parseVocabulary(json.toString("utf8")).classes, classes);
  });

  it("opens Excel's Unicode text, keeps names with separators, and says what it left out", async () => {
    await open("en-US", "empty");
    const table = '\ufeffNr.\tBezeichnung\tSynonyme\r\n1\tTür\t"""door; gate"" | portal"\r\n';
    const buffer = Buffer.from(table, "utf16le");
    const file = { name: "classes.txt", mimeType: "text/plain", buffer };
    await page.setInputFiles("#tlac-vocabulary-file", file);
    await until("label", ["Tür"]);
    await page
      .locator("#tlac-vocabulary-error")
      .getByText(/Left out.*: Nr\./)
      .waitFor();
    assert.equal(await cells("aliases").first().inputValue(), '"door; gate" | portal');
    assert.deepEqual(parseVocabulary(await stored()).classes[0]?.aliases, ["door; gate", "portal"]);
    const book = { name: "classes.xlsx", mimeType: "", buffer: Buffer.from("PK\x03\x04") };
    await page.setInputFiles("#tlac-vocabulary-file", book);
    await page
      .locator("#tlac-vocabulary-error")
      .getByText(/workbook/)
      .waitFor();
  });

  it("keeps a deployed id while the label changes, and gives a new one on demand", async () => {
    await open("en-US", "plain");
    await linted();
    await cells("label").first().fill("latte");
    await cells("label").first().press("Tab");
    await page.getByText("Messages keep the id “espresso”").waitFor();
    assert.equal(parseVocabulary(await stored()).classes[0]?.id, "espresso");
    await page.getByText("Give it a new id").click();
    assert.equal(parseVocabulary(await stored()).classes[0]?.id, "latte");
  });

  it("offers to split names at commas, and takes pasted lines as names", async () => {
    await open("ja", "plain");
    await linted();
    await cells("aliases").nth(1).fill("puppy, hound");
    await cells("aliases").nth(1).press("Tab");
    const split = page.getByText("カンマで分ける");
    await split.waitFor();
    await takeScreenshot(page, "vocabulary-hint-ja");
    await split.click();
    await until("aliases", ["coffee", "puppy | hound", ""]);
    await cells("aliases").nth(2).click();
    await paste(cells("aliases").nth(2), "ロケット\r\nspacecraft\r\n");
    await until("aliases", ["coffee", "puppy | hound", "ロケット | spacecraft"]);
  });

  it("takes a photo that is dropped on the try box", async () => {
    await open("en-US", "plain");
    await linted();
    const base64 = (await readFile(photo)).toString("base64");
    await page.locator("#tlac-vocabulary-drop").evaluate((target, encoded) => {
      const bytes = Uint8Array.from(atob(encoded), (char) => char.charCodeAt(0));
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([bytes], "photo.jpg", { type: "image/jpeg" }));
      for (const kind of ["dragenter", "dragover", "drop"]) {
        const options = { dataTransfer, bubbles: true, cancelable: true };
        target.dispatchEvent(new DragEvent(kind, options));
      }
    }, base64);
    await page.getByText("Class: espresso").waitFor();
  });

  it("shows hundreds of classes, and keeps more than that as text", async () => {
    await open("en-US", "empty");
    const list = (count: number): string =>
      Array.from({ length: count }, (_, number) => `part ${String(number)}`).join("\n");
    await paste(cells("label").first(), list(400));
    await page.getByText("Classes: 400").waitFor();
    await page.getByText("Show next").click();
    await takeScreenshot(page, "vocabulary-many");
    await page.click("#tlac-vocabulary-paste");
    await page.fill("#tlac-vocabulary-text", list(800));
    await page.click("#tlac-vocabulary-replace");
    await page.getByText("800 classes are more").waitFor();
    await takeScreenshot(page, "vocabulary-too-many");
    assert.equal(parseVocabulary(await stored()).classes.length, 800);
  });

  it("gives the deployed node what the table shows", async () => {
    await open("en-US", "empty");
    await cells("label").first().fill("screw");
    await cells("aliases").first().fill("bolt | wood screw");
    assert.ok(editor);
    await page.click("#node-config-dialog-ok");
    await page.click("#red-ui-header-button-deploy");
    // The flow has another vocabulary that cannot be read, and Node-RED asks because of it.
    await page.click("#red-ui-deploy-dialog-confirm-deploy-deploy");
    await page.locator(".red-ui-notification-success").waitFor();
    const flows = JSON.parse(await readFile(path.join(editor.userDir, "flows.json"), "utf8")) as {
      id: string;
      classes: string;
    }[];
    const { classes } = flows.find(({ id }) => id === "empty") ?? { classes: "" };
    assert.deepEqual(parseVocabulary(classes).classes[0]?.aliases, ["bolt", "wood screw"]);
  });

  it("marks a vocabulary that the runtime refuses before anyone opens it", async () => {
    assert.ok(browser && editor);
    page = await openEditor(browser, editor, "en-US");
    await page.waitForFunction(() => {
      const { RED } = globalThis as unknown as {
        RED: { nodes: { node(id: string): { valid: boolean } } };
      };
      return !RED.nodes.node("broken").valid && RED.nodes.node("plain").valid;
    });
  });

  it("says what is wrong without the markup that a label may hold", async () => {
    assert.ok(browser && editor);
    page = await openEditor(browser, editor, "en-US");
    // The list of config nodes shows these sentences as HTML.
    const errors = await page.waitForFunction(() => {
      const { RED } = globalThis as unknown as {
        RED: { nodes: { node(id: string): { validationErrors?: string[] } } };
      };
      return RED.nodes.node("hostile").validationErrors?.find((error) => error.includes("onerror"));
    });
    assert.match(String(await errors.jsonValue()), /‹img src=x onerror=alert\(1\)›/);
  });
});
