import { foldName } from "../../vocabulary/fold-name";

/** What people call a class that stands for the absence of a thing: before and behind its name. */
const AROUND: readonly (readonly [before: string, behind: string])[] = [
  ["no ", ""],
  ["without ", ""],
  ["without a ", ""],
  ["missing ", ""],
  ["", " missing"],
  ["", " absent"],
  ["", " free"],
  ["not wearing ", ""],
  ["not wearing a ", ""],
  ["no ", " worn"],
  ["", " not worn"],
];

const BEFORE_JAPANESE = ["無", "ノー"];
const BEHIND_JAPANESE =
  "なし 無し 無 のない 抜け 未着用 未装着 不着用 非着用 未使用 欠品 欠落 忘れ".split(" ");
/** Folding drops the mark at a name's end, but not inside of one. */
const JAPANESE_AROUND: typeof AROUND = [
  ...BEFORE_JAPANESE.flatMap((before) =>
    [...new Set([before, foldName(before)])].map((form) => [form, ""] as const),
  ),
  ...BEHIND_JAPANESE.map(foldName).flatMap((behind) =>
    ["", "ー"].map((mark) => ["", mark + behind] as const),
  ),
];

/** The folded name of a class, if there is one, that stands for the absence of a folded name. */
export function findAbsenceName(
  fold: string,
  isName: (fold: string) => boolean,
): string | undefined {
  const around = /[\u3040-\u30ff\u3400-\u9fff]/.test(fold) ? JAPANESE_AROUND : AROUND;
  const found = around.find(([before, behind]) => isName(before + fold + behind));
  return found && found[0] + fold + found[1];
}
