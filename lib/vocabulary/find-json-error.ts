/** Where a text stops being JSON. */
export interface JsonError {
  /** Line and column, from 1. */
  readonly line: number;
  readonly column: number;
  /** What stands there, shortened; empty where the text ends too early. */
  readonly found: string;
}

const SPACE = /[ \t\r\n]*/y;

/** Numbers and names (RFC 8259). */
const PLAIN = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])/y;

const ESCAPE = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y;

type Expected = "value" | "value or ]" | "key" | "key or }" | ":" | ", or end";

/**
 * The first place at which a text is no JSON; null where it is JSON. The runtime's own sentence
 * is English in every language, and often without a place.
 */
export function findJsonError(text: string): JsonError | null {
  let open = "";
  let expected: Expected = "value";
  let at = 0;
  for (;;) {
    at = endOf(SPACE, text, at);
    if (expected === ", or end" && open === "" && at === text.length) return null;
    const token = readToken(text, at);
    const next: Step | null = token && step(open, expected, token.kind);
    if (!token || !next) return describe(text, at);
    ({ open, expected } = next);
    at = token.end;
  }
}

/** A mark is its own kind. */
function readToken(text: string, at: number): { kind: string; end: number } | null {
  const first = text.charAt(at);
  if (first !== "" && "{}[],:".includes(first)) return { kind: first, end: at + 1 };
  const kind = first === '"' ? "string" : "plain";
  const end = kind === "string" ? endOfString(text, at + 1) : endOf(PLAIN, text, at);
  return end > at ? { kind, end } : null;
}

/** Behind the closing quote; -1 where there is none, or what may not stand in a string. */
function endOfString(text: string, from: number): number {
  for (let at = from; at < text.length;) {
    const character = text.charAt(at);
    if (character === '"') return at + 1;
    if (character < " ") return -1;
    const next = character === "\\" ? endOf(ESCAPE, text, at) : at + 1;
    if (next === at) return -1;
    at = next;
  }
  return -1;
}

/** Behind the match at a place; the place itself where there is none. */
function endOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

interface Step {
  readonly open: string;
  readonly expected: Expected;
}

/** The brackets that are open, and what may come, after a token; null where it may not come. */
function step(open: string, expected: Expected, token: string): Step | null {
  const takesValue = expected === "value" || expected === "value or ]";
  const inside = open.at(-1);
  switch (token) {
    case "{":
      return takesValue ? { open: `${open}{`, expected: "key or }" } : null;
    case "[":
      return takesValue ? { open: `${open}[`, expected: "value or ]" } : null;
    case "}":
    case "]": {
      const empty = token === "}" ? "key or }" : "value or ]";
      const matches = inside === (token === "}" ? "{" : "[");
      const mayClose = matches && (expected === empty || expected === ", or end");
      return mayClose ? { open: open.slice(0, -1), expected: ", or end" } : null;
    }
    case ",":
      if (expected !== ", or end" || !inside) return null;
      return { open, expected: inside === "{" ? "key" : "value" };
    case ":":
      return expected === ":" ? { open, expected: "value" } : null;
    case "string":
      if (expected === "key" || expected === "key or }") return { open, expected: ":" };
      return takesValue ? { open, expected: ", or end" } : null;
    default:
      return takesValue ? { open, expected: ", or end" } : null;
  }
}

const MAX_FOUND = 20;

function describe(text: string, at: number): JsonError {
  const lines = text.slice(0, at).split("\n");
  const rest = text.slice(at).split(/[\r\n]/, 1)[0] ?? "";
  const found = rest.length > MAX_FOUND ? `${rest.slice(0, MAX_FOUND)}…` : rest;
  return { line: lines.length, column: (lines.at(-1) ?? "").length + 1, found };
}
