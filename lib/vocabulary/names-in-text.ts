/**
 * Names as people write them into one text: in a cell (`screw | wood screw`) and in a plain list
 * (`ねじ = screw | bolt, "Nut, M8"`). A name in double quotes may hold what otherwise separates;
 * `""` inside stands for one quote.
 */

/** Between two names when we write them. */
const BETWEEN_NAMES = " | ";

/** What separates anywhere, and the quotes that may open a quoted name. */
const NEEDS_QUOTES = /[|｜;；,，、=＝\r\n\t]|^["'“„”«‹‘「『[{]/;

/** Names that `splitNames` reads back as they are. */
export function joinNames(names: readonly string[]): string {
  return names.map(quoteName).join(BETWEEN_NAMES);
}

/** One name as both a cell and a plain list read it back. */
export function quoteName(name: string): string {
  return NEEDS_QUOTES.test(name) ? `"${name.replaceAll('"', '""')}"` : name;
}

/** Names inside one cell; a spreadsheet's cell may hold them line by line. */
export function splitNames(cell: string): string[] {
  const names: string[] = [];
  for (let at = 0; at <= cell.length;) {
    const { name, end } = readName(cell, at, IN_CELL);
    if (name) names.push(name);
    at = end + 1;
  }
  return names;
}

/** The classes of a plain list: between commas, semicolons, tabs or line ends; or one a line. */
export function splitList(
  text: string,
  { lines = false } = {},
): { label: string; aliases: string[] }[] {
  const classes: { label: string; aliases: string[] }[] = [];
  for (let at = 0; at <= text.length;) {
    let { name, end } = readName(text, at, lines ? IN_LINES : IN_LIST);
    const entry = { label: name, aliases: [] as string[] };
    const isNamed = /[=＝]/.test(text.charAt(end));
    while (/[=＝|｜]/.test(text.charAt(end))) {
      ({ name, end } = readName(text, end + 1, lines ? IN_LINE_ALIASES : IN_ALIASES));
      if (name) entry.aliases.push(name);
    }
    // Between two separators there is nothing; `= screw` has forgotten its label.
    if (entry.label || isNamed) classes.push(entry);
    at = end + 1;
  }
  return classes;
}

interface Separators {
  readonly quoted: RegExp;
  readonly plain: RegExp;
}

const IN_CELL = separatedBy("|｜;；、\\r\\n");
const IN_LIST = separatedBy(",，、;；\\t\\r\\n=＝");
const IN_LINES = separatedBy("\\r\\n=＝");
const IN_LINE_ALIASES = separatedBy("\\r\\n=＝|｜");
const IN_ALIASES = separatedBy(",，、;；\\t\\r\\n=＝|｜");

/** `quoted` matches only where the closing quote ends the name: 1/4" and "x" y are plain. */
function separatedBy(separators: string): Separators {
  const forms = [
    `"((?:[^"\\r\\n]|"")*)"`,
    `'([^'\\r\\n]*)'`,
    `[“”]([^“”\\r\\n]*)”`,
    `„([^„“”\\r\\n]*)[“”]`,
    `«([^«»\\r\\n]*)»`,
    `‹([^‹›\\r\\n]*)›`,
    `‘([^‘’\\r\\n]*)’`,
    `「([^「」\\r\\n]*)」`,
    `『([^『』\\r\\n]*)』`,
  ];
  return {
    quoted: new RegExp(
      `[^\\S\\t\\r\\n]*(?:${forms.join("|")})[^\\S\\t\\r\\n]*(?=[${separators}]|$)`,
      "y",
    ),
    plain: new RegExp(`[^${separators}]*`, "y"),
  };
}

/** The name at a place, and where the separator behind it stands. */
function readName(
  text: string,
  at: number,
  { quoted, plain }: Separators,
): { name: string; end: number } {
  quoted.lastIndex = at;
  const match = quoted.exec(text);
  if (match) {
    const [, straight, ...others] = match;
    const name = straight?.replaceAll('""', '"') ?? others.find(Boolean);
    return { name: (name ?? "").trim(), end: quoted.lastIndex };
  }
  plain.lastIndex = at;
  const [name = ""] = plain.exec(text) ?? [];
  return { name: name.trim(), end: at + name.length };
}
