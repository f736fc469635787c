import type { Denial } from "./denial";

/**
 * The cues of Japanese, where the denial stands behind what it denies. Each table is a list of
 * alternatives between spaces, written as parts of regular expressions.
 */
export type Alternatives = string;

/** Endings of a verb that deny it. */
const NOT = "(?:ません(?:でした)?|ない|なかった|なく|ず(?![つれか])|ぬ)";
const NOT_DOING =
  "(?:[てで][はも]?(?:い(?:ません|ない|なかった|なく)|おら(?:ず|ない)|おりません|ません|ない))";
const NOT_AT_ALL = `(?:[はも]?${NOT}|${NOT_DOING})`;
/** What a verb's stem ends with before ない and ず: つけない and 見えず, but 少ない and まず. */
const STEM = "(?<=[らかさたなまわがばれえけせてめべげねきじびみりちしい])";
/** What stands before ない where it is the verb: 傷はない, 全くない. */
const THING =
  "(?<=[はがもの、\\p{Script=Han}\\p{Script=Katakana}ー]|全く|まったく|ほとんど|あまり|[一1１]つ|ひとつ|もう|特に|とくに|には)";

function each(stems: Alternatives): string {
  return `(?:${stems.trim().split(/\s+/).join("|")})`;
}

/** Right before the name. */
export const BEFORE: readonly (readonly [Denial, Alternatives])[] = [
  ["absent", "無 未 非 不 ノー 脱"],
  [
    "absent",
    `(?<![がのをはもにで]|取り)(?:存在しない|見当たらない|見えない|[写映]っていない|(?:無|な)くなった|失われた|欠落し(?:た|ている)|(?:取り)?外された|取り除かれた|除去された|撤去された|脱落した|紛失した)`,
  ],
  [
    "unsaid",
    "あるべき あったはずの 必要な 着用すべき 着けるべき 想定される 予想される 起こり(?:得|う)る 架空の",
  ],
];

/** Earlier in the sentence, with no conditional between. */
export const IF = "もし(?!か) 仮に 万が?一";
export const IF_ENDS = "[れけせてめえ]ば たら なら 場合 とき 時";
/** What makes a past tense tell of what is over. */
export const ONCE =
  "以前 かつて 昔 もともと 元々 元は 当初 過去に 先日 昨日 さっきまで 先ほどまで 直前まで 前回 前は";

/** Behind a name without a change of what is said of it. */
export const SUFFIX =
  '[一1１]つ(?=[もな]) ひとつ(?=[もな]) らしき(?:もの|物)? など 等 類 たち 達 さん 自体 そのもの [」』）)"”］】\\s]';
/** Nouns that stand for the presence of the thing before them: 着用はありません. */
export const LIGHT_NOUN = `の?${each(
  `着用 装着 装備 使用 所持 携帯 姿 存在 痕跡 兆候 徴候 気配 発生 付着 混入 形跡 様子 跡 設置 漏れ こぼれ 残留
   取り?付け?`,
)}(?![いっしさすたて])`;
/** Joins a name with the next, which tells of both. */
export const JOINS = `も(?=[^はがもを、]{1,12}も) と(?![なしい思見考間誤はの異違混書記表]) や 、 ・ か(?![らもどの否]) または 又は および 及び
  ならびに あるいは もしくは といった などの などといった その他の? [,，/／&＆]`;
/** Where a noun in a list ends. */
export const PARTICLES = new Set(
  "は が も を に で と や 、 ・ か など 等 だ です では には とは でも にも がい なし 無し しか だけ のみ".split(
    " ",
  ),
);
/** Kanji and katakana right behind a name make a compound of it. */
export const COMPOUND = "[\\p{Script=Han}\\p{Script=Katakana}ー]{1,8}";

/** Right behind the name, and not a denial though it looks like one. */
export const ADJACENT_SAID: Alternatives = `
  だけで[はも]?な だけじゃな のみで[はも]?な のみなら ばかりで[はも]?な ばかりか しか(?=.*(?:な|ません))
  (?:で|じゃ)は?ない(?:か|でしょうか|だろうか) に(?:違い|間違いな|間違いあり|相違) に(?:ほか|他)なら
  かも(?:しれ|知れ) として に加え の(?:ほか|他)に 以外に`;

/** Right behind the name, behind a colon or a bracket too. */
export const ADJACENT: readonly (readonly [Denial, Alternatives])[] = [
  [
    "absent",
    `の?なし の?無し ナシ 無(?![料事数線人色地垢論理限尽]) ゼロ レス(?!\\p{Script=Katakana}) フリー
     抜き の?未(?:着用|装着|装備|使用|確認|検出|取り?付け?|設置|実装|発生) の?[不非](?:着用|装着|検出|在|使用|要)
     の?欠(?:品|落|如) の?紛失 の?不足 の?取り?外し の?脱落 忘れ の?つけ忘れ
     [0０](?:件|個|本|箇所|か所|枚|つ) のな(?:い|さ) の無[いさ]`,
  ],
  [
    "unsaid",
    `以外(?!に) の代わり の代用 の?代替 の?有無 の?防止 の?予防 の?対策 の?検査 の?点検 [検探][出知]器 の確認
     の?チェック の?禁止 の?厳禁 の?必須 の?義務 の?推奨 の?注意 の?警告 の恐れ のおそれ の?危険 のリスク の心配 の懸念 というより と(?:書|記|表示)
     の必要(?![はが]?(?:な[いくか]|ありませ)) の場合 の際 の時は のときは なら(?![なびずべ]) であれば でなければ だったら
     だと(?:すれ|した) と(?:すれば|したら) か(?:どうか|否か) に似 に(?:注意(?!書)|備え|警戒|気を) のような
     のように見える(?=\\p{Script=Han}) (?:である)?かのよう [とに](?:見?間違|誤|混同|見せかけ)
     とは?(?:異な|違) とは(?:言え|限ら|思え|見え) には?(?:見えな|見えませ|当たら|あたら|該当し)
     に(?:発展|つなが|繋が|至|なりかね|なる(?:恐れ|おそれ|可能性|危険)) 用(?![意心途い])
     の(?:\\p{Script=Han}|\\p{Script=Katakana}|ー){1,6}(?:に(?:注意|備え|警戒|気を)|を(?:防|避け|予防)|禁止|厳禁|防止) (?:では?|じゃ)(?:も)?(?:な[いくか]|ありません|無[いく])
     (?:です|に見えます|に見える|のようです|のように見えます|のように見える)が、?実`,
  ],
];

/** Verbs by which a subject is told to be absent. */
const ABSENT_SUBJECT = [
  "(?<!では|でも|じゃ|(?<!全|まった)く|で)ありません",
  `(?<!では|でも|じゃ)${THING}な(?:い|く|かった)`,
  "無(?:い|く|し|かった)",
  "(?<=[はがもに、])(?:い(?:ません|ない|なかった|なく)|おりません|おら(?:ず|ない))",
  each(`見え 見られ 見当た[らり] 見つか[らり] 見つけられ 見受けられ 認め(?:られ)? [写映][らり] 残[らり]
    (?:立ち)?入[らり] 生じ 起き 足り 感じられ (?:わ|分)か[らり] 含(?:まれ|ま|み) 存在[しせ] 該当し
    (?:確認|検出|発見|観察|検知|判別|特定|識別|視認)[はが]?(?:でき|され|し) (?:発生|混入|付着)し`) +
    NOT_AT_ALL,
  each(`写っ 映っ 入っ 残っ 付い つい 付けられ 付け 出 置かれ 置い 掛かっ かけられ 並ん 乗っ 載っ 生え
    見つかっ こぼれ 溜まっ 漏れ 貼られ 貼っ 備わっ 備えられ
    (?:設置|装着|着用|使用|配置|搭載|用意|装備)され 取り付けられ 敷かれ`) + NOT_DOING,
  each(`(?:外|はず)れ[てた] 取れて 抜け[てた] 抜け落ち (?:脱落|欠落|紛失|不足|消失) 欠品 欠如
    (?:剥|は)がれ[てた落] (?:除去|撤去|修理|補修|取り外し|解体)済 (?:無|な)くな
    (?:取り)?外され 取り除かれ 除去され 撤去され 失われ 剥がれ落ち`) +
    `(?!(?:し|され)?${NOT_AT_ALL}|いません|いない|は?い?な)`,
];

/** Verbs of wearing, holding and using, whose object may stand as the topic: 手袋はしていません. */
export const HANDLED = [
  each(`(?:着用|装着|装備|使用|所持|携帯|携行)[はをも]?(?:し|でき|され)? かぶ[らりっ] 被[らりっ] 着け つけ
    付け 着 履[かきい] は[かきい] はめ 締め 持[たちっ] 使[わいっ] 身に着け 身につけ 掛け かけ (?<=[はもを、])し`) +
    NOT_AT_ALL,
].join("|");

/** Verbs by which an object is told to be away. */
const ABSENT_OBJECT = [
  `${STEM}(?:な(?:い|く|かった)|ず(?=に|、|$|\\p{Script=Han}))`,
  "ません",
  NOT_DOING,
  each(`(?:取り)?外[しすさ] はずし 脱[いぐが] 取り(?:除|去) 除去 撤去 失[いっうわ] (?:無|な)くし 紛失 忘れ
    剥が はがし 拭き取 欠い 見失 省[いく略] [るた]のを忘れ`),
];

/** What only looks like a denial, and what is left to read goes on. */
export const SKIPPED: Alternatives = `
  間違い[はも]?(?:な|あり) 違いな 違いあり 問題[はがも]?(?:な|あり) 必ず まず、? わずか 例えば たとえば また、
  少な 危な (?<!一)切な 儚 幼な? 汚な きたな とんでもな もったいな 仕方が?な しょうがな 申し訳 何気な さりげな
  なんとな 何とな 絶え間な 限りな やむ(?:を得|な) つまらな くだらな 思いがけな 変わらな 珍しくな 余儀な
  (?:隙間|すきま)な まんべんな 満遍な 途切れな 関係な 休みな くまな 残らず いずれ ねずみ まもな ほどな
  欠かせな 無視でき 見逃せな 避けられな 疑いな まぎれもな 紛れもな 数え切れな`;

/** What would, should or might be; not what is. */
export const UNSAID: Alternatives = `
  [えけせてねべめれげ]ば(?![かなら]) (?<!さ)たら(?![なしくすい]) なら(?![なびずべすんい]) 場合 べき べし
  な(?:ければ|くては|いと)(?:な|い|だ) ねばな 必要(?![はが]?(?:な[いくか]|ありませ)) 義務 推奨 必須 求め 要求
  (?:くだ|下)さい ましょう (?:ほう|方)が[よい良望] 恐れ おそれ 望ま か(?:どうか|否か) 予定 防[ぐげぎ止]
  予防 避け 回避 禁止 厳禁 探[しすさ] 想定 仮定 期待 心配(?!そう) 懸念 注意(?![深書]) 警告 警戒 (?:とき|時|際)[はに] る前(?!方) つもり
  かも(?:しれ|知れ) 可能性 危険性 (?:だろう|でしょう|ます|です)か か[?？] かを?(?:確認|点検|検査|調べ|判断|確か)
  はず[だでのはが] 間違え 見間違 誤認 混同 ための ために(?=[使用設作]) のに(?=[使用]) ように(?:し|お願|指示|注意)
  代わりに こと(?:[。）)]|$)`;

/** What states something, so that the rest of the sentence is about something else. */
const SAID = [
  "(?<!あり|い)(?:ます|ました)(?!ん|せ)",
  "(?:あり|い)ま(?:す|した)(?!ん|せ)",
  "です|でした|である|だった",
  "[るたう](?=\\p{Script=Han}|\\p{Script=Katakana}|[A-Za-z、」。]|こ?の|わけ|もの|こと|$)",
  "す(?=\\p{Script=Han}|\\p{Script=Katakana})",
  "て、",
  "ていて",
  "[いくきしちみりぎじびえけせめれげべ]、",
];

/** Behind a statement and the noun it is about: ヘルメットをかぶった人はいません. */
export const NOUN_DENIED =
  "(?:\\p{Script=Han}|\\p{Script=Katakana}|ー|もの|こと|よう){0,8}(?:[はがも]|では|には|に)*(?:ありません|いません|いない|な(?:い|く|かった)|おら(?:ず|ない)|おりません|無[いく]|見え(?:な|ませ)|(?:見られ|見当たら|確認でき|存在し|認められ)(?:な|ませ|ず))";
/** Behind a statement that it does not hold: あるわけではない. */
export const NOT_SO = "わけでは?(?:な|あり)|とは(?:限|言え)|のでは(?:な|あり)";
/** Behind a statement that takes it back: ありましたが、外されました. */
export const TAKEN_BACK =
  "が、?(?:今|現在|その後|既に|すでに)?[はも]?、?(?:ありません|な(?:い|く)|もうな|(?:取り)?外され|撤去|除去|取り除)";

/** Behind a denial: 傷がないか確認する tells neither. */
export const UNSAID_AFTER = [
  "か(?:どうか|否か|を|確|調|、|も)",
  "(?:の|こと)を?(?:確|必|望|前提)",
  "よう(?:に|、)",
  "(?:場合|なら|とき[はに]|とは限|とは言|恐れ|おそれ)",
].join("|");

export const SUBJECT_CUES = {
  absent: [...ABSENT_SUBJECT, HANDLED].join("|"),
  said: [...SAID, `${STEM}(?:な(?:い|く|かった)|ず)`, "ません", "くない"].join("|"),
};
export const OBJECT_CUES = {
  absent: [...ABSENT_SUBJECT, ...ABSENT_OBJECT].join("|"),
  said: SAID.join("|"),
};

/** Behind these は, が and も mark no other thing: 今は, ここには, 一つも. */
export const NO_THING =
  "今|現在|ここ|そこ|[にでとへ]|から|まで|[一1１何誰](?:\\p{Script=Han})?|ひとつ|一つ|どれ|少し|もう|[全す]て|より|ほど|例外";

/** A place before a name: what is denied there is not there, whatever it would do. */
export const IN_PLACE =
  "(?<!完全|十分|正常|確実|特|別|既|次|常|一般|本当|全体)(?<=[\\p{Script=Han}\\p{Script=Katakana}ー])に[は、]*$";
/** How something is done: what is not done so is there. */
export const MANNER =
  "まっすぐ|真っ直ぐ|正しく|きちんと|完全に|しっかり|うまく|きれいに|綺麗に|正確に|十分に|均一に|しか|だけしか";
/** Verbs whose subject is not there where they do not hold. */
export const EXISTS =
  "(?:ある|あった|ありま(?:す|した)|[はが]い(?:る|た|ます|ました)|見え(?:る|た|ます)|存在(?:する|している))$";

/** Who wears and does not get worn: 作業者は着用していません. */
export const PERSON = "[者員人性生工師]$";
