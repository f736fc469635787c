import { sniffType } from "./formats/sniff-type";

/** Lines of base64 have 64 or 76 digits; a space within the first 60 is none that ends a line. */
const SHORTEST_LINE = 60;

/** What URLs write instead of digits, padding and line ends. */
const ESCAPES: Readonly<Record<string, string>> = {
  "%2b": "+",
  "%2f": "/",
  "%3d": "=",
  "%20": " ",
  "%0d": "",
  "%0a": "",
};

/**
 * Base64, plain or URL-safe, with or without line breaks and padding, percent-encoded, or with
 * spaces where a form has turned `+` into them. Null: none.
 */
export function decodeBase64(text: string): Buffer | null {
  const plain = text.includes("%")
    ? text.replace(/%(?:2b|2f|3d|20|0d|0a)/gi, (code) => ESCAPES[code.toLowerCase()] ?? code)
    : text;
  const lines = plain
    .replace(/[\r\n]+[ \t]{0,8}/g, "")
    .replace(/={1,2}\s{0,8}$/, "")
    .trim();
  if (!lines.includes(" ")) return decodeDigits(lines.replace(/\t/g, ""));
  // Spaces between lines stand behind whole lines; those that were a plus stand anywhere.
  const first = lines.indexOf(" ");
  const between = first >= SHORTEST_LINE && first % 4 === 0 && lines[2 * first + 1] === " ";
  if (between) return decodeDigits(lines.replaceAll(" ", ""));
  // A sentence has spaces too: only a picture shows that they were pluses.
  const bytes = decodeDigits(lines.replaceAll(" ", "+"));
  return bytes && sniffType(bytes) ? bytes : null;
}

/** Node's decoder skips what is no digit: a shorter result gives it away. */
function decodeDigits(digits: string): Buffer | null {
  if (digits.length % 4 === 1) return null;
  const bytes = Buffer.from(digits, "base64");
  return bytes.length === Math.floor((digits.length * 3) / 4) ? bytes : null;
}
