import { parse } from "csv-parse/sync";

import { isRecord } from "../basics/is-record";
import { TlacError } from "../errors";
import { findJsonError } from "./find-json-error";
import {
  ALERT_LEVELS,
  createVocabulary,
  type AlertLevel,
  type ClassInput,
  type Vocabulary,
} from "./vocabulary";

/** What a column of a table can hold. */
export type Column = "id" | "label" | "aliases" | "not" | "threshold" | "alert" | "template";

/** Column heads that people write, in lower case. */
const HEADS = new Map<string, Column>(
  Object.entries({
    id: "id",
    label: "label",
    name: "label",
    class: "label",
    ラベル: "label",
    名称: "label",
    名前: "label",
    クラス: "label",
    品名: "label",
    aliases: "aliases",
    alias: "aliases",
    synonyms: "aliases",
    別名: "aliases",
    同義語: "aliases",
    not: "not",
    除外: "not",
    除外語: "not",
    "not-words": "not",
    threshold: "threshold",
    しきい値: "threshold",
    閾値: "threshold",
    alert: "alert",
    警報: "alert",
    警報レベル: "alert",
    "alert level": "alert",
    アラート: "alert",
    template: "template",
    テンプレート: "template",
  } satisfies Record<string, Column>),
);

const ALERT_WORDS = new Map<string, AlertLevel>([
  ...ALERT_LEVELS.map((level) => [level, level] as const),
  ["なし", "none"],
  ["情報", "info"],
  ["注意", "warning"],
  ["警告", "warning"],
  ["重大", "critical"],
  ["危険", "critical"],
]);

/** What is known of a text before it is read. */
export interface ParseOptions {
  /**
   * The text comes from a spreadsheet, so tabs separate columns: these, from the left, where its
   * first row is no header. Without it tabs and no header make a plain list.
   */
  readonly columns?: readonly Column[];
}

/**
 * Reads a vocabulary in any form that people have it in: a plain list ("screw, nail, hammer", or
 * one a line, with `label = alias | alias`), CSV or tab-separated text with a header, JSON text,
 * an array of names or of classes, `{ classes: […] }`. Throws `BAD_CONFIG` with what is wrong.
 */
export function parseVocabulary(input: unknown, options: ParseOptions = {}): Vocabulary {
  return createVocabulary(readClasses(input, options));
}

function readClasses(input: unknown, options: ParseOptions = {}): ClassInput[] {
  if (typeof input === "string") return readText(input.replace(/^\ufeff/, ""), options);
  const list = isRecord(input) ? input.classes : input;
  if (!Array.isArray(list)) {
    throw new TlacError("BAD_CONFIG", "vocabulary.not-a-list", { type: typeof input });
  }
  return list.map((entry: unknown, position) => readClass(entry, position + 1));
}

function readText(text: string, { columns }: ParseOptions): ClassInput[] {
  const trimmed = text.trim();
  if (/^[[{]/.test(trimmed)) return readClasses(readJson(trimmed));
  // A row may begin with empty cells: line breaks go, tabs stay.
  if (columns && text.includes("\t")) {
    const sheet = text.replace(/^[\r\n]+/, "");
    const heads = (sheet.split(/\r?\n/, 1)[0] ?? "").split("\t");
    return readTable(sheet, "\t", isHeader(heads) ? undefined : columns);
  }
  const [head = ""] = trimmed.split(/\r?\n/, 1);
  const delimiter = ["\t", ",", ";"].find((mark) => isHeader(head.split(mark)));
  if (delimiter && trimmed.includes("\n")) return readTable(trimmed, delimiter);
  refuseStrangeHeader(trimmed);
  return readList(trimmed);
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    const { line = 1, column = 1, found = "" } = findJsonError(text) ?? {};
    const key = found ? "vocabulary.bad-json" : "vocabulary.cut-json";
    // Not `line`: that counts classes.
    throw new TlacError("BAD_CONFIG", key, { textLine: line, column, found }, { cause });
  }
}

/**
 * A header names the label column and another one that we know; the columns of a sheet's own,
 * such as remarks, are left out.
 */
function isHeader(cells: readonly string[]): boolean {
  const known = cells.map(toColumn).filter((column) => column !== undefined);
  return known.includes("label") && (known.length > 1 || cells.length === 1);
}

/**
 * `name,colour` above rows of two cells is a table of which we know one column only. Read as a
 * plain list every cell of it would become a class, in silence.
 */
function refuseStrangeHeader(text: string): void {
  const lines = text.split(/\r?\n/).filter((line) => line.trim());
  for (const delimiter of ["\t", ",", ";"]) {
    const [heads = [], ...rows] = lines.map((line) => line.split(delimiter));
    const alike = rows.length > 0 && rows.every((cells) => cells.length === heads.length);
    if (heads.length < 2 || !alike || toColumn(heads[0] ?? "") !== "label") continue;
    const strange = heads.slice(1).map((head) => head.trim());
    throw new TlacError("BAD_CONFIG", "vocabulary.strange-header", {
      head: heads[0] ?? "",
      strange: strange.join(", "),
    });
  }
}

function toColumn(head: string): Column | undefined {
  return HEADS.get(
    head
      .trim()
      .replace(/^"(.*)"$/, "$1")
      .normalize("NFKC")
      .toLowerCase(),
  );
}

/** `columns`: of a table without a header. */
function readTable(text: string, delimiter: string, columns?: readonly Column[]): ClassInput[] {
  let records: { record: Record<string, string>; info: { lines: number } }[];
  try {
    records = parse(text, {
      delimiter,
      columns: columns ? [...columns] : readHeads,
      info: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      relax_column_count: true,
      // Spreadsheets copy a cell such as 1/4" as it is; only line breaks make them quote.
      relax_quotes: delimiter === "\t",
      trim: true,
    }) as unknown as typeof records;
  } catch (thrown) {
    if (thrown instanceof TlacError) throw thrown;
    const { code, lines = 1 } = thrown as { code?: string; lines?: number };
    // The reader notices an open quote only at the end of the text.
    const key = code === "CSV_QUOTE_NOT_CLOSED" ? "vocabulary.open-quote" : "vocabulary.bad-csv";
    throw new TlacError("BAD_CONFIG", key, { textLine: lines }, { cause: thrown });
  }
  return records.map(({ record, info }) => readClass(record, info.lines));
}

function readHeads(heads: readonly string[]): (Column | false)[] {
  const columns = heads.map((head) => toColumn(head) ?? false);
  const doubled = columns.find((column, at) => column && columns.indexOf(column) !== at);
  if (doubled) throw new TlacError("BAD_CONFIG", "vocabulary.doubled-column", { column: doubled });
  return columns;
}

function readList(text: string): ClassInput[] {
  return text
    .split(/[\n,、，;；\t]/)
    .map((entry) => entry.trim())
    .filter(Boolean)
    .map((entry) => {
      const [label = "", aliases = ""] = entry.split(/[=＝]/, 2);
      return { label: label.trim(), aliases: splitNames(aliases) };
    });
}

/** Names inside one cell; a spreadsheet's cell may hold them line by line. */
function splitNames(cell: string): string[] {
  return cell
    .split(/[|｜;；、\r\n]/)
    .map((name) => name.trim())
    .filter(Boolean);
}

function readClass(entry: unknown, line: number): ClassInput {
  if (typeof entry === "string") return { label: entry };
  if (!isRecord(entry)) throw new TlacError("BAD_CONFIG", "vocabulary.bad-class", { line });
  const label = entry.label ?? entry.name;
  if (typeof label !== "string") throw new TlacError("BAD_CONFIG", "vocabulary.no-label", { line });
  const text = (key: Column): string | undefined => {
    const value = entry[key];
    return typeof value === "string" && value.trim() ? value.trim() : undefined;
  };
  const id = typeof entry.id === "number" ? String(entry.id) : text("id");
  const template = text("template");
  const threshold = readThreshold(entry.threshold, label);
  const alert = readAlert(entry.alert, label);
  return {
    line,
    label,
    aliases: readNames(entry.aliases, line),
    not: readNames(entry.not, line),
    ...(id === undefined ? {} : { id }),
    ...(threshold === undefined ? {} : { threshold }),
    ...(alert === undefined ? {} : { alert }),
    ...(template === undefined ? {} : { template }),
  };
}

function readNames(value: unknown, line: number): string[] {
  if (value === undefined || value === null) return [];
  if (typeof value === "string") return splitNames(value);
  if (Array.isArray(value) && value.every((name) => typeof name === "string")) return value;
  throw new TlacError("BAD_CONFIG", "vocabulary.bad-names", { line });
}

function readThreshold(value: unknown, label: string): number | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  const number = typeof value === "string" ? Number(value.normalize("NFKC")) : value;
  if (typeof number === "number" && !Number.isNaN(number)) return number;
  throw new TlacError("BAD_CONFIG", "vocabulary.bad-threshold", { label, value: show(value) });
}

function readAlert(value: unknown, label: string): AlertLevel | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  const level = ALERT_WORDS.get(show(value).trim().toLowerCase());
  if (level) return level;
  const params = { label, value: show(value), levels: ALERT_LEVELS.join(", ") };
  throw new TlacError("BAD_CONFIG", "vocabulary.bad-alert", params);
}

function show(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
