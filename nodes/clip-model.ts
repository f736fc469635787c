import path from "node:path";

import type { NodeAPI, NodeDef } from "node-red";

import { DTYPES } from "../lib/clip/dtype";
import { serveModels } from "./admin/models";
import { cacheFolder } from "./runtime/models/cache-folder";
import type { ClipModelNode } from "./runtime/settings/config-nodes";
import { readChoice, readNumber, type NumberField } from "./runtime/settings/read-settings";

interface ClipModelDef extends NodeDef {
  kind: "starter" | "preset" | "folder";
  preset: string;
  folder: string;
  /** Empty: per tower, by the files that are there. */
  dtype: string;
  /** Empty: the runtime's own choice. */
  threads: NumberField;
  offline: boolean;
}

export default function (RED: NodeAPI): void {
  serveModels(RED);
  function ClipModelNode(this: ClipModelNode, def: ClipModelDef): void {
    RED.nodes.createNode(this, def);
    this.readOptions = () => {
      const dtype = readChoice(def.dtype, DTYPES, "dtype", "BAD_CONFIG");
      const threads = readNumber(def.threads, "threads");
      return {
        model: findModel(def),
        cacheDir: cacheFolder(RED),
        offline: def.offline,
        ...(dtype ? { dtype } : {}),
        ...(threads ? { threads } : {}),
      };
    };
  }
  RED.nodes.registerType("clip-model", ClipModelNode);
}

function findModel({ kind, preset, folder }: ClipModelDef): string {
  if (kind === "preset") return preset;
  // A bare folder name must not be taken for a preset of that name.
  return kind === "folder" ? path.resolve(folder) : "starter";
}
