import { joinNames } from "./names-in-text";
import type { Vocabulary, VocabularyClass } from "./vocabulary";

const COLUMNS = [
  "id",
  "label",
  "aliases",
  "not",
  "threshold",
  "accept",
  "alert",
  "template",
] as const;

/** A class as text, one cell a field; empty where the class does not have it. */
export type TextRow = Readonly<Record<(typeof COLUMNS)[number], string>>;

/** A class as the row of a table that `parseVocabulary` reads back. */
export function formatRow(entry: Omit<VocabularyClass, "id"> & { readonly id?: string }): TextRow {
  const { id = "", label, aliases, not, threshold, accept, alert = "", template = "" } = entry;
  return {
    id,
    label,
    aliases: joinNames(aliases),
    not: joinNames(not),
    threshold: threshold === undefined ? "" : String(threshold),
    accept: accept === undefined ? "" : String(accept),
    alert,
    template,
  };
}

/**
 * The vocabulary as people type it, a line a class: `label = alias | alias`. What else a class may
 * have, and an id of its own, has no place there.
 */
export function formatVocabularyList({ classes }: Vocabulary): string {
  const lines = classes.map(({ label, aliases }) =>
    aliases.length > 0 ? `${label} = ${joinNames(aliases)}` : label,
  );
  return `${lines.join("\n")}\n`;
}

/** The vocabulary as CSV with a header, as `parseVocabulary` reads it back and a spreadsheet opens it. */
export function formatVocabularyCsv({ classes }: Vocabulary): string {
  const rows = classes.map((entry) => {
    const row = formatRow(entry);
    return COLUMNS.map((column) =>
      quoteCell(
        column === "threshold" || column === "accept" ? row[column] : guardCell(row[column]),
      ),
    ).join(",");
  });
  return [COLUMNS.join(","), ...rows, ""].join("\r\n");
}

/** Full-width signs begin a formula, too, where the spreadsheet is Japanese. */
const FORMULA = /^'*\s*[=+\-@＝＋－＠]/;

/**
 * A spreadsheet takes a text such as `=1+1` or `+` for a formula, and would compute or change it.
 * An apostrophe in front keeps it a text (OWASP, "CSV Injection").
 */
export function guardCell(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}

/** The text of a cell without the apostrophe that guards it. */
export function unguardCell(text: string): string {
  return text.startsWith("'") && FORMULA.test(text) ? text.slice(1) : text;
}

/** A cell of a CSV. */
export function quoteCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
