/** The weight formats that the hub's ONNX repositories tell by file name, as transformers.js reads them. */
export const DTYPES = ["fp32", "fp16", "int8", "q8", "uint8", "q4", "q4f16", "bnb4"] as const;

export type Dtype = (typeof DTYPES)[number];

/** What follows the tower's name in its file: `text_model_int8.onnx`. */
export const DTYPE_SUFFIXES: Readonly<Record<Dtype, string>> = {
  fp32: "",
  fp16: "_fp16",
  int8: "_int8",
  q8: "_quantized",
  uint8: "_uint8",
  q4: "_q4",
  q4f16: "_q4f16",
  bnb4: "_bnb4",
};

/**
 * Which file is taken where several lie side by side. Full precision first; then signed int8,
 * which onnxruntime 1.30 multiplies 1.6 times faster than the unsigned weights of most `q8` files;
 * fp16 only saves disk on a CPU, because it is cast up when loaded.
 */
export const DTYPE_PREFERENCE: readonly Dtype[] = [
  "fp32",
  "int8",
  "q8",
  "fp16",
  "uint8",
  "q4",
  "q4f16",
  "bnb4",
];

export function isDtype(value: unknown): value is Dtype {
  return DTYPES.some((dtype) => dtype === value);
}
