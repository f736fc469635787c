// Milliseconds of the fastest picture that is judged by all witnesses (`ours`), and of the fastest
// forward pass of the bare runtime (`bare`), on stdout; the two take turns.
// Plain JavaScript over the build, which is what a plant runs: the compiler that runs the sources
// makes functions slower that are called once a picture.
import { randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";

const require = createRequire(import.meta.url);
const lib = (file) => require(path.resolve("dist/lib", file));

/** The engine compiles what has run often; a plant's process has run for years. */
const PICTURES = 200;
const CLASSES = 100;
const EXAMPLES = 500;

/** As in bench/raw-runtime.ts. */
const NO_SPINNING = { extra: { session: { intra_op: { allow_spinning: "0" } } } };

/** Pictures that a person confirmed, of every class as many: unit vectors drawn by chance. */
function drawExamples(dims) {
  const { ExampleIndex } = lib("witness/examples.js");
  let state = 5;
  const draw = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647 - 0.5;
  };
  const vectors = new Float32Array(EXAMPLES * dims);
  for (let row = 0; row < EXAMPLES; row++) {
    const vector = Float32Array.from({ length: dims }, draw);
    const length = Math.hypot(...vector);
    vectors.set(
      vector.map((value) => value / length),
      row * dims,
    );
  }
  const owners = Int32Array.from({ length: EXAMPLES }, (_, row) => row % CLASSES);
  return new ExampleIndex({ vectors, dims, owners }, CLASSES);
}

async function openRaw() {
  const ort = require("onnxruntime-node");
  const file = path.resolve("models/starter/onnx/vision_model_fp16.onnx");
  const session = await ort.InferenceSession.create(file, {
    intraOpNumThreads: availableParallelism(),
    ...NO_SPINNING,
  });
  return (planes, { width, height }) =>
    session.run({ pixel_values: new ort.Tensor("float32", planes, [1, 3, height, width]) });
}

async function main(cacheDir) {
  const { acquireEmbedder } = lib("clip/shared-embedders.js");
  const { createNormaliser } = lib("clip/normalise-pixels.js");
  const { readPixelSpec } = lib("frame/pixel-spec.js");
  const { readFrames } = lib("frame/read-frames.js");
  const { Recogniser } = lib("lmm/recogniser.js");
  const { VocabularyIndex } = lib("match/vocabulary-index.js");
  const { classifyFrame } = lib("tlac/classify.js");
  const { createVocabulary } = lib("vocabulary/vocabulary.js");
  const lease = acquireEmbedder({ model: "starter", offline: true, cacheDir });
  const embedder = await lease.value;
  const [frame] = (await readFrames(readFileSync("examples/photos/cat.jpg"))).frames;
  const labels = embedder.info.labels.slice(0, CLASSES).map(({ name }) => ({ label: name }));
  const index = await VocabularyIndex.build(createVocabulary(labels), embedder);
  const { features } = await embedder.see(frame);
  const options = {
    ...{ mode: "slac", lmm: new Recogniser(embedder), index },
    examples: drawExamples(features.length),
  };
  const config = JSON.parse(readFileSync("models/starter/preprocessor_config.json", "utf8"));
  const spec = readPixelSpec(config);
  const pixels = await frame.pixels(spec);
  const planes = createNormaliser(spec)(pixels.data);
  const see = await openRaw();
  const best = { ours: Infinity, bare: Infinity };
  const time = async (way, work) => {
    const started = performance.now();
    await work();
    best[way] = Math.min(best[way], performance.now() - started);
  };
  for (let picture = 0; picture < PICTURES; picture++) {
    // A frame of its own each time: what was seen of a frame is remembered with it.
    await time("ours", () => classifyFrame({ ...frame, hash: randomUUID() }, options));
    await time("bare", () => see(planes, pixels));
  }
  await lease.release();
  return best;
}

const cacheDir = mkdtempSync(path.join(tmpdir(), "tlac-witnesses-"));
const best = await main(cacheDir);
rmSync(cacheDir, { recursive: true });
console.log(JSON.stringify(best));
process.exit(0);
