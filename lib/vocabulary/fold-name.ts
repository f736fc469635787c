/** Plurals that no rule finds; both forms fold to the singular. */
const IRREGULAR = new Map(
  Object.entries({
    bookshelves: "bookshelf",
    calves: "calf",
    children: "child",
    feet: "foot",
    geese: "goose",
    halves: "half",
    hooves: "hoof",
    kiwis: "kiwi",
    knives: "knife",
    leaves: "leaf",
    loaves: "loaf",
    menus: "menu",
    mice: "mouse",
    people: "person",
    scarves: "scarf",
    shelves: "shelf",
    skis: "ski",
    taxis: "taxi",
    teeth: "tooth",
    thieves: "thief",
    wives: "wife",
    wolves: "wolf",
  }),
);

/** Shorter words keep their s: gas, bus. */
const MIN_PLURAL = 4;

const ARTICLE = /^(?:an?|the) (?=.)/;

/**
 * The form in which two spellings of one name are equal: width, case, plural, hiragana or
 * katakana, a long-vowel mark at a word's end (モータ, モーター: JIS Z 8301 drops it), spaces,
 * hyphens, underscores and a leading article. A key for comparing, not a text to show; empty
 * where there is no letter or digit.
 */
export function foldName(text: string): string {
  const plain = text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\u3041-\u3096]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) + 0x60))
    // The prolonged-sound mark and the dash-like marks that are typed in its place.
    .replace(/([\u30a1-\u30fa])[ー－‐―ｰ]+(?![\u30a1-\u30fa])/g, "$1")
    .replace(/['’`´]/g, "")
    // Dimensions: M8×20, M8 x 20.
    .replace(/(?<=\d) ?[x×] ?(?=\d)/g, "x")
    .replace(/[^\p{L}\p{N}\p{M}ー+#%.,/]+/gu, " ")
    .replace(/(?<!\d)[.,]|[.,](?!\d)/g, " ")
    .replace(/ +/g, " ")
    .trim()
    .replace(ARTICLE, "");
  const words = plain.split(" ").map(foldWord).join(" ");
  // Japanese is written with or without spaces between words.
  return words.replace(/(?<=[\u3040-\u30ff\u3400-\u9fff]) | (?=[\u3040-\u30ff\u3400-\u9fff])/g, "");
}

/** English plural and singular of a word become the same; other words stay as they are. */
function foldWord(word: string): string {
  if (!/^[a-z]+$/.test(word)) return word;
  const irregular = IRREGULAR.get(word);
  if (irregular !== undefined) return foldWord(irregular);
  // workman, workmen; a specimen becomes a speciman in both numbers, which harms nobody.
  if (word.endsWith("men")) return word.replace(/men$/, "man");
  if (word.length > MIN_PLURAL && /ies?$/.test(word)) return word.replace(/ies?$/, "y");
  const singular =
    word.length >= MIN_PLURAL && word.endsWith("s") && !/(?:ss|us|is)$/.test(word)
      ? word.slice(0, -1)
      : word;
  // case, cases and bus, buses: the e behind a hissing sound goes in both; so does the one in
  // potatoes and shoe.
  const bare = /(?:[sxz]|[cs]h|[a-z]{2}o)e$/.test(singular) ? singular.slice(0, -1) : singular;
  return bare === word ? word : foldWord(bare);
}
