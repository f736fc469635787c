/** Fills the place in a node's help that lists the numbers of its dialog. */
import { readFileSync } from "node:fs";
import path from "node:path";

import { translate } from "../../lib/i18n/catalogue";
import {
  NODE_FIELDS,
  type Field,
  type NodeType,
  type NumberField,
  type NumberName,
} from "../../nodes/field-table";

const LOCALES = path.join(__dirname, "..", "..", "locales");

interface Catalogue {
  readonly tlac: {
    readonly unit: Readonly<Record<string, string>>;
    readonly placeholder: Readonly<Record<string, string>>;
    readonly help: Readonly<Record<"number" | "whole", string>>;
  };
}

/** The help of a node type as it ships; a line `<!-- numbers -->` becomes the list of ranges. */
export function composeHelp(type: NodeType, language: "en-US" | "ja"): string {
  const help = readFileSync(path.join(LOCALES, language, `${type}.html`), "utf8");
  const file = path.join(LOCALES, language, "tlac.json");
  const { tlac } = JSON.parse(readFileSync(file, "utf8")) as Catalogue;
  const nameOf = (field: NumberName): string => translate(`nodes.field-${field}`, {}, language);
  return help.replace(/^<!-- numbers -->$/m, () => listNumbers(type, tlac, nameOf).join("\n"));
}

function listNumbers(
  type: NodeType,
  texts: Catalogue["tlac"],
  nameOf: (field: NumberName) => string,
): string[] {
  return Object.entries<Field>(NODE_FIELDS[type]).flatMap(([name, field]) =>
    field.kind === "number" ? [`- ${describe(nameOf(name as NumberName), field, texts)}`] : [],
  );
}

function describe(name: string, field: NumberField, texts: Catalogue["tlac"]): string {
  const { min, max, whole, unit, empty } = field;
  const values: Record<string, string> = {
    field: name,
    min: String(min),
    max: String(max),
    unit: unit === null ? "" : (texts.unit[unit] ?? unit),
    empty: typeof empty === "number" ? String(empty) : (texts.placeholder[empty] ?? empty),
  };
  const sentence = texts.help[whole ? "whole" : "number"];
  return sentence
    .replace(/__(\w+)__/g, (_place, place: string) => values[place] ?? "")
    .replace(/ +/g, " ")
    .replace(/ (?=[;,。、；（])/g, "")
    .trim();
}
