import type { IncomingHttpHeaders } from "node:http";
import { hostname } from "node:os";

const LOCAL_SUFFIX = /\.(local|localhost|internal)$/;
const PRIVATE_ADDRESS =
  /^(127\.|10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|0\.0\.0\.0$|\[?::1\]?$|\[?f[cd][\da-f]{2}:|\[?fe80:)/i;
const ALLOWED_ORIGIN =
  /^(https?:\/\/(localhost|127\.0\.0\.1|0\.0\.0\.0)(:\d+)?|(app|file|tauri|vscode-webview|vscode-file):\/\/.*)$/;

/** What a server bound to the loopback address lets in; all others get a 403 without a body. */
export function isAllowed({ host = "", origin }: IncomingHttpHeaders): boolean {
  if (origin !== undefined && !ALLOWED_ORIGIN.test(origin)) return false;
  const name = host.replace(/:\d+$/, "").toLowerCase();
  return (
    name === "" ||
    name === "localhost" ||
    name === hostname().toLowerCase() ||
    LOCAL_SUFFIX.test(name) ||
    PRIVATE_ADDRESS.test(name)
  );
}
