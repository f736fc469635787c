import { setMaxListeners } from "node:events";

/**
 * A controller whose signal any number of calls may follow at once. Node.js takes more than ten
 * listeners for a leak and warns; here each call in flight has one and takes it away again.
 */
export function createSharedEnder(): AbortController {
  const ender = new AbortController();
  setMaxListeners(0, ender.signal);
  return ender;
}
