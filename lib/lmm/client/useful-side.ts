/** What is known of no family: as large as images are kept here at most. */
const ANY_SIDE = 1_024;

/**
 * Longest side in pixels that an image tower can make use of, by the model's family: more costs
 * time to send, decode and, where an image takes tokens by its size, to read. A name is all that
 * servers tell alike; a family that says less of itself than its versions differ is taken for the
 * newest. Sources are the published configurations (`config.json`, `preprocessor_config.json`):
 *
 * - LLaVA 1.5 and what is made like it scale to 336 (`image_size`); LLaVA 1.6 looks at up to four
 *   tiles of 336 (`image_grid_pinpoints`), Granite Vision at more, of 384: four are as many pixels.
 *   LLaVA-OneVision has up to 36 tiles of 384, Llama 3.2 Vision four of 560.
 * - Gemma 3: 896 (`image_size`). MiniCPM-V and InternVL: tiles of 448, of which four are an image of
 *   896. Moondream 2: tiles of 378.
 * - Qwen2-VL and its successors (a token for each 28 or 32 pixels squared, after merging), Mistral
 *   Small (28) and Pixtral (16) take any size. No configuration says how much they need: 784 is
 *   chosen here, half the tokens of a thousand pixels, and enough for a thing.
 */
const SIDES: readonly (readonly [family: RegExp, side: number])[] = [
  [/onevision/i, ANY_SIDE],
  // "llava:7b-v1.5-q4_0", "llava-1.5-7b-hf", "llava-llama3:8b"; "1.5b" is a size.
  [/(bak|vip-?)llava|llava[^/]*(1[._]5(?![\db])|llama-?3|phi-?3)/i, 336],
  [/llava/i, 672],
  [/granite/i, 768],
  [/moondream/i, 756],
  [/minicpm|intern-?vl|gemma/i, 896],
  [/qwen|(pix|mis|minis|magis)tral/i, 784],
];

export function usefulSide(model: string): number {
  return SIDES.find(([family]) => family.test(model))?.[1] ?? ANY_SIDE;
}
