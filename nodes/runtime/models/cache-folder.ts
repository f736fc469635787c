import path from "node:path";

import type { NodeAPI } from "node-red";

import { toFolderName } from "../../../lib/examples/class-folders";

/** Models, vectors and second answers are kept under Node-RED's user directory: an upgrade of the package keeps them. */
export function cacheFolder(RED: NodeAPI): string {
  return path.join(RED.settings.userDir ?? process.cwd(), "tlac");
}

/** The journal of decisions, with the pictures that were kept. */
export function recordFolder(RED: NodeAPI): string {
  return path.join(cacheFolder(RED), "record");
}

/**
 * What people have taught one vocabulary: its examples and calibrations.
 *
 * @param id of the `tlac-vocabulary`, or of the node whose own classes they are
 */
export function vocabularyFolder(RED: NodeAPI, id: string): string {
  return path.join(cacheFolder(RED), "vocabularies", toFolderName(id));
}
