import type { Profile } from "./profiles";

/** Where a failure arose: only a failure of the running model can end up inside a 200. */
export type Phase = "request" | "schedule" | "run";

/** A failure as the server words it: HTTP status and the string at `error`. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly status: number,
    message: string,
    readonly phase: Phase = "request",
    readonly extra: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }

  /** The JSON body. */
  get body(): Record<string, unknown> {
    return { error: this.message, ...this.extra };
  }
}

/** Reason of a request's signal once its client has left. */
export class ClientGone extends Error {
  override readonly name = "ClientGone";
}

/** Since 0.30 llama-server's own body arrives as a string inside Ollama's. */
function nest(status: number, message: string, more: Record<string, unknown> = {}): ApiError {
  const type = status === 400 ? "invalid_request_error" : "server_error";
  const inner = { error: { code: status, message, type, ...more } };
  return new ApiError(status, JSON.stringify(inner), "run");
}

export const missingBody = (): ApiError => new ApiError(400, "missing request body");
export const modelRequired = (): ApiError => new ApiError(400, "model is required");
export const invalidModelName = (): ApiError => new ApiError(400, "invalid model name");
export const modelNotFound = (name: string): ApiError =>
  new ApiError(404, `model '${name}' not found`);
export const notSupported = (name: string, what: "chat" | "generate" | "thinking"): ApiError =>
  new ApiError(400, `"${name}" does not support ${what}`);
export const illegalBase64 = (offset: number): ApiError =>
  new ApiError(400, `illegal base64 data at input byte ${offset}`);
export const topLogprobsRange = (): ApiError =>
  new ApiError(400, "top_logprobs must be between 0 and 20");
export const badOptionType = (key: string, type: string): ApiError =>
  new ApiError(500, `option "${key}" must be of type ${type}`, "schedule");
export const queueFull = (): ApiError =>
  new ApiError(
    503,
    "server busy, please try again.  maximum pending requests exceeded",
    "schedule",
  );
export const repeatLimitReached = (): ApiError =>
  new ApiError(500, "prediction aborted, token repeat limit reached", "run");
export const runnerDiedMidStream = (): ApiError =>
  new ApiError(500, "an error was encountered while running the model: unexpected EOF", "run");
export const unauthorized = (): ApiError =>
  new ApiError(401, "unauthorized", "request", {
    signin_url: "https://ollama.com/connect?name=double&key=none",
  });

/** `format` is neither "json" nor an object. */
export function invalidFormat(format: unknown): ApiError {
  const quoted = JSON.stringify(JSON.stringify(format));
  return new ApiError(
    500,
    `invalid format: ${quoted}; expected "json" or a valid JSON Schema object`,
    "run",
  );
}

/** The grammar converter does not know a schema. */
export function rejectedSchema({ dialect }: Profile, schema: unknown): ApiError {
  return dialect === "new"
    ? nest(
        400,
        `Field 'json_schema': "json_schema": JSON schema conversion failed:\nUnrecognized schema: ${JSON.stringify(schema)}`,
      )
    : new ApiError(500, "invalid JSON schema in format", "run");
}

/** The bytes are no image that the decoder knows. */
export function undecodableImage({ dialect }: Profile): ApiError {
  return dialect === "new"
    ? nest(400, "Failed to load image or audio file")
    : new ApiError(
        500,
        "Failed to create new sequence: failed to process inputs: image: unknown format",
        "run",
      );
}

/** A WebP that the transcoder cannot read: where its container (RIFF) ends too soon. */
export const corruptWebp = (part: "header" | "data"): ApiError =>
  new ApiError(500, `decode WebP image: riff: short chunk ${part}`, "run");

/** Without a way to the registry; what resolves names here is the machine's own matter. */
export const registryUnreachable = (name: string): ApiError => {
  const [model = "", tag = "latest"] = name.split(":");
  const place = model.includes("/") ? model : `library/${model}`;
  return new ApiError(
    500,
    `pull model manifest: Get "https://registry.ollama.ai/v2/${place}/manifests/${tag}": dial tcp: lookup registry.ollama.ai on 127.0.0.53:53: no such host`,
    "run",
  );
};

/** A model without vision got an image; the status depends on the path that the prompt took. */
export function imageRefused(status: 400 | 500): ApiError {
  return status === 400
    ? nest(400, "Multimodal data provided, but model does not support multimodal requests.")
    : nest(
        500,
        "image input is not supported - hint: if this is unexpected, you may need to provide the mmproj",
      );
}

/** Prompt and images do not fit into the context. */
export function contextExceeded({ dialect }: Profile, tokens: number, numCtx: number): ApiError {
  return dialect === "new"
    ? nest(
        400,
        `request (${tokens} tokens) exceeds the available context size (${numCtx} tokens), try increasing it`,
        { type: "exceed_context_size_error", n_prompt_tokens: tokens, n_ctx: numCtx },
      )
    : new ApiError(400, "the input length exceeds the context length", "run");
}

/** Ways in which a load fails. */
export type LoadFailure =
  "load-crash" | "load-killed" | "load-oom" | "load-stalled" | "incompatible";

/** A failed load in the version's words. */
export function loadFailed({ dialect }: Profile, failure: LoadFailure): ApiError {
  const runner = dialect === "new" ? "llama-server process" : "llama runner process";
  const words: Record<LoadFailure, string> = {
    "load-crash":
      dialect === "new"
        ? `${runner} has terminated: exit status 1: error loading model`
        : `${runner} has terminated: exit status 2`,
    "load-killed": `${runner} has terminated: signal: killed`,
    "load-oom":
      dialect === "new"
        ? "llama-server reported out-of-memory during startup: cudaMalloc failed: out of memory"
        : "model requires more system memory (7.4 GiB) than is available (3.1 GiB)",
    "load-stalled":
      dialect === "new"
        ? "timed out waiting for llama-server to start - "
        : "timed out waiting for llama runner to start - progress 0.00 - ",
    incompatible:
      dialect === "new"
        ? "error loading model: this model may be incompatible with your version of Ollama"
        : "'llama3.2-vision' is no longer compatible with your version of Ollama",
  };
  return new ApiError(500, words[failure], "schedule");
}

/** The runner died before it said anything. */
export function runnerStopped({ dialect }: Profile): ApiError {
  const text =
    "model runner has unexpectedly stopped, this may be due to resource limitations or an internal error, check ollama server logs for details";
  return new ApiError(500, dialect === "new" ? `${text}: signal: aborted` : text, "run");
}
