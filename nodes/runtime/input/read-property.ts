import type { Node, NodeAPI, NodeMessageInFlow } from "node-red";

import { TlacError } from "../../../lib/errors";

/** A property as `typedInput` stores it: `payload` of `msg`, a key of `flow` or `global`. */
export interface PropertySource {
  readonly property: string;
  readonly type: string;
}

/** `msg.payload` as a person writes it. */
export function nameProperty({ property, type }: PropertySource): string {
  return `${type}.${property}`;
}

/** The value of a property, undefined where it is not set. Throws `BAD_CONFIG` for a name that is none. */
export function readProperty(
  RED: NodeAPI,
  node: Node,
  source: PropertySource,
  message: NodeMessageInFlow,
): Promise<unknown> {
  const { property, type } = source;
  return new Promise((resolve, reject) => {
    // The typings leave out that the callback gets an error or a value, whichever the type.
    const answer = (error: Error | null, value: unknown): void => {
      if (error) reject(badProperty(source, error));
      else resolve(value);
    };
    try {
      RED.util.evaluateNodeProperty(property, type, node, message, answer);
    } catch (thrown) {
      reject(badProperty(source, thrown));
    }
  });
}

function badProperty(source: PropertySource, cause: unknown): TlacError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const params = { property: nameProperty(source), reason };
  return new TlacError("BAD_CONFIG", "nodes.bad-property", params, { cause });
}
