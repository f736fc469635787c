/**
 * Whether a sentence denies what it names: "not wearing a helmet", "a lid without screws",
 * ヘルメットをかぶっていません. A first, cautious reading by words and their order: what is denied
 * too often is left to a person, what is missed names a thing that is not there.
 */

/** Words behind which the rest of a clause is denied. */
const BEFORE =
  /(?<![\p{L}\p{N}])(?:no|not|cannot|can['’]?t|\p{L}+n['’]t|never|without|lacks?|lacking|lack of|absence of|absent|missing|misses|free of|free from|devoid of|nobody|no one|none|neither|nor|instead of|rather than|removed|kein\p{L}*|nicht|ohne|fehlende\p{L}*|sans|aucune?|pas|ning[uú]n[ao]?|senza|nessun[ao]?)(?![\p{L}\p{N}])/giu;

/** What only looks like a denial. */
const NO_DENIAL =
  /(?<![\p{L}\p{N}])(?:not (?:only|just|merely|unlike)|no (?:doubt|question)|nothing (?:but|other than)|none other than|no other than)(?![\p{L}\p{N}])/giu;

/** Where a clause ends, and with it what is denied in it. */
const CLAUSE_END =
  /[.;:!?。！？\n]|(?<![\p{L}\p{N}])(?:but|however|though|although|yet|except|whereas|while|aber|sondern|mais|pero|ma)(?![\p{L}\p{N}])/giu;

/** A name that is told to be absent: "the helmet is missing", "crack-free". */
const BEHIND =
  /^(?:-(?:free|less)(?!\p{L})|\s+(?:(?:is|are|was|were|seems?|appears?)\s+)?(?:(?:clearly|completely|still|also|currently)\s+)?(?:missing|absent|lacking|nowhere|(?:not|n['’]t)\s+(?:\p{L}+\s+)?(?:present|visible|worn|there|seen|shown|in sight|attached|installed|being worn))(?!\p{L})|\s+(?:is|are|was|were)n['’]t\s+(?:present|visible|worn|there|seen|shown|attached|installed)(?!\p{L})|\s+(?:fehlt|fehlen)(?!\p{L}))/iu;

/** The same in Japanese, where the denial stands at the end of the clause. */
const BEHIND_JAPANESE =
  /^[^、。,.!?！？\n]{0,20}?(?:(?<![少危汚切儚])な(?:い|く|かった|し)|無[しいく]|ません|おらず|せずに?|未(?:着用|装着|装備|使用)|不(?:着用|在)|非着用|欠落|欠品|見当たら|外れて)/u;
const NOT_ONLY_JAPANESE =
  /^.{0,6}?だけで(?:は)?な|^[^、。]{0,12}?(?:に違いない|かもしれない|に間違いない)/u;
const BEFORE_JAPANESE = /(?:[無未非]|ノー)$/u;

/** More words than this lie between a denial and what it denies in no sentence that we read. */
const MOST_WORDS = 8;

/** Whether the name at `start` to `end` (exclusive) of a text stands inside a denial. */
export function isDenied(text: string, start: number, end: number): boolean {
  const behind = text.slice(end, end + 100);
  if (BEHIND.test(behind)) return true;
  if (BEHIND_JAPANESE.test(behind) && !NOT_ONLY_JAPANESE.test(behind)) return true;
  const before = text.slice(Math.max(0, start - 200), start);
  if (BEFORE_JAPANESE.test(before)) return true;
  const clause = before.slice(lastEnd(before, CLAUSE_END)).replace(NO_DENIAL, " ");
  const from = lastEnd(clause, BEFORE);
  return from > 0 && isInScope(clause.slice(from), behind);
}

/** A comma ends what is denied, unless a list goes on: "no cat, dog or bird". */
function isInScope(between: string, behind: string): boolean {
  const words = between.match(/[\p{L}\p{N}]+/gu)?.length ?? 0;
  if (words > MOST_WORDS) return false;
  if (/(?:,| and) (?:an?|the|is|are|has|with|wears|holds|only|just)(?!\p{L})/iu.test(between))
    return false;
  return !between.includes(",") || / n?or /i.test(between + (behind.split(/[.;!?]/, 1)[0] ?? ""));
}

/** Where the last match ends; 0 where there is none. */
function lastEnd(text: string, pattern: RegExp): number {
  const last = [...text.matchAll(pattern)].at(-1);
  return last ? last.index + last[0].length : 0;
}
