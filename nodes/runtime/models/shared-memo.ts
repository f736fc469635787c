import path from "node:path";

import type { NodeAPI } from "node-red";

import { Memo } from "../../../lib/basics/memo";
import { FileReconcileMemo } from "../../../lib/tlac/reconcile-memo";
import { cacheFolder } from "./cache-folder";

/** One is in use; another only where the user directory has changed. */
const memos = new Memo<FileReconcileMemo>(2);

/** The one memo of second answers of this Node-RED, read from its user directory once. */
export function openMemo(RED: NodeAPI): Promise<FileReconcileMemo> {
  const file = path.join(cacheFolder(RED), "reconcile.jsonl");
  return memos.get(file, () => FileReconcileMemo.open(file));
}
