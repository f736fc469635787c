import { TlacError } from "../../lib/errors";
import { readText } from "../runtime/settings/read-settings";
import type { Call } from "./reply";

/** The id of whose classes a request is about. Throws `BAD_MESSAGE` where it names none. */
export function readVocabularyId(body: Call["body"]): string {
  const id = readText(body.vocabulary, "vocabulary");
  if (id) return id;
  const params = { field: "vocabulary", type: "undefined" };
  throw new TlacError("BAD_MESSAGE", "nodes.bad-text", params);
}
