import { TlacError } from "../../errors";

/** Where a server is, ready to be asked. */
export interface HostAddress {
  /** `http://127.0.0.1:11434`, without user and password and without a slash at the end. */
  readonly url: string;
  /** From `user:password@` in the address. */
  readonly authorization?: string;
  /** The password and what is made of it: never to be repeated. */
  readonly secrets: readonly string[];
}

/**
 * Reads an address as Ollama's own command reads `OLLAMA_HOST`: no scheme means http and the
 * server's usual port, with a scheme the port is the scheme's own, and a server's listening address
 * (0.0.0.0, ::) becomes the loopback that a client can reach. Empty: this machine.
 * Whatever stands before the last `@` is user and password, as typed or percent-encoded: a password
 * may hold any character, and half of one must not be taken for a host or path. Throws `BAD_CONFIG`.
 */
export function readAddress(typed: string, usualPort: string): HostAddress {
  const given = unquote(typed);
  const match = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/is.exec(given);
  const scheme = (match?.[1] ?? "http").toLowerCase();
  const rest = match?.[2] ?? given;
  const at = rest.lastIndexOf("@");
  const place = rest.slice(at + 1);
  if (scheme !== "http" && scheme !== "https") throw badHost(`${scheme}://${at < 0 ? place : "…"}`);
  const defaultPort = match ? (scheme === "https" ? "443" : "80") : usualPort;

  const [authority = "", ...path] = place.split("/");
  const { name, port } = splitPort(authority, defaultPort);
  let url: URL;
  try {
    url = new URL(`${scheme}://${toLoopback(name)}:${port}/${path.join("/")}`);
  } catch {
    throw badHost(authority);
  }
  const address = `${scheme}://${url.hostname}:${port}${url.pathname.replace(/\/+$/, "")}`;
  if (at < 0) return { url: address, secrets: [] };
  return { url: address, ...toCredentials(rest.slice(0, at)) };
}

function toCredentials(typed: string): Pick<HostAddress, "authorization" | "secrets"> {
  const plain = decode(typed);
  const base64 = Buffer.from(plain).toString("base64");
  const passwords = [typed, plain].map((text) => text.slice(text.indexOf(":") + 1));
  return { authorization: `Basic ${base64}`, secrets: [typed, plain, base64, ...passwords] };
}

function splitPort(authority: string, defaultPort: string): { name: string; port: string } {
  const bracketed = /^\[(.*)\](?::(.*))?$/.exec(authority);
  if (bracketed) return { name: bracketed[1] ?? "", port: toPort(bracketed[2], defaultPort) };
  const parts = authority.split(":");
  // Two colons or more without brackets: a bare IPv6 address, which has no port.
  if (parts.length > 2) return { name: authority, port: defaultPort };
  return { name: parts[0] ?? "", port: toPort(parts[1], defaultPort) };
}

function toPort(text: string | undefined, defaultPort: string): string {
  if (text === undefined || !/^\d{1,5}$/.test(text)) return defaultPort;
  const port = Number(text);
  return port > 65_535 ? defaultPort : String(port);
}

function toLoopback(name: string): string {
  if (name === "" || name === "0.0.0.0") return "127.0.0.1";
  if (name === "::") return "[::1]";
  return name.includes(":") ? `[${name}]` : name;
}

function unquote(text: string): string {
  return text
    .trim()
    .replace(/^["']+|["']+$/g, "")
    .trim();
}

function decode(credentials: string): string {
  try {
    return decodeURIComponent(credentials);
  } catch {
    return credentials;
  }
}

function badHost(host: string): TlacError {
  return new TlacError("BAD_CONFIG", "lmm.bad-host", { host });
}
