import { sanitiseValue } from "./sanitise";

/** What a template may refer to. */
export interface PromptVariables {
  /** Class labels. */
  readonly vocabulary?: readonly string[];
  readonly camera?: string;
  /** The message, for `{{msg.anything}}`. */
  readonly msg?: Readonly<Record<string, unknown>>;
}

/** Data as mustache reads it, nothing in it unsanitised. */
export type View = string | readonly View[] | { readonly [key: string]: View };

/** As many class labels as a prompt lists: the second stage, not the first, is for long lists. */
const MAX_CLASSES = 200;
const MAX_DEPTH = 4;
const MAX_ITEMS = 50;

/**
 * The variables as plain sanitised strings, lists and objects. Only the message's properties in
 * `used` are read: a message may carry images, sockets and functions, and mustache would call
 * the latter.
 */
export function createPromptView(
  { vocabulary = [], camera = "", msg = {} }: PromptVariables,
  used: ReadonlySet<string>,
): Record<string, View> {
  const message: Record<string, View> = Object.create(null) as Record<string, View>;
  for (const property of used) {
    if (Object.hasOwn(msg, property)) message[property] = toView(msg[property], MAX_DEPTH);
  }
  return {
    camera: sanitiseValue(camera),
    vocabulary: vocabulary.slice(0, MAX_CLASSES).map(sanitiseValue),
    classList: vocabulary.slice(0, MAX_CLASSES).map(sanitiseValue).join(", "),
    msg: message,
  };
}

function toView(value: unknown, depth: number): View {
  switch (typeof value) {
    case "string":
      return sanitiseValue(value);
    case "number":
    case "bigint":
      return String(value);
    case "boolean":
      return value ? "true" : "";
    case "object":
      break;
    default:
      return "";
  }
  if (value === null || depth === 0 || ArrayBuffer.isView(value)) return "";
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "" : value.toISOString();
  if (Array.isArray(value)) {
    return value.slice(0, MAX_ITEMS).map((item: unknown) => toView(item, depth - 1));
  }
  const view: Record<string, View> = Object.create(null) as Record<string, View>;
  for (const [key, item] of Object.entries(value).slice(0, MAX_ITEMS)) {
    view[key] = toView(item, depth - 1);
  }
  return view;
}
