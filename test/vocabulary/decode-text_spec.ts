import assert from "node:assert/strict";

import { decodeText } from "../../lib/vocabulary/decode-text";

const tables = new Map<string, ReadonlyMap<string, readonly number[]>>();

/** Bytes of each character of an encoding that Node reads but does not write. */
function learn(encoding: string): ReadonlyMap<string, readonly number[]> {
  const decoder = new TextDecoder(encoding);
  const table = new Map<string, readonly number[]>();
  const add = (...code: number[]): void => {
    const character = decoder.decode(Uint8Array.from(code));
    if (Array.from(character).length === 1 && !table.has(character)) table.set(character, code);
  };
  for (let one = 0; one < 256; one++) add(one);
  for (let one = 0x81; one < 0xff; one++) for (let two = 0x40; two < 0xff; two++) add(one, two);
  return table;
}

function encode(text: string, encoding: string): Buffer {
  const table = tables.get(encoding) ?? learn(encoding);
  tables.set(encoding, table);
  return Buffer.from(Array.from(text).flatMap((sign) => table.get(sign) ?? assert.fail(sign)));
}

/** Node 20 does not know the signs that Windows added to ISO 8859-1. */
const SIGNS: Readonly<Record<string, number>> = {
  "€": 0x80,
  "–": 0x96,
  "“": 0x93,
  "”": 0x94,
  Š: 0x8a,
};

function encodeWestern(text: string): Buffer {
  return Buffer.from(Array.from(text, (sign) => SIGNS[sign] ?? sign.charCodeAt(0)));
}

const JAPANESE = [
  "ラベル,別名,警報\r\nエスプレッソ,espresso,注意\r\n宮殿,palace,なし\r\n",
  "ねじ、釘、ハンマー",
  "品名\tM8\r\n六角ボルト\t3\r\n",
  "label,aliases\r\nscrew,ねじ\r\n",
  "螺子",
  "検査結果,良品,不良品",
  "name\nテスト",
  "ﾈｼﾞ,ﾎﾞﾙﾄ,ﾅｯﾄ",
  "ボルト①,㈱山田,φ8×20",
];

const WESTERN = [
  "Bezeichnung;Synonyme\r\nSchlüssel;key\r\nTür;door\r\n",
  "Schloß, Öse, Ärmel, Übermaß",
  "Libellé;Mots-clés\r\nécrou;nut\r\nclé à molette;wrench\r\n",
  "Tornillo, tuerca, cañería, válvula, piñón",
  "Ø 8 mm Bohrung; ±0,5 °C; 5 µm; m² – “ok”",
  "Maß",
  "5 €, Škoda",
  "Prüfgerät für Stöße",
];

describe("decoding of files", () => {
  for (const text of JAPANESE) {
    it(`reads ${JSON.stringify(text)} in every encoding of Japan`, () => {
      if (!/[①㈱ﾈ]/.test(text)) assert.equal(decodeText(encode(text, "euc-jp")), text);
      assert.equal(decodeText(encode(text, "shift_jis")), text);
    });
  }

  for (const text of WESTERN) {
    it(`reads ${JSON.stringify(text)} in Windows-1252`, () => {
      assert.equal(decodeText(encodeWestern(text)), text);
    });
  }

  for (const text of [...JAPANESE, ...WESTERN, "screw, nail\n", "나사,못\n", "螺丝,钉子\n"]) {
    it(`reads ${JSON.stringify(text)} in UTF-8 and UTF-16`, () => {
      const little = Buffer.from(text, "utf16le");
      assert.equal(decodeText(Buffer.from(text)), text);
      assert.equal(decodeText(Buffer.from(`\ufeff${text}`)), text);
      assert.equal(decodeText(Buffer.from(`\ufeff${text}`, "utf16le")), text);
      assert.equal(decodeText(Buffer.from(`\ufeff${text}`, "utf16le").swap16()), text);
      if (!/[,;\n]/.test(text)) return;
      assert.equal(decodeText(little), text);
      assert.equal(decodeText(Buffer.from(little).swap16()), text);
    });
  }

  it("takes a whole file by its beginning", () => {
    const text = "ラベル,別名\r\n".repeat(20_000);
    assert.equal(decodeText(encode(text, "shift_jis")), text);
    assert.equal(decodeText(Buffer.from(`x${text}`)), `x${text}`);
  });

  it("reads nothing in an empty file", () => {
    assert.equal(decodeText(Buffer.alloc(0)), "");
  });

  it("says of a workbook and of a picture what they are not", () => {
    const refuse = (bytes: Buffer, message: RegExp): void => {
      assert.throws(() => decodeText(bytes), { code: "BAD_CONFIG", message });
    };
    refuse(Buffer.from("PK\x03\x04\x14\0\x06\0", "latin1"), /workbook.*CSV/);
    refuse(Buffer.from("d0cf11e0a1b11ae1", "hex"), /workbook.*CSV/);
    refuse(Buffer.from("<html><table><tr><td>screw</td></tr></table>"), /workbook.*CSV/);
    refuse(Buffer.from('<?xml version="1.0"?>\n<Workbook/>'), /workbook.*CSV/);
    refuse(Buffer.from("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "latin1"), /no text/);
    refuse(Buffer.from([0, 1, 2, 3, 4, 5]), /no text/);
  });
});
