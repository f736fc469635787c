import { describeImage, type ReceivedImage } from "../ollama-double/images";
import type { JournalEntry } from "../ollama-double/journal";
import { isConvertible, isRecord, type Format } from "../ollama-double/schema";
import { badImage, Failure, OwnBody } from "./errors";
import type { Profile } from "./profiles";

/** A chat request after reading. */
export interface ChatRequest {
  readonly model: string;
  readonly system: string;
  readonly prompt: string;
  /** All messages in their order, images as their hash: what a prefix cache compares. */
  readonly transcript: string;
  readonly images: readonly ReceivedImage[];
  readonly format: Format;
  /** The schema was refused or is not looked at. */
  readonly stream: boolean;
  readonly usage: boolean;
  /** Tokens are counted in every part of a stream. */
  readonly counts: boolean;
  readonly maxTokens: number;
  readonly logprobs: number | undefined;
  readonly seed: unknown;
  readonly temperature: unknown;
  /** The model was told not to think. */
  readonly quiet: boolean;
}

/** Reads a request as the profile's server does. Throws what it says to a bad one. */
export function readChatRequest(bytes: Buffer, entry: JournalEntry, profile: Profile): ChatRequest {
  const body = parseBody(bytes, profile);
  const messages = readMessages(body.messages, entry, profile);
  const stream = body.stream === true;
  checkOptions(body, stream, profile);
  return {
    model: typeof body.model === "string" ? body.model : "",
    ...messages,
    images: entry.images,
    format: readFormat(body.response_format, profile),
    stream,
    usage: isRecord(body.stream_options) && body.stream_options.include_usage === true,
    counts: stream && isCounting(body, profile),
    maxTokens: readLimit(body, profile),
    logprobs: body.logprobs === true ? readTop(body.top_logprobs) : undefined,
    seed: body.seed,
    temperature: body.temperature,
    quiet: profile.quietable && isQuiet(body),
  };
}

function parseBody(bytes: Buffer, { owner }: Profile): Record<string, unknown> {
  try {
    const body: unknown = JSON.parse(bytes.toString());
    if (isRecord(body)) return body;
  } catch {
    // Answered below.
  }
  throw owner === "llamacpp"
    ? new Failure(500, "[json.exception.parse_error.101] parse error")
    : new Failure(400, "unexpected EOF");
}

function checkOptions(body: Record<string, unknown>, stream: boolean, profile: Profile): void {
  const { stream_options: options, top_logprobs: top, reasoning_effort: effort } = body;
  if (options !== undefined) {
    if (profile.streamOptions === "refused") {
      const detail = [{ loc: ["body", "stream_options"], msg: "Extra inputs are not permitted" }];
      throw new OwnBody(422, { detail });
    }
    if (!stream && profile.owner === "vllm") {
      throw new Failure(400, "Stream options can only be defined when `stream=True`.");
    }
  }
  if (typeof top === "number" && profile.topLogprobs > 0 && top > profile.topLogprobs) {
    throw new Failure(
      400,
      `Requested sample logprobs of ${top}, which is greater than max allowed`,
    );
  }
  if (effort !== undefined && !profile.quietable && profile.errors === "flat") {
    throw new Failure(400, "1 validation error: reasoning_effort: Extra inputs are not permitted");
  }
}

function isCounting(body: Record<string, unknown>, { counting }: Profile): boolean {
  const options = isRecord(body.stream_options) ? body.stream_options : {};
  if (counting === "refused") {
    const field = "continuous_usage_stats" in options ? "continuous_usage_stats" : undefined;
    const unknown = field ?? ("timings_per_token" in body ? "timings_per_token" : undefined);
    if (unknown) {
      throw new Failure(
        400,
        `1 validation error: ('body', '${unknown}'): Extra inputs are not permitted`,
      );
    }
  }
  return counting === "timings"
    ? body.timings_per_token === true
    : counting === "usage" && options.continuous_usage_stats === true;
}

function readMessages(
  value: unknown,
  entry: JournalEntry,
  profile: Profile,
): Pick<ChatRequest, "system" | "prompt" | "transcript"> {
  if (!Array.isArray(value)) throw new Failure(400, "'messages' is required");
  const said: Record<string, string[]> = {};
  const transcript: string[] = [];
  for (const message of value as unknown[]) {
    if (!isRecord(message)) continue;
    const role = String(message.role);
    const parts = Array.isArray(message.content)
      ? (message.content as unknown[])
      : [{ type: "text", text: message.content }];
    for (const part of parts) {
      const text = readPart(part, entry, profile);
      transcript.push(`${role}: ${text ?? entry.images.at(-1)?.sha256 ?? ""}`);
      if (text !== undefined) (said[role] ??= []).push(text);
    }
  }
  const join = (role: string): string => (said[role] ?? []).join("\n");
  return { system: join("system"), prompt: join("user"), transcript: transcript.join("\n") };
}

/** A text, or undefined for an image, which the journal then has. */
function readPart(part: unknown, entry: JournalEntry, profile: Profile): string | undefined {
  if (!isRecord(part)) throw new Failure(400, "unsupported content[].type");
  if (part.type === "text") return typeof part.text === "string" ? part.text : "";
  if (part.type !== "image_url") throw new Failure(400, "unsupported content[].type");
  entry.images = [...entry.images, describeImage(readImage(part.image_url, profile))];
  return undefined;
}

/** The bytes behind an `image_url`, as far as the profile takes such a URL. */
function readImage(value: unknown, { images }: Profile): Buffer {
  const plain = typeof value === "string";
  if (plain && images === "llama") throw new Failure(500, "Invalid base64 value");
  const url = plain ? value : isRecord(value) ? value.url : undefined;
  if (typeof url !== "string") throw new Failure(400, "'image_url' must be an object with a url");
  const found = /^data:([^;,]*);base64,(.*)$/s.exec(url);
  const [, type = "", data = ""] = found ?? [];
  if (/^https?:/.test(url)) {
    throw new Failure(images === "llama" ? 500 : 400, refuseUrl(images));
  }
  switch (images) {
    case "llama":
      if (!type.startsWith("image/")) throw new Failure(500, "Invalid uri format");
      break;
    case "ollama":
      if (!found || !/^(image\/(jpeg|jpg|png|webp))?$/.test(type)) {
        throw new Failure(400, "invalid image input");
      }
      break;
    case "studio":
      if (!/^image\/(jpeg|png)$/.test(type)) throw new Failure(400, refuseUrl("studio"));
      break;
    case "any":
      if (!found) throw new Failure(501, "Only base64 data URLs are supported for now.");
  }
  return Buffer.from(data, "base64");
}

function refuseUrl(images: Profile["images"]): string {
  switch (images) {
    case "llama":
      return "cannot make GET request";
    case "studio":
      return "'url' field must be a base64 encoded image.";
    default:
      return "image URLs are not currently supported, please use base64 encoded data instead";
  }
}

/** Throws what the decoder says to bytes that are no image that it knows. */
export function checkImages(images: readonly ReceivedImage[], profile: Profile): void {
  for (const { format } of images) {
    if (format !== "jpeg" && format !== "png") throw badImage(profile);
  }
}

function readFormat(value: unknown, { schemas, jsonObject }: Profile): Format {
  if (!isRecord(value) || value.type === "text") return undefined;
  if (value.type === "json_object") {
    if (jsonObject === "refused") {
      throw new Failure(400, "'response_format.type' must be 'json_schema' or 'text'");
    }
    return jsonObject === "kept" ? "json" : undefined;
  }
  const schema = isRecord(value.json_schema) ? value.json_schema.schema : undefined;
  if (schemas === "refused") throw new Failure(400, "response_format json_schema is not supported");
  if (schemas === "ignored" || schema === undefined) return undefined;
  if (!isConvertible(schema)) {
    throw new Failure(400, "JSON schema conversion failed: Unrecognized schema");
  }
  return schema;
}

function readLimit(body: Record<string, unknown>, { readsCompletionTokens }: Profile): number {
  const { max_tokens: old, max_completion_tokens: late } = body;
  if (readsCompletionTokens && typeof late === "number") return late;
  return typeof old === "number" ? old : Infinity;
}

function readTop(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

function isQuiet({
  reasoning_effort: effort,
  chat_template_kwargs: kwargs,
}: Record<string, unknown>) {
  return effort === "none" || (isRecord(kwargs) && kwargs.enable_thinking === false);
}
