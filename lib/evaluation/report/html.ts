/** HTML that is safe to write: made by `html` only, from literals of this package and escaped text. */
export class Html {
  constructor(private readonly markup: string) {}

  toString(): string {
    return this.markup;
  }
}

export type Content = Html | string | number | null | undefined | false | readonly Content[];

/** A template whose values are escaped, unless they are such HTML themselves. */
export function html(literals: TemplateStringsArray, ...values: readonly Content[]): Html {
  const parts = literals.map((literal, at) => {
    // How the source is indented is nothing that a reader of the page pays for.
    const markup = literal.replace(/\s*\n\s*/g, "\n");
    return markup + (at < values.length ? show(values[at]) : "");
  });
  return new Html(parts.join(""));
}

function show(value: Content): string {
  if (value === null || value === undefined || value === false) return "";
  if (value instanceof Html) return value.toString();
  if (typeof value === "object") return value.map(show).join("");
  return escapeHtml(String(value));
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** For text and for quoted attributes. Characters that HTML has no place for are replaced. */
export function escapeHtml(text: string): string {
  return text
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "")
    .replace(/[^\P{Cc}\t\n\r]|\p{Cs}/gu, "\ufffd");
}

/** A value as JSON that can stand in a script element. */
export function embedJson(value: unknown): Html {
  return new Html(JSON.stringify(value).replaceAll("<", "\\u003c"));
}

/** A style sheet or script of this package as an element, letter by letter as its hash wants it. */
export function embedAsset(element: "style" | "script", asset: string): Html {
  return new Html(`<${element}>${asset}</${element}>`);
}
