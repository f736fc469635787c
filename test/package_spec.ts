/** What the Flow Library checks, and what must stay consistent across files, without a network. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import ts from "typescript";

import { DTYPES } from "../lib/clip/dtype";
import { PRESETS } from "../lib/clip/presets";
import { ERROR_CODES } from "../lib/errors";
import { PROMPT_DOMAINS } from "../lib/lmm/prompts/prompt-domains";
import { MODES } from "../lib/tlac/result";
import { NODE_FIELDS, type NodeType } from "../nodes/field-table";
import { composeDialog } from "../tools/dialogs/compose-dialog";
import { composeHelp } from "../tools/dialogs/compose-help";
import { readCatalogue } from "./helpers/catalogues";
import { readDefinition } from "./helpers/flow-nodes";

const root = path.join(__dirname, "..");
const read = (...parts: string[]): string => readFileSync(path.join(root, ...parts), "utf8");

interface Manifest {
  name: string;
  license: string;
  repository: { url: string };
  bugs: { url: string };
  keywords: string[];
  engines: { node: string };
  files: string[];
  dependencies: Record<string, string>;
  "node-red": { version: string; nodes: Record<string, string> };
}
const manifest = JSON.parse(read("package.json")) as Manifest;
const types = Object.keys(manifest["node-red"].nodes);
const flowTypes = types.filter((type) => readDefinition(type).category !== "config");
const languages = ["en-US", "ja"] as const;

/** Options of one select in a dialog. */
function optionsOf(type: string, id: string): string[] {
  const select = new RegExp(`<select id="${id}">([\\s\\S]*?)</select>`).exec(
    composeDialog(type as NodeType),
  );
  return [...(select?.[1] ?? "").matchAll(/value="([^"]*)"/g)].map(([, value]) => value ?? "");
}

describe("package", () => {
  it("has what the Flow Library asks of package.json (P01, P03–P07, D01)", () => {
    assert.equal(manifest.license, "MIT");
    assert.ok(existsSync(path.join(root, "LICENSE")));
    assert.match(manifest.repository.url, /^git\+https:/);
    assert.match(manifest.bugs.url, /^https:/);
    assert.match(manifest.name, /^@[a-z-]+\/node-red-/);
    assert.ok(manifest.keywords.includes("node-red"));
    assert.equal(manifest["node-red"].version, ">=4.0.0");
    assert.equal(manifest.engines.node, ">=20.9");
    assert.ok(Object.keys(manifest.dependencies).length <= 6);
  });

  it("publishes the files that a node needs at run time", () => {
    for (const folder of ["dist", "examples", "models", "resources"]) {
      assert.ok(manifest.files.includes(folder), folder);
    }
  });

  it("uses each flow node in an example, with the properties of its dialog (N02)", () => {
    const files = readdirSync(path.join(root, "examples")).filter((name) => name.endsWith(".json"));
    const used = new Set<string>();
    for (const file of files) {
      const flow: unknown = JSON.parse(read("examples", file));
      assert.ok(Array.isArray(flow), `${file} is an array`);
      for (const node of flow as Record<string, unknown>[]) {
        const type = String(node.type);
        if (!types.includes(type)) continue;
        used.add(type);
        const known = ["id", "type", "z", "g", "x", "y", "wires", "d", "info", "inputLabels"];
        const allowed = [...Object.keys(readDefinition(type).defaults), ...known];
        for (const key of Object.keys(node)) {
          assert.ok(allowed.includes(key), `${file}: ${type} has no property ${key}`);
        }
      }
    }
    for (const type of flowTypes) assert.ok(used.has(type), `an example uses ${type}`);
  });
});

describe("examples", () => {
  interface FlowNode {
    id: string;
    type: string;
    wires?: string[][];
  }
  const SHOWN = ["debug", "http response", "mqtt out", "file"];
  const files = readdirSync(path.join(root, "examples")).filter((name) => name.endsWith(".json"));

  for (const file of [...files.map((name) => `examples/${name}`), "tools/start/demo-flow.json"]) {
    it(`${file}: a class and a case for review both come to somewhere that shows them`, () => {
      const flow = JSON.parse(read(file)) as FlowNode[];
      const byId = new Map(flow.map((node) => [node.id, node]));
      const isShown = (id: string, seen: string[] = []): boolean => {
        const node = byId.get(id);
        if (!node || seen.includes(id)) return false;
        if (SHOWN.includes(node.type)) return true;
        return (node.wires ?? []).flat().some((next) => isShown(next, [...seen, id]));
      };
      const judges = flow.filter(({ type }) => type === "tlac" || type === "clip-match");
      assert.ok(judges.length > 0);
      for (const { id, wires = [] } of judges) {
        for (const door of [0, 1]) {
          assert.ok(
            (wires[door] ?? []).some((next) => isShown(next)),
            `${id}, output ${door + 1}`,
          );
        }
      }
    });
  }
});

describe("dialogs", () => {
  const program = ts.createProgram(
    types.map((type) => path.join(root, "nodes", `${type}.ts`)),
    { ...readCompilerOptions(), noEmit: true },
  );
  const checker = program.getTypeChecker();

  for (const type of types) {
    const html = composeDialog(type as NodeType);

    it(`${type}: the Flow Library's parser can read it`, () => {
      const script = /<script type="text\/javascript">([\s\S]*?)<\/script>/.exec(html)?.[1] ?? "";
      const source = ts.createSourceFile("dialog.js", script, ts.ScriptTarget.ES2022, true);
      const calls = source.statements
        .filter(ts.isExpressionStatement)
        .flatMap(({ expression }) => (ts.isCallExpression(expression) ? [expression] : []));
      assert.equal(calls.length, 1);
      const [call] = calls;
      assert.equal(call?.expression.getText(), "RED.nodes.registerType");
      const [name, definition] = call.arguments;
      assert.ok(name && ts.isStringLiteral(name) && name.text === type);
      assert.ok(definition && ts.isObjectLiteralExpression(definition));
      assert.ok(!script.includes("..."));
      const properties = readLiteral(definition);
      const isText = (key: string) => ts.isStringLiteral(properties.get(key) ?? definition);
      const isNumber = (key: string) => ts.isNumericLiteral(properties.get(key) ?? definition);
      assert.ok(isText("category"));
      if (flowTypes.includes(type)) {
        assert.ok(isText("color") && isText("icon") && isNumber("inputs") && isNumber("outputs"));
      }
      const defaults = properties.get("defaults");
      assert.ok(defaults && ts.isObjectLiteralExpression(defaults));
      const fields = readLiteral(defaults);
      assert.deepEqual([...fields.keys()], Object.keys(NODE_FIELDS[type as NodeType]));
      for (const [name, field] of fields) {
        assert.ok(ts.isObjectLiteralExpression(field), name);
        const value = readLiteral(field).get("value");
        assert.ok(value && isPlainValue(value), name);
      }
    });

    it(`${type}: its defaults are the fields that the node reads`, () => {
      const file = program.getSourceFile(path.join(root, "nodes", `${type}.ts`));
      const def = file?.statements.find(
        (statement) => ts.isInterfaceDeclaration(statement) && statement.name.text.endsWith("Def"),
      );
      assert.ok(def);
      const inherited = ["id", "type", "z"];
      const fields = checker
        .getTypeAtLocation(def)
        .getProperties()
        .map(({ name }) => name)
        .filter((name) => !inherited.includes(name));
      assert.deepEqual(Object.keys(readDefinition(type).defaults).sort(), fields.sort());
    });

    it(`${type}: its validators can return a sentence, and accept its defaults`, () => {
      const { defaults, category } = readDefinition(type);
      const node = Object.fromEntries(Object.entries(defaults).map(([k, { value }]) => [k, value]));
      for (const [key, { validate, value }] of Object.entries(defaults)) {
        if (!validate) continue;
        assert.equal(validate.length, 2, key);
        // A new node is marked until somebody says which classes, or which camera, it is for.
        if (category === "config" || key === "classes" || key === "address") continue;
        assert.equal(validate.call(node, value, {}), true, key);
      }
    });

    it(`${type}: every control has a label, and a property behind it`, () => {
      const { defaults, credentials = {} } = readDefinition(type);
      const controls = html.matchAll(/<(?:input|select|textarea)\b([^>]*)>/g);
      for (const [, attributes = ""] of controls) {
        const id = /\bid="([^"]+)"/.exec(attributes)?.[1] ?? "";
        // Controls that are no property serve the dialog alone: a try box, a file to open.
        const [, property] = /^node-(?:config-)?input-(.+)$/.exec(id) ?? [];
        if (property) assert.ok(property in defaults || property in credentials, id);
        if (/\bhidden\b/.test(attributes)) continue;
        assert.ok(html.includes(`for="${id}"`) || attributes.includes("[aria-label]"), id);
      }
    });

    it(`${type}: every text stands in the catalogue, none in the dialog`, () => {
      const keys = [
        ...[...html.matchAll(/data-i18n="([^"]+)"/g)].flatMap(([, keys = ""]) => keys.split(";")),
        ...[...html.matchAll(/_\(\s*"([^"]+[^."])"/g)].map(([, key = ""]) => key),
      ];
      assert.ok(keys.length > 3);
      for (const entry of keys) {
        const full = entry.replace(/^\[[\w-]+\]/, "");
        if (full.startsWith("node-red:")) continue;
        const [set, key] = full.includes(":") ? full.split(":") : [`/${type}`, full];
        const catalogue = readCatalogue("en-US", `${(set ?? "").split("/").at(-1) ?? ""}.json`);
        assert.ok(catalogue.has(key ?? ""), full);
      }
      const template = /<script type="text\/html"[^>]*>([\s\S]*?)<\/script>/.exec(html)?.[1] ?? "";
      const words = template.replace(/<[^>]*>/g, " ");
      assert.deepEqual(
        words.match(/[A-Za-z]{3,}/g)?.filter((word) => !isDtypeName(word)) ?? [],
        [],
      );
    });
  }

  it("offers what the engine knows, no more and no less", () => {
    assert.deepEqual(optionsOf("tlac", "node-input-mode"), ["", ...MODES]);
    const domains = PROMPT_DOMAINS.map(({ name }) => name);
    assert.deepEqual(optionsOf("tlac", "node-input-domain"), domains);
    assert.deepEqual(optionsOf("lmm-candidates", "node-input-domain"), domains);
    const presets = PRESETS.filter(({ repo }) => repo).map(({ name }) => name);
    assert.deepEqual(optionsOf("clip-model", "node-config-input-preset"), presets);
    const dtypes = optionsOf("clip-model", "node-config-input-dtype");
    assert.deepEqual(dtypes.sort(), ["", ...DTYPES].sort());
  });

  for (const type of flowTypes) {
    it(`${type}: has a colour that no node of the core could be taken for`, () => {
      const { color = "" } = readDefinition(type);
      for (const [name, other] of readCoreColours()) {
        assert.ok(distance(color, other) > 15, `${color} beside ${other} of ${name}`);
      }
    });

    it(`${type}: has its icon, its colour and a label for each port`, () => {
      const { icon = "", color = "", outputs = 0 } = readDefinition(type);
      assert.match(read("icons", icon), /viewBox="0 0 40 60"/);
      assert.match(color, /^#[0-9A-F]{6}$/i);
      const ports = [...readCatalogue("en-US", `${type}.json`).keys()].filter((key) =>
        key.startsWith(`${type}.port.`),
      );
      assert.equal(ports.length, outputs + 1);
    });
  }
});

describe("languages", () => {
  const files = readdirSync(path.join(root, "locales", "en-US"), { recursive: true })
    .map(String)
    .filter((file) => file.endsWith(".json"));

  for (const file of files) {
    it(`${file}: the same keys and places in both`, () => {
      const english = readCatalogue("en-US", file);
      const japanese = readCatalogue("ja", file);
      assert.deepEqual([...japanese.keys()].sort(), [...english.keys()].sort());
      for (const [key, text] of english) {
        const translated: string = japanese.get(key) ?? "";
        const places = (sentence: string): string[] =>
          [...new Set(sentence.match(/\{\{[#/^]?[\w.]+\}\}|__\w+__/g) ?? [])].sort();
        const shown = places(translated).filter((place) => !place.startsWith("{{msg."));
        if (!text.includes("{{msg.")) assert.deepEqual(shown, places(text), key);
        for (const sentence of [text, translated])
          assert.doesNotMatch(sentence, /\{{3}|\}{3}/, key);
        assert.ok(translated.trim(), key);
      }
    });
  }

  for (const language of languages) {
    for (const type of types) {
      it(`${language}: help for ${type} in Node-RED's form`, () => {
        const help = composeHelp(type as NodeType, language);
        assert.match(help, new RegExp(`^<script type="text/markdown" data-help-name="${type}">\n`));
        const lines = help.split("\n").slice(1, -2);
        assert.ok((lines[0] ?? "").length > 20);
        assert.equal(/\p{Script=Hiragana}/u.test(help), language === "ja");
        // Node-RED splits a definition at its last colon.
        for (const line of lines.filter((text) => text.startsWith(": "))) {
          assert.equal(line.split(/: /).length, 3, line);
        }
        const codes = [...help.matchAll(/^- `([A-Z_]+)`/gm)].map(([, code]) => code);
        for (const code of codes)
          assert.ok(
            ERROR_CODES.some((known) => known === code),
            code,
          );
        const ofCameras = ["CAMERA_UNREACHABLE"];
        if (type === "tlac") {
          assert.deepEqual(
            codes,
            ERROR_CODES.filter((code) => !ofCameras.includes(code)),
          );
        }
      });
    }
  }
});

/** The properties of an object that is written out; a spread or a shorthand is none. */
function readLiteral(object: ts.ObjectLiteralExpression): Map<string, ts.Expression> {
  return new Map(
    object.properties.map((property) => {
      if (ts.isMethodDeclaration(property)) return [property.name.getText(), object];
      assert.ok(ts.isPropertyAssignment(property), property.getText());
      const { name, initializer } = property;
      assert.ok(ts.isIdentifier(name) || ts.isStringLiteral(name), property.getText());
      return [name.text, initializer];
    }),
  );
}

function isPlainValue(value: ts.Expression): boolean {
  return (
    ts.isStringLiteral(value) ||
    ts.isNumericLiteral(value) ||
    (ts.isArrayLiteralExpression(value) && value.elements.length === 0) ||
    value.kind === ts.SyntaxKind.TrueKeyword ||
    value.kind === ts.SyntaxKind.FalseKeyword
  );
}

/** Colours of the core's nodes that are written as #rrggbb or rgb(). */
function readCoreColours(): Map<string, string> {
  const core = path.join(path.dirname(require.resolve("@node-red/nodes/package.json")), "core");
  const colours = new Map<string, string>();
  for (const file of readdirSync(core, { recursive: true }).map(String)) {
    if (!file.endsWith(".html")) continue;
    const html = readFileSync(path.join(core, file), "utf8");
    const call = /registerType\(\s*['"]([^'"]+)['"][\s\S]{0,300}?color:\s*["']([^"']+)/g;
    for (const [, name = "", colour = ""] of html.matchAll(call)) {
      const parts = /^rgb\((\d+), ?(\d+), ?(\d+)\)$/.exec(colour)?.slice(1) ?? [];
      const hex = parts.map((part) => Number(part).toString(16).padStart(2, "0")).join("");
      const known = hex ? `#${hex}` : colour;
      if (/^#[0-9a-f]{6}$/i.test(known)) colours.set(name, known);
    }
  }
  assert.ok(colours.has("inject") && colours.size > 15);
  return colours.set("debug", "#87a980");
}

/** CIE76: beyond 10 two colours are told apart at a glance. Source: CIE 15, colour difference. */
function distance(one: string, other: string): number {
  const [a, b] = [toLab(one), toLab(other)];
  return Math.hypot(...a.map((value, index) => value - (b[index] ?? 0)));
}

/** sRGB (IEC 61966-2-1) to CIELAB under D65. */
function toLab(hex: string): number[] {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((start) => parseInt(hex.slice(start, start + 2), 16) / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  const cube = (value: number) => (value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116);
  const x = cube((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505);
  const y = cube(0.2126 * red + 0.7152 * green + 0.0722 * blue);
  const z = cube((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

function isDtypeName(word: string): boolean {
  return DTYPES.some((dtype) => dtype.startsWith(word)) || word === "bnb" || word === "uint";
}

function readCompilerOptions(): ts.CompilerOptions {
  const file = path.join(root, "tsconfig.json");
  const { config } = ts.readConfigFile(file, (name) => ts.sys.readFile(name)) as {
    config: unknown;
  };
  return ts.parseJsonConfigFileContent(config, ts.sys, root).options;
}
