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
    names: VectorTable,
    embedder: Embedder,
    template: string,
    options: EmbedOptions,
  ): Promise<BackgroundTable> {
    const { dims, sameName } = embedder.info;
    const used = foldNames(vocabulary, "names");
    const others = BACKGROUND_WORDS.filter((word) => !used.has(foldName(word)));
    const texts = others.map((word) => renderTemplate(template, word));
    const words: string[] = [];
    const vectors: Float32Array[] = [];
    for (const [number, vector] of (await embedder.embedTexts(texts, options)).entries()) {
      let nearest = -1;
      names.forEachCosine(vector, (_row, cosine) => (nearest = Math.max(nearest, cosine)));
      if (nearest < sameName) {
        words.push(others[number] ?? "");
        vectors.push(vector);
      }
      await giveWay(names, options.signal);
    }
    return new BackgroundTable(words, new VectorTable(vectors, dims));
  }

  /** The word that a unit vector is nearest to; null where there is no word. */
  nearest(vector: Float32Array): Background | null {
    let score = -2;
    let nearest = -1;
    this.table.forEachCosine(vector, (row, cosine) => {
      if (cosine <= score) return;
      score = cosine;
      nearest = row;
    });
    const word = this.words[nearest];
    return word === undefined ? null : { word, score };
  }
}
