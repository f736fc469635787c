/**
 * Tells an answer that is made of our own words: a weak model repeats the question, the form, the
 * class list or a placeholder instead of answering, in whole or in part, now and then translated.
 */
import type { Answer } from "./read-answer";

/** Words of a question or of a form in a row that nobody repeats by chance. */
const MIN_RUN = 4;
/** The same for scripts without spaces, where each character counts. */
const MIN_RUN_UNSPACED = 8;
/** Names in a row, as the prompt lists them, that are a list and not a name. */
const MIN_LIST = 3;
/** The same for candidates, each a name of its own. */
const MIN_SORTED = 4;

/** Words by which a sentence speaks to the model and not of a thing. */
const ADDRESS = new Set(
  (
    "what which name names reply answer give photo image picture show shows look json form " +
    "candidate candidates synonym synonyms description word words class classes list closest " +
    "predicted letter likely another phrase singular see data marker markers instruction " +
    "describe identify classify specific specifically main kind"
  ).split(" "),
);
const ADDRESS_UNSPACED =
  /写真|画像|何|どの|どれ|どんな|名前|名称|答え|回答|教え|ください|説明|图|圖|什么|哪|请/;

/** Words that carry no meaning of their own: what is left of a copied sentence. */
const FILLERS = new Set(
  (
    "a an the is are it its this that these those of in on at to for from and or as by with be " +
    "you can i one here there der die das ein eine im een ist un una une uma um el la le les de du est es"
  ).split(" "),
);

/**
 * What a placeholder is about, in the languages that models translate it into, and what may stand
 * beside. A text that has nothing but these, and a head among them, names nothing.
 */
const HEADS = new Set(
  (
    "name names synonym synonyms candidate candidates description sentence placeholder " +
    "bezeichnung synonyme beschreibung satz nominalphrase hauptobjekt nombre sinonimo sinonimos descripcion frase " +
    "nom synonymes phrase nome descricao descrizione candidat kandidat naam zin beschrijving " +
    "nazwa zdanie opis имя название предложение описание"
  ).split(" "),
);
/** Words that no thing is called. */
const FORM_WORDS = new Set(["json", "noun", "fill", "filled"]);
/** Words of a form or a question that name nothing where only such words stand beside them. */
const POINTERS = new Set(
  "object objects thing things item answer see exactly likely everyday predicted closest".split(
    " ",
  ),
);
const BESIDE = new Set(
  (
    "most likely likeliest probable possible brief alternate best first second third short common object item thing things " +
    "same other another alternative main noun singular about what see seen your answer goes text " +
    "string json value insert enter english image photo picture class candidate list of for " +
    "wahrscheinlichster wahrscheinlichste wahrscheinliche anderer andere ein einer fur dasselbe " +
    "objekt objekts bild was man sie sehen sieht uber mas otro otra para lo mismo misma cosa objeto " +
    "imagen que ve ves sobre plus probable autre pour la meme chose objet image ce vous voyez sur " +
    "mais provavel outro outra mesmo mesma coisa imagem piu probabile altro altra per stessa " +
    "immagine 1 2 3 4 5 " +
    "b specific specifically everyday words word person would use used can form only with each exactly " +
    "filled fill predicted closest classes example sample unknown describing describes which " +
    "foto auf diesem dieser kurze kurzer singular daruber du siehst ce qui uma o voce ve su cio che vedi " +
    "meest waarschijnlijke andere voor hetzelfde over wat je ziet najbardziej prawdopodobna inna tej samej " +
    "rzeczy o tym co widzisz наиболее вероятное другое того же предмета одно о том что вы видите"
  ).split(" "),
);
const HEAD_UNSPACED =
  /(?:回答|お?答え)(?:して)?ください|主な(?:物体|対象物|対象|被写体|もの|オブジェクト)|(?:最も近い|予測(?:された)?)クラス|何ですか|何でしょうか|주요(?:물체|대상)|무엇|什么|主要(?:物体|对象)|JSON形式|名前|名称|別名|別称|呼び名|呼び方|言い方|呼称|候補名|同義語|類義語|説明|一文|1文|候補|名詞|名字|名稱|描述|同义词|一句话|候选|이름|동의어|설명|문장/;
const BESIDE_UNSPACED =
  /できるだけ|具体的|主な|主要|主|付けて|つけて|のみ|だけ|この|何ですか|最有|是|这张|这|张|照片|物体|所|到|内容|一句|其他|가능성|높은|있는|사진|물체|대상|무엇|입니까|인가요|내용|문구|단수|명사|이|은|는|을|를|最も|もっともらしい|もっとも|一番|その|この|それ|これ|最|有力|あなた|ひとつ|一つ|つ|可能性|可能|確率|ありそう|あり得|高い|高|ある|候補|別|他|同じ|同一|もの|物事|物体|事物|物|対象|オブジェクト|指す|表す|対する|短い|単数形|句|名詞|見える|見えて|見て|見た|写って|いる|画像|写真|内容|について|に関する|関する|記述|する|して|回答|答え|ここ|記入|入れる|書く|ください|です|ます|的|另一个|另|一个|个|您|你|看到|所见|关于|对|图像|图片|中|가장|같은|것의|다른|것|보이는|에|대한|한|의|を|の|は|が|で|に|と|た|な|文/g;

/** The words that one question has given the model. */
export class OwnWords {
  private readonly words: readonly string[];
  private readonly places = new Map<string, number[]>();
  /** Lines that hold names, as the folded words of each. */
  private readonly lists: readonly string[];
  /** Those of more names than one could be. */
  private readonly longLists: readonly string[];
  private readonly whole: string;
  /** A question is one of ours however short it is. */
  private readonly asked: ReadonlySet<string>;

  /** `names` stand in the prompt and are answers: to repeat one of them is no parroting. */
  constructor(
    prompt: string,
    private readonly names: readonly string[] = [],
  ) {
    const lines = prompt.split("\n");
    const isList = (line: string): boolean => /^\s*(predicted )?class(es)?\s*:/i.test(line);
    const lists = lines.filter(isList).map((line) => line.replace(/^[^:]*:/, ""));
    this.lists = lists.map((line) => fold(line).join(" "));
    this.longLists = lists
      .filter((line) => line.split(/[,、，]/).length >= MIN_LIST)
      .map((line) => fold(line).join(" "));
    // Data of the plant are no words of ours, and a class may be called by any of them.
    const data = prompt.replace(/<<<DATA[\s\S]*?DATA>>>/g, "\n").split("\n");
    const own = data.filter((line) => !isList(line)).join("\n");
    const questions = own
      .split(/(?<=[\n.!?。！？])/)
      .filter((part) => /[?？]$|か[。\s]*$/.test(part));
    this.asked = new Set(questions.map((question) => fold(question).join(" ")));
    this.words = fold(own);
    this.whole = ` ${fold(prompt).join(" ")} `;
    for (const [place, word] of this.words.entries()) {
      const places = this.places.get(word);
      if (places) places.push(place);
      else this.places.set(word, [place]);
    }
  }

  /** True if the text says nothing that we had not said. */
  holds(text: string): boolean {
    const said = fold(text);
    if (said.length === 0) return false;
    const folded = said.join(" ");
    if (this.names.some((name) => fold(name).join(" ") === folded)) return false;
    if (this.asked.has(folded)) return true;
    return (
      isQuestion(text, said) ||
      isPlaceholder(said) ||
      this.isList(text, folded) ||
      this.isCopy(said)
    );
  }

  /** The answer without what only repeats us; null if no name is left. */
  strip({ candidates, description }: Answer): Answer | null {
    const kept = candidates
      .filter(({ name }) => !this.holds(name))
      .map((candidate) => ({
        ...candidate,
        synonyms: candidate.synonyms.filter((synonym) => !this.holds(synonym)),
      }));
    if (kept.length === 0 || this.beginsList(kept.map(({ name }) => name))) return null;
    return { candidates: kept, description: this.holds(description) ? "" : description };
  }

  /** Several names in a row, just as the prompt lists them. */
  private isList(given: string, foldedGiven: string): boolean {
    const text = given.replace(/(^|\s)\d{1,3}[.)]\s+/g, "$1, ");
    const folded = text === given ? foldedGiven : fold(text).join(" ");
    const unlabelled = folded.replace(/^(predicted )?class(es)? /, "");
    if (this.longLists.includes(unlabelled)) return true;
    const parts = text.split(/[,;|/\n、，；・]/).filter((part) => fold(part).length > 0);
    if (parts.length < 2 && unlabelled === folded) return false;
    if (this.lists.includes(unlabelled)) return true;
    return parts.length >= MIN_LIST && this.whole.includes(` ${unlabelled} `);
  }

  /** The classes one by one, in the order of the prompt: more of them than chance would sort so. */
  private beginsList(names: readonly string[]): boolean {
    if (names.length < MIN_SORTED) return false;
    const folded = fold(names.join("\n")).join(" ");
    return this.lists.some((list) => `${list} `.startsWith(`${folded} `));
  }

  /** Nothing but runs of the question, and words that mean nothing without them. */
  private isCopy(said: readonly string[]): boolean {
    let copied = false;
    for (let at = 0; at < said.length;) {
      const length = this.runAt(said, at);
      const run = said.slice(at, at + length);
      if (isAddress(run)) {
        copied = true;
        at += length;
      } else {
        if (!FILLERS.has(said[at] ?? "")) return false;
        at += 1;
      }
    }
    return copied;
  }

  /** How many words from here on stand in the question in a row. */
  private runAt(said: readonly string[], at: number): number {
    let longest = 0;
    for (const place of this.places.get(said[at] ?? "") ?? []) {
      let length = 1;
      while (at + length < said.length && this.continues(place + length, said, at + length)) {
        length += 1;
      }
      longest = Math.max(longest, length);
    }
    return longest;
  }

  /** The last word of an answer may be cut. */
  private continues(place: number, said: readonly string[], at: number): boolean {
    const word = said[at] ?? "";
    const ours = this.words[place];
    return ours === word || (at === said.length - 1 && ours?.startsWith(word) === true);
  }
}

/** A run that is long enough and speaks to the model: a class may be a phrase of the question. */
function isAddress(run: readonly string[]): boolean {
  const isUnspaced = run.some((word) => UNSPACED.test(word));
  if (run.length < (isUnspaced ? MIN_RUN_UNSPACED : MIN_RUN)) return false;
  return run.some((word) => ADDRESS.has(word)) || ADDRESS_UNSPACED.test(run.join(""));
}

/** "most likely name", "同じものの別名": what a place is for, not what stands in it. */
export function isPlaceholder(text: string | readonly string[]): boolean {
  const said = typeof text === "string" ? fold(text) : text;
  const unspaced = said.filter((word) => UNSPACED.test(word)).join("");
  const spaced = said.filter((word) => !UNSPACED.test(word));
  if (unspaced === "") {
    const isOurs = spaced.every((word) =>
      [HEADS, POINTERS, BESIDE, FILLERS].some((known) => known.has(word) || known.has(bare(word))),
    );
    if (!isOurs) return false;
    if (spaced.some((word) => HEADS.has(bare(word)))) return true;
    // "main object", "what you see"; an object alone may be one.
    const telling = spaced.filter((word) => !FILLERS.has(word));
    if (telling.some((word) => FORM_WORDS.has(word))) return true;
    return telling.length > 1 && telling.some((word) => POINTERS.has(word));
  }
  if (!HEAD_UNSPACED.test(unspaced)) return false;
  const rest = unspaced.replace(new RegExp(HEAD_UNSPACED, "g"), "").replace(BESIDE_UNSPACED, "");
  return rest === "" && spaced.every((word) => BESIDE.has(word) || HEADS.has(word));
}

/** "name1", "synonyms2". */
function bare(word: string): string {
  return word.replace(/\d+$/, "");
}

/** A question, in whatever language: an answer in doubt ("a hammer?") is shorter. */
function isQuestion(text: string, said: readonly string[]): boolean {
  const isUnspaced = said.some((word) => UNSPACED.test(word));
  return /[?？]\s*$/.test(text) && said.length >= (isUnspaced ? MIN_RUN_UNSPACED : MIN_RUN);
}

/** Scripts that set no space between words: each character counts as one. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}ー]/u;

/**
 * The words of a text without case, accents, width and punctuation; `a_name` and `mostLikelyName`
 * come apart.
 */
function fold(text: string): string[] {
  const plain = text
    .replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2")
    .normalize("NFKC")
    .toLowerCase();
  const words: string[] = [];
  for (const [token] of plain.matchAll(/[\p{L}\p{N}\p{M}ー]+/gu)) {
    let latin = "";
    for (const character of token) {
      if (!UNSPACED.test(character)) {
        latin += character;
        continue;
      }
      if (latin) words.push(unaccent(latin));
      latin = "";
      words.push(character);
    }
    if (latin) words.push(unaccent(latin));
  }
  return words;
}

function unaccent(word: string): string {
  return word.normalize("NFD").replace(/\p{M}/gu, "");
}
