/**
 * One style for every Japanese text:
 *
 * - Brackets are full-width （…） wherever they hold or touch Japanese; half-width ones are code.
 * - Words from English in -er, -or, -ar and -y end in a long vowel: サーバー, メモリー, ディレクトリー
 *   (the Cabinet's notice on loan words, 1991, and JIS Z 8301:2019); プロキシ alone is usual without.
 * - Between Japanese and Latin letters or digits stands a space.
 * - One thing has one name.
 */
import assert from "node:assert/strict";

import { listDocuments, readDialogTexts, readDocument, readSentences } from "../helpers/catalogues";

const JA = "[\\u3041-\\u3096\\u30A1-\\u30FA\\u30FC\\u4E00-\\u9FFF々、。]";
const LETTER = "[\\u3041-\\u3096\\u30A1-\\u30FA\\u30FC\\u4E00-\\u9FFF々]";

/** What ends in a long vowel, without it. */
const STEMS = `エディタ メモリ サーバ ディレクトリ フォルダ ユーザ ブラウザ ライブラリ レジストリ コンピュータ
  ヘッダ フィルタ バッファ パラメータ ワーカ エンコーダ デコーダ アダプタ インストーラ ゲッタ セッタ センサ
  ドライバ プリンタ カウンタ スキャナ コントローラ ルータ モニタ アクチュエータ オペレータ トリガ ポインタ
  テレメトリ カテゴリ エントリ リポジトリ クエリ バッテリ セキュリティ ヒストリ スライダ ビューア タイマ
  レイヤ マネージャ リーダ ライタ ローダ スケジューラ`;

/** What a thing is not called, and what it is called. */
const NAMES: readonly (readonly [RegExp, string])[] = [
  [/保留中|あいまい|曖昧|不確定/, "判定保留"],
  [/不明クラス|未知クラス|該当無し/, "該当なし"],
  [/省略(?![しす])/, "スキップ"],
  [/starter モデル|スターター(?!モデル)|スタータモデル|同梱モデル/, "同梱のスターターモデル"],
  [/校正済|キャリブレーション/, "較正済み"],
  [/画像タワー|画像塔|タワー|ビジョンエンコーダ/, "画像エンコーダー"],
  [/文の型|文型/, "比較用の文"],
  [/勝ったクラス|勝者|優勝/, "選ばれたクラス"],
  [/正立/, "正しい向きの"],
  [/薄い接続部/, "薄いアダプター"],
  [/ダイアログ/, "設定画面"],
  [/マシン|(?<!精密)機械(?!部品)/, "コンピューター"],
  [/コンマ/, "カンマ"],
  [/プロンプト/, "質問"],
  [/(?<!不)規則/, "ルール"],
  [/閾値|スレッショルド/, "しきい値"],
];

const texts = new Map<string, string>([
  ...readDialogTexts("ja"),
  ...readSentences("ja"),
  ...listDocuments("ja").map((file) => [file, withoutCode(readDocument(file))] as const),
]);

describe("Japanese texts", () => {
  it("have full-width brackets, half-width ones only in code", () => {
    const half = `${JA}\\(|\\)${JA}|\\([^()]*${JA}[^()]*\\)|\\(\\{\\{|\\}\\}\\)`;
    assert.deepEqual(find(new RegExp(half, "g")), []);
    for (const [key, text] of texts) {
      assert.equal(text.split("（").length, text.split("）").length, `${key}: brackets in pairs`);
    }
  });

  it("write the long vowel at the end of a word", () => {
    // A stem may be the beginning of another word. Node-RED's own labels are quoted as they are.
    const words = STEMS.split(/\s+/).map((stem) => `${stem}(?![\\u30A1-\\u30FC])`);
    const labels = "(?<!「[^」]*)";
    assert.deepEqual(find(new RegExp(`${labels}(?:${words.join("|")})`, "g")), []);
  });

  it("put a space between Japanese and Latin letters or digits", () => {
    const joined = `${LETTER}[A-Za-z0-9]|[A-Za-z0-9]${LETTER}`;
    assert.deepEqual(find(new RegExp(joined, "g")), []);
  });

  it("call one thing by one name", () => {
    const others = NAMES.flatMap(([other, name]) =>
      find(new RegExp(other, "g")).map((place) => `${place} → ${name}`),
    );
    assert.deepEqual(others, []);
  });
});

/** Where a pattern matches, with what stands around it. */
function find(pattern: RegExp): string[] {
  return [...texts].flatMap(([key, text]) =>
    [...text.matchAll(pattern)].map(
      ({ index, 0: found }) =>
        `${key}: …${text.slice(Math.max(0, index - 12), index + found.length + 12)}…`,
    ),
  );
}

function withoutCode(text: string): string {
  return text
    .replace(/```[\s\S]*?```/g, "")
    .replace(/`[^`]*`/g, "`")
    .replace(/^: .*? : /gm, "") // the type of a property in help
    .replace(/\]\([^)]*\)/g, "]");
}
