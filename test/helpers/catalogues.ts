/** What a user reads: catalogues and documents. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

export type TextLanguage = "en-US" | "ja";

const root = path.join(__dirname, "..", "..");

/** Keys with dots, and their texts. */
export function flatten(value: unknown, prefix = ""): Map<string, string> {
  if (typeof value === "string") return new Map([[prefix, value]]);
  const entries = Object.entries((value ?? {}) as Record<string, unknown>);
  return new Map(
    entries.flatMap(([key, inner]) => [...flatten(inner, prefix ? `${prefix}.${key}` : key)]),
  );
}

export function readCatalogue(language: TextLanguage, ...file: string[]): Map<string, string> {
  return flatten(JSON.parse(readFileSync(path.join(root, "locales", language, ...file), "utf8")));
}

/** The texts of all dialogs, by keys such as `tlac.label.mode`. */
export function readDialogTexts(language: TextLanguage): Map<string, string> {
  return readFolder(language);
}

/** The sentences of the engine and the runtime, by keys such as `lmm.busy`. */
export function readSentences(language: TextLanguage): Map<string, string> {
  return readFolder(language, "lib");
}

function readFolder(language: TextLanguage, ...folder: string[]): Map<string, string> {
  const files = readdirSync(path.join(root, "locales", language, ...folder));
  return new Map(
    files
      .filter((file) => file.endsWith(".json"))
      .flatMap((file) => {
        // The dialogs' own catalogues begin with the node's name already.
        const prefix = folder.length > 0 ? `${file.replace(".json", "")}.` : "";
        const texts = readCatalogue(language, ...folder, file);
        return [...texts].map(([key, text]) => [prefix + key, text] as const);
      }),
  );
}

/** README and help in a language, as files below the root. */
export function listDocuments(language: TextLanguage): string[] {
  const help = readdirSync(path.join(root, "locales", language))
    .filter((file) => file.endsWith(".html"))
    .map((file) => path.posix.join("locales", language, file));
  return [language === "ja" ? "README.ja.md" : "README.md", ...help];
}

export function readDocument(file: string): string {
  return readFileSync(path.join(root, file), "utf8");
}
