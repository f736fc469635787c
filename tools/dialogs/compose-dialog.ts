/**
 * Joins a node's HTML from its own file, the fragments that dialogs share and the field table.
 * What comes out has every property as a literal, because the Flow Library reads it so.
 *
 * A line `<!-- include name -->` stands for a fragment, `<!-- number field icon class -->` for the
 * row of a number, `<!-- bare-number field -->` for its label and input alone, `<!-- options
 * field -->` for what a select offers, `<!-- doors class review -->` for the table of outputs; an
 * object of which a comment says `fields` becomes a node's defaults.
 */
import { readFileSync } from "node:fs";
import path from "node:path";

import {
  NODE_FIELDS,
  NUMBERS,
  type Field,
  type NodeType,
  type NumberField,
  type NumberName,
} from "../../nodes/field-table";

const NODES = path.join(__dirname, "..", "..", "nodes");
/** The texts that dialogs share. */
const SHARED = "@tlac/node-red-tlac/tlac:tlac";

/** The HTML of a node type as it ships. Throws where a directive names what is not there. */
export function composeDialog(type: NodeType): string {
  const source = readFileSync(path.join(NODES, `${type}.html`), "utf8");
  const composed = fill(source, type);
  const inputs = isConfig(source)
    ? composed.replaceAll('"node-input-', '"node-config-input-')
    : composed;
  const marker = /\{\s*\/\* fields \*\/\s*\}/;
  if (!marker.test(inputs)) throw new Error(`${type}.html has no place for its fields`);
  return inputs.replace(marker, () => writeDefaults(type));
}

function isConfig(html: string): boolean {
  return html.includes('category: "config"');
}

function fill(html: string, type: NodeType): string {
  return html.replace(
    /^( *)<!-- ([\w-]+) (.+) -->\n/gm,
    (_line, indent: string, directive: string, words: string) =>
      write(directive, words.split(" "), type).replace(/^(?=.)/gm, indent),
  );
}

function write(directive: string, words: readonly string[], type: NodeType): string {
  const [name = "", ...rest] = words;
  switch (directive) {
    case "include":
      return fill(readFileSync(path.join(NODES, "dialogs", `${name}.html`), "utf8"), type);
    case "number":
      return writeNumber(name, rest);
    case "bare-number":
      return writeLabel(name, span(name)) + writeInput(name, findNumber(name), "");
    case "options":
      return writeOptions(name, type);
    case "doors":
      return writeDoors(words, type);
    default:
      throw new Error(`${type}.html: there is no directive ${directive}`);
  }
}

function findNumber(name: string): NumberField {
  if (!(name in NUMBERS)) throw new Error(`There is no number ${name}`);
  return NUMBERS[name as NumberName];
}

function span(name: string): string {
  return `<span data-i18n="${SHARED}.label.${name}"></span>`;
}

function writeLabel(name: string, content: string): string {
  return `<label for="node-input-${name}">${content}</label>\n`;
}

function writeInput(name: string, { empty, whole }: NumberField, style = "tlac-number"): string {
  const placeholder =
    typeof empty === "number"
      ? `placeholder="${empty}"`
      : `data-i18n="[placeholder]${SHARED}.placeholder.${empty}"`;
  const mode = whole ? "numeric" : "decimal";
  const look = style ? ` class="${style}"` : "";
  const attributes = `type="text" inputmode="${mode}"${look}`;
  return `<input ${attributes} id="node-input-${name}" ${placeholder} />\n`;
}

function writeNumber(name: string, [icon = "", ...classes]: readonly string[]): string {
  const field = findNumber(name);
  const unit = field.unit
    ? `  <span class="tlac-unit" data-i18n="${SHARED}.unit.${field.unit}"></span>\n`
    : "";
  return [
    `<div class="${["form-row", ...classes].join(" ")}">\n`,
    `  ${writeLabel(name, `<i class="fa ${icon}"></i> ${span(name)}`)}`,
    `  ${writeInput(name, field)}`,
    unit,
    "</div>\n",
  ].join("");
}

function writeOptions(name: string, type: NodeType): string {
  const fields: Readonly<Record<string, Field>> = NODE_FIELDS[type];
  const field = fields[name];
  if (field?.kind !== "choice") throw new Error(`${type} has no choice ${name}`);
  return field.choices.map((choice) => writeOption(name, choice, type)).join("");
}

/** Weight formats are called the same in every language; "automatic" is not. */
function writeOption(name: string, choice: string, type: NodeType): string {
  if (name === "dtype" && choice) return `<option value="${choice}">${choice}</option>\n`;
  // What an empty knob means depends on the node.
  const isShared = name === "domain" || (name === "accept" && choice !== "");
  const catalogue = isShared ? SHARED : type;
  const key = `${catalogue}.${name}.${choice || "auto"}`;
  return `<option value="${choice}" data-i18n="${key}"></option>\n`;
}

function writeDoors(doors: readonly string[], type: NodeType): string {
  const row = (head: string, name: string, when: string): string =>
    [
      "      <tr>\n",
      `        <th scope="row">${head}</th>\n`,
      `        <td data-i18n="${name}"></td>\n`,
      `        <td data-i18n="${when}"></td>\n`,
      "      </tr>\n",
    ].join("");
  const column = (name: string): string =>
    `        <th scope="col" data-i18n="${SHARED}.door.${name}"></th>\n`;
  const warning = '<i class="fa fa-exclamation-triangle" aria-hidden="true"></i>';
  return [
    "<details>\n",
    `  <summary data-i18n="${SHARED}.label.doors"></summary>\n`,
    '  <table class="tlac-doors">\n',
    "    <thead>\n",
    "      <tr>\n",
    ...["output", "name", "when"].map(column),
    "      </tr>\n",
    "    </thead>\n",
    "    <tbody>\n",
    ...doors.map((door, index) =>
      row(String(index + 1), `${type}.port.${door}`, `${type}.door.${door}`),
    ),
    row(warning, `${SHARED}.door.catch`, `${SHARED}.door.failed`),
    "    </tbody>\n",
    "  </table>\n",
    "</details>\n",
  ].join("");
}

function writeDefaults(type: NodeType): string {
  const fields = Object.entries<Field>(NODE_FIELDS[type]);
  const lines = fields.map(([name, field]) => `      ${name}: ${writeDefault(name, field)},\n`);
  return `{\n${lines.join("")}    }`;
}

function writeDefault(name: string, field: Field): string {
  const parts = [`value: ${JSON.stringify(field.value)}`];
  if (field.kind === "config") parts.push(`type: "${field.type}"`, "required: false");
  if (field.kind === "property" && field.required) parts.push("required: true");
  const validator = writeValidator(name, field);
  if (validator) parts.push(`validate: ${validator}`);
  return `{ ${parts.join(", ")} }`;
}

function writeValidator(name: string, field: Field): string | undefined {
  switch (field.kind) {
    case "number": {
      const { min, max, whole, start } = field;
      const range = `{ min: ${min}, max: ${max}, whole: ${String(whole)} }`;
      return start
        ? `tlacDialog.side("${name}", "${start}", ${range})`
        : `tlacDialog.number("${name}", ${range})`;
    }
    case "property":
      return `RED.validators.typedInput("${name}Type")`;
    case "rules":
      return "tlacDialog.filters";
    case "text":
      return field.check && `tlacDialog.check.${field.check}`;
    default:
      return undefined;
  }
}
