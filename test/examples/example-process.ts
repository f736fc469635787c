/** A process of its own that works on a folder of examples: `tsx example-process.ts <root> <name>`. */
import path from "node:path";

import { acquireEmbedder } from "../../lib/clip/shared-embedders";
import { ExampleStore } from "../../lib/examples/example-store";
import { paint, VOCABULARY } from "./workbench";

const MOST = 4;

async function main(root: string, name: string): Promise<void> {
  const model = path.join(__dirname, "..", "fixtures", "models", "tiny-clip");
  const cacheDir = path.join(root, "..", `cache-${name}`);
  const lease = acquireEmbedder({ model, offline: true, cacheDir });
  const embedder = await lease.value;
  const store = ExampleStore.open(root, { mostPerClass: MOST });
  const getEmbedder = () => Promise.resolve(embedder);
  for (let turn = 0; turn < 6; turn++) {
    // Both add the same pictures to one class, and pictures of their own to another.
    await store.add(VOCABULARY, "screw", await paint(turn), { getEmbedder });
    const own = await paint(100 + turn + 50 * Number(name));
    const { file } = await store.add(VOCABULARY, "nail", own, { getEmbedder });
    // The other process may have given it up already.
    if (turn % 3 === 0) await store.remove(file).catch(() => undefined);
    await store.read(embedder, VOCABULARY);
  }
  await lease.release();
  process.stdout.write("done");
}

const [root = "", name = ""] = process.argv.slice(2);
void main(root, name).then(() => process.exit(0));
