/** Starts the double by hand: `npm run ollama-double -- --port 11434 --brain recogniser`. */
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { acquireEmbedder } from "../../lib/clip/shared-embedders";
import type { Brain } from "./brain";
import { ScriptedBrain } from "./brain-scripted";
import { createEmbedderBrain } from "./embedder-brain";
import { isProfileName, PROFILES } from "./profiles";
import { startOllamaDouble } from "./server";

const USAGE = `Usage: npm run ollama-double -- [options]
  --port <number>      default 11434
  --profile <version>  ${Object.keys(PROFILES).join(", ")}; default 0.34
  --brain <name>       recogniser (answers about the image) or scripted; default recogniser
  --say <text>         what the scripted brain answers; default "A hammer."
  --model <name>       the image model behind the recogniser; default starter
  --load-ms <number>   how long a model loads; default 2000
  --token-ms <number>  pause before each token; default 30
`;

async function createBrain(name: string, say: string, model: string): Promise<Brain> {
  if (name === "scripted") return new ScriptedBrain(say);
  const cacheDir = path.join(tmpdir(), "tlac-ollama-double");
  return createEmbedderBrain(await acquireEmbedder({ model, cacheDir }).value);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "11434" },
      profile: { type: "string", default: "0.34" },
      brain: { type: "string", default: "recogniser" },
      say: { type: "string", default: "A hammer." },
      model: { type: "string", default: "starter" },
      "load-ms": { type: "string", default: "2000" },
      "token-ms": { type: "string", default: "30" },
      help: { type: "boolean", default: false },
    },
  });
  const { profile, brain } = values;
  if (values.help || !isProfileName(profile) || !["recogniser", "scripted"].includes(brain)) {
    console.log(USAGE);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const double = await startOllamaDouble({
    profile,
    brain: await createBrain(brain, values.say, values.model),
    port: Number(values.port),
    journalSize: 100,
    models: [
      { name: "llava:7b" },
      { name: "llama3.2:3b", capabilities: ["completion", "tools"], path: "native" },
    ],
    delays: { load: Number(values["load-ms"]), perToken: Number(values["token-ms"]), pull: 300 },
  });
  console.log(`A double of Ollama ${PROFILES[profile].version} listens at ${double.url}`);
  const stop = (): void => {
    // The recogniser's threads would keep the process up.
    void double.close().finally(() => process.exit());
  };
  process.once("SIGINT", stop).once("SIGTERM", stop);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
