import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";

import { toError } from "../errors";
import { describePlan, describePlant } from "../estimate/describe-plan";
import { effortFrom, readEfforts, type MeasuredMode } from "../estimate/effort";
import { makePlan, type Plant } from "../estimate/plan";
import { translate, type Language } from "../i18n/catalogue";
import type { Streams } from "./streams";
import { UsageError } from "./usage-error";

/**
 * `tlac estimate`: what a plant needs, by measured or given times. Resolves to whether there was
 * something to estimate; throws `UsageError`, and `BAD_CONFIG` for a report that is none.
 */
export async function estimate(
  args: readonly string[],
  { out }: Streams,
  language: Language,
): Promise<void> {
  const values = parse(args);
  const say = (line: string): void => {
    out.write(`${line}\n`);
  };
  if (values.help || args.length === 0) {
    out.write(translate("estimate.usage", {}, language));
    return;
  }
  const plant = readPlant(values);
  const modes = await readModes(values);
  const plans = modes.map((mode) => ({ mode: mode.name, plan: makePlan(plant, mode.effort) }));
  if (values.json) {
    say(JSON.stringify({ plant, plans: plans.map(({ mode, plan }) => ({ mode, ...plan })) }));
    return;
  }
  const [first] = plans;
  if (first) {
    const { key, params } = describePlant(plant, first.plan);
    say(translate(key, params, language));
  }
  for (const { mode, plan } of plans) {
    if (plans.length > 1) say(`\n${mode}`);
    for (const { key, params } of describePlan(plan, plant)) say(translate(key, params, language));
  }
  const guessed = values.report === undefined && values["seconds-95"] === undefined;
  if (guessed) say(translate("estimate.guessed", {}, language));
  say(translate("estimate.formula", {}, language));
}

type Values = ReturnType<typeof parse>;

function parse(args: readonly string[]) {
  const text = { type: "string" } as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        cameras: text,
        "per-minute": text,
        unchanged: text,
        report: text,
        seconds: text,
        "seconds-95": text,
        servers: text,
        wait: text,
        watts: text,
        "watts-idle": text,
        price: text,
        hours: text,
        json: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
    return values;
  } catch (thrown) {
    throw new UsageError("cli.bad-option", { reason: toError(thrown).message });
  }
}

function readPlant(values: Values): Plant {
  const optional = (option: Option, most: number): number | undefined =>
    values[option] === undefined ? undefined : readNumber(values, option, 0, most);
  return {
    cameras: readNumber(values, "cameras", 1, 10_000),
    framesPerMinute: readNumber(values, "per-minute", 1e-6, 10_000),
    unchanged: (optional("unchanged", 100) ?? 0) / 100,
    servers: Math.round(
      values.servers === undefined ? 1 : readNumber(values, "servers", 1, 10_000),
    ),
    longestWait: optional("wait", 86_400),
    watts: optional("watts", 1e6),
    idleWatts: optional("watts-idle", 1e6),
    price: optional("price", 1e9),
    hours: optional("hours", 24) ?? 24,
  };
}

async function readModes(values: Values): Promise<MeasuredMode[]> {
  const { report } = values;
  if (report === undefined) {
    const mean = readNumber(values, "seconds", 0, 3_600);
    const p95 =
      values["seconds-95"] === undefined ? undefined : readNumber(values, "seconds-95", 0, 36_000);
    return [{ name: "", effort: effortFrom(mean, p95) }];
  }
  const text = await readFile(report, "utf8").catch((thrown: unknown) => {
    throw new UsageError("cli.no-such-file", { file: report, reason: toError(thrown).message });
  });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = null;
  }
  return readEfforts(json, report);
}

type Option = Exclude<keyof Values, "json" | "help" | "report">;

function readNumber(values: Values, option: Option, least: number, most: number): number {
  const text = values[option];
  if (text === undefined) throw new UsageError("estimate.needs", { option });
  const value = Number(text.replace(/^(\d+),(\d+)$/, "$1.$2"));
  if (text.trim() !== "" && value >= least && value <= most) return value;
  throw new UsageError("estimate.bad-number", { option, value: text, least, most });
}
