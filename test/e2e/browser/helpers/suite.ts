/** What every suite in a real browser sets up and takes down. */
import assert from "node:assert/strict";

import type { Browser, Page } from "playwright-core";

import {
  openEditor,
  requireBrowser,
  startBrowser,
  startEditor,
  type Editor,
  type EditorOptions,
  type Locale,
} from "./editor";

export interface Suite {
  readonly editor: Editor;
  /** A page of its own for the test that asks; it is closed behind it. */
  open(locale?: Locale): Promise<Page>;
}

/**
 * One Node-RED and one browser for the tests of the suite that is being described; where there is no
 * browser they are skipped.
 *
 * @param prepare what the editor starts with, once that is known; `end` takes what ends with the suite
 */
export function useEditor(
  prepare: (end: (work: () => Promise<unknown>) => void) => EditorOptions | Promise<EditorOptions>,
): Suite {
  let editor: Editor | undefined;
  let browser: Browser | undefined;
  const pages: Page[] = [];
  const ends: (() => Promise<unknown>)[] = [];

  before(async function () {
    requireBrowser(this);
    editor = await startEditor(await prepare((work) => ends.push(work)));
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.close();
    await editor?.stop();
    for (const end of ends.reverse()) await end();
  });
  afterEach(async () => {
    for (const page of pages.splice(0)) await page.close();
  });

  return {
    get editor() {
      assert.ok(editor);
      return editor;
    },
    open: async (locale = "en-US") => {
      assert.ok(browser && editor);
      const page = await openEditor(browser, editor, locale);
      pages.push(page);
      return page;
    },
  };
}
