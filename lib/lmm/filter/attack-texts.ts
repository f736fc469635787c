/** As long as a description may be. */
const TEXT_LENGTH = 500;

/** Texts that one pattern is tried on. */
const MAX_TEXTS = 200;

/** What a class of characters stands for, one or two of its members. */
const SAMPLES: Readonly<Record<string, readonly string[]>> = {
  ".": ["a"],
  "\\w": ["a", "0"],
  "\\d": ["0"],
  "\\s": [" "],
  "\\W": [" "],
  "\\D": ["a"],
  "\\S": ["a"],
  "\\n": ["\n"],
  "\\t": ["\t"],
};

// One atom a match: a class in brackets, an escape, or a character that is no syntax. Groups,
// quantifiers and bars are passed over: what matters is what may repeat, not how.
const ATOM =
  /\[(?:\\.|[^\]\\])*\]|\\[pP]\{[^}]*\}|\\u\{[^}]*\}|\\k<[^>]*>|\\.|\(\?(?:<?[=!:]|<[^>]*>)?|\{\d*,?\d*\}|[^\\]/gsu;

/**
 * Texts that let a pattern backtrack where it can: each begins like a match of the pattern, then
 * repeats one to four of its parts, and ends in what does not fit. A pattern that is quick on all
 * of them may still be slow on others.
 */
export function createAttackTexts(pattern: string): string[] {
  const atoms = (pattern.match(ATOM) ?? []).flatMap((atom) => {
    const samples = sampleOf(atom);
    return samples.length > 0 ? [samples] : [];
  });
  const skeleton = atoms.map(([first = ""]) => first);
  const texts = new Set<string>();
  for (let width = 1; width <= 4; width += 1) {
    for (let start = 0; start + width <= atoms.length; start += 1) {
      const before = skeleton.slice(0, start).join("");
      for (const part of combine(atoms.slice(start, start + width))) {
        const run = part.repeat(Math.ceil(TEXT_LENGTH / part.length));
        for (const text of [`${run.slice(0, TEXT_LENGTH)}\u0001`, `${before}${run}\u0001`]) {
          texts.add(`${text.slice(0, TEXT_LENGTH)}\u0001`);
          if (texts.size >= MAX_TEXTS) return [...texts];
        }
      }
    }
  }
  return [...texts];
}

function sampleOf(atom: string): readonly string[] {
  const known = SAMPLES[atom];
  if (known) return known;
  if (/^\\[pP]\{/.test(atom)) return ["a", "ボ"];
  if (atom.startsWith("[")) return sampleClass(atom.slice(1, -1));
  if (/^\\[bB\dk]/.test(atom)) return [];
  const code = /^\\u\{([\da-f]+)\}$/i.exec(atom)?.[1];
  if (code) return [String.fromCodePoint(Math.min(0x10_ffff, parseInt(code, 16)))];
  if (atom.startsWith("\\")) return [atom.slice(1)];
  return /^[()|*+?^${}]/.test(atom) ? [] : [atom];
}

/** First and last member; of a negated class something that is hardly ever excluded. */
function sampleClass(members: string): readonly string[] {
  if (members.startsWith("^")) return ["a", " "].filter((sample) => !members.includes(sample));
  const atoms = members.match(/\\[pP]\{[^}]*\}|\\.|[^\\]/gsu) ?? [];
  const samples = atoms.flatMap(sampleOf);
  return [...new Set([samples[0] ?? "", samples.at(-1) ?? ""])].filter((sample) => sample !== "");
}

/** The first sample of each, and once the last of each. */
function combine(atoms: readonly (readonly string[])[]): string[] {
  const first = atoms.map((samples) => samples[0] ?? "").join("");
  const last = atoms.map((samples) => samples.at(-1) ?? "").join("");
  return [...new Set([first, last])].filter((text) => text !== "");
}
