import type { Node, NodeAPI, NodeMessageInFlow } from "node-red";

import { TlacError, toError, type ErrorCode } from "../../../lib/errors";

/** A property as `typedInput` stores it: `payload` of `msg`, a key of `flow` or `global`. */
export interface PropertySource {
  readonly property: string;
  readonly type: string;
}

/** `msg.payload` as a person writes it. */
export function nameProperty({ property, type }: PropertySource): string {
  return `${type}.${property}`;
}

/** Checks the name of a property once, at deploy. Throws `BAD_CONFIG` for a name that is none. */
export function checkProperty(RED: NodeAPI, source: PropertySource): void {
  const { property, type } = source;
  try {
    const name = type === "msg" ? property : RED.util.parseContextStore(property).key;
    RED.util.normalisePropertyExpression(name);
  } catch (thrown) {
    throw badProperty("BAD_CONFIG", source, thrown);
  }
}

/**
 * The value of a property, undefined where it is not set. In a box, because a value that has a
 * `then` of its own would be called and waited for. Throws `BAD_MESSAGE` where it cannot be read.
 */
export function readProperty(
  RED: NodeAPI,
  node: Node,
  source: PropertySource,
  message: NodeMessageInFlow,
): Promise<{ readonly value: unknown }> {
  const { property, type } = source;
  return new Promise((resolve, reject) => {
    // The typings leave out that the callback gets an error alone, which may be the null that a
    // getter has thrown, or no error and a value.
    const answer = (...[error, ...values]: unknown[]): void => {
      if (values.length > 0 && !error) resolve({ value: values[0] });
      else reject(badProperty("BAD_MESSAGE", source, error));
    };
    try {
      RED.util.evaluateNodeProperty(property, type, node, message, answer);
    } catch (thrown) {
      reject(badProperty("BAD_MESSAGE", source, thrown));
    }
  });
}

function badProperty(code: ErrorCode, source: PropertySource, cause: unknown): TlacError {
  const params = { property: nameProperty(source), reason: toError(cause).message };
  return new TlacError(code, "nodes.bad-property", params, { cause });
}
