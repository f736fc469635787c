import { remember, rememberTexts } from "../basics/remember";
import type { Embedder, EmbedOptions, Label, Sight } from "../clip/embedder";
import type { Candidate } from "../lmm/lmm";
import { addAbsenceNames } from "../vocabulary/absence-names";
import { foldName } from "../vocabulary/fold-name";
import { addGlossaryNames } from "../vocabulary/glossary/add-glossary-names";
import type { Vocabulary, VocabularyClass } from "../vocabulary/vocabulary";
import { BackgroundTable } from "./background-table";
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
import { compareWord, giveWay, type Compared } from "./compare-word";
import { findDescribed, type Described } from "./find-described";
import { doubt, readTrust, type Trust } from "./trust";
import type { Background, SightTestimony, Via, WordsTestimony } from "./testimonies";
import { shareBelief } from "../witness/testimony";
import { EXACT, ScoreBoard, type Source } from "./score-board";
import { VectorTable } from "../clip/vector-table";

export interface IndexOptions extends EmbedOptions {
  /** The sentence around every name, with `{name}`. */
  readonly template?: string;
}

/** Cosine of "none of the classes" where not even a background word was heard. */
const NO_WORD = 0.4;

/** Cosine of a class that the words deny, or that a not-word keeps away. */
const DENIED = -1;

/** A name that stands in the description only is weaker than one that was proposed. */
const DESCRIPTION_WEIGHT = 0.9;

/** Cosines that are remembered: 8 MB. */
const MOST_COSINES = 1_000_000;
/** What an entry of them takes besides, in cosines. */
const COSINES_OF_AN_ENTRY = 50;

/**
 * A vocabulary ready to be matched in one model's space: every readable name of every class as a
 * vector, embedded once.
 */
export class VocabularyIndex {
  private readonly names: NameTable;
  private readonly notWords: NameTable;
  private readonly findDescribed: (text: string) => Described;
  /** The text that is embedded for a proposed word; empty where the model cannot read it. */
  private readonly render: (word: string) => string;
  /** By the vector, which the embedder hands out again for the same word. */
  private readonly compare: (vector: Float32Array) => Compared;
  private readonly trust: Trust;
  /** Classes of the image tower that have a name of one of the vocabulary's. */
  private readonly recognised: readonly { readonly label: number; readonly position: number }[];

  private constructor(
    readonly vocabulary: Vocabulary,
    readonly embedder: Embedder,
    template: string,
    /** Name in each row of the table, and the position of its class. */
    private readonly rowNames: readonly string[],
    private readonly owners: Int32Array,
    private readonly table: VectorTable,
    private readonly background: BackgroundTable,
  ) {
    this.names = addAbsenceNames(foldNames(vocabulary, "names"));
    this.notWords = foldNames(vocabulary, "not");
    this.trust = readTrust(vocabulary);
    this.recognised = findRecognised(embedder.info.labels ?? [], this.names, this.trust);
    this.findDescribed = rememberTexts((text) => findDescribed(text, this.names, this.notWords));
    this.render = rememberTexts((word) =>
      isReadable(word, embedder.info) ? renderTemplate(template, word) : "",
    );
    this.compare = remember(
      (vector: Float32Array) => compareWord(vector, table, background),
      Math.ceil(MOST_COSINES / (table.rows + COSINES_OF_AN_ENTRY)),
    );
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
    const vectors = await embedder.embedTexts(texts, options);
    const table = VectorTable.of(vectors, dims);
    const background = await BackgroundTable.build(
      vocabulary,
      vectors,
      embedder,
      template,
      options,
    );
    return new VocabularyIndex(
      vocabulary,
      embedder,
      template,
      rowNames,
      Int32Array.from(owners),
      table,
      background,
    );
  }

  /**
   * What proposed words say of the classes. Each word gives each class its weight times 1 where it
   * is one of the class's names (folded), else times the cosine of the class's nearest name; a
   * class keeps the best that any word gives it. Later candidates weigh less. Where no word names
   * a class, a class's name inside the description does. Null where there is no word at all.
   */
  async hear(
    candidates: readonly Candidate[],
    description = "",
    options: EmbedOptions = {},
  ): Promise<WordsTestimony | null> {
    const size = this.vocabulary.classes.length;
    const board = new ScoreBoard(size);
    // What a not-word kept from its class, to tell whether it would have come first.
    const banned = new ScoreBoard(size);
    const { affirmed, denied } = this.findDescribed(description);
    const words = weighCandidates(candidates, (fold) => this.notWords.get(fold) ?? []).map(
      (word): WeighedName => {
        const more = [...denied, ...this.findDescribed(word.name).denied];
        return more.length === 0 ? word : { ...word, banned: [...word.banned, ...more] };
      },
    );
    const named = this.offerNamed(words, board, banned);
    const described = named ? [] : affirmed;
    if (words.length === 0 && described.length === 0) return null;
    for (const [number, { fold, positions }] of described.entries()) {
      for (const position of positions) {
        const weight = DESCRIPTION_WEIGHT * this.trust(fold, position);
        board.offer(position, weight, words.length + number, EXACT);
      }
    }
    const backgrounds = await this.offerNear(words, board, banned, options);
    const sources = [
      ...words,
      ...described.map(({ fold }) => ({ name: description, fold, rank: words.length })),
    ];
    const first = board.best();
    // What a later candidate says is about something else in the picture.
    const lastRank = first ? (sources[first.word]?.rank ?? 0) : Infinity;
    const background = backgrounds
      .filter(({ rank }) => rank <= lastRank)
      .reduce<Background | null>(
        (nearest, { word, score }) => (score > (nearest?.score ?? -2) ? { word, score } : nearest),
        null,
      );
    // What a word denies is not merely unmentioned: it must not share in the belief in the unknown.
    const scores = board
      .toScores()
      .map((score, at) => (Number.isNaN(score) && banned.at(at) ? DENIED : score));
    const none = Math.max(background?.score ?? -1, NO_WORD);
    const share = shareBelief(scores, none, this.embedder.info.sharpness.words);
    const trusted = (position: number): number => {
      if (!board.isExact(position)) return 1;
      return this.trust(sources[board.at(position)?.word ?? -1]?.fold ?? "", position);
    };
    return {
      scores,
      ...doubt(share, trusted),
      exact: scores.map((score, position) =>
        board.isExact(position) ? score * (2 * trusted(position) - 1) : 0,
      ),
      trust: trusted,
      background,
      vetoed: banned.above(first?.score ?? -1),
      via: (position) => {
        const source = board.at(position);
        return source && this.describe(source, sources);
      },
    };
  }

  /**
   * What an image says of the classes: where one of the class's names is a name of the image
   * tower's own classes, their probability; else the cosine of the class's nearest name, in what
   * probability is left. Null where the image cannot speak of any class.
   */
  look({ embedding, probabilities }: Sight): SightTestimony | null {
    const { info } = this.embedder;
    const size = this.vocabulary.classes.length;
    const board = new ScoreBoard(size);
    if (embedding) {
      this.table.forEachDot(embedding, (row, cosine) => {
        board.offer(this.owners[row] as number, cosine, 0, row);
      });
    }
    const known = this.recognise(probabilities);
    if (this.table.rows === 0 && !known) return null;
    const background = embedding && this.background.nearest(embedding);
    const scores = board.toScores();
    const unnamed = known ? scores.map((score, at) => (known.has(at) ? NaN : score)) : scores;
    const named = [...(known?.values() ?? [])].reduce((sum, one) => sum + one, 0);
    const none = background?.score ?? -Infinity;
    const share = shareBelief(unnamed, none, info.sharpness.sight, Math.max(0, 1 - named));
    for (const [position, probability] of known ?? []) share.beliefs[position] = probability;
    return {
      scores,
      ...share,
      background,
      recognises: (position) => known?.has(position) ?? false,
      via: (position) => {
        const source = board.at(position);
        return source && this.describe(source, null);
      },
    };
  }

  /** Whether an image or a word in the model's language can speak of any class. */
  get readable(): boolean {
    return this.table.rows > 0;
  }

  /** Probability by position of each class that the image tower has a class of its own for. */
  private recognise(probabilities: Float32Array | null): Map<number, number> | null {
    if (!probabilities || this.recognised.length === 0) return null;
    const known = new Map<number, number>();
    for (const { label, position } of this.recognised) {
      known.set(position, (known.get(position) ?? 0) + (probabilities[label] ?? 0));
    }
    return known;
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
        target.offer(position, weight * this.trust(fold, position), number, EXACT);
        found ||= target === board;
      }
    }
    return found;
  }

  /** Offers the cosine of every readable word to every name; the nearest background word of each. */
  private async offerNear(
    words: readonly WeighedName[],
    board: ScoreBoard,
    banned: ScoreBoard,
    options: EmbedOptions,
  ): Promise<{ rank: number; word: string; score: number }[]> {
    const readable = [...words.entries()].filter(([, { name }]) => this.render(name) !== "");
    const vectors = await this.embedder.embedTexts(
      readable.map(([, { name }]) => this.render(name)),
      options,
    );
    const backgrounds: { rank: number; word: string; score: number }[] = [];
    for (const [at, [number, { weight, rank, banned: not }]] of readable.entries()) {
      const vector = vectors[at];
      if (!vector) continue;
      const { cosines, background } = this.compare(vector);
      for (let row = 0; row < cosines.length; row++) {
        const position = this.owners[row] as number;
        const target = not.length > 0 && not.includes(position) ? banned : board;
        // Rounding must not lift a word above its own exact name.
        target.offer(position, Math.min(1, cosines[row] as number) * weight, number, row);
      }
      if (background) backgrounds.push({ rank, ...background, score: background.score * weight });
      await giveWay(this.table.rows, options.signal);
    }
    return backgrounds;
  }

  /** `words` null: the image itself was compared. */
  private describe(
    { position, word, row }: Source,
    words: readonly { readonly name: string; readonly fold: string }[] | null,
  ): Via {
    const entry = this.vocabulary.classes[position] as VocabularyClass;
    const proposed = words?.[word];
    const name =
      row === EXACT
        ? namesOf(entry).find((own) => foldName(own) === proposed?.fold)
        : this.rowNames[row];
    const alias = name ?? entry.label;
    const kind = words === null ? "image" : row === EXACT ? "alias" : "text";
    const isOwn = alias === entry.label || entry.aliases.includes(alias);
    const glossary = isOwn ? {} : { glossary: true as const };
    return { candidate: proposed?.name ?? "", alias, kind, ...glossary };
  }
}

/** By what a person typed: a word that was learned need not look like its class. */
function findRecognised(
  labels: readonly Label[],
  names: NameTable,
  trust: Trust,
): { label: number; position: number }[] {
  return labels.flatMap(({ name, synonyms }, label) => {
    const positions = [name, ...synonyms].flatMap((word) => {
      const fold = foldName(word);
      return (names.get(fold) ?? []).filter((position) => trust(fold, position) === 1);
    });
    return [...new Set(positions)].map((position) => ({ label, position }));
  });
}
