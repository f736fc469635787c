import { isRecord } from "../../basics/is-record";

/** What a server said, dug out of the bodies that it wrapped it in. */
export interface DrilledError {
  /** The innermost sentence; may be empty. */
  readonly message: string;
  /** llama-server's own kind, such as `exceed_context_size_error`. */
  readonly type?: string;
  readonly promptTokens?: number;
  readonly contextTokens?: number;
}

/** A server quotes the body of its subprocess inside its own, a proxy quotes the server's. */
const MAX_DEPTH = 4;
const MAX_MESSAGE_LENGTH = 500;
/** Characters of which a sentence is made: mark-up is looked for in no more than these. */
const MAX_TIDIED_LENGTH = 2_000;
/** Closing braces, from the last one on, that are tried as the end of the JSON. */
const MAX_ENDS = 20;

/** Follows `error`, `message` and `detail`, each an object or JSON in a string, as far as they go. */
export function drillError(body: string): DrilledError {
  let found: DrilledError = { message: body };
  let layer: unknown = parse(body);
  for (let depth = 0; depth < MAX_DEPTH * 2 && isRecord(layer); depth += 1) {
    const type = layer.type;
    const { n_prompt_tokens: promptTokens, n_ctx: contextTokens } = layer;
    const inner: unknown = layer.error ?? layer.message ?? firstDetail(layer.detail);
    found = {
      ...found,
      ...(typeof inner === "string" ? { message: inner } : {}),
      ...(typeof type === "string" ? { type } : {}),
      ...(typeof promptTokens === "number" ? { promptTokens } : {}),
      ...(typeof contextTokens === "number" ? { contextTokens } : {}),
    };
    layer = typeof inner === "string" ? parse(inner) : inner;
  }
  return { ...found, message: tidy(found.message) };
}

/** What Python's servers say: a text, or a list of what is wrong with the request. */
function firstDetail(detail: unknown): unknown {
  const [first] = Array.isArray(detail) ? (detail as unknown[]) : [detail];
  return isRecord(first) ? (first.msg ?? first) : first;
}

/** A proxy's HTML says nothing that helps but its title. */
function tidy(message: string): string {
  const start = message.slice(0, MAX_TIDIED_LENGTH);
  const title = /<title>([^<]*)<\/title>/i.exec(start)?.[1];
  return (title ?? start)
    .replace(/<[^>]*>/g, " ")
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim()
    .slice(0, MAX_MESSAGE_LENGTH);
}

/** JSON that log lines may follow, or an error text may stand before. */
function parse(text: string): unknown {
  const start = text.indexOf("{");
  if (start < 0) return undefined;
  let end = text.length;
  for (let tried = 0; end > start && tried < MAX_ENDS; tried += 1) {
    try {
      return JSON.parse(text.slice(start, end)) as unknown;
    } catch {
      // Shorter, to the closing brace before.
      end = text.lastIndexOf("}", end - 2) + 1;
    }
  }
  return undefined;
}
