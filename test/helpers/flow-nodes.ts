import { readFileSync } from "node:fs";
import path from "node:path";
import { createContext, runInContext } from "node:vm";

import { newNode, type NodeType } from "../../nodes/field-table";
import { composeDialog } from "../../tools/dialogs/compose-dialog";

/** What the editor learns of a node type. */
export interface NodeDefinition {
  category: string;
  color?: string;
  icon?: string;
  inputs?: number;
  outputs?: number;
  defaults: Record<string, { value: unknown; validate?: (v: unknown, opt: object) => unknown }>;
  credentials?: Record<string, { type: string }>;
}

const root = path.join(__dirname, "..", "..");

/** Runs the dialogs' scripts as the editor does and returns what one of them registers. */
export function readDefinition(type: string): NodeDefinition {
  const found = new Map<string, NodeDefinition>();
  const RED = {
    _: (key: string) => key,
    // Node-RED's own validators are not under test; like them, this one takes two parameters.
    validators: { typedInput: () => (value: unknown, opt: object) => value !== opt },
    nodes: {
      registerType: (name: string, definition: NodeDefinition) => found.set(name, definition),
    },
  };
  // No dialog is open.
  const document = { getElementById: () => null };
  const scope = createContext({ RED, document });
  runInContext(readFileSync(path.join(root, "resources", "dialog.js"), "utf8"), scope);
  const html = composeDialog(type as NodeType);
  const script = /<script type="text\/javascript">([\s\S]*?)<\/script>/.exec(html)?.[1] ?? "";
  runInContext(script, scope);
  const definition = found.get(type);
  if (!definition) throw new Error(`${type}.html does not register ${type}`);
  return definition;
}

/** A node as it is dragged from the palette. */
export function dragNode(
  type: string,
  id = "n",
): { id: string; type: string } & Record<string, unknown> {
  return { ...structuredClone(newNode(type as NodeType)), id, type };
}
