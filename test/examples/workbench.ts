/** What the specs of examples share: a folder, pictures of their own, real models that are small. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import sharp from "sharp";

import type { Embedder } from "../../lib/clip/embedder";
import { acquireEmbedder, type EmbedderLease } from "../../lib/clip/shared-embedders";
import { createVocabulary } from "../../lib/vocabulary/vocabulary";

export const VOCABULARY = createVocabulary([
  { id: "screw", label: "ねじ", aliases: ["bolt"] },
  { id: "nail", label: "釘", aliases: [] },
  { id: "OK", label: "良品", aliases: ["good"] },
]);

export interface CountingEmbedder extends Embedder {
  /** Pictures that the image tower has looked at. */
  seen: number;
}

/** A folder of its own for each test, and models that live as long as the suite. */
export class Workbench {
  private readonly leases: EmbedderLease[] = [];
  private folder = "";

  async start(): Promise<void> {
    this.folder = await mkdtemp(path.join(tmpdir(), "examples-"));
  }

  async stop(): Promise<void> {
    await Promise.all(this.leases.map((lease) => lease.release()));
    await rm(this.folder, { recursive: true, force: true });
  }

  /** A new root, which does not exist yet. */
  async root(): Promise<string> {
    return path.join(await mkdtemp(path.join(this.folder, "root-")), "examples");
  }

  async model(name: "tiny-clip" | "tiny-siglip"): Promise<CountingEmbedder> {
    const model = path.join(__dirname, "..", "fixtures", "models", name);
    const lease = acquireEmbedder({ model, offline: true, cacheDir: this.folder });
    this.leases.push(lease);
    const embedder = await lease.value;
    const counting: CountingEmbedder = {
      info: embedder.info,
      seen: 0,
      embedTexts: (...args) => embedder.embedTexts(...args),
      countTokens: (texts) => embedder.countTokens(texts),
      see: (...args) => {
        counting.seen += 1;
        return embedder.see(...args);
      },
    };
    return counting;
  }
}

/** A picture that differs from one number to another: stripes of two colours, bent by the number. */
export function paint(number: number, format: keyof sharp.FormatEnum = "jpeg", side = 48) {
  const data = Buffer.alloc(side * side * 3);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const wave = Math.sin((x * (1 + (number % 7)) + y * (1 + (number % 5))) / (3 + number / 9));
      const at = (y * side + x) * 3;
      data[at] = 128 + 127 * wave;
      data[at + 1] = (number * 53) % 256;
      data[at + 2] = 255 - (data[at] ?? 0);
    }
  }
  return sharp(data, { raw: { width: side, height: side, channels: 3 } })
    .toFormat(format)
    .toBuffer();
}

/** Puts a file below a root, as a person does. */
export async function put(root: string, file: string, content: Uint8Array): Promise<string> {
  const place = path.join(root, file);
  await mkdir(path.dirname(place), { recursive: true });
  await writeFile(place, content);
  return place;
}
