import assert from "node:assert/strict";
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const ROOT = path.resolve(__dirname, "../..");
const manifest = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8")) as {
  "node-red": { nodes: Record<string, string> };
};
const TYPES = Object.keys(manifest["node-red"].nodes);

/** What a plant has: a user directory without the repository around it, and the npm registry. */
describe("the packed tarball in an empty Node-RED user directory", function () {
  this.timeout(300_000);
  let folder: string;
  let tarball: string;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "tlac-tarball-"));
    const { stdout } = await npm(["pack", "--json", "--pack-destination", folder], ROOT);
    const [packed] = JSON.parse(stdout.slice(stdout.indexOf("["))) as { filename: string }[];
    tarball = path.join(folder, packed!.filename);
  });

  after(() => rm(folder, { recursive: true, force: true }));

  it("classifies a photo in Node-RED 4", async () => {
    const user = await installInto("with-models", []);
    await withNodeRed([process.execPath, nodeRedOf(ROOT)], user, async (url) => {
      assert.deepEqual(await listTypes(url), [...TYPES].sort());
      const { status, body } = await postPhoto(url);
      assert.equal(status, 200, JSON.stringify(body));
      assert.equal(body.class, "espresso");
    });
  });

  it("loads its nodes and says what to do where the runtime for models is missing", async () => {
    const user = await installInto("without-models", ["--omit=optional"]);
    await withNodeRed([process.execPath, nodeRedOf(ROOT)], user, async (url) => {
      assert.deepEqual(await listTypes(url), [...TYPES].sort());
      const { status, body } = await postPhoto(url);
      assert.equal(status, 422);
      assert.equal(body.code, "EMBEDDER_UNAVAILABLE");
      assert.match(String(body.message), /npm install/);
    });
  });

  it("classifies a photo in Node-RED 5 on Node 22", async () => {
    const tools = path.join(folder, "node-red-5");
    await npm(["init", "-y", "--prefix", tools], folder).catch(() => undefined);
    await npm(["install", "--prefix", tools, "node@22", "node-red@5"], folder);
    const user = await installInto("node-red-5-user", []);
    const node = path.join(tools, "node_modules", "node", "bin", "node");
    await withNodeRed([node, nodeRedOf(tools)], user, async (url) => {
      assert.deepEqual(await listTypes(url), [...TYPES].sort());
      const { body } = await postPhoto(url);
      assert.equal(body.class, "espresso", JSON.stringify(body));
    });
  });

  async function installInto(name: string, options: string[]): Promise<string> {
    const user = path.join(folder, name);
    await run("mkdir", ["-p", user]);
    await writeFile(path.join(user, "package.json"), '{ "name": "user", "private": true }');
    await npm(["install", ...options, tarball], user);
    return user;
  }

  /** A user behind a firewall sets the variable that the README names. */
  function npm(args: string[], cwd: string): Promise<{ stdout: string }> {
    const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: "skip" };
    return run("npm", args, { cwd, env, maxBuffer: 2 ** 24 });
  }
});

const nodeRedOf = (folder: string): string =>
  path.join(folder, "node_modules", "node-red", "red.js");

/** Posts a shipped photo to the flow of `withNodeRed`. */
async function postPhoto(url: string): Promise<{ status: number; body: Record<string, unknown> }> {
  const photo = await readFile(path.join(ROOT, "examples", "photos", "espresso.jpg"));
  const response = await fetch(`${url}/classify`, {
    method: "POST",
    headers: { "content-type": "image/jpeg" },
    body: new Uint8Array(photo),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** The types that our package registered, as the editor is told. */
async function listTypes(url: string): Promise<string[]> {
  const response = await fetch(`${url}/nodes`, { headers: { accept: "application/json" } });
  const sets = (await response.json()) as { module: string; types: string[]; err?: string }[];
  const ours = sets.filter(({ module }) => module === "@tlac/node-red-tlac");
  assert.deepEqual(
    ours.flatMap(({ err }) => err ?? []),
    [],
  );
  return ours.flatMap(({ types }) => types).sort();
}

/** Runs Node-RED as a process of its own with the example that classifies uploads. */
async function withNodeRed(
  command: string[],
  user: string,
  work: (url: string) => Promise<void>,
): Promise<void> {
  const example = path.join(ROOT, "examples", "04 - HTTP upload to JSON answer.json");
  await writeFile(path.join(user, "flows.json"), await readFile(example));
  await writeFile(path.join(user, "settings.js"), "module.exports = { flowFile: 'flows.json' };");
  const port = await freePort();
  const [program = "", ...args] = command;
  const child = spawn(program, [...args, "-u", user, "-p", String(port)], { cwd: user });
  const log: string[] = [];
  child.stdout.on("data", (chunk: Buffer) => log.push(chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => log.push(chunk.toString()));
  try {
    await untilStarted(child, log);
    await work(`http://127.0.0.1:${String(port)}`);
  } finally {
    child.kill();
    if (child.exitCode === null) await once(child, "exit");
  }
}

/** Resolves once the log says that the flows run; rejects with the log where it never will. */
function untilStarted(child: ChildProcess, log: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    child.stdout?.on("data", () => {
      if (log.join("").includes("Started flows")) resolve();
    });
    child.once("exit", () => {
      reject(new Error(`Node-RED ended:\n${log.join("")}`));
    });
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address ? address.port : 0;
}
