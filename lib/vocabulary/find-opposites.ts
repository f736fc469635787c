import { setImmediate as nextTurn } from "node:timers/promises";

import { throwIfClosed } from "../errors";
import { thingsAbsentIn } from "./absence-names";
import { foldNames, namesOf } from "./class-names";
import { foldName } from "./fold-name";
import type { Vocabulary, VocabularyClass } from "./vocabulary";

/** Two classes of which one says the contrary of the other. */
export interface Opposites {
  readonly first: VocabularyClass;
  readonly second: VocabularyClass;
  /** The two names, as they are written. */
  readonly text: string;
}

/**
 * Words that say the contrary of each other, each left one of all right ones. Words that say what
 * is seen, such as full and empty, are no such pair.
 */
const PAIRS = [
  ["ok|good|pass|passed|accept|accepted", "ng|bad|fail|failed|reject|rejected"],
  ["open|opened", "closed|close|shut"],
  ["on", "off"],
  ["present", "absent|missing"],
  ["normal", "abnormal|defective|defect|faulty|anomaly"],
  ["complete", "incomplete"],
  ["correct|right", "incorrect|wrong"],
  ["safe", "unsafe|danger|dangerous"],
  ["locked", "unlocked"],
  ["left", "right"],
  ["up|raised", "down|lowered"],
  ["yes|true", "no|false"],
  ["with|wearing", "without|no"],
  ["良品|良|合格|正常|可|適合", "不良品|不良|不合格|異常|不可|不適合|欠陥"],
  ["開|開き|開いた|開いている|オープン", "閉|閉じ|閉じた|閉まっている|閉じている|クローズ"],
  ["オン|入|点灯", "オフ|切|消灯"],
  ["あり|有り|有|着用|装着", "なし|無し|無|未着用|未装着"],
  ["ている|ています", "ていない|ていません"],
  ["使用中", "未使用"],
  ["在席", "不在"],
  ["良|可", "否"],
  ["左", "右"],
  ["表", "裏"],
  ["○|丸", "×|バツ"],
  ["+|プラス", "-|マイナス"],
  ["offen|auf", "geschlossen|zu"],
  ["mit", "ohne"],
  ["gut", "schlecht"],
  ["valid", "invalid"],
].map(([left = "", right = ""]) => [left, right].map((side) => side.split("|").map(foldName)));

/** Each word's contraries. */
const CONTRARIES = new Map<string, string[]>();
for (const [left = [], right = []] of PAIRS) {
  for (const word of left) CONTRARIES.set(word, [...(CONTRARIES.get(word) ?? []), ...right]);
  for (const word of right) CONTRARIES.set(word, [...(CONTRARIES.get(word) ?? []), ...left]);
}

/** Words of languages that put no spaces between them, found anywhere in a name. */
const UNSPACED = [...CONTRARIES.keys()].filter((word) => /[\u3040-\u9fff]/.test(word));

/** A word before a name that says its contrary, beside those that tell of an absence. */
const NEGATION = /^(?:not|kein\p{L}*|ohne|nicht) (?=.)|^non-? ?(?=.)|^[未非不](?=.)/u;
const NEGATION_BEHIND = /(?<=.) off$/u;

/** Classes after which other work has its turn: about 10 ms. */
const CLASSES_PER_TURN = 500;

/**
 * Classes that are told apart by a "no" or by a word and its contrary alone, which models of
 * pictures and texts hardly do (Yuksekgonul et al. 2023, arXiv 2210.01936; Alhamoud et al. 2025,
 * arXiv 2501.09425). A class with another name, which may say what is seen, is left in peace.
 * Throws `CLOSED`.
 */
export async function findOpposites(
  vocabulary: Vocabulary,
  signal?: AbortSignal,
): Promise<Opposites[]> {
  const names = foldNames(vocabulary, "names");
  const found = new Map<string, Opposites>();
  for (const [position, entry] of vocabulary.classes.entries()) {
    if (position % CLASSES_PER_TURN === CLASSES_PER_TURN - 1) {
      await nextTurn();
      throwIfClosed(signal);
    }
    for (const name of namesOf(entry)) {
      for (const contrary of contrariesOf(foldName(name))) {
        for (const other of names.get(contrary) ?? []) {
          const second = vocabulary.classes[other];
          if (!second || other === position || (isTold(entry) && isTold(second))) continue;
          const pair = [entry.id, second.id].sort().join("\n");
          const text = `${name} / ${namesOf(second).find((text) => foldName(text) === contrary) ?? contrary}`;
          if (!found.has(pair)) found.set(pair, { first: entry, second, text });
        }
      }
    }
  }
  return [...found.values()];
}

/** Whether a class has a name beside those that say a contrary. */
function isTold(entry: VocabularyClass): boolean {
  return namesOf(entry).some((name) => contrariesOf(foldName(name)).length === 0);
}

/** What would say the contrary of a folded name. */
function contrariesOf(fold: string): string[] {
  const bare = fold.replace(NEGATION, "").replace(NEGATION_BEHIND, "");
  const found = [...thingsAbsentIn(fold), ...(bare === fold ? [] : [bare])].flatMap((thing) => [
    ...[thing, `with ${thing}`, `with a ${thing}`, `wearing ${thing}`, `wearing a ${thing}`],
    ...["あり", "有り", "有", "着用", "装着"].map((form) => thing + foldName(form)),
  ]);
  const words = fold.split(" ");
  for (const [at, word] of words.entries()) {
    for (const contrary of CONTRARIES.get(word) ?? [])
      found.push(words.with(at, contrary).join(" "));
    if (/^un\p{L}{4}/u.test(word)) found.push(words.with(at, word.slice(2)).join(" "));
  }
  for (const word of UNSPACED) {
    if (!fold.includes(word)) continue;
    for (const contrary of CONTRARIES.get(word) ?? []) found.push(fold.replace(word, contrary));
  }
  return found.filter((contrary) => contrary !== fold);
}
