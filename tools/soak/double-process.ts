/**
 * The stand-in for Ollama as a process of its own, so that it can be killed like one and its
 * memory is not taken for Node-RED's. Started by `forkDouble`.
 */
import { acquireEmbedder } from "../../lib/clip/shared-embedders";
import { createEmbedderBrain } from "../../test/ollama-double/embedder-brain";
import type { Fault } from "../../test/ollama-double/faults";
import { startOllamaDouble } from "../../test/ollama-double/server";

/** What a client must survive, the silent server included. */
const FAULTS: readonly Fault[] = [
  { kind: "empty-500" },
  { kind: "bad-gateway" },
  { kind: "busy" },
  { kind: "reset" },
  { kind: "hang" },
  { kind: "chunking", bytes: 7 },
  { kind: "coalesce" },
  { kind: "load-crash" },
  { kind: "load-oom" },
  { kind: "runner-crash" },
  { kind: "runner-crash-mid-stream" },
  { kind: "end-without-done" },
  { kind: "destroy-mid-line" },
  { kind: "repeat" },
  { kind: "nothing-produced" },
  { kind: "empty-content" },
  { kind: "length", tokens: 3 },
  { kind: "format", mode: "prose" },
  { kind: "format", mode: "wrong-enum" },
];

/** Requests that are remembered; each holds its image. More than come within a second. */
const JOURNAL_LENGTH = 200;

async function main(port: number, seed: number, rate: number, cacheDir: string): Promise<void> {
  const brain = createEmbedderBrain(await acquireEmbedder({ model: "starter", cacheDir }).value);
  const delays = { load: 300, promptEval: 20, perToken: 0.5 };
  const double = await startOllamaDouble({ port, brain, delays, journalSize: JOURNAL_LENGTH });
  double.randomFaults({ seed, rate, faults: FAULTS });
  process.send?.({ port: double.port });
  let counted = 0;
  setInterval(() => {
    const asked = double.journal.entries.filter(({ id, images }) => id > counted && images.length);
    counted = double.journal.entries.at(-1)?.id ?? counted;
    process.send?.({ pictures: asked.length });
  }, 1_000);
}

// Without its parent it would hold the port for ever.
process.once("disconnect", () => process.exit());
const [port = "0", seed = "1", rate = "0", cacheDir = ""] = process.argv.slice(2);
main(Number(port), Number(seed), Number(rate), cacheDir).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
