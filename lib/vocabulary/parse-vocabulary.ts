import { KNOBS, toKnob, type Knob } from "../confidence/knob";
import { isRecord } from "../basics/is-record";
import { TlacError } from "../errors";
import type { Phrase } from "../i18n/catalogue";
import { findJsonError } from "./find-json-error";
import { splitList, splitNames } from "./names-in-text";
import { readTable, takeSeparator, type TableOptions } from "./read-table";
import { findHeading, isSureLabel, type Column } from "./table-headings";
import {
  ALERT_LEVELS,
  checkSize,
  createVocabulary,
  type AlertLevel,
  type ClassInput,
  type Vocabulary,
} from "./vocabulary";

/** Levels as people write them: English, Japanese, German, French, Spanish, Chinese. */
const ALERT_WORDS = new Map<string, AlertLevel>(
  Object.entries({
    none: "none, no, off, -, –, なし, 無し, 無, keine, kein, nein, aucun, aucune, ninguno, ninguna, 无",
    info: "info, information, notice, 情報, 通知, お知らせ, hinweis, información, 信息, 提示",
    warning: "warning, warn, 注意, 警告, warnung, avertissement, attention, advertencia, aviso",
    critical:
      "critical, crit, 重大, 危険, 緊急, 致命的, kritisch, critique, crítico, crítica, 严重, 紧急",
  } satisfies Record<AlertLevel, string>).flatMap(([level, words]) =>
    words.split(", ").map((word) => [word, level as AlertLevel] as const),
  ),
);

/** A vocabulary, and what a person should know of how its text was read. */
export interface Reading {
  readonly vocabulary: Vocabulary;
  /** Columns that were left out or guessed, rows above a header. */
  readonly notes: readonly Phrase[];
}

/** What people put before each line of a list: `- screw`, `・ねじ`, `1. screw`. */
const LIST_MARKS = [/^\s*[-*–]\s+(?=\S)/, /^\s*[•・‣◦]\s*(?=\S)/, /^\s*\d{1,4}[.)．、]\s+(?=\S)/];

/** Characters of a text, which Node-RED's limit for a request is about as well. */
const MAX_LENGTH = 5_000_000;

/**
 * Reads a vocabulary in any form that people have it in: a plain list ("screw, nail, hammer", or
 * one a line, with `label = alias | alias`), CSV or tab-separated text with a header, JSON text,
 * an array of names or of classes, `{ classes: […] }`. Throws `BAD_CONFIG` with what is wrong.
 */
export function parseVocabulary(input: unknown, options: TableOptions = {}): Vocabulary {
  return readVocabulary(input, options).vocabulary;
}

/** `parseVocabulary` with what was guessed and left out. */
export function readVocabulary(input: unknown, options: TableOptions = {}): Reading {
  const { classes, notes } =
    typeof input === "string" ? readText(input, options) : { classes: readList(input), notes: [] };
  return { vocabulary: createVocabulary(classes), notes };
}

function readList(input: unknown): ClassInput[] {
  const list = isRecord(input) ? input.classes : input;
  if (!Array.isArray(list)) {
    throw new TlacError("BAD_CONFIG", "vocabulary.not-a-list", { type: typeof input });
  }
  checkSize(list);
  return Array.from(list, (entry: unknown, position) => readClass(entry, position + 1));
}

function readText(
  text: string,
  options: TableOptions,
): { classes: ClassInput[]; notes: readonly Phrase[] } {
  if (text.length > MAX_LENGTH) {
    const params = { length: text.length, most: MAX_LENGTH };
    throw new TlacError("BAD_CONFIG", "vocabulary.too-long", params);
  }
  const bare = text.replace(/^\ufeff/, "");
  if (/^\s*[[{]/.test(bare)) return { classes: readList(readJson(bare.trim())), notes: [] };
  // Line ends of every system.
  const lines = bare.replace(/\r\n?|[\u0085\u2028\u2029]/g, "\n");
  const [head = ""] = lines.trimStart().split("\n", 1);
  const heading = head.trim().replace(/^"(.*)"$/, "$1");
  const below = lines.trimStart().slice(head.length);
  if (isSureLabel(heading) && below.trim()) {
    const note = { key: "vocabulary.note-heading", params: { head: heading } } as const;
    return { classes: splitList(below, { lines: true }), notes: [note] };
  }
  const table = readTable(lines, options);
  if (!table) return { classes: readPlainList(lines), notes: [] };
  const classes = table.rows.map(({ cells, aliases, not, line }) =>
    readClass(
      { ...cells, aliases: aliases.flatMap(splitNames), not: not.flatMap(splitNames) },
      line,
    ),
  );
  return { classes, notes: table.notes };
}

/** Names alone, with or without marks or numbers before each line. */
function readPlainList(lines: string): ClassInput[] {
  const { body } = takeSeparator(lines);
  const entries = body.split("\n").filter((line) => line.trim());
  const isMarked =
    entries.length > 1 && LIST_MARKS.some((mark) => entries.every((line) => mark.test(line)));
  const bare = isMarked
    ? entries.map((line) => LIST_MARKS.reduce((text, mark) => text.replace(mark, ""), line))
    : [body];
  const classes = splitList(bare.join("\n"), { lines: isMarked });
  const names = classes.map(({ label }) => label);
  // A table that has its headings and nothing else yet: a person types a space behind a comma.
  const isRow = !/[,;、；，] /.test(body.trim());
  if (isRow && names.length > 1 && names.some(isSureLabel) && names.every(findHeading)) return [];
  return classes;
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
  const accept = readAccept(entry.accept, label);
  const alert = readAlert(entry.alert, label);
  return {
    line,
    label,
    aliases: readNames(entry.aliases, line),
    not: readNames(entry.not, line),
    ...(id === undefined ? {} : { id }),
    ...(threshold === undefined ? {} : { threshold }),
    ...(accept === undefined ? {} : { accept }),
    ...(alert === undefined ? {} : { alert }),
    ...(template === undefined ? {} : { template }),
  };
}

function readNames(value: unknown, line: number): string[] {
  if (value === undefined || value === null) return [];
  if (typeof value === "string") return splitNames(value.slice(0, MAX_LENGTH));
  if (Array.isArray(value) && value.every((name) => typeof name === "string")) return value;
  throw new TlacError("BAD_CONFIG", "vocabulary.bad-names", { line });
}

/** Takes the decimal comma of many countries, and the minus that word processors write. */
function readThreshold(value: unknown, label: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "number" && !Number.isNaN(value)) return value;
  const text = show(value).normalize("NFKC").trim().replace("−", "-");
  if (text === "" && typeof value === "string") return undefined;
  const isDecimal =
    typeof value === "string" && /^[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:e[+-]?\d+)?$/i.test(text);
  if (isDecimal) return Number(text.replace(",", "."));
  throw new TlacError("BAD_CONFIG", "vocabulary.bad-threshold", { label, value: show(value) });
}

/** "50", or "1 in 50" as a person writes it. */
function readAccept(value: unknown, label: string): Knob | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  const text = show(value).normalize("NFKC").trim();
  const knob = toKnob(/^(?:1\s*(?:in|\/|:)\s*)?(\d+)$/i.exec(text)?.[1]);
  if (knob !== undefined) return knob;
  const params = { label, value: text, choices: KNOBS.join(", ") };
  throw new TlacError("BAD_CONFIG", "vocabulary.bad-accept", params);
}

function readAlert(value: unknown, label: string): AlertLevel | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  const level = ALERT_WORDS.get(show(value).normalize("NFKC").trim().toLowerCase());
  if (level) return level;
  const params = { label, value: show(value), levels: ALERT_LEVELS.join(", ") };
  throw new TlacError("BAD_CONFIG", "vocabulary.bad-alert", params);
}

/** A value in a sentence, whatever it is: a message may hold what has no text. */
function show(value: unknown): string {
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "[…]" : "{…}";
  const text = String(value);
  return text.length > 50 ? `${text.slice(0, 50)}…` : text;
}
