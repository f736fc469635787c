import { readFileSync } from "node:fs";
import path from "node:path";
import { runInNewContext } from "node:vm";

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
  const scope = { RED, window: {} as Record<string, unknown> };
  runInNewContext(readFileSync(path.join(root, "resources", "dialog.js"), "utf8"), scope);
  const html = readFileSync(path.join(root, "nodes", `${type}.html`), "utf8");
  const script = /<script type="text\/javascript">([\s\S]*?)<\/script>/.exec(html)?.[1] ?? "";
  runInNewContext(script, { ...scope, ...scope.window });
  const definition = found.get(type);
  if (!definition) throw new Error(`${type}.html does not register ${type}`);
  return definition;
}

/** A node as it is dragged from the palette. */
export function dragNode(
  type: string,
  id = "n",
): { id: string; type: string } & Record<string, unknown> {
  const defaults = Object.entries(readDefinition(type).defaults);
  // Cloned out of the dialog's own realm: an array from there is none to a strict comparison.
  const values = defaults.map(([key, { value }]) => [key, structuredClone(value)]);
  return { ...(Object.fromEntries(values) as Record<string, unknown>), id, type };
}
