import type { Embedder, EmbedOptions } from "../clip/embedder";
import { VectorTable } from "../clip/vector-table";
import { foldNames, renderTemplate } from "../vocabulary/class-names";
import { foldName } from "../vocabulary/fold-name";
import type { Vocabulary } from "../vocabulary/vocabulary";
import { BACKGROUND_WORDS } from "./background-words";
import { giveWay } from "./compare-word";
import type { Background } from "./testimonies";

/** Words for none of the classes, as vectors: those that say something else than every class. */
export class BackgroundTable {
  private constructor(
    private readonly words: readonly string[],
    private readonly table: VectorTable,
  ) {}

  /**
   * @param names the vectors of the vocabulary's names
   * @param template the sentence around every word, with `{name}`
   */
  static async build(
    vocabulary: Vocabulary,
    names: readonly Float32Array[],
    embedder: Embedder,
    template: string,
    options: EmbedOptions,
  ): Promise<BackgroundTable> {
    const { dims, sameName } = embedder.info;
    const used = foldNames(vocabulary, "names");
    const others = BACKGROUND_WORDS.filter((word) => !used.has(foldName(word)));
    const texts = others.map((word) => renderTemplate(template, word));
    const vectors = await embedder.embedTexts(texts, options);
    const all = VectorTable.of(vectors, dims);
    const nearest = new Float64Array(all.rows).fill(-1);
    let compared = 0;
    // Name by name: a table of all names would have to be fetched from memory for each word.
    for (const name of names) {
      all.forEachDot(name, (row, cosine) => {
        if (cosine > (nearest[row] as number)) nearest[row] = cosine;
      });
      compared += all.rows;
      if (await giveWay(compared, options.signal)) compared = 0;
    }
    const isOther = (_: unknown, row: number): boolean => (nearest[row] ?? 1) < sameName;
    return new BackgroundTable(
      others.filter(isOther),
      VectorTable.of(vectors.filter(isOther), dims),
    );
  }

  /** The word that a unit vector is nearest to; null where there is no word. */
  nearest(vector: Float32Array): Background | null {
    let score = -2;
    let nearest = -1;
    this.table.forEachDot(vector, (row, cosine) => {
      if (cosine <= score) return;
      score = cosine;
      nearest = row;
    });
    const word = this.words[nearest];
    return word === undefined ? null : { word, score };
  }
}
