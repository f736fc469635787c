import { TlacError } from "../errors";

const HUB = "https://huggingface.co";

/** Where a model hub is, ready to be asked. */
export interface HubAddress {
  /** Without user and password, and without a slash at the end: sentences show it. */
  readonly url: string;
  /** From `user:password@` in the address, as a mirror in a company may want. */
  readonly authorization?: string;
}

/**
 * The address of a hub or of a mirror of it: `HF_ENDPOINT`, as the hub's own tools have it, else the
 * hub. Whatever stands before the last `@` is user and password and is never shown. Throws
 * `EMBEDDER_UNAVAILABLE`.
 */
export function readHubAddress(given = process.env.HF_ENDPOINT): HubAddress {
  const typed = given?.trim() ?? "";
  if (typed === "") return { url: HUB };
  const [, scheme = "", login, place = ""] = /^(https?:\/\/)(?:(.*)@)?([^@]*)$/is.exec(typed) ?? [];
  const url = `${scheme}${place}`.replace(/\/+$/, "");
  if (!URL.canParse(url)) throw new TlacError("EMBEDDER_UNAVAILABLE", "clip.bad-hub");
  if (login === undefined) return { url };
  return { url, authorization: `Basic ${Buffer.from(decode(login)).toString("base64")}` };
}

function decode(login: string): string {
  try {
    return decodeURIComponent(login);
  } catch {
    return login;
  }
}
