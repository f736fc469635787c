/** A real Node-RED with its editor, and a real browser in front of it. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { chromium, type Browser, type Page } from "playwright-core";

const root = path.join(__dirname, "..", "..", "..", "..");
const screenshots = path.join(root, "test", "screenshots");
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";

export type Locale = "en-US" | "ja";

export interface EditorOptions {
  readonly flow?: readonly object[];
  /** Of Node-RED; must survive JSON. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  /** One that outlives the editor; none: one of its own. */
  readonly userDir?: string;
}

/** A running Node-RED with this package as built. */
export interface Editor {
  readonly url: string;
  readonly userDir: string;
  stop(): Promise<void>;
  /** Ends it as a crash does. */
  kill(): Promise<void>;
}

/** Skips a suite, with the reason, where there is no browser or no build. */
export function requireBrowser(context: Mocha.Context): void {
  const missing = [CHROMIUM, path.join(root, "dist")].find((place) => !existsSync(place));
  if (missing === undefined) return;
  process.stderr.write(`    skipped: there is no ${missing}\n`);
  context.skip();
}

/** Starts Node-RED in a process and user directory of its own. */
export async function startEditor(options: EditorOptions = {}): Promise<Editor> {
  const userDir = options.userDir ?? (await mkdtemp(path.join(tmpdir(), "tlac-editor-")));
  const link = path.join(userDir, "node_modules", "@tlac", "node-red-tlac");
  await mkdir(path.dirname(link), { recursive: true });
  if (!existsSync(link)) await symlink(root, link, "junction");
  await writeFile(path.join(userDir, "flows.json"), JSON.stringify(options.flow ?? []));
  const port = await findPort();
  const settings = {
    uiHost: "127.0.0.1",
    uiPort: port,
    flowFile: "flows.json",
    credentialSecret: false,
    externalModules: { autoInstall: false, palette: { allowInstall: false } },
    editorTheme: { tours: false },
    telemetry: { enabled: false },
    logging: { console: { level: "warn" } },
    ...options.settings,
  };
  const file = path.join(userDir, "settings.js");
  await writeFile(file, `module.exports = ${JSON.stringify(settings)};\n`);
  const script = require.resolve("node-red/red.js");
  const child = spawn(process.execPath, [script, "-u", userDir, "-s", file], {
    cwd: userDir,
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      log += chunk.toString();
    });
  }
  const exited = new Promise<void>((resolve) => {
    child.once("exit", () => {
      resolve();
    });
  });
  const stop = async (): Promise<void> => {
    child.kill();
    await exited;
    if (options.userDir === undefined) await rm(userDir, { recursive: true, force: true });
  };
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await exited;
  };
  const url = `http://127.0.0.1:${port}/`;
  while (!(await answers(url))) {
    if (child.exitCode !== null) throw new Error(`Node-RED did not start:\n${log}`);
    await sleep(100);
  }
  return { url, userDir, stop, kill };
}

/** A browser that shows nothing and calls nobody. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-dev-shm-usage",
    ],
  });
}

/** Opens the editor in a language and waits until its nodes are there. */
export async function openEditor(browser: Browser, editor: Editor, locale: Locale): Promise<Page> {
  const page = await browser.newPage({
    locale: locale === "ja" ? "ja-JP" : "en-US",
    viewport: { width: 1280, height: 900 },
  });
  await page.addInitScript((lang) => {
    localStorage.setItem("editor-language", lang);
  }, locale);
  await page.goto(editor.url);
  await page.waitForFunction(() => {
    const { RED } = globalThis as unknown as { RED?: { nodes?: { getType(t: string): unknown } } };
    return Boolean(RED?.nodes?.getType("tlac"));
  });
  await page.locator("#red-ui-loading-progress").waitFor({ state: "hidden" });
  return page;
}

/** Opens the dialog of a config node that the flow has. */
export async function openConfig(page: Page, type: string, id: string): Promise<void> {
  await page.evaluate(
    ([nodeType, nodeId]) => {
      const { RED } = globalThis as unknown as {
        RED: { editor: { editConfig(name: string, type: string, id: string): void } };
      };
      RED.editor.editConfig("", nodeType, nodeId);
    },
    [type, id] as const,
  );
  await page.locator("#node-config-dialog-ok").waitFor();
}

/** Opens the dialog of a node on the canvas. */
export async function openNode(page: Page, id: string): Promise<void> {
  await page.evaluate(`RED.editor.edit(RED.nodes.node(${JSON.stringify(id)}))`);
  await page.locator("#node-dialog-ok").waitFor();
}

/** The properties of a node as the editor would deploy them, and whether it calls them valid. */
export async function readNode(page: Page, id: string): Promise<Record<string, unknown>> {
  const node = `RED.nodes.node(${JSON.stringify(id)})`;
  return page.evaluate(`({ ...RED.nodes.convertNode(${node}), valid: ${node}.valid })`);
}

/** Writes what the page shows into the ignored folder of screenshots, for a person to look at. */
export async function takeScreenshot(page: Page, name: string): Promise<void> {
  await mkdir(screenshots, { recursive: true });
  // Trays slide in.
  await page.waitForTimeout(400);
  await page.screenshot({ path: path.join(screenshots, `${name}.png`) });
}

/** A port of this computer that was free a moment ago. */
export async function findPort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** The visible controls of the open dialog that a screen reader could not name. */
export const FIND_UNNAMED = `(() => {
  const dialog = document.querySelector(".tlac-dialog");
  const isNamed = (control) => {
    const label = control.id && dialog.querySelector('label[for="' + control.id + '"]');
    const pointed = (control.getAttribute("aria-labelledby") ?? "").split(" ").filter(Boolean);
    if (pointed.length > 0) {
      return pointed.every((id) => document.getElementById(id)?.textContent.trim());
    }
    return Boolean(
      control.getAttribute("aria-label") ||
        (label && label.textContent.trim()) ||
        control.textContent.trim(),
    );
  };
  return [...dialog.querySelectorAll("input, select, textarea, button, [tabindex='0']")]
    .filter((control) => control.offsetParent && !isNamed(control))
    .map((control) => control.outerHTML);
})()`;
