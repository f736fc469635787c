/**
 * Longest side in pixels that an image tower can make use of, by the model's family: more costs
 * time to send, decode and, where an image takes tokens by its size, to read.
 *
 * - LLaVA 1.5 scales to 336, LLaVA 1.6 and its kin look at up to four tiles of 336 (the models'
 *   configurations: `image_grid_pinpoints`).
 * - Llama 3.2 Vision: four tiles of 560. Gemma 3: 896. Moondream 2: tiles of 378.
 * - Qwen-VL, Mistral Small and Pixtral take a token for each square of 28 (Qwen), 28 and 32 pixels
 *   after merging: a thousand pixels are some 1,300 tokens, and half of that is enough for a thing.
 */
const SIDES: readonly (readonly [family: RegExp, side: number])[] = [
  [/llava[-_:]?(v?1\.5|llama3|phi3)|bakllava/i, 336],
  [/llava/i, 672],
  [/moondream/i, 756],
  [/qwen[\d.]*-?vl|qwen[\d.]+.*vl/i, 784],
  [/pixtral|mistral|ministral|magistral/i, 784],
  [/gemma/i, 896],
  [/minicpm/i, 896],
  [/llama-?(3\.2|4)/i, 1_024],
];

/** What is known of no family: as large as images are kept here at most. */
const ANY_SIDE = 1_024;

export function usefulSide(model: string): number {
  return SIDES.find(([family]) => family.test(model))?.[1] ?? ANY_SIDE;
}
