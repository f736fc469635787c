/**
 * What Prometheus reads: its text format, version 0.0.4
 * (https://prometheus.io/docs/instrumenting/exposition_formats/).
 */

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
  /** Behind the family's name: `_bucket`, `_sum`, `_count` of a histogram. */
  readonly suffix?: string;
}

export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly samples: readonly Sample[];
}

export const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** Families of one name become one; those without a sample are left out. */
export function writeFamilies(families: readonly Family[]): string {
  const byName = new Map<string, Family>();
  for (const family of families) {
    const known = byName.get(family.name);
    const samples = [...(known?.samples ?? []), ...family.samples];
    byName.set(family.name, { ...family, samples });
  }
  return [...byName.values()]
    .filter(({ samples }) => samples.length > 0)
    .flatMap((family) => [
      `# HELP ${family.name} ${escape(family.help, /[\\\n]/g)}`,
      `# TYPE ${family.name} ${family.type}`,
      ...family.samples.map((sample) => writeSample(family.name, sample)),
    ])
    .map((line) => `${line}\n`)
    .join("");
}

function writeSample(name: string, { labels, value, suffix = "" }: Sample): string {
  const pairs = Object.entries(labels).map(
    ([label, text]) => `${label}="${escape(text, /[\\\n"]/g)}"`,
  );
  const braces = pairs.length > 0 ? `{${pairs.join(",")}}` : "";
  return `${name}${suffix}${braces} ${writeNumber(value)}`;
}

function writeNumber(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? "+Inf" : "-Inf";
}

function escape(text: string, signs: RegExp): string {
  return text.replace(signs, (sign) => (sign === "\n" ? "\\n" : `\\${sign}`));
}
