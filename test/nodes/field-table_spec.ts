import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";

import { TlacError } from "../../lib/errors";
import { translate } from "../../lib/i18n/catalogue";
import {
  NODE_FIELDS,
  NUMBERS,
  type Field,
  type NodeType,
  type NumberName,
} from "../../nodes/field-table";
import { readNumber } from "../../nodes/runtime/settings/read-settings";
import { composeHelp } from "../../tools/dialogs/compose-help";
import { readDefinition } from "../helpers/flow-nodes";

const names = Object.keys(NUMBERS) as NumberName[];
const types = Object.keys(NODE_FIELDS) as NodeType[];
const languages = ["en-US", "ja"] as const;

function readTexts(language: string): Record<string, Record<string, string>> {
  const file = path.join(__dirname, "../../locales", language, "tlac.json");
  return (JSON.parse(readFileSync(file, "utf8")) as Record<string, never>).tlac!;
}

/** Whether the runtime takes a text for a number. */
function isRead(text: string, name: NumberName): boolean {
  try {
    readNumber(text, name);
    return true;
  } catch (error) {
    assert.ok(error instanceof TlacError && error.code === "BAD_CONFIG");
    return false;
  }
}

describe("the table of fields", () => {
  for (const type of types) {
    it(`${type}: dialog and runtime take the same numbers`, () => {
      const { defaults } = readDefinition(type);
      const node = Object.fromEntries(Object.entries(defaults).map(([k, { value }]) => [k, value]));
      for (const [name, field] of Object.entries<Field>(NODE_FIELDS[type])) {
        if (field.kind !== "number") continue;
        const { min, max } = field;
        const samples = ["", " ", min, max, min - 1, max + 1, (min + max) / 2, min + 0.5, "1e999"];
        for (const sample of [...samples.map(String), "many", "1,5", "１０", "NaN", "Infinity"]) {
          const found = defaults[name]?.validate?.call(node, sample, {});
          assert.equal(found === true, isRead(sample, name as NumberName), `${name}: “${sample}”`);
        }
      }
    });
  }

  it("counts what can be counted in whole numbers", () => {
    for (const name of ["concurrency", "queueLength", "threads", "numCtx", "numPredict"] as const) {
      assert.ok(!isRead(String(NUMBERS[name].min + 0.5), name), name);
    }
    assert.throws(() => readNumber("1.5", "concurrency"), {
      message: /“At the same time” must be a whole number from 1 to 64, but is “1\.5”/,
    });
  });

  it("says once what an empty field means, and new nodes hold the same or nothing", () => {
    for (const name of names) {
      const { empty, value, min, max, whole } = NUMBERS[name];
      assert.ok(value === "" || value === empty, name);
      assert.equal(readNumber("", name), typeof empty === "number" ? empty : undefined);
      if (typeof empty === "number") assert.ok(isRead(String(empty), name), name);
      assert.ok(min < max && (!whole || Number.isInteger(min)), name);
    }
  });

  for (const language of languages) {
    it(`${language}: a field is called the same in its dialog and in the runtime's sentences`, () => {
      const { label, unit, placeholder } = readTexts(language);
      for (const name of names) {
        const field: Field = NUMBERS[name];
        const said = translate(`nodes.field-${name}`, {}, language);
        assert.ok(label?.[name] && said.endsWith(label[name]), `${name}: ${said}`);
        if (field.unit) assert.ok(unit?.[field.unit], name);
        if (typeof field.empty === "string") assert.ok(placeholder?.[field.empty], name);
      }
    });

    it(`${language}: the help of a node lists the range of each of its numbers`, () => {
      for (const type of types) {
        const help = composeHelp(type, language);
        const lines = help.split("\n");
        assert.ok(!help.includes("<!--") && !help.includes("__"), type);
        for (const [name, field] of Object.entries<Field>(NODE_FIELDS[type])) {
          if (field.kind !== "number") continue;
          const called = translate(`nodes.field-${name as NumberName}`, {}, language);
          const line = lines.find((text) => text.startsWith(`- ${called}:`)) ?? "";
          const told = line.match(/-?\d+(?:\.\d+)?/g)?.map(Number) ?? [];
          assert.deepEqual(told.slice(0, 2), [field.min, field.max], `${type}: ${line}`);
          if (typeof field.empty === "number") assert.equal(told.at(-1), field.empty, line);
        }
      }
    });
  }
});
