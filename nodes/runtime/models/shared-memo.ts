import path from "node:path";

import type { NodeAPI } from "node-red";

import { FileReconcileMemo } from "../../../lib/tlac/reconcile-memo";
import { cacheFolder } from "./cache-folder";

const memos = new Map<string, Promise<FileReconcileMemo>>();

/** The one memo of second answers of this Node-RED, read from its user directory once. */
export function openMemo(RED: NodeAPI): Promise<FileReconcileMemo> {
  const file = path.join(cacheFolder(RED), "reconcile.jsonl");
  const memo = memos.get(file) ?? FileReconcileMemo.open(file);
  memos.set(file, memo);
  return memo;
}
