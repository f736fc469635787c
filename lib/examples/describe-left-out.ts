import { translate, type Language } from "../i18n/catalogue";
import type { ExampleSet } from "./example-set";

/** More than these are counted only. */
const MOST_NAMED = 10;

/** What of a folder of examples counts for no class, a sentence each. */
export function describeLeftOut(
  { broken, unmatched }: Pick<ExampleSet, "broken" | "unmatched">,
  language: Language,
): string[] {
  const sentences = [
    ...unmatched.map(({ folder, pictures }) => {
      const params = { folder, count: pictures };
      return translate("examples.no-class-folder", params, language);
    }),
    ...broken.map(({ file, reason }) => {
      return translate("examples.left-out", { file, reason }, language);
    }),
  ];
  const rest = sentences.length - MOST_NAMED;
  if (rest <= 1) return sentences;
  const more = translate("examples.left-out-more", { count: rest }, language);
  return [...sentences.slice(0, MOST_NAMED), more];
}
