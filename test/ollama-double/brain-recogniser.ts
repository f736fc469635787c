import type { Brain, BrainAnswer, BrainRequest } from "./brain";
import { fillSchema, isRecord, type Format, type JsonSchema } from "./schema";

/** A name for what an image shows. */
export interface Recognition {
  readonly name: string;
  readonly synonyms: readonly string[];
  /** 0…1. */
  readonly score: number;
}

export interface RecogniserBrainOptions {
  /** Names for an encoded image, best first. */
  readonly recognise: (image: Buffer) => Promise<readonly Recognition[]>;
  /** How alike in meaning (-1…1) a word is to each option; default: alike in letters. */
  readonly similar?: (word: string, options: string[]) => Promise<number[]>;
  /** Other names for a thing, as a model knows them without seeing it. */
  readonly synonymsOf?: (name: string) => readonly string[];
  /** What "none of these" scores against; below it no option is taken for the same thing. */
  readonly noneScore?: number;
}

/** What a model that sees nothing makes up. */
const FICTION: readonly Recognition[] = [
  { name: "cat", synonyms: ["kitten"], score: 0.9 },
  { name: "sofa", synonyms: ["couch"], score: 0.6 },
];

/** How many names LLaVA offers unless the schema allows fewer. */
const NAMES = 5;

/** Spread of similarities in which a choice is no longer clear; turns scores into chances. */
const SOFTMAX_TEMPERATURE = 0.05;

/** What a word loses for each surer word before it. */
const RANK_COST = 0.01;

/** Answers in LLaVA's manner about the image it gets, and like a text model without one. */
export class RecogniserBrain implements Brain {
  readonly #recognise: RecogniserBrainOptions["recognise"];
  readonly #similar: NonNullable<RecogniserBrainOptions["similar"]>;
  readonly #noneScore: number;
  readonly #synonymsOf: NonNullable<RecogniserBrainOptions["synonymsOf"]>;

  constructor({ recognise, similar, synonymsOf, noneScore }: RecogniserBrainOptions) {
    this.#recognise = recognise;
    this.#synonymsOf = synonymsOf ?? (() => []);
    this.#similar = similar ?? compareLetters;
    this.#noneScore = noneScore ?? (similar ? 0.8 : 0.4);
  }

  async answer(request: BrainRequest): Promise<BrainAnswer> {
    const { format, images, sentImages } = request;
    const prompt = [request.system, request.prompt].filter(Boolean).join("\n");
    const [image] = images;
    const seen = image ? await this.#recognise(image.bytes) : sentImages > 0 ? FICTION : [];
    const things = readThings(prompt, format);
    if (things.length > 0) {
      const synonyms = things.map(([code, name]) => [code, this.#synonymsOf(name)]);
      return { json: Object.fromEntries(synonyms) as unknown };
    }
    const choice = readChoiceQuestion(prompt, format);
    if (choice) return this.#choose(choice, seen);
    const list = readClassList(prompt);
    if (list && (list.predicted !== undefined || (seen.length > 0 && !isRecord(format)))) {
      return { text: await this.#pickClass(list, seen) };
    }
    if (seen.length === 0) return { text: "I cannot see an image. Please provide one." };
    if (isRecord(format)) return { json: describeAsJson(format, seen, request.dice) };
    if (NAME_ONLY.test(prompt)) return { text: seen[0]?.name ?? "" };
    return { text: describeInWords(seen, request.dice) };
  }

  /** The paper's second stage: the exact match, else the closest class. */
  async #pickClass(list: ClassList, seen: readonly Recognition[]): Promise<string> {
    const { classes } = list;
    const predicted = list.predicted ?? seen[0]?.name ?? "";
    const exact = classes.find((name) => name.toLowerCase() === predicted.toLowerCase());
    if (exact !== undefined) return exact;
    const scores = await this.#similar(predicted, classes);
    return classes[indexOfMax(scores)] ?? predicted;
  }

  async #choose(question: ChoiceQuestion, seen: readonly Recognition[]): Promise<BrainAnswer> {
    const words = [
      ...question.observed,
      ...seen.flatMap(({ name, synonyms }) => [name, ...synonyms]),
    ];
    // Every name of every option, with the option that it stands for.
    const names = question.options.flatMap((option, owner) =>
      option.names.map((name) => ({ name, owner })),
    );
    const best = question.options.map((option) => (option.names.length > 0 ? -1 : this.#noneScore));
    for (const [rank, word] of words.entries()) {
      const scores = await this.#similar(
        word,
        names.map(({ name }) => name),
      );
      for (const [index, { name, owner }] of names.entries()) {
        const exact = name.toLowerCase() === word.toLowerCase();
        // The first words are the surer ones.
        const score = (exact ? 1 : (scores[index] ?? -1)) - RANK_COST * rank;
        best[owner] = Math.max(best[owner] ?? -1, score);
      }
    }
    const weights = best.map((score) =>
      Math.exp((score - Math.max(...best)) / SOFTMAX_TEMPERATURE),
    );
    const sum = weights.reduce((total, weight) => total + weight, 0);
    const probabilities = Object.fromEntries(
      question.options.map(({ letter }, index) => [letter, (weights[index] ?? 0) / sum]),
    );
    const letter = question.options[indexOfMax(best)]?.letter ?? "A";
    return question.schema
      ? {
          json: fillSchema(question.schema, (_, { enum: codes }) => codes && letter),
          probabilities,
        }
      : { text: letter, probabilities };
  }
}

// Readers of prompts: what follows knows how a prompt is worded, and nothing else does.

/** The paper's first stage wants no sentence. */
const NAME_ONLY = /\b(name only|only (the|its) name)\b/i;

interface ClassList {
  readonly classes: string[];
  readonly predicted: string | undefined;
}

/** `classes: [a, b]` and `predicted class: c`, in any case and order. */
function readClassList(prompt: string): ClassList | undefined {
  const list = /classes\s*[:=]\s*\[([^\]]*)\]/i.exec(prompt)?.[1];
  if (list === undefined) return undefined;
  const classes = list.split(",").map(unquote).filter(Boolean);
  if (classes.length === 0) return undefined;
  const predicted = /predicted(?:[ _]class)?\s*[:=]\s*(.+)/i.exec(prompt)?.[1];
  return { classes, predicted: predicted === undefined ? undefined : unquote(predicted) };
}

function unquote(word: string): string {
  return word.trim().replace(/^["'“”]+|["'“”.]+$/g, "");
}

/** Lines such as `n1: forklift`, where the schema has a list for each code. */
function readThings(prompt: string, format: Format): [code: string, name: string][] {
  if (!isRecord(format) || !isRecord(format.properties)) return [];
  const codes = Object.keys(format.properties);
  const lines = [...prompt.matchAll(/^(n\d+): (.+)$/gm)];
  return lines.flatMap(([, code = "", name = ""]): [string, string][] =>
    codes.includes(code) ? [[code, name]] : [],
  );
}

interface ChoiceQuestion {
  /** The names under each letter; none for "none of these". */
  readonly options: readonly { letter: string; names: readonly string[] }[];
  readonly observed: readonly string[];
  readonly schema: JsonSchema | undefined;
}

/** Lines such as `A: forklift (fork truck)` under words in quotation marks. */
function readChoiceQuestion(prompt: string, format: Format): ChoiceQuestion | undefined {
  const codes = isRecord(format) ? findLetterCodes(format) : undefined;
  const lines = [...prompt.matchAll(/^\s*([A-Z])\s*[:.)]\s*(.+)$/gm)];
  const options = lines.flatMap(([, letter, text]) =>
    letter !== undefined && text !== undefined && (codes?.includes(letter) ?? true)
      ? [{ letter, names: readOptionNames(text) }]
      : [],
  );
  // Without codes in the format a list with letters may be anything: two make a choice.
  if (options.length < (codes ? 1 : 2)) return undefined;
  // The form of an answer in braces has quotation marks, too.
  const question = prompt.slice(0, lines[0]?.index).replaceAll(/\{[^{}]*\}/g, "");
  const observed = [...question.matchAll(/["“]([^"“”\n]+)["”]/g)].map(([, word]) => word ?? "");
  return { options, observed, schema: codes && isRecord(format) ? format : undefined };
}

function readOptionNames(text: string): readonly string[] {
  if (/^none\b/i.test(text.trim())) return [];
  const [, label, others] = /^([^(]+?)\s*(?:\((.*)\))?\s*$/.exec(text) ?? [];
  return [label ?? text, ...(others?.split(",") ?? [])].map(unquote).filter(Boolean);
}

/** The first enum of single letters in a schema. */
function findLetterCodes(schema: JsonSchema): string[] | undefined {
  const codes = schema.enum?.filter((code): code is string => typeof code === "string");
  if (codes && codes.length > 0 && codes.every((code) => /^[A-Z]$/.test(code))) return codes;
  for (const part of Object.values(schema.properties ?? {})) {
    const found = findLetterCodes(part);
    if (found) return found;
  }
  return undefined;
}

// Writers of answers.

const OPENINGS = ["The image shows", "This is an image of", "The photo features"] as const;

function withArticle(name: string): string {
  return `${/^[aeiou]/i.test(name) ? "an" : "a"} ${name}`;
}

function openSentence(best: string, dice: () => number): string {
  const opening = OPENINGS[Math.floor(dice() * OPENINGS.length)] ?? OPENINGS[0];
  return `${opening} ${withArticle(best)}`;
}

function describeInWords(seen: readonly Recognition[], dice: () => number): string {
  const [best, second] = seen;
  if (!best) return "";
  const known = best.synonyms.length > 0 ? `, also known as ${best.synonyms.join(" or ")}` : "";
  const rival = second ? ` It might also be ${withArticle(second.name)}.` : "";
  return `${openSentence(best.name, dice)}${known}.${rival}`;
}

const NAME_KEY = /name|label|class|object|answer|item/i;
const SYNONYM_KEY = /syn|alias|also/i;
const DESCRIPTION_KEY = /descr|caption|sentence|reason/i;

/** Fills a schema with what was recognised, by what its keys seem to ask for. */
function describeAsJson(
  schema: JsonSchema,
  seen: readonly Recognition[],
  dice: () => number,
): unknown {
  const best = seen[0];
  if (!best) return fillSchema(schema, () => undefined);
  const sentence = `${openSentence(best.name, dice)}.`;
  const fill = (part: JsonSchema, about: Recognition): unknown =>
    fillSchema(part, (key, { type, enum: codes, items, maxItems }) => {
      if (codes)
        return codes.find((code) => String(code).toLowerCase() === about.name.toLowerCase());
      switch (type) {
        case "string":
          return DESCRIPTION_KEY.test(key) ? sentence : about.name;
        case "number":
          return about.score;
        case "array": {
          if (SYNONYM_KEY.test(key)) return about.synonyms.slice(0, maxItems);
          const most = seen.slice(0, Math.min(maxItems ?? NAMES, NAMES));
          if (items?.properties) return most.map((each) => fill(items, each));
          return most.map(({ name }) => name);
        }
        default:
          return NAME_KEY.test(key) && type === undefined && key !== "" ? about.name : undefined;
      }
    });
  return fill(schema, best);
}

function indexOfMax(values: readonly number[]): number {
  return values.indexOf(Math.max(...values));
}

/** Share of letter pairs that two words have in common (Dice's coefficient). */
function compareLetters(word: string, options: string[]): Promise<number[]> {
  const pairs = (text: string): Set<string> => {
    const padded = ` ${text.toLowerCase()} `;
    return new Set(Array.from({ length: padded.length - 1 }, (_, at) => padded.slice(at, at + 2)));
  };
  const own = pairs(word);
  return Promise.resolve(
    options.map((option) => {
      const other = pairs(option);
      const common = [...own].filter((pair) => other.has(pair)).length;
      return (2 * common) / (own.size + other.size);
    }),
  );
}
