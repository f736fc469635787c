import type { ErrorForm, Profile } from "./profiles";

/** A failure before it is worded. */
export class Failure extends Error {
  override readonly name = "Failure";

  constructor(
    readonly status: number,
    message: string,
    readonly extra: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }
}

/** A body of its own, whatever the form of the others. */
export class OwnBody extends Error {
  override readonly name = "OwnBody";

  constructor(
    readonly status: number,
    readonly body: unknown,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(String(status));
  }
}

const TYPES: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  404: "not_found_error",
  503: "unavailable_error",
};

/** The JSON of a failure, alone or as the frame of a stream. */
export function wordFailure(
  form: ErrorForm,
  { status: code, message, extra }: Failure,
  inStream = false,
): unknown {
  const type = TYPES[code] ?? "server_error";
  switch (form) {
    case "llama":
      return { error: { code, message, type, ...extra } };
    case "vllm":
      return { error: { message, type: "BadRequestError", param: null, code } };
    case "flat": {
      const flat = { object: "error", message, type: "BadRequestError", param: null, code };
      return inStream ? { error: flat } : flat;
    }
    case "null-code":
      return { error: { message, type, param: null, code: null } };
    case "text-code":
      return { error: { message, type, param: null, code: String(code) } };
    case "text":
      return { error: message };
    case "empty":
      return undefined;
  }
}

/** The decoder refuses an image; Ollama hands on its runner's own JSON as a message. */
export function badImage({ errors }: Profile): Failure {
  const text = "Failed to load image or audio file";
  if (errors !== "null-code") return new Failure(400, text);
  const inner = { error: { code: 400, message: text, type: "invalid_request_error" } };
  return new Failure(400, JSON.stringify(inner));
}

/** Prompt and answer do not fit. */
export function tooLong({ tooLong: how }: Profile, tokens: number, context: number): Failure {
  return how === "counted"
    ? new Failure(
        400,
        `request (${tokens} tokens) exceeds the available context size (${context} tokens), try increasing it`,
        { type: "exceed_context_size_error", n_prompt_tokens: tokens, n_ctx: context },
      )
    : new Failure(
        400,
        `The decoder prompt (length ${tokens}) is longer than the maximum model length of ${context}.`,
      );
}

/** More images than a server was started for, in the words of both generations. */
export function tooManyImages(most: number, isOld: boolean): Failure {
  return new Failure(
    400,
    isOld
      ? `At most ${most} image(s) may be provided in one request. You can set \`--limit-mm-per-prompt\` to increase this limit if the model supports it.`
      : `At most ${most} image(s) may be provided in one prompt. Set \`--limit-mm-per-prompt\` to increase this limit.`,
  );
}
