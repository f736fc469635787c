/** What a column of a table can hold. */
export type Column =
  "id" | "label" | "aliases" | "not" | "threshold" | "accept" | "alert" | "template";

/**
 * What a heading means. `group` and `description`: labels only where no column names the things
 * themselves. `other`: known, and of no use here, such as a running number or a remark.
 */
export type Heading = Column | "group" | "description" | "other";

/**
 * Headings that people write, between commas: English, Japanese (also in Latin letters), German,
 * French, Spanish, Italian, Portuguese, Dutch, Chinese and Korean. Compared by `toKey`.
 */
const WORDS: Readonly<Record<Heading, string>> = {
  id: `id, class id, label id, クラスid, 識別子, kennung, identifiant, identificador, identificativo`,
  label: `label, labels, name, names, class, classes, class name, label name, item, item name, part,
    part name, product, product name, object, object name, title, component, thing,
    ラベル, ラベル名, 名称, 名前, クラス, クラス名, 品名, 品目, 品目名, 部品, 部品名, 部品名称, 製品, 製品名,
    商品, 商品名, 対象, 対象物, 対象名, 物品名, アイテム, アイテム名, 和名, 日本語, 日本語名, 項目名, 不良名,
    欠陥, 欠陥名, 欠陥項目, 不良, 不良項目, 不良内容, 不良モード, 故障モード, 現象, 検査項目, 点検項目, 項目, defect, defect name, defect type, fault, failure,
    failure mode, defekt, fehler, fehlerart, fehlerbezeichnung, fehlername, fehlerbild, mangel, merkmal, prufmerkmal, defaut,
    nom du defaut, intitule du defaut, type de defaut, defecto,
    difetto, 缺陷, 缺陷名称, 불량, 불량명,
    hinmei, hinmoku, meisho, meishou, namae, buhinmei, seihinmei, shohinmei, raberu, kurasu,
    bezeichnung, benennung, klasse, klassen, klassenname, klassenbezeichnung, objektname, teil, teilename, prufteil, werkstuck, bauteil, artikel, artikelname,
    artikelbezeichnung, gegenstand, objekt, etikett, produkt, produktname, deutsch,
    nom, noms, libelle, intitule, designation, denomination, etiquette, classe, piece, article, produit, objet,
    nombre, nombres, denominacion, etiqueta, clase, pieza, producto, objeto, articulo,
    nome, etichetta, denominazione, pezzo, prodotto, oggetto, articolo,
    rotulo, peca, produto, naam, benaming, onderdeel, klas,
    标签, 標籤, 类名, 類名, 中文, 中文名, 产品名称, 产品名, 零件名称, 零件,
    이름, 명칭, 라벨, 레이블, 클래스, 품명, 제품명, 부품명`,
  aliases: `aliases, alias, synonyms, synonym, other name, other names, alternative name,
    alternative names, alternate names, also known as, aka, keyword, keywords, tag, tags, english,
    english name, english names, english label, english alias, name in english, en, eng,
    別名, 別名称, 別称, 別表記, 異名, 同義語, 類義語, 類語, 通称, 俗称, 略称, 略語, 他の名称, その他の名前,
    キーワード, 英語, 英語名, 英語名称, 英語表記, 英語別名, 英名, 英名称, 英字名, 英文, 英文名, 英文名称, 英訳,
    読み, 読み方, よみ, よみがな, 読み仮名, ふりがな, フリガナ, ヨミガナ, かな, カナ, カナ名, 学名,
    betsumei, eigo, eigomei, eimei, tsusho, yomi, yomigana, furigana,
    synonyme, synonymes, schlagwort, schlagworte, schlagworter, stichwort, stichworte, stichworter, suchbegriff,
    suchbegriffe, suchwort, suchworte, suchworter, andere namen, weitere namen, alternative namen,
    alternativname, alternativnamen, englisch, englischer name, englische bezeichnung,
    englische namen, fremdname, kurzname,
    autre nom, autres noms, mot cle, mots cles, anglais, nom anglais, nom en anglais, appellation,
    sinonimo, sinonimos, otro nombre, otros nombres, palabra clave, palabras clave, ingles,
    nombre ingles, nombre en ingles, sinonimi, altri nomi, parole chiave, inglese, nome inglese,
    outros nomes, palavras chave, nome em ingles, synoniemen, andere naam, engels, engelse naam,
    别名, 别称, 同义词, 關鍵詞, 关键词, 關鍵字, 英文名字, 英语, 英语名,
    동의어, 별칭, 별명, 키워드, 영어, 영어명, 영어 이름, 영문, 영문명`,
  not: `not, not word, not words, no match, exclude, excludes, excluded, exclusion, exclusions,
    negative, negatives, anti alias, anti aliases, confused with,
    除外, 除外語, 除外名, 除外ワード, 非該当, 間違えやすいもの, jogai,
    nicht, ausschluss, ausschlusse, ausgeschlossen, ausser, verwechslung,
    exclure, exclus, pas, excluir, excluido, excluidos, no es, escludere, esclusi, uitsluiten, niet,
    排除, 排除词, 제외, 제외어`,
  threshold: `threshold, thresholds, min score, minimum score, score threshold, cutoff, cut off,
    minimum similarity, min similarity, しきい値, 閾値, 敷居値, スレッショルド, 最小スコア, 下限スコア,
    shikiichi, schwelle, schwellwert, schwellenwert, grenzwert, mindestwert, seuil, umbral, soglia,
    limiar, drempel, drempelwaarde, 阈值, 门限, 임계값, 임계치`,
  accept: `accept, knob, 1 in, one in, at most 1 wrong in, 許容, 許容誤り, 許容率, akzeptiert, toleranz`,
  alert: `alert, alerts, alert level, level, severity, alarm, alarms, alarm level, warning level,
    警報, 警報レベル, アラート, アラートレベル, アラーム, アラームレベル, 警告, 警告レベル, 重大度, 警戒レベル,
    keiho, keihou, arato, alarmstufe, alarmierung, warnstufe, warnung, meldestufe, schweregrad,
    alerte, niveau d'alerte, niveau, gravite, alarme, alerta, nivel, nivel de alerta, gravedad,
    allarme, livello, livello di allarme, waarschuwing, alarmniveau,
    警报, 报警, 警报级别, 报警级别, 告警, 경보, 경보 수준, 알림, 심각도`,
  template: `template, sentence, prompt template, テンプレート, 比較用の文, 文の型, 文型, ひな形, 雛形, tenpureto, vorlage,
    satz, satzvorlage, modele, phrase, plantilla, frase, modello, sjabloon, zin, 模板, 句子, 템플릿, 문장`,
  group: `group, category, categories, type, kind, family, genus, 分類, 分類名, カテゴリ, カテゴリー, 区分, 判定, 判定結果,
    種類, 種別, 品種, グループ, 大分類, 中分類, 小分類, bunrui, kategori, shurui, gruppe, kategorie, art,
    typ, sorte, warengruppe, categorie, groupe, famille, genre, categoria, grupo, tipo, familia,
    gruppo, groep, soort, 类别, 類別, 类型, 類型, 分组, 분류, 종류, 카테고리, 유형`,
  description: `description, descriptions, meaning, 説明, 説明文, 意味, 意味合い, setsumei, beschreibung,
    kurzbeschreibung, bedeutung, signification, descripcion, significado, descrizione, significato, descricao,
    omschrijving, 说明, 說明, 描述, 설명, 의미`,
  other: `no, nr, num, number, numero, n, #, row, line, index, pos, position, lfd nr, lfd, ser no,
    serial, serial no, serial number, 番号, 連番, 項番, 通番, 通し番号, 行, 行番号, 順番, ナンバー, bango, renban,
    序号, 编号, 編號, 번호, 순번, nummer, laufende nummer, zeile, ligne, fila, riga, volgnummer,
    note, notes, remark, remarks, comment, comments, memo, info, information, hint, details,
    備考, 備考欄, 注記, 注釈, コメント, メモ, 摘要, 概要, 補足, 特記事項, 詳細, 対策, 処置, 原因, 基準, 判定基準, biko, bikou,
    tekiyo, bemerkung, bemerkungen, anmerkung, anmerkungen, kommentar, kommentare,
    notiz, notizen, hinweis, hinweise, erlauterung,
    remarque, remarques, commentaire, commentaires, observation, observations, nota, notas,
    observacion, observaciones, comentario, comentarios, osservazioni, commento, commenti,
    observacoes, opmerking, opmerkingen,
    备注, 備註, 注释, 비고, 메모,
    defect code, error code, fault code, 不良コード, 欠陥コード, fehlercode, fehlernummer, code defaut, code du defaut, massnahme, ursache,
    code, part no, part number, item no, item code, item number, article no, article number, sku, ean,
    jan, barcode, model, model number, 品番, 部品番号, 部番, 型番, 型式, 図番, 図面番号, コード, 品目コード,
    商品コード, 製品コード, 製品番号, janコード, 管理番号, hinban, buban, kataban, artikelnummer, art nr,
    artikel nr, teilenummer, teile nr, sachnummer, materialnummer, zeichnungsnummer, reference,
    referencia, codigo, codice, 料号, 型号, 编码, 품번, 코드,
    qty, quantity, amount, count, stock, unit, price, cost, 数量, 個数, 員数, 在庫, 在庫数, 単位, 単価, 価格, 金額,
    suryo, menge, anzahl, stuck, stuckzahl, bestand, einheit, preis, quantite, prix, cantidad, precio,
    unidad, quantita, prezzo, quantidade, preco, aantal, prijs, 单位, 价格, 수량, 단위, 가격,
    size, dimensions, length, width, height, weight, diameter, サイズ, 寸法, 規格, 長さ, 幅, 高さ, 重量, 重さ, 直径,
    grosse, abmessung, abmessungen, masse, lange, breite, hohe, gewicht, durchmesser, norm, din,
    taille, longueur, poids, tamano, peso, dimensione, 尺寸, 规格, 크기, 규격,
    material, color, colour, surface, finish, 材質, 材料, 素材, 色, 表面処理, 仕上げ, 形状, zaishitsu, iro,
    werkstoff, farbe, oberflache, matiere, materiau, couleur, materiale, colore, kleur, 材质, 颜色,
    재질, 색상, date, created, updated, changed, 日付, 作成日, 更新日, 登録日, 変更日, 年月日, 日時, datum, erstellt,
    geandert, fecha, data, 日期, 날짜, author, owner, person, user, 担当, 担当者, 作成者, 記入者, 部署, 部門,
    ersteller, bearbeiter, verantwortlich, abteilung, auteur, autor, responsable, 负责人, 담당자,
    location, place, line no, station, process, machine, 場所, 保管場所, 置き場, 棚番, 工程, 設備, ライン, 工場,
    ort, lagerort, lagerplatz, werk, maschine, lieu, emplacement, ubicacion, 位置, 地点, 工序, 위치, 공정,
    supplier, manufacturer, maker, vendor, brand, customer, メーカー, メーカ, 仕入先, 製造元, 購入先, 取引先,
    得意先, ブランド, hersteller, lieferant, kunde, marke, fournisseur, fabricant, proveedor, fabricante,
    供应商, 厂家, 제조사, image, picture, photo, file, url, link, 画像, 写真, 図, ファイル, bild, foto, datei,
    status, state, 状態, ステータス, revision, version, 版, 改訂`,
};

/** A single column's heading must be unmistakable: `part` may as well be the first class. */
const SURE_LABELS = new Set(
  `label, labels, name, names, class, classes, class name, ラベル, 名称, 名前, クラス, クラス名, 品名, 部品名,
  製品名, 商品名, 分類, bezeichnung, benennung, klasse, nom, libelle, nombre, etiqueta, nome, etichetta, naam,
  标签, 类别, 이름, 품명`
    .split(",")
    .map(toKey),
);

const HEADINGS = new Map<string, Heading>(
  (Object.entries(WORDS) as [Heading, string][]).flatMap(([heading, words]) =>
    words.split(",").map((word) => [toKey(word), heading] as const),
  ),
);

/** A word for English in a heading makes its names aliases, which models read. */
const ENGLISH =
  /(?<=^| )(?:(?:en |in |auf )?(?:english|englisch(?:e[rns]?)?|anglais(?:es?)?|ingles(?:a|as|es)?|inglese|engelse?|engelska)|en|eng)(?= |$)|英語|英文|英訳|영어|영문/g;

/** A word for one's own language makes it the label. */
const OWN =
  /(?<=^| )(?:ja|jp|jpn|de|fr|es|it|pt|nl|zh|cn|ko|kr|japanese|deutsch(?:e[rns]?)?|francaise?|espanol|italiano|local)(?= |$)|日本語|和文|中文/g;

/** Between the languages of one heading. */
const BETWEEN_LANGUAGES = /[/／|｜\n]/;

/** What a heading means; undefined where it is not known. */
export function findHeading(text: string): Heading | undefined {
  const key = toKey(text);
  const known = HEADINGS.get(key);
  if (known || !key) return known;
  // What stands in brackets says more of a heading: しきい値（0〜1）, Name (English).
  const bare = toKey(text.normalize("NFKC").replace(/[([{<【〔「].*$/, ""));
  const foreign = key.replace(ENGLISH, " ");
  const own = key.replace(OWN, " ");
  const language = foreign !== key ? "en" : own !== key ? "own" : undefined;
  const base =
    HEADINGS.get(bare) ??
    (language && HEADINGS.get((language === "en" ? foreign : own).replace(/ +/g, " ").trim()));
  if (base === undefined) return findInLanguages(text);
  return base === "label" && language === "en" ? "aliases" : base;
}

/** `名称／Name`: one heading in several languages, all of one meaning. */
function findInLanguages(text: string): Heading | undefined {
  const parts = text.split(BETWEEN_LANGUAGES).map((part) => HEADINGS.get(toKey(part)));
  return parts.length > 1 && parts.every((part) => part === parts[0]) ? parts[0] : undefined;
}

/** Whether a text is a heading of labels even where nothing stands beside it. */
export function isSureLabel(text: string): boolean {
  return SURE_LABELS.has(toKey(text));
}

/** Width, case, accents and marks make no difference between headings. */
function toKey(text: string): string {
  return (
    text
      .normalize("NFKC")
      .toLowerCase()
      .normalize("NFD")
      // Accents, and marks that a copied text brings without showing them.
      .replace(/[\u0300-\u036f\u00ad\u200b-\u200f\u2060\ufeff]/g, "")
      .normalize("NFC")
      .replaceAll("ß", "ss")
      .replaceAll("’", "'")
      .replace(/[\s_.:*/()[\]【】〔〕「」・-]+/g, " ")
      .replace(/(?<=[\u3040-\u9fff]) (?=[\u3040-\u9fff])/g, "")
      .trim()
  );
}
