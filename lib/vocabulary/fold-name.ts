import { rememberTexts } from "../basics/remember";

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

type Replacements = readonly (readonly [RegExp, string])[];

/** What must go before NFKC makes letters and digits of it. */
const BEFORE_NFKC: Replacements = [
  // A trade mark says whose a thing is; invisible marks say how a text looks or which way it runs.
  [/[™®©℠℗]|[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069]|[\ufe00-\ufe0f]/gu, ""],
  // 1½ is not 11/2, and 10² not 102.
  [/(?<=\d)(?=[¼-¾⅐-⅞²³¹⁰-⁹])/g, " "],
];

/** Signs that are typed in different ways. */
const SIGNS: Replacements = [
  [/[‐‑‒–−]/g, "-"],
  [/⁄/g, "/"],
  [/[≦⩽]/g, "≤"],
  [/[≧⩾]/g, "≥"],
  [/[⌀∅]|[φΦϕ](?=\d)/g, "ø"],
  [/[✕✖❌☓╳]/g, "×"],
  [/[✔✅☑]/g, "✓"],
  // The zero of kanji is typed for a circle, too.
  [/[◯⭕]|(?<![\p{N}一二三四五六七八九十百千])〇(?![\p{N}一二三四五六七八九十百千])/gu, "○"],
];

/** Signs that are typed with the marks of a keyboard. */
const ASCII_SIGNS: Replacements = [
  [/<=/g, "≤"],
  [/>=/g, "≥"],
  [/\+ ?\/ ?-/g, "±"],
];

/** Marks that tell names apart; all others only punctuate. */
const TELLING = [
  "[+#%.,/]",
  // Signs and pictures: < > ± × ○ △ → $ 🔩.
  "(?![|~°¦])[\\p{Sm}\\p{So}\\p{Sc}]",
  // A grade (A, A-, A*), a minus or an "about" (-5, ~5), a minus alone.
  "(?<=[\\p{L}\\p{N}]-*)-(?=-*(?![\\p{L}\\p{N}-]))",
  "(?<=^[^*]*[\\p{L}\\p{N}])\\*$",
  "(?<=^|[\\s(<>≤≥±=,/])[-~](?=\\d)",
  "^-$",
].join("|");

const MARK = "[^\\p{L}\\p{N}\\p{M} ]";

/** The first look spares letters, the most of a name, the long list. */
const PUNCTUATION = new RegExp(`(?=${MARK})(?!${TELLING})${MARK}`, "gu");

/** A unit behind its number, which is written with and without a space. */
const SPACE_BEFORE_UNIT =
  /(?<=\d) (?=(?:[kmµμnpcdg]?(?:m|g|s|v|a|w|l|n|pa|hz|f|j|ω)|[mc]?m[23]|t|h|min|k|nm|[km]wh|mah|k?va|bar|rpm|inch|in|ft|lx|lm|db|c)(?![\p{L}\p{N}]))/gu;

const KANA_OR_KANJI = "[\\u3040-\\u30ff\\u3400-\\u9fff]";

/** Spaces that some write and others do not: in Japanese, and around signs. */
const OPTIONAL_SPACE = new RegExp(
  `(?<=${KANA_OR_KANJI}) | (?=${KANA_OR_KANJI})|(?<=[#%/\\p{Sm}\\p{So}\\p{Sc}]) | (?=[#%/\\p{Sm}\\p{So}\\p{Sc}])`,
  "gu",
);

const ENGLISH_WORD = /(?<![\p{L}\p{N}\p{M}])[a-z]+(?![\p{L}\p{N}\p{M}])/gu;

/**
 * The form in which two spellings of one name are equal: width, case, plural, hiragana or
 * katakana, a long-vowel mark at a word's end (モータ, モーター: JIS Z 8301 drops it), spaces,
 * hyphens, underscores, trade marks and a leading article. Marks that tell names apart stay:
 * A and A-, `<1 mm` and `>1 mm`, C and C++, ○ and ×. A key for comparing, not a text to show;
 * empty where only punctuation is there.
 */
export const foldName = rememberTexts(fold);

function fold(text: string): string {
  const letters = /[^\0-\x7f]/.test(text) ? foldSigns(text) : text.toLowerCase();
  const named = letters
    // Dimensions: M8×20, M8 x 20.
    .replace(/(?<=\d) ?[x×*] ?(?=\d)/g, "x")
    .trim();
  const isPlain = !/[^a-z0-9 ]/.test(named);
  const words = (isPlain ? named : dropPunctuation(named))
    .replace(/ +/g, " ")
    .trim()
    .replace(SPACE_BEFORE_UNIT, "")
    .replace(ENGLISH_WORD, foldWord);
  return (isPlain ? words : words.replace(OPTIONAL_SPACE, "")).replace(ARTICLE, "");
}

/** Width and case, the kana, and signs of one meaning. */
function foldSigns(text: string): string {
  return (
    replaceAll(replaceAll(text, BEFORE_NFKC).normalize("NFKC"), SIGNS)
      .toLowerCase()
      .replace(/[\u3041-\u3096]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) + 0x60))
      // The prolonged-sound mark and the dashes that are typed in its place.
      .replace(/([\u30a1-\u30fa])(?:[ー―]+|-(?![\p{L}\p{N}]))(?![\u30a1-\u30fa])/gu, "$1")
  );
}

function dropPunctuation(text: string): string {
  return replaceAll(text, ASCII_SIGNS)
    .replace(/['’`´]/g, "")
    .replace(PUNCTUATION, " ")
    .replace(/(?<!\d)[.,]|[.,](?!\d)/g, " ");
}

function replaceAll(text: string, pairs: Replacements): string {
  return pairs.reduce((result, [pattern, sign]) => result.replace(pattern, sign), text);
}

/** English plural and singular of a word in small letters become the same. */
function foldWord(word: string): string {
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
