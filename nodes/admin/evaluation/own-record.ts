import type { NodeAPI } from "node-red";

import { TlacError } from "../../../lib/errors";
import type { LabelledSet } from "../../../lib/evaluation/labels/labelled-set";
import { readConfirmed } from "../../../lib/evaluation/labels/read-record";
import { recordFolder } from "../../runtime/models/cache-folder";
import type { TestSettings } from "../test-settings";

/**
 * The decisions of the dialog's vocabulary of which people said what they show. Throws `BAD_CONFIG`
 * where there are none.
 */
export async function readOwnRecord(
  RED: NodeAPI,
  { examplesOf = "" }: TestSettings,
  signal: AbortSignal,
): Promise<LabelledSet> {
  const place = recordFolder(RED);
  try {
    return await readConfirmed(place, { ofVocabulary: examplesOf, signal });
  } catch (thrown) {
    // Whose decisions there are instead says nothing to who is in front of this dialog.
    if (!(thrown instanceof TlacError) || thrown.key !== "evaluation.no-vocabulary") throw thrown;
    throw new TlacError("BAD_CONFIG", "evaluation.nothing-confirmed", { place });
  }
}
