import type { NodeAPI, NodeDef } from "node-red";

import { translate } from "../lib/i18n/catalogue";
import { serveModels } from "./admin/models";
import { cacheFolder } from "./runtime/models/cache-folder";
import type { ClipModelNode } from "./runtime/settings/config-nodes";
import { checkEnvironment } from "./runtime/settings/check-environment";
import { readOnce } from "./runtime/settings/read-once";
import { runtimeLanguage } from "./runtime/status/language";
import { readModelOptions, type ModelFields } from "./runtime/settings/model-options";

interface ClipModelDef extends NodeDef, ModelFields {
  kind: "starter" | "preset" | "folder";
}

export default function (RED: NodeAPI): void {
  serveModels(RED);
  function ClipModelNode(this: ClipModelNode, def: ClipModelDef): void {
    RED.nodes.createNode(this, def);
    this.readOptions = readOnce(() => {
      checkEnvironment("clip-model", def);
      return readModelOptions(def, cacheFolder(RED));
    });
    let isTold = false;
    this.checkProvider = ({ refused }) => {
      if (!refused || isTold) return;
      isTold = true;
      this.warn(translate("clip.provider-refused", refused, runtimeLanguage(RED)));
    };
  }
  RED.nodes.registerType("clip-model", ClipModelNode);
}
