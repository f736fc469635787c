import { parse } from "csv-parse/sync";

import { TlacError } from "../errors";
import type { Phrase } from "../i18n/catalogue";
import { foldName } from "./fold-name";
import { unguardCell } from "./format-vocabulary";
import { findHeading, isSureLabel, type Column, type Heading } from "./table-headings";

/** One row: the text of each column that means something, and where it stands in its source. */
export interface TableRow {
  readonly line: number;
  readonly cells: Readonly<Partial<Record<Exclude<Column, "aliases" | "not">, string>>>;
  /** Several columns may hold other names. */
  readonly aliases: readonly string[];
  readonly not: readonly string[];
}

export interface Table {
  readonly rows: readonly TableRow[];
  /** What was guessed or left out, for the person whose table it is. */
  readonly notes: readonly Phrase[];
}

export interface TableOptions {
  /** Columns of cells that came without a header, from the left; tabs separate them. */
  readonly columns?: readonly Column[];
}

/** A row as it stands in the text. */
interface Line {
  readonly cells: readonly string[];
  /** From 1. */
  readonly line: number;
}

const DELIMITERS = ["\t", ";", ",", "|", "，", "、", "；"];

/** A header is looked for in so many rows: a title, a date and a revision may stand above it. */
const MOST_TITLES = 20;

/** A longer cell describes. */
const LONGEST_NAME = 40;

/** Characters that hold those rows. */
const HEAD_LENGTH = 20_000;

/** Reads a text as a table; null where it is none. Throws `BAD_CONFIG` where it cannot be told. */
export function readTable(text: string, { columns }: TableOptions = {}): Table | null {
  const { body, separator } = takeSeparator(text);
  const delimiters = separator ? [separator] : DELIMITERS;
  const header = findHeader(body, delimiters);
  if (header) return readBelow(readLines(body, header.delimiter));
  if (columns && body.includes("\t")) return readCells(readLines(body, "\t"), columns);
  for (const delimiter of delimiters) {
    if (!isGrid(readHead(body, delimiter))) continue;
    const lines = dropEmptyColumns(readGrid(body, delimiter));
    if (!isGrid(lines)) continue;
    const table = guessColumns(lines, looksTyped(body, delimiter, lines));
    if (table) return table;
  }
  return null;
}

/** Excel's `sep=;` in the first line. The line stays, empty, so that numbers of lines are right. */
export function takeSeparator(text: string): { body: string; separator: string | undefined } {
  const match = /^\s*"?sep=(.)"?[,;\t]*(?=\n|$)/i.exec(text);
  if (!match) return { body: text, separator: undefined };
  return { body: text.slice(match[0].length), separator: match[1] };
}

/** The row and delimiter that make most sense as a header. */
function findHeader(text: string, delimiters: readonly string[]): { delimiter: string } | null {
  let best: { delimiter: string; known: number } | null = null;
  for (const delimiter of delimiters) {
    const lines = readHead(text, delimiter);
    const cells = lines[findHeaderRow(lines)]?.cells ?? [];
    const known = cells.filter((cell) => findHeading(cell)).length;
    if (known > (best?.known ?? 0)) best = { delimiter, known };
  }
  return best;
}

/** −1: there is none. What stands above a header fills fewer cells than it does. */
function findHeaderRow(lines: readonly Line[]): number {
  let widest = 0;
  for (const [row, { cells }] of lines.slice(0, MOST_TITLES).entries()) {
    const filled = cells.filter(Boolean);
    const isSure = row === 0 && isGrid(lines);
    if (filled.length > widest && row < lines.length - 1 && isHeader(filled, isSure)) return row;
    widest = Math.max(widest, filled.length);
  }
  return -1;
}

/** Two headings that we know, one of them of something that a class has; or one that is sure. */
function isHeader(heads: readonly string[], isGridTop: boolean): boolean {
  // An entry of a list with its aliases.
  if (heads.some((head) => /[=＝]/.test(head))) return false;
  const known = heads.flatMap((head) => findHeading(head) ?? []);
  if (known.length < 2) return isGridTop && heads.some(isSureLabel);
  return known.some((heading) => heading !== "other");
}

/** The first rows, read without complaint. */
function readHead(text: string, delimiter: string): Line[] {
  const start = text.slice(0, HEAD_LENGTH);
  try {
    return toLines(parse(start, { ...reading(delimiter), relax_quotes: true, to: MOST_TITLES }));
  } catch {
    // The piece may end inside quotes.
    return start
      .split("\n")
      .filter((line) => line.trim())
      .slice(0, MOST_TITLES)
      .map((line, at) => ({
        cells: line.split(delimiter).map((cell) => cell.trim()),
        line: at + 1,
      }));
  }
}

function readLines(text: string, delimiter: string): Line[] {
  try {
    // Spreadsheets copy a cell such as 1/4" as it is; only line breaks make them quote.
    return toLines(parse(text, { ...reading(delimiter), relax_quotes: delimiter === "\t" }));
  } catch (thrown) {
    const { code, lines = 1 } = thrown as { code?: string; lines?: number };
    // The reader notices an open quote only at the end of the text.
    const key = code === "CSV_QUOTE_NOT_CLOSED" ? "vocabulary.open-quote" : "vocabulary.bad-csv";
    throw new TlacError("BAD_CONFIG", key, { textLine: lines }, { cause: thrown });
  }
}

/** All rows where nothing says that this is a table: what cannot be read as one is a list. */
function readGrid(text: string, delimiter: string): Line[] {
  try {
    return readLines(text, delimiter);
  } catch {
    return [];
  }
}

function reading(delimiter: string) {
  return {
    delimiter,
    info: true,
    skip_empty_lines: true,
    skip_records_with_empty_values: true,
    relax_column_count: true,
    trim: true,
  } as const;
}

function toLines(parsed: unknown): Line[] {
  const records = parsed as { record: string[]; info: { lines: number } }[];
  return (
    records
      .map(({ record, info }) => ({ cells: record, line: info.lines }))
      // The rule below the header of a Markdown table.
      .filter(({ cells }) => !cells.every((cell) => /^(?::?-{2,}:?)?$/.test(cell)))
  );
}

/** The classes below a header whose words we know. */
function readBelow(lines: readonly Line[], at = findHeaderRow(lines)): Table {
  const heads = lines[at]?.cells ?? [];
  const body = lines.slice(at + 1);
  const notes: Phrase[] = [];
  if (at > 0) notes.push({ key: "vocabulary.note-titles", params: { rows: at } });
  if (heads.filter(Boolean).length === 1) {
    notes.push({ key: "vocabulary.note-heading", params: { head: heads.find(Boolean) ?? "" } });
  }
  const headings = heads.map(findHeading);
  const columns = chooseColumns(heads, headings, body);
  const guessed = columns.findIndex((column, place) => column === "label" && !headings[place]);
  if (guessed >= 0) {
    const params = { head: heads[guessed] ?? "" };
    notes.push({ key: "vocabulary.note-guessed", params });
  }
  return readRows(body, columns, heads, notes);
}

/** What each column holds; undefined: it is left out. */
function chooseColumns(
  heads: readonly string[],
  headings: readonly (Heading | undefined)[],
  body: readonly Line[],
): (Column | undefined)[] {
  const columns = headings.map((heading) =>
    heading === "group" || heading === "description" || heading === "other" ? undefined : heading,
  );
  for (const [place, column] of columns.entries()) {
    const isTwice = column !== "aliases" && column !== "not" && columns.indexOf(column) !== place;
    if (column && isTwice)
      throw new TlacError("BAD_CONFIG", "vocabulary.doubled-column", { column });
  }
  if (columns.includes("label")) return columns;
  const placesOf = (heading: Heading | undefined): number[] =>
    [...heads.keys()].filter((place) => headings[place] === heading && isNaming(body, place));
  const unknown = placesOf(undefined);
  const choices = [
    unknown,
    placesOf("group"),
    placesOf("description").filter((place) => isShort(body, place)),
  ];
  const [label] = choices.find((places) => places.length === 1) ?? placesOf("aliases");
  if (label === undefined) throw strangeHeader(heads);
  columns[label] = "label";
  return columns;
}

function readRows(
  body: readonly Line[],
  columns: readonly (Column | undefined)[],
  heads: readonly string[],
  notes: readonly Phrase[],
): Table {
  const width = columns.length;
  const last = columns.findLast((column) => column !== undefined);
  const rows = body.flatMap(({ cells, line }): TableRow[] => {
    const beyond = cells.slice(width).filter(Boolean);
    // Commas between names need quotes; at the end of a row they are clear without.
    const isNames = columns[width - 1] === last && (last === "aliases" || last === "not");
    if (beyond.length > 0 && !isNames) {
      const params = { line, columns: width, cells: cells.length };
      throw new TlacError("BAD_CONFIG", "vocabulary.extra-cells", params);
    }
    const named: Partial<Record<Column, string>> = {};
    const several = { aliases: [] as string[], not: [] as string[] };
    for (const [place, cell] of cells.entries()) {
      const column = columns[place] ?? (place >= width ? last : undefined);
      const text = unguardCell(cell);
      if (!column || !text) continue;
      if (column === "aliases" || column === "not") several[column].push(text);
      else named[column] = column === "threshold" ? cell : text;
    }
    const isEmpty = Object.keys(named).length + several.aliases.length + several.not.length === 0;
    return isEmpty ? [] : [{ line, cells: named, ...several }];
  });
  const dropped = columns.flatMap((column, place) =>
    column || body.every(({ cells }) => !cells[place]) ? [] : [nameColumn(heads, place)],
  );
  if (dropped.length === 0) return { rows, notes };
  const params = { columns: dropped.join(", ") };
  return { rows, notes: [...notes, { key: "vocabulary.note-dropped", params }] };
}

/** A column by its heading, or by its number where it has none. */
function nameColumn(heads: readonly string[], place: number): string {
  const head = heads[place] ?? "";
  return head === "" ? `#${String(place + 1)}` : head;
}

/** Cells of a spreadsheet without a header that we know. */
function readCells(lines: readonly Line[], columns: readonly Column[]): Table {
  const [first, ...rest] = lines;
  const heads = first?.cells.filter(Boolean) ?? [];
  const known = heads.filter((head) => findHeading(head)).length;
  const isNumbered = rest.every(({ cells }) => isNumber(cells[0] ?? ""));
  const hasHead = known > heads.length / 2 || isNumbered || findNumberHeads(lines).length > 0;
  const table = rest.length > 0 && hasHead ? guessColumns(dropEmptyColumns(lines), false) : null;
  if (table) return table;
  const width = Math.max(...lines.map(({ cells }) => cells.length));
  const all = Array.from({ length: width }, (_, place) => columns[place]);
  return readRows(lines, all, [], width > 1 ? [{ key: "vocabulary.note-no-header" }] : []);
}

/** At least two rows of the same two or more cells. */
function isGrid(lines: readonly Line[]): boolean {
  const width = lines[0]?.cells.length ?? 0;
  return lines.length > 1 && width > 1 && lines.every(({ cells }) => cells.length === width);
}

/**
 * A spreadsheet writes no space behind its separators, a person who types a list does; and a
 * list's entries may bring their aliases (`ねじ = screw`).
 */
function looksTyped(text: string, delimiter: string, lines: readonly Line[]): boolean {
  if (lines.some(({ cells }) => cells.some((cell) => /[^=＝][=＝]/.test(cell)))) return true;
  if (delimiter === "\t" || /^\s*\|/.test(text)) return false;
  // No spreadsheet writes these.
  if (/[，、；]/.test(delimiter)) return true;
  return text
    .split(delimiter)
    .slice(1)
    .every((rest) => /^(?:[ \u3000\n]|$)/.test(rest));
}

/**
 * A grid without a known header. What its columns hold may tell which of them names the classes;
 * where it does not, the table is refused, because read as a list every cell would become a class.
 * Null: a list that was typed in rows.
 */
function guessColumns(lines: readonly Line[], isTyped: boolean): Table | null {
  const [first, ...rest] = lines;
  if (!first) return null;
  const numberHeads = findNumberHeads(lines).length;
  const isNumbered = lines.every(({ cells }) => isNumber(cells[0] ?? ""));
  if (isTyped && !isNumbered && numberHeads === 0) return null;
  const headings = first.cells.map(findHeading);
  const known = headings.filter(Boolean).length;
  // Beside a heading that we know stands another one.
  if (2 * known >= headings.length && known > 0 && !headings.includes("label")) {
    return readBelow(lines, 0);
  }
  const isHead = numberHeads > 0 || first.cells.some((cell) => findHeading(cell));
  const heads = isHead ? first.cells : [];
  const body = isHead ? rest : lines;
  const naming = [...first.cells.keys()].filter((place) => isNaming(body, place));
  const [label] = naming;
  if (naming.length !== 1 || label === undefined || !(isHead || isNumbered)) {
    throw strangeHeader(first.cells);
  }
  const columns = first.cells.map((_, place) => (place === label ? "label" : undefined));
  const params = { head: nameColumn(heads, label) };
  return readRows(body, columns, heads, [{ key: "vocabulary.note-guessed", params }]);
}

/** Columns of numbers below a first cell that is none: that cell is a heading. */
function findNumberHeads([first, ...rest]: readonly Line[]): number[] {
  return [...(first?.cells.entries() ?? [])].flatMap(([place, head]) => {
    const cells = rest.map((line) => line.cells[place] ?? "").filter(Boolean);
    return head && !isNumber(head) && cells.length > 0 && cells.every(isNumber) ? [place] : [];
  });
}

/** Whether a column can name the classes: a word in each row, and no two alike. */
function isNaming(body: readonly Line[], place: number): boolean {
  const filled = body.filter(({ cells }) => cells.some(Boolean));
  const cells = filled.map((line) => line.cells[place] ?? "");
  if (!cells.every((cell) => /\p{L}/u.test(cell) && !isNumber(cell))) return false;
  return new Set(cells.map(foldName)).size === cells.length;
}

/** Whether a column holds names rather than sentences. */
function isShort(body: readonly Line[], place: number): boolean {
  return body.every(({ cells }) => (cells[place] ?? "").length <= LONGEST_NAME);
}

function isNumber(cell: string): boolean {
  return /^[+\-−]?\d[\d.,' ]*%?$/.test(cell.normalize("NFKC"));
}

function dropEmptyColumns(lines: readonly Line[]): Line[] {
  const width = Math.max(0, ...lines.map(({ cells }) => cells.findLastIndex(Boolean) + 1));
  const first = Math.max(
    0,
    Math.min(...lines.map(({ cells }) => cells.findIndex(Boolean)).filter((at) => at >= 0)),
  );
  return lines.map(({ cells, line }) => ({ cells: cells.slice(first, width), line }));
}

function strangeHeader(heads: readonly string[]): TlacError {
  const params = { heads: heads.filter(Boolean).slice(0, 12).join(", ") };
  return new TlacError("BAD_CONFIG", "vocabulary.strange-header", params);
}
