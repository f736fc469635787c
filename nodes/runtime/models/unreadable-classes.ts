import { readModelLanguages } from "../../../lib/clip/model-languages";
import { TlacError } from "../../../lib/errors";
import { findUnreadable } from "../../../lib/vocabulary/lint-vocabulary";
import type { Vocabulary } from "../../../lib/vocabulary/vocabulary";
import type { Notice } from "../input/handle-input";

/** A line of the log has an end. */
const MAX_NAMED = 20;

/**
 * Tells at deploy which classes a model cannot compare, because it reads none of their names.
 * Throws `BAD_CONFIG` where that is all of them: no photo would ever come out as anything.
 *
 * @param shown ids of the classes that have examples to be told by
 */
export async function findUnreadableClasses(
  vocabulary: Vocabulary,
  modelName: string,
  shown: ReadonlySet<string>,
): Promise<Notice | undefined> {
  const model = await readModelLanguages(modelName);
  const unread = model ? findUnreadable(vocabulary, model) : [];
  const unreadable = unread.filter(({ id }) => !shown.has(id));
  if (!model || unreadable.length === 0) return undefined;
  if (unreadable.length === vocabulary.classes.length) {
    throw new TlacError("BAD_CONFIG", "match.no-readable-name", { model: model.name });
  }
  const labels = unreadable.slice(0, MAX_NAMED).map(({ label }) => label);
  const more = unreadable.length > MAX_NAMED ? ["…"] : [];
  const params = { model: model.name, classes: [...labels, ...more].join(", ") };
  return {
    status: { key: "nodes.status-unreadable", params: { count: unreadable.length } },
    warnings: [{ key: "match.unreadable-classes", params }],
  };
}
