// Milliseconds from nothing loaded to a class (`ours`), or to the two graphs (`bare`), on stdout.
// The folder of the second argument keeps the vectors of texts, as Node-RED's user directory does.
// Plain JavaScript over the build: a compiler in the process would be measured with it.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(import.meta.url);
const CLASSES = ["cat", "dog", "espresso", "palace", "rocket", "squirrel", "hammer", "saw"];

async function classify(cacheDir) {
  const lib = (file) => require(path.resolve("dist/lib", file));
  const started = performance.now();
  const { acquireEmbedder } = lib("clip/shared-embedders.js");
  const { readFrames } = lib("frame/read-frames.js");
  const { VocabularyIndex } = lib("match/vocabulary-index.js");
  const { classifyFrame } = lib("tlac/classify.js");
  const { createVocabulary } = lib("vocabulary/vocabulary.js");
  const lease = acquireEmbedder({ model: "starter", offline: true, cacheDir });
  const [frame] = (await readFrames(readFileSync("examples/photos/cat.jpg"))).frames;
  const embedder = await lease.value;
  const vocabulary = createVocabulary(CLASSES.map((label) => ({ label })));
  const index = await VocabularyIndex.build(vocabulary, embedder);
  await classifyFrame(frame, { mode: "clip", index });
  const spent = performance.now() - started;
  await lease.release();
  return spent;
}

async function load() {
  const started = performance.now();
  const ort = require("onnxruntime-node");
  for (const graph of ["text_model_int8", "vision_model_fp16"]) {
    await ort.InferenceSession.create(path.resolve(`models/starter/onnx/${graph}.onnx`));
  }
  return performance.now() - started;
}

const [way, cacheDir] = process.argv.slice(2);
console.log(JSON.stringify({ ms: await (way === "ours" ? classify(cacheDir) : load()) }));
process.exit(0);
