import { isRecord, type UnknownRecord } from "../basics/is-record";
import { FAMILIES, truncateIds, type Family } from "./family";
import { readRecord } from "./read-json";

/** What is used of the library, whose own declarations name their files as bundlers read them. */
interface Tokenizer {
  encode(text: string): { readonly ids: readonly number[] };
  token_to_id(token: string): number | undefined;
}
type Library = Record<"Tokenizer", new (table: object, config: object) => Tokenizer>;

export interface TokenRules {
  readonly family: Family;
  /** A text is cut after so many tokens, its closing token included. */
  readonly maxTokens: number;
}

/** Turns texts into the rows of ids that a text tower wants. */
export class TextTokenizer {
  /** The id that ends every text; null where the tokenizer sets none. */
  private readonly closing: number | null;

  private constructor(
    private readonly tokenizer: Tokenizer,
    private readonly padding: number | undefined,
    private readonly rules: TokenRules,
  ) {
    this.closing = tokenizer.encode("").ids.at(-1) ?? null;
  }

  /**
   * Reads `tokenizer.json` and `tokenizer_config.json` of a model's folder. Throws
   * `EMBEDDER_UNAVAILABLE` that names a bad file, and what the library says of a bad table.
   */
  static async open(folder: string, rules: TokenRules): Promise<TextTokenizer> {
    const model = await readRecord(folder, "tokenizer.json");
    const config = await readRecord(folder, "tokenizer_config.json");
    const library = (await import("@huggingface/tokenizers")) as unknown as Library;
    const tokenizer = new library.Tokenizer(model, config);
    const pad = paddingToken(config);
    return new TextTokenizer(
      tokenizer,
      pad === undefined ? undefined : tokenizer.token_to_id(pad),
      rules,
    );
  }

  /** Tokens of a text before truncation, special ones included. */
  count(text: string): number {
    return this.encode(text).length;
  }

  /** A text's ids, cut to the limit and, where the family wants it, padded to it. */
  tokenize(text: string): number[] {
    const { maxTokens, family } = this.rules;
    const ids = truncateIds(this.encode(text), maxTokens, this.closing);
    if (!FAMILIES[family].padToEnd) return ids;
    const padding = this.padding ?? this.closing ?? 0;
    return [...ids, ...new Array<number>(maxTokens - ids.length).fill(padding)];
  }

  private encode(text: string): readonly number[] {
    const { lowercase } = FAMILIES[this.rules.family];
    return this.tokenizer.encode(lowercase ? text.toLowerCase() : text).ids;
  }
}

/** `pad_token`, else `eos_token`, as itself or with its rules about the spaces around it. */
function paddingToken(config: UnknownRecord): string | undefined {
  for (const token of [config.pad_token, config.eos_token]) {
    const content = isRecord(token) ? token.content : token;
    if (typeof content === "string") return content;
  }
  return undefined;
}
