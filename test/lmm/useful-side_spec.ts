import assert from "node:assert/strict";

import { usefulSide } from "../../lib/lmm/client/useful-side";

/** Names as Ollama's library, Hugging Face and llama-server have them. */
const NAMES: Readonly<Record<number, readonly string[]>> = {
  336: [
    "llava:7b-v1.5-q4_0",
    "llava:13b-v1.5-q4_K_M",
    "llava-hf/llava-1.5-7b-hf",
    "liuhaotian/llava-v1.5-7b",
    "/models/ggml_llava-v1.5-7b-q4_k.gguf",
    "bakllava:7b",
    "llava-hf/bakLlava-v1-hf",
    "llava-hf/vip-llava-7b-hf",
    "llava-llama3:8b",
    "xtuner/llava-llama-3-8b-v1_1-gguf",
    "llava-phi3:3.8b",
  ],
  672: [
    "llava",
    "llava:7b",
    "llava:13b",
    "llava:34b-v1.6-q4_0",
    "LLaVA:7b-v1.6-mistral-q4_0",
    "llava-hf/llava-v1.6-mistral-7b-hf",
    "llava-hf/llama3-llava-next-8b-hf",
  ],
  756: ["moondream", "moondream:1.8b", "vikhyatk/moondream2"],
  768: ["granite3.2-vision:2b", "ibm-granite/granite-vision-3.3-2b"],
  784: [
    "Qwen/Qwen2-VL-7B-Instruct",
    "qwen2.5vl:7b",
    "Qwen/Qwen2.5-VL-7B-Instruct",
    "qwen2.5-omni",
    "qwen3-vl:8b",
    "qwen3.5:4b",
    "pixtral-12b",
    "mistral-small3.1:24b",
    "mistralai/Mistral-Small-3.2-24B-Instruct-2506",
    "ministral-3:8b",
  ],
  896: [
    "gemma3:4b",
    "google/gemma-3-12b-it",
    "minicpm-v:8b",
    "openbmb/MiniCPM-V-2_6",
    "OpenGVLab/InternVL3-8B",
    "OpenGVLab/InternVL2_5-8B",
  ],
  1_024: ["llama3.2-vision:11b", "llama4:scout", "llava-onevision-qwen2-7b-ov", "some-model", ""],
};

describe("the size at which a picture is sent", () => {
  for (const [side, models] of Object.entries(NAMES)) {
    for (const model of models) {
      it(`is ${side} pixels for ${model || "a model without a name"}`, () => {
        assert.equal(usefulSide(model), Number(side));
      });
    }
  }
});
