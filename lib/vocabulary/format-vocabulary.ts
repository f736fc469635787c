import type { Vocabulary } from "./vocabulary";

const COLUMNS = ["id", "label", "aliases", "not", "threshold", "alert", "template"] as const;

/** The vocabulary as CSV with a header, as `parseVocabulary` reads it back and a spreadsheet opens it. */
export function formatVocabularyCsv({ classes }: Vocabulary): string {
  const rows = classes.map((entry) =>
    COLUMNS.map((column) => {
      const value = entry[column];
      return quoteCell(Array.isArray(value) ? value.join("|") : String(value ?? ""));
    }).join(","),
  );
  return [COLUMNS.join(","), ...rows, ""].join("\r\n");
}

function quoteCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
