import { setImmediate as nextTurn } from "node:timers/promises";

import type { Embedder, EmbedderInfo, EmbedOptions } from "../clip/embedder";
import { TlacError, throwIfClosed } from "../errors";
import type { Candidate } from "../lmm/lmm";
import { foldName } from "../vocabulary/fold-name";
import { addGlossaryNames } from "../vocabulary/glossary/add-glossary-names";
import type { Vocabulary, VocabularyClass } from "../vocabulary/vocabulary";
import { BACKGROUND_WORDS } from "./background-words";
import { weighCandidates, type WeighedName } from "./candidate-weights";
import {
  comparedNamesOf,
  DEFAULT_TEMPLATE,
  foldNames,
  isReadable,
  namesOf,
  renderTemplate,
  type NameTable,
} from "../vocabulary/class-names";
import { findNamesInText } from "./find-name-in-text";
import { RANKING_LENGTH, type RankedClass, type Ranking, type Via } from "./ranking";
import { EXACT, ScoreBoard, type Source } from "./score-board";
import { VectorTable } from "../clip/vector-table";

export interface IndexOptions extends EmbedOptions {
  /** The sentence around every name, with `{name}`. */
  readonly template?: string;
}

/**
 * How far from the threshold to 1 a background word may come to a class's name: nearer, it says
 * the same thing and would only take it away. Relative, because each model has a scale of its own.
 */
const SAME_THING = 0.6;

/** A name that stands in the description only is weaker than one that was proposed. */
const DESCRIPTION_WEIGHT = 0.9;

/** A table with more rows gives way to other work after each pass: 2,000 rows take about 1 ms. */
const ROWS_PER_TURN = 2_000;

/**
 * A vocabulary ready to be matched in one model's space: every readable name of every class as a
 * vector, embedded once.
 */
export class VocabularyIndex {
  private readonly names: NameTable;
  private readonly notWords: NameTable;

  private constructor(
    readonly vocabulary: Vocabulary,
    readonly embedder: Embedder,
    private readonly template: string,
    /** Name in each row of the table, and the position of its class. */
    private readonly rowNames: readonly string[],
    private readonly owners: Int32Array,
    private readonly table: VectorTable,
    private readonly backgroundWords: readonly string[],
    private readonly background: VectorTable,
  ) {
    this.names = foldNames(vocabulary, "names");
    this.notWords = foldNames(vocabulary, "not");
  }

  /** Embeds the names. Throws `EMBEDDER_UNAVAILABLE`, `CLOSED`. */
  static async build(
    written: Vocabulary,
    embedder: Embedder,
    options: IndexOptions = {},
  ): Promise<VocabularyIndex> {
    const vocabulary = addGlossaryNames(written, embedder.info);
    const template = options.template ?? DEFAULT_TEMPLATE;
    const { dims } = embedder.info;
    const rowNames: string[] = [];
    const owners: number[] = [];
    const texts: string[] = [];
    for (const [position, entry] of vocabulary.classes.entries()) {
      for (const name of comparedNamesOf(entry, embedder.info)) {
        rowNames.push(name);
        owners.push(position);
        texts.push(renderTemplate(entry.template ?? template, name));
      }
    }
    const table = new VectorTable(await embedder.embedTexts(texts, options), dims);
    const used = foldNames(vocabulary, "names");
    const words = BACKGROUND_WORDS.filter((word) => !used.has(foldName(word)));
    const vectors = await embedder.embedTexts(
      words.map((word) => renderTemplate(template, word)),
      options,
    );
    const background = await dropSameThings(words, vectors, table, embedder.info, options);
    return new VocabularyIndex(
      vocabulary,
      embedder,
      template,
      rowNames,
      Int32Array.from(owners),
      table,
      background.map(({ word }) => word),
      new VectorTable(
        background.map(({ vector }) => vector),
        dims,
      ),
    );
  }

  /**
   * Ranks the classes for proposed words. Each word gives each class its weight times 1 where it
   * is one of the class's names (folded), else times the cosine of the class's nearest name; a
   * class keeps the best that any word gives it. Later candidates weigh less. Where no word names
   * a class, a class's name inside the description does.
   */
  async match(
    candidates: readonly Candidate[],
    description = "",
    options: EmbedOptions = {},
  ): Promise<Ranking> {
    const size = this.vocabulary.classes.length;
    const board = new ScoreBoard(size);
    // What a not-word kept from its class, to tell whether it would have come first.
    const banned = new ScoreBoard(size);
    const { affirmed, denied } = this.findDescribed(description);
    const words = weighCandidates(candidates, (fold) => this.notWords.get(fold) ?? []).map(
      (word) => ({
        ...word,
        banned: [...word.banned, ...denied, ...this.findDescribed(word.name).denied],
      }),
    );
    const named = this.offerNamed(words, board, banned);
    const described = named ? [] : affirmed;
    for (const [number, { positions }] of described.entries()) {
      for (const position of positions) {
        board.offer(position, DESCRIPTION_WEIGHT, words.length + number, EXACT);
      }
    }
    const backgrounds = await this.offerNear(words, board, banned, options);
    const sources = [
      ...words,
      ...described.map(({ fold }) => ({ name: description, fold, rank: words.length })),
    ];
    const best = board.rank(RANKING_LENGTH);
    // Only equal names can be found: with none, "unknown" would be said of every picture.
    if (this.table.rows === 0 && words.length > 0 && best.length + banned.rank(1).length === 0) {
      throw this.unreadable();
    }
    const [first] = best;
    // What a later candidate says is about something else in the picture.
    const lastRank = first ? (sources[first.word]?.rank ?? 0) : Infinity;
    return {
      classes: best.map((source) => this.describe(source, sources)),
      background: backgrounds
        .filter(({ rank }) => rank <= lastRank)
        .reduce<Ranking["background"]>(
          (nearest, { word, score }) =>
            score > (nearest?.score ?? -2) ? { word, score } : nearest,
          null,
        ),
      vetoed: banned
        .rank(RANKING_LENGTH)
        .filter(({ score }) => score > (first?.score ?? -1))
        .flatMap(({ position }) => this.vocabulary.classes[position]?.id ?? []),
    };
  }

  /** Ranks the classes for an image's vector. Throws `BAD_CONFIG` where no name can be read. */
  matchVector(vector: Float32Array): Ranking {
    if (this.table.rows === 0) {
      throw this.unreadable();
    }
    const board = new ScoreBoard(this.vocabulary.classes.length);
    this.table.forEachCosine(vector, (row, cosine) => {
      board.offer(this.owners[row] as number, cosine, 0, row);
    });
    return {
      classes: board.rank(RANKING_LENGTH).map((source) => this.describe(source, null)),
      background: this.nearestBackground(vector, 1),
      vetoed: [],
    };
  }

  private unreadable(): TlacError {
    const params = { model: this.embedder.info.name };
    return new TlacError("BAD_CONFIG", "match.no-readable-name", params);
  }

  /** Offers the classes whose own name was proposed; returns whether there was any. */
  private offerNamed(
    words: readonly WeighedName[],
    board: ScoreBoard,
    banned: ScoreBoard,
  ): boolean {
    let found = false;
    for (const [number, { fold, weight, banned: not }] of words.entries()) {
      for (const position of this.names.get(fold) ?? []) {
        const target = not.includes(position) ? banned : board;
        target.offer(position, weight, number, EXACT);
        found ||= target === board;
      }
    }
    return found;
  }

  /**
   * Classes whose name stands in a text, and none of whose not-words does; and those that it names
   * in denials only, which no word about the same picture can mean.
   */
  private findDescribed(text: string): {
    affirmed: { fold: string; positions: number[] }[];
    denied: number[];
  } {
    const found = findNamesInText(text, (fold) => this.names.has(fold) || this.notWords.has(fold));
    const stands = found.filter(({ denied }) => !denied);
    const ruledOut = new Set(stands.flatMap(({ fold }) => this.notWords.get(fold) ?? []));
    const affirmed = stands.map(({ fold }) => ({
      fold,
      positions: (this.names.get(fold) ?? []).filter((position) => !ruledOut.has(position)),
    }));
    const said = new Set(affirmed.flatMap(({ positions }) => positions));
    const denied = found
      .filter(({ denied: isDenied }) => isDenied)
      .flatMap(({ fold }) => this.names.get(fold) ?? [])
      .filter((position) => !said.has(position));
    return { affirmed, denied };
  }

  /** Offers the cosine of every readable word to every name; the nearest background word of each. */
  private async offerNear(
    words: readonly WeighedName[],
    board: ScoreBoard,
    banned: ScoreBoard,
    options: EmbedOptions,
  ): Promise<{ rank: number; word: string; score: number }[]> {
    const readable = [...words.entries()].filter(([, { name }]) =>
      isReadable(name, this.embedder.info),
    );
    const vectors = await this.embedder.embedTexts(
      readable.map(([, { name }]) => renderTemplate(this.template, name)),
      options,
    );
    const backgrounds: { rank: number; word: string; score: number }[] = [];
    for (const [at, [number, { weight, rank, banned: not }]] of readable.entries()) {
      const vector = vectors[at];
      if (!vector) continue;
      this.table.forEachCosine(vector, (row, cosine) => {
        const position = this.owners[row] as number;
        const target = not.length > 0 && not.includes(position) ? banned : board;
        // Rounding must not lift a word above its own exact name.
        target.offer(position, Math.min(1, cosine) * weight, number, row);
      });
      const nearest = this.nearestBackground(vector, weight);
      if (nearest) backgrounds.push({ rank, ...nearest });
      await giveWay(this.table, options.signal);
    }
    return backgrounds;
  }

  private nearestBackground(vector: Float32Array, weight: number): Ranking["background"] {
    let best = -2;
    let word: string | undefined;
    this.background.forEachCosine(vector, (row, cosine) => {
      if (cosine * weight <= best) return;
      best = cosine * weight;
      word = this.backgroundWords[row];
    });
    return word === undefined ? null : { word, score: best };
  }

  /** `words` null: the image itself was compared. */
  private describe(
    { position, score, word, row }: Source,
    words: readonly { readonly name: string; readonly fold: string }[] | null,
  ): RankedClass {
    const entry = this.vocabulary.classes[position] as VocabularyClass;
    const proposed = words?.[word];
    const exact = namesOf(entry).find((name) => foldName(name) === proposed?.fold);
    const alias = (row === EXACT ? exact : this.rowNames[row]) ?? entry.label;
    const kind = words === null ? "image" : row === EXACT ? "alias" : "text";
    const isOwn = alias === entry.label || entry.aliases.includes(alias);
    const via: Via = {
      ...{ candidate: proposed?.name ?? "", alias, kind },
      ...(isOwn ? {} : { glossary: true }),
    };
    return { class: entry.id, label: entry.label, score, via };
  }
}

/** The background words that say something else than every class. */
async function dropSameThings(
  words: readonly string[],
  vectors: readonly Float32Array[],
  names: VectorTable,
  info: EmbedderInfo,
  { signal }: EmbedOptions,
): Promise<{ word: string; vector: Float32Array }[]> {
  const { threshold } = info.decision.text;
  const sameThing = threshold + (1 - threshold) * SAME_THING;
  const kept: { word: string; vector: Float32Array }[] = [];
  for (const [number, word] of words.entries()) {
    const vector = vectors[number];
    if (!vector) continue;
    let nearest = -1;
    names.forEachCosine(vector, (_row, cosine) => (nearest = Math.max(nearest, cosine)));
    if (nearest < sameThing) kept.push({ word, vector });
    await giveWay(names, signal);
  }
  return kept;
}

/** Between two passes over a large table; throws `CLOSED` once nobody waits any more. */
async function giveWay(table: VectorTable, signal: AbortSignal | undefined): Promise<void> {
  if (table.rows <= ROWS_PER_TURN) return;
  await nextTurn();
  throwIfClosed(signal);
}
