import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const ROOT = path.resolve(__dirname, "../..");
const run = promisify(execFile);

const PROGRAM = `
import { acquireEmbedder } from "./lib/clip/shared-embedders";

async function main(): Promise<void> {
  const lease = acquireEmbedder({ model: "starter", cacheDir: "./cache" });
  try {
    const embedder = await lease.value;
    const [vector] = await embedder.embedTexts(["a screw"]);
    process.stdout.write(JSON.stringify({ dims: vector.length }));
  } catch (error) {
    process.stdout.write(JSON.stringify({ code: error.code, key: error.key, text: error.message }));
  }
  await lease.release();
}
void main();
`;

/** The engine in a project of its own, whose modules are those named and no others. */
describe("the engine in a process of its own", () => {
  let project: string;

  beforeEach(async () => {
    project = await mkdtemp(path.join(tmpdir(), "tlac-project-"));
    await cp(path.join(ROOT, "package.json"), path.join(project, "package.json"));
    for (const folder of ["lib", "locales"]) {
      await cp(path.join(ROOT, folder), path.join(project, folder), { recursive: true });
    }
    await symlink(path.join(ROOT, "models"), path.join(project, "models"));
    await writeFile(path.join(project, "program.ts"), PROGRAM);
    await mkdir(path.join(project, "node_modules", "@huggingface"), { recursive: true });
    for (const name of ["@huggingface/tokenizers", "mustache", "undici", "sharp", "tsx"]) {
      await link(name);
    }
  });

  afterEach(() => rm(project, { recursive: true, force: true }));

  const link = (name: string): Promise<void> =>
    symlink(path.join(ROOT, "node_modules", name), path.join(project, "node_modules", name));

  /** Runs the program until it ends by itself. */
  const runProgram = async (): Promise<Readonly<Record<string, unknown>>> => {
    const args = ["--require", require.resolve("tsx/cjs"), "program.ts"];
    const { stdout } = await run(process.execPath, args, { cwd: project, timeout: 60_000 });
    return JSON.parse(stdout) as Readonly<Record<string, unknown>>;
  };

  it("ends by itself once the last model is given up", async () => {
    await link("onnxruntime-node");
    assert.deepEqual(await runProgram(), { dims: 384 });
  });

  it("says how to install the library for models where it is missing", async () => {
    const { code, key, text } = await runProgram();
    assert.equal(code, "EMBEDDER_UNAVAILABLE");
    assert.equal(key, "clip.runtime-missing");
    const { optionalDependencies } = JSON.parse(
      await readFile(path.join(ROOT, "package.json"), "utf8"),
    ) as { optionalDependencies: Readonly<Record<string, string>> };
    const wanted = `onnxruntime-node@${optionalDependencies["onnxruntime-node"] ?? ""}`;
    assert.ok(
      String(text).includes(`ONNXRUNTIME_NODE_INSTALL=skip npm install ${wanted}”`),
      String(text),
    );
  });

  it("says where models run when the library has no build for this platform", async () => {
    const library = path.join(project, "node_modules", "onnxruntime-node");
    await mkdir(library);
    await writeFile(path.join(library, "binding.node"), "built for another machine");
    await writeFile(path.join(library, "index.js"), 'require("./binding.node");');
    const { code, key, text } = await runProgram();
    assert.equal(code, "EMBEDDER_UNAVAILABLE");
    assert.equal(key, "clip.runtime-unsupported");
    assert.match(String(text), new RegExp(`${process.platform}-${process.arch}`));
  });
});
