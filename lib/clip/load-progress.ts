/** How far a model is on its way into memory. Bytes are of the file that is named. */
export interface LoadProgress {
  readonly phase: "download" | "load" | "ready";
  /** Path inside the model's folder, such as `onnx/text_model.onnx`. */
  readonly file?: string;
  readonly loadedBytes?: number;
  /** Absent where the server does not say. */
  readonly totalBytes?: number;
}

export type ProgressListener = (progress: LoadProgress) => void;
