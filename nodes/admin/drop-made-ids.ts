import { parseVocabulary } from "../../lib/vocabulary/parse-vocabulary";
import type { VocabularyClass } from "../../lib/vocabulary/vocabulary";

/**
 * An id that was made from the label says nothing yet: the label may still be corrected. Once
 * deployed it stays.
 */
export function dropMadeIds(classes: readonly VocabularyClass[]): VocabularyClass[] {
  const bare = classes.map((entry) => ({ ...entry, id: "" }));
  const made = parseVocabulary(bare).classes;
  return classes.map((entry, row) => (entry.id === made[row]?.id ? { ...entry, id: "" } : entry));
}
