import { setImmediate as nextTurn } from "node:timers/promises";

import type { Embedder, EmbedOptions } from "../clip/embedder";
import { TlacError, throwIfClosed } from "../errors";
import type { Candidate } from "../lmm/lmm";
import { foldName } from "../vocabulary/fold-name";
import type { Vocabulary } from "../vocabulary/vocabulary";
import { BACKGROUND_WORDS } from "./background-words";
import { weighCandidates, type WeighedName } from "./candidate-weights";
import {
  DEFAULT_TEMPLATE,
  foldNames,
  isReadable,
  namesOf,
  renderTemplate,
  type NameTable,
} from "../vocabulary/class-names";
import { findNameInText } from "./find-name-in-text";
import type { Ranking, Via } from "./ranking";
import { ScoreBoard } from "./score-board";
import { VectorTable } from "../clip/vector-table";

export interface IndexOptions extends EmbedOptions {
  /** The sentence around every name, with `{name}`. */
  readonly template?: string;
}

/** A background word this near to a class's name says the same thing, and would only take it away. */
const SAME_THING = 0.85;

/** A name that stands in the description only is weaker than one that was proposed. */
const DESCRIPTION_WEIGHT = 0.9;

/** Rows after which a pass gives way to other work: about 1 ms. */
const ROWS_PER_TURN = 2_000;

interface NameRow {
  readonly position: number;
  readonly name: string;
}

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
    private readonly rows: readonly NameRow[],
    private readonly table: VectorTable,
    private readonly backgroundWords: readonly string[],
    private readonly background: VectorTable,
  ) {
    this.names = foldNames(vocabulary, "names");
    this.notWords = foldNames(vocabulary, "not");
  }

  /** Embeds the names. Throws `EMBEDDER_UNAVAILABLE`, `CLOSED`. */
  static async build(
    vocabulary: Vocabulary,
    embedder: Embedder,
    options: IndexOptions = {},
  ): Promise<VocabularyIndex> {
    const template = options.template ?? DEFAULT_TEMPLATE;
    const { dims } = embedder.info;
    const rows: NameRow[] = [];
    const texts: string[] = [];
    for (const [position, entry] of vocabulary.classes.entries()) {
      for (const name of namesOf(entry)) {
        if (!isReadable(name, embedder.info)) continue;
        rows.push({ position, name });
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
    const kept = words.flatMap((word, position) => {
      const vector = vectors[position];
      if (!vector) return [];
      let nearest = -1;
      table.forEachCosine(vector, (_row, cosine) => (nearest = Math.max(nearest, cosine)));
      return nearest < SAME_THING ? [{ word, vector }] : [];
    });
    const background = new VectorTable(
      kept.map(({ vector }) => vector),
      dims,
    );
    const keptWords = kept.map(({ word }) => word);
    return new VocabularyIndex(vocabulary, embedder, template, rows, table, keptWords, background);
  }

  /**
   * Ranks the classes for proposed words. A name that is one of a class's own (folded) counts as
   * cosine 1; otherwise the class's nearest name counts. Later candidates weigh less. Where no
   * candidate names a class, a class's name inside the description does.
   */
  async match(
    candidates: readonly Candidate[],
    description = "",
    options: EmbedOptions = {},
  ): Promise<Ranking> {
    const board = new ScoreBoard(this.vocabulary);
    // What a not-word kept from its class, to tell whether it would have come first.
    const banned = new ScoreBoard(this.vocabulary);
    const weighed = weighCandidates(candidates);
    const named = this.offerNamed(weighed, board, banned);
    if (!named) this.offerDescribed(description, board);
    const background = await this.offerNear(weighed, board, banned, options);
    const classes = board.rank();
    const best = classes[0]?.score ?? -1;
    const vetoed = banned.rank().filter(({ score }) => score > best);
    return { classes, background, vetoed: vetoed.map((ranked) => ranked.class) };
  }

  /** Ranks the classes for an image's vector. Throws `BAD_CONFIG` where no name can be read. */
  matchVector(vector: Float32Array): Ranking {
    if (this.table.rows === 0) {
      const params = { model: this.embedder.info.name };
      throw new TlacError("BAD_CONFIG", "match.no-readable-name", params);
    }
    const board = new ScoreBoard(this.vocabulary);
    this.table.forEachCosine(vector, (row, cosine) => {
      const { position, name } = this.rows[row] as NameRow;
      board.offer(position, cosine, () => ({ candidate: "", alias: name, kind: "image" }));
    });
    return { classes: board.rank(), background: this.nearestBackground(vector, 1), vetoed: [] };
  }

  /** Offers the classes whose own name was proposed; resolves to whether there was any. */
  private offerNamed(
    weighed: readonly WeighedName[],
    board: ScoreBoard,
    banned: ScoreBoard,
  ): boolean {
    let found = false;
    for (const { name, fold, weight } of weighed) {
      const not = this.notWords.get(fold) ?? [];
      for (const position of this.names.get(fold) ?? []) {
        const alias = this.aliasOf(position, fold);
        const via = (): Via => ({ candidate: name, alias, kind: "alias" });
        if (not.includes(position)) banned.offer(position, weight, via);
        else board.offer(position, weight, via);
        found ||= !not.includes(position);
      }
    }
    return found;
  }

  private offerDescribed(description: string, board: ScoreBoard): void {
    for (const { fold, positions } of findNameInText(description, this.names)) {
      for (const position of positions) {
        const alias = this.aliasOf(position, fold);
        board.offer(position, DESCRIPTION_WEIGHT, () => ({
          candidate: description,
          alias,
          kind: "alias",
        }));
      }
    }
  }

  /** Cosine of every readable word to every name, the background included. */
  private async offerNear(
    weighed: readonly WeighedName[],
    board: ScoreBoard,
    banned: ScoreBoard,
    options: EmbedOptions,
  ): Promise<Ranking["background"]> {
    const readable = weighed.filter(({ name }) => isReadable(name, this.embedder.info));
    const vectors = await this.embedder.embedTexts(
      readable.map(({ name }) => renderTemplate(this.template, name)),
      options,
    );
    let background: Ranking["background"] = null;
    for (const [number, { name, fold, weight }] of readable.entries()) {
      const vector = vectors[number];
      if (!vector) continue;
      const not = this.notWords.get(fold) ?? [];
      this.table.forEachCosine(vector, (row, cosine) => {
        const { position, name: alias } = this.rows[row] as NameRow;
        const target = not.includes(position) ? banned : board;
        target.offer(position, cosine * weight, () => ({ candidate: name, alias, kind: "text" }));
      });
      const nearest = this.nearestBackground(vector, weight);
      if (nearest && nearest.score > (background?.score ?? -2)) background = nearest;
      if (this.table.rows > ROWS_PER_TURN) {
        await nextTurn();
        throwIfClosed(options.signal);
      }
    }
    return background;
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

  private aliasOf(position: number, fold: string): string {
    const entry = this.vocabulary.classes[position];
    const names = entry ? namesOf(entry) : [];
    return names.find((name) => foldName(name) === fold) ?? "";
  }
}
