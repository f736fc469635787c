// Runs Node-RED on this computer with the built nodes and a demo flow: sample photos → tlac →
// result. `--check` runs the flow once in a fresh user directory, prints a table and exits 0
// only if no sample is taken for a wrong class and most come out as theirs; those that the
// recogniser itself is unsure of go to a person, with the right class named first.
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { createRequire } from "node:module";
import http from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL("../..", import.meta.url));
const { translate, toLanguage } = require(path.join(root, "dist/lib/i18n/catalogue.js"));
const { withServerDialog } = require(path.join(root, "dist/lib/lmm/engines.js"));
const { toError } = require(path.join(root, "dist/lib/errors.js"));
const RED = require("node-red");

const check = process.argv.includes("--check");
const language = toLanguage(process.env.LC_ALL ?? process.env.LC_MESSAGES ?? process.env.LANG);
const say = (key, params) => console.log(translate(`start.${key}`, params, language));

const photos = path.join(root, "examples", "photos");
/** What reaches these nodes of the demo flow is what a person would see there. */
const ENDS = ["demo-class", "demo-review", "demo-failed"];
const files = readdirSync(photos).filter((file) => file.endsWith(".jpg"));
process.env.TLAC_PHOTOS = photos;
process.env.TLAC_PHOTO_LIST = JSON.stringify(files);

const userDir = check
  ? mkdtempSync(path.join(tmpdir(), "node-red-tlac-"))
  : path.join(root, ".node-red");
prepareUserDir(userDir);

const server = http.createServer();
const port = check ? 0 : Number(process.env.PORT ?? 1880);
server.once("error", (error) => {
  say(error.code === "EADDRINUSE" ? "port-in-use" : "no-server", { port, reason: error.message });
  process.exit(1);
});
server.listen(port, "127.0.0.1", () => {
  run().catch((thrown) => {
    say("failed", { reason: toError(thrown).message });
    process.exit(1);
  });
});

/** Our package is linked in as Node-RED would find it after an install; flows are kept. */
function prepareUserDir(folder) {
  const scope = path.join(folder, "node_modules", "@tlac");
  mkdirSync(scope, { recursive: true });
  rmSync(path.join(scope, "node-red-tlac"), { recursive: true, force: true });
  symlinkSync(root, path.join(scope, "node-red-tlac"), "junction");
  const flows = path.join(folder, "flows.json");
  if (!existsSync(flows)) cpSync(path.join(root, "tools", "start", "demo-flow.json"), flows);
}

/** A vision model of a local Ollama, else the built-in recogniser; says which. */
async function chooseLmm() {
  const settings = { engine: "ollama", model: "", deadlines: { connectMs: 1_000 } };
  const signal = AbortSignal.timeout(3_000);
  try {
    // `--check` tests this package, not what happens to run beside it.
    const models = check
      ? []
      : await withServerDialog(settings, signal, (ollama) => ollama.listModels());
    const seeing = models.find(({ vision }) => vision);
    if (seeing) {
      say("uses-ollama", { model: seeing.name });
      return { kind: "ollama", model: seeing.name };
    }
  } catch {
    // No Ollama here: the usual case on a first try.
  }
  say("uses-recogniser");
  return { kind: "recogniser", model: "" };
}

async function run() {
  const lmm = await chooseLmm();
  process.env.TLAC_LMM_KIND = lmm.kind;
  process.env.TLAC_LMM_MODEL = lmm.model;
  RED.init(server, {
    uiHost: "127.0.0.1",
    uiPort: server.address().port,
    httpAdminRoot: check ? false : "/",
    httpNodeRoot: "/",
    userDir,
    flowFile: "flows.json",
    // Its warnings are about secrets and projects, which a demo has none of.
    logging: { console: { level: "error", metrics: false, audit: false } },
    functionExternalModules: false,
    externalModules: { autoInstall: false },
    // A demo asks nobody for updates, and needs no question about it.
    telemetry: { enabled: false, updateNotification: false },
    editorTheme: { tours: false, projects: { enabled: false } },
  });
  if (!check) {
    server.on("request", (request, response) => RED.httpAdmin(request, response));
  }
  const rows = new Map();
  const done = new Promise((resolve) => {
    RED.hooks.add("preDeliver.tlac-demo", ({ destination, msg }) => {
      if (!ENDS.includes(destination.id)) return;
      const row = toRow(msg);
      rows.set(row.file, row);
      if (!check) say(row.ok === undefined ? "failure" : "result", row);
      if (rows.size >= files.length) resolve();
    });
  });
  say("starting", { photos: files.length });
  await RED.start();
  if (!check) say("editor", { url: `http://127.0.0.1:${server.address().port}/` });
  await done;
  if (!check) {
    say("stop");
    return;
  }
  const passed = printTable([...rows.values()]);
  await RED.stop();
  server.close();
  rmSync(userDir, { recursive: true, force: true });
  process.exit(passed ? 0 : 1);
}

function toRow(msg) {
  const file = path.basename(String(msg.filename ?? ""));
  const expected = path.basename(file, ".jpg");
  if (msg.error) return { file, expected, found: msg.error.code ?? "–", text: msg.error.message };
  const { payload } = msg;
  return {
    file,
    expected,
    found: payload.class ?? payload.outcome,
    score: `${Math.floor(100 * payload.confidence)} %`,
    text: payload.explanation,
    ok: payload.class === expected,
    asked: payload.class === null && payload.ranking[0]?.class === expected,
  };
}

function printTable(rows) {
  const width = (key) => Math.max(...rows.map((row) => String(row[key] ?? "").length), 8);
  rows.sort((a, b) => a.file.localeCompare(b.file));
  for (const row of rows) {
    console.log(
      [
        row.ok ? "✓" : row.asked ? "?" : "✗",
        row.file.padEnd(width("file")),
        row.found.padEnd(width("found")),
        row.score ?? "",
        row.text,
      ].join("  "),
    );
  }
  const right = rows.filter(({ ok }) => ok).length;
  const asked = rows.filter(({ asked }) => asked).length;
  const wrong = rows.length - right - asked;
  say("check", { right, asked, wrong, total: rows.length });
  return wrong === 0 && right > asked;
}
