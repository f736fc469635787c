/** What the scripts in `resources` find in the page: Node-RED's editor, and each other. */
import type { RED as EditorRED } from "@node-red/editor-client";

/** A node as the editor holds it, with the properties of its dialog. */
interface EditorNode {
  id: string;
  type: string;
  /** Disabled. */
  d?: boolean;
  /** Pixels. */
  h: number;
  _(key: string, values?: object): string;
  [property: string]: any;
}

declare global {
  type TlacNode = EditorNode;

  /** Node-RED's editor, beside its published types what these leave out. */
  const RED: Omit<EditorRED, "nodes" | "utils"> & {
    _(key: string, values?: object): string;
    hooks: { add(name: string, callback: (event: { node: EditorNode }) => void): void };
    utils: Omit<EditorRED["utils"], "getNodeLabel"> & {
      getNodeLabel(node: EditorNode, fallback: string): string;
    };
    nodes: Omit<EditorRED["nodes"], "node" | "eachNode" | "eachConfig"> & {
      node(id: string): EditorNode | null;
      eachNode(visit: (node: EditorNode) => void): void;
      eachConfig(visit: (node: EditorNode) => void): void;
    };
  };
}
