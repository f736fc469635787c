/**
 * The hosts that one setting names, one a line or with commas; at least one, which may be empty.
 * A password may hold a comma, so where one stands only a comma with a blank behind it parts hosts.
 */
export function splitHosts(text = ""): readonly [string, ...string[]] {
  const separator = text.includes("@") ? /[\r\n]+|,\s+/ : /[\r\n,]+/;
  const [first = "", ...others] = text
    .split(separator)
    .map((host) => host.trim())
    .filter((host) => host !== "");
  return [first, ...others];
}
