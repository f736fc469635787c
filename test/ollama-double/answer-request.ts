import { topLogprobsRange } from "./errors";
import {
  cannotUnmarshal,
  checkFields,
  parseBody,
  parseKeepAlive,
  parseThink,
  type GoType,
} from "./go-json";
import { decodeBase64, describeImage, type ReceivedImage } from "./images";
import type { JournalEntry } from "./journal";
import type { Profile } from "./profiles";
import { isRecord } from "./schema";

export type AnswerEndpoint = "/api/chat" | "/api/generate";

/** A chat or generate request after decoding. */
export interface AnswerRequest {
  readonly endpoint: AnswerEndpoint;
  /** As the client wrote it. */
  readonly model: string;
  readonly stream: boolean;
  readonly system: string;
  readonly prompt: string;
  /** No messages, or an empty prompt: the model is only loaded. */
  readonly loadOnly: boolean;
  readonly images: readonly ReceivedImage[];
  readonly format: unknown;
  readonly options: Readonly<Record<string, unknown>>;
  /** Milliseconds. */
  readonly keepAlive: number | undefined;
  readonly think: boolean | undefined;
  readonly logprobs: boolean;
  readonly topLogprobs: number;
  readonly raw: boolean;
}

const COMMON: Readonly<Record<string, GoType>> = {
  model: "string",
  stream: "bool",
  options: "map[string]interface {}",
  logprobs: "bool",
  top_logprobs: "int",
};

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Decodes images into the journal as well, so that a refused one is recorded up to the fault. */
function readImages(value: unknown, field: string, entry: JournalEntry): void {
  if (value === undefined || value === null) return;
  if (!Array.isArray(value)) throw cannotUnmarshal(value, field, "[]api.ImageData");
  for (const image of value as unknown[]) {
    if (typeof image !== "string") throw cannotUnmarshal(image, field, "api.ImageData");
    entry.images = [...entry.images, describeImage(decodeBase64(image))];
  }
}

/** Reads a request as the server's binding does. Throws its 400s. */
export function readAnswerRequest(
  endpoint: AnswerEndpoint,
  bytes: Buffer,
  entry: JournalEntry,
  profile: Profile,
): AnswerRequest {
  const struct = endpoint === "/api/chat" ? "ChatRequest" : "GenerateRequest";
  const body = parseBody(bytes, struct);
  const said =
    endpoint === "/api/chat" ? readChat(body, struct, entry) : readGenerate(body, struct, entry);
  const keepAlive = parseKeepAlive(body.keep_alive);
  const think = parseThink(body.think);
  const topLogprobs = typeof body.top_logprobs === "number" ? body.top_logprobs : 0;
  if (profile.logprobs && (topLogprobs < 0 || topLogprobs > 20)) throw topLogprobsRange();
  return {
    endpoint,
    model: text(body.model),
    stream: body.stream !== false,
    ...said,
    images: entry.images,
    format: body.format,
    options: isRecord(body.options) ? body.options : {},
    keepAlive,
    think,
    logprobs: profile.logprobs && body.logprobs === true,
    topLogprobs,
    raw: body.raw === true,
  };
}

type Said = Pick<AnswerRequest, "system" | "prompt" | "loadOnly">;

function readChat(body: Record<string, unknown>, struct: string, entry: JournalEntry): Said {
  checkFields(body, struct, { ...COMMON, messages: "[]api.Message" });
  const messages = Array.isArray(body.messages) ? (body.messages as unknown[]) : [];
  const said: Record<string, string[]> = {};
  for (const message of messages) {
    if (!isRecord(message)) throw cannotUnmarshal(message, `${struct}.messages`, "api.Message");
    checkFields(message, `${struct}.messages`, { role: "string", content: "string" });
    readImages(message.images, `${struct}.messages.images`, entry);
    (said[text(message.role)] ??= []).push(text(message.content));
  }
  const join = (role: string): string => (said[role] ?? []).join("\n");
  return { system: join("system"), prompt: join("user"), loadOnly: messages.length === 0 };
}

function readGenerate(body: Record<string, unknown>, struct: string, entry: JournalEntry): Said {
  checkFields(body, struct, { ...COMMON, prompt: "string", system: "string", raw: "bool" });
  readImages(body.images, `${struct}.images`, entry);
  const prompt = text(body.prompt);
  return { system: text(body.system), prompt, loadOnly: prompt === "" };
}
