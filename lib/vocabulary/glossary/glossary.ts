import { segmentWords } from "../../basics/japanese-words";
import { foldName } from "../fold-name";
import ja from "./ja.json";

/** What one thing is called in English. */
export interface GlossaryNames {
  /** The usual name first. */
  readonly english: readonly string[];
  /** Names that are the same in all languages. A text model knows them as spellings only. */
  readonly scientific: readonly string[];
}

interface Entry extends GlossaryNames {
  readonly topic: string;
}

/**
 * The file: topic → Japanese names → English names, each list parted by `|`; scientific names
 * stand behind a `;`. Hiragana and katakana, width and a last long-vowel mark need no second
 * spelling: names are found folded, unless two things share a fold (カバ, カバー).
 */
const TOPICS: Readonly<Record<string, Readonly<Record<string, string>>>> = ja;

/** A bracket behind a thing's name tells its kind or place; one with such a word, how it is. */
const STATES = "defects and states";

/** はし may be chopsticks or a bridge: a person has to say. */
const SEVERAL_MEANINGS = "several meanings";

interface Entries {
  readonly spelled: ReadonlyMap<string, Entry>;
  readonly folded: ReadonlyMap<string, Entry>;
}

let entries: Entries | undefined;

/** Read at the first question only: plants that name their classes in English never ask. */
function readEntries(): Entries {
  if (entries) return entries;
  const spelled = new Map<string, Entry>();
  const folded = new Map<string, Entry>();
  const shared = new Set<string>();
  for (const [topic, words] of Object.entries(TOPICS)) {
    for (const [japanese, names] of Object.entries(words)) {
      const [english = "", scientific = ""] = names.split(";");
      const entry = { topic, english: split(english), scientific: split(scientific) };
      for (const name of split(japanese)) {
        const fold = foldName(name);
        if (folded.has(fold)) shared.add(fold);
        folded.set(fold, entry);
        spelled.set(name.normalize("NFKC"), entry);
      }
    }
  }
  for (const fold of shared) folded.delete(fold);
  return (entries = { spelled, folded });
}

function split(names: string): string[] {
  return names
    .split("|")
    .map((name) => name.trim())
    .filter(Boolean);
}

/**
 * The English names of what a Japanese name calls for certain: the same name in another spelling,
 * or with a remark in brackets or a size beside it (ボルト（予備）, ボルト M8×20).
 */
export function lookUpJapanese(name: string): GlossaryNames | undefined {
  const found = find(name) ?? findBare(name);
  return found?.topic === SEVERAL_MEANINGS ? undefined : found;
}

function findBare(name: string): Entry | undefined {
  if (!MAY_HOLD_REMARKS.test(name)) return undefined;
  const bare = dropRemarks(name);
  return bare === undefined ? undefined : (find(bare) ?? find(dropSizes(bare)));
}

function find(name: string): Entry | undefined {
  const { spelled, folded } = readEntries();
  return spelled.get(name.normalize("NFKC").trim()) ?? folded.get(foldName(name));
}

const REMARK = /[([{<【〔「『〈《]([^()[\]{}<>【】〔〕「」『』〈〉《》]*)[)\]}>】〕」』〉》]/g;

const MAY_HOLD_REMARKS = /[\p{N}\p{Ps}<＜]/u;

/** Undefined where a remark says how the thing is: ボルト（錆） is not any bolt. */
function dropRemarks(name: string): string | undefined {
  const plain = name.normalize("NFKC");
  const remarks = [...plain.matchAll(REMARK)].map(([, remark = ""]) => remark);
  if (remarks.some((remark) => find(remark)?.topic === STATES)) return undefined;
  return plain.replace(REMARK, " ");
}

const SIGN = "\\p{Script=Latin}\\p{S}\\p{P}\\p{Z}";
const CODE = `[${SIGN}]*\\p{N}[${SIGN}\\p{N}]*`;
const OUTER_CODE = new RegExp(`^${CODE}|${CODE}$`, "gu");

/** M8ボルト, ボルト_02, No.3 ボルト; the letters of Oリング are part of the name. */
function dropSizes(name: string): string {
  return name.replace(OUTER_CODE, "");
}

/**
 * English names that a name may have which is not in the glossary as it is, for a person to
 * judge: each meaning of はし, each part of ボルト・ナット, and the known word at the end of a
 * compound, with the one in front of it (ステンレスボルト: "stainless steel bolt", "bolt"). Best
 * first; empty where no part is known.
 */
export function guessEnglish(name: string): string[] {
  const plain = name.normalize("NFKC").replace(REMARK, " ").trim();
  const whole = find(plain) ?? find(dropSizes(plain));
  if (whole) return [...whole.english];
  const parts = plain.split(/[・/、,&+]/).map((part) => part.trim());
  if (parts.length > 1) {
    const known = parts.map((part) => lookUpJapanese(part)?.english[0]);
    if (known.every((english) => english !== undefined)) return known;
  }
  return guessCompound(dropSizes(plain));
}

function guessCompound(name: string): string[] {
  const starts = [...segmentWords(name)].map(({ index }) => index);
  for (const { index } of name.matchAll(/./gsu)) {
    if (index === 0) continue;
    const back = name.slice(index);
    // Short kana at the end are grammar as often as a word: 傷あり is no ant.
    if (/^\p{Script=Hiragana}{1,2}$/u.test(back)) break;
    const head = find(back)?.english[0];
    if (head === undefined) continue;
    const isJoined = scriptAt(name, index - 1) === scriptAt(name, index);
    // 送電線 is no thread: one kanji behind another means something of its own.
    if (isJoined && /^\p{Script=Han}$/u.test(back)) break;
    const front = name.slice(0, index).replace(/の$/, "");
    const modifier = find(front)?.english[0];
    if (modifier !== undefined) return [`${modifier} ${head}`, head];
    const isWord = !isJoined || starts.includes(index);
    if (isWord) return [head];
  }
  return [];
}

function scriptAt(text: string, index: number): string {
  const character = text.charAt(index);
  const scripts = { katakana: /[\u30a0-\u30ff]/, hiragana: /[\u3040-\u309f]/, latin: /[!-~]/ };
  return Object.entries(scripts).find(([, pattern]) => pattern.test(character))?.[0] ?? "han";
}
