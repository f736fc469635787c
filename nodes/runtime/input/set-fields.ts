import type { NodeMessageInFlow } from "node-red";

/** Sets all fields of a message or, where it takes one of them not, none; throws then. */
export function setFields(
  message: NodeMessageInFlow,
  fields: Readonly<Record<string, unknown>>,
): void {
  const barred = Object.keys(fields).find((name) => !takes(message, name));
  if (barred !== undefined) throw new TypeError(`msg.${barred} is read-only`);
  Object.assign(message, fields);
}

function takes(message: object, name: string): boolean {
  const own = Object.getOwnPropertyDescriptor(message, name);
  if (!own) return Object.isExtensible(message);
  return own.writable ?? own.set !== undefined;
}
