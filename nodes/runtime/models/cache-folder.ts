import path from "node:path";

import type { NodeAPI } from "node-red";

/** Models, vectors and second answers are kept under Node-RED's user directory: an upgrade of the package keeps them. */
export function cacheFolder(RED: NodeAPI): string {
  return path.join(RED.settings.userDir ?? process.cwd(), "tlac");
}
