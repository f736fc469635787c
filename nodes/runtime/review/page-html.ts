import type { Language, MessageKey } from "../../../lib/i18n/catalogue";
import { translate } from "../../../lib/i18n/catalogue";

/** What the page's script says: keys of the catalogue without `review.page-`. */
const SAID = [
  "waiting",
  "nothing",
  "decided",
  "said",
  "undecided",
  "none",
  "other",
  "undo",
  "answered",
  "answered-by",
  "lost",
  "wrong-pin",
  "too-many",
  "no-picture",
  "show-picture",
  "no-class",
  "no-camera",
] as const;

/**
 * Everything is from the page's own address; pictures come as files, so that no script and no
 * picture of another origin can run or be asked for.
 */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'self'",
].join("; ");

/** The page of a review node. `title` is untrusted. */
export function renderPage(title: string, language: Language): string {
  const say = (name: string): string =>
    escapeHtml(translate(`review.page-${name}` as MessageKey, {}, language));
  const texts = Object.fromEntries(
    SAID.map((name) => [name, translate(`review.page-${name}`, TEXT_PLACES, language)]),
  );
  return `<!doctype html>
<html lang="${language === "ja" ? "ja" : "en"}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title) || say("title")}</title>
<link rel="stylesheet" href="page.css">
<link rel="icon" href="data:,">
</head>
<body>
<header>
<h1>${escapeHtml(title) || say("title")}</h1>
<p id="count" role="status"></p>
<label>${say("who")} <input id="who" autocomplete="name" maxlength="100"></label>
</header>
<p id="trouble" role="alert" hidden></p>
<section id="drifts" role="status"></section>
<form id="login" hidden>
<label>${say("pin")} <input id="pin" type="password" inputmode="numeric" autocomplete="off"></label>
<button>${say("login")}</button>
</form>
<main id="cards" aria-label="${say("cards")}"></main>
<p id="nothing" hidden>${say("nothing")}</p>
<section id="last" hidden>
<h2>${say("last")}</h2>
<ul id="answers"></ul>
</section>
<details id="quality">
<summary>${say("quality")}</summary>
<p>${say("quality-tip")}</p>
<div class="wide">
<table>
<thead><tr>${COLUMNS.map((name) => `<th scope="col">${say(name)}</th>`).join("")}</tr></thead>
<tbody id="weeks"></tbody>
</table>
</div>
</details>
<footer>${say("keys")}</footer>
<dialog id="choose" aria-label="${say("choose")}">
<form method="dialog"><input id="search" type="search" autocomplete="off" aria-label="${say("search")}" placeholder="${say("search")}"><button>${say("cancel")}</button></form>
<div id="found" tabindex="-1" autofocus></div>
</dialog>
<dialog id="zoom"><form method="dialog"><button aria-label="${say("close")}"><img id="large" alt=""></button></form></dialog>
<script type="application/json" id="texts">${escapeScript(JSON.stringify(texts))}</script>
<script src="page.js"></script>
</body>
</html>
`;
}

/** Of the table that tells how good the decisions are. */
const COLUMNS = ["week", "camera", "decisions", "review", "tested", "right", "wrong"];

/** The script fills these in itself. */
const TEXT_PLACES = { count: "{{count}}", label: "{{label}}", text: "{{text}}", who: "{{who}}" };

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** JSON inside a script element: nothing in it may look like the element's end. */
function escapeScript(json: string): string {
  return json.replace(/[<>&\u2028\u2029]/g, (sign) => {
    return `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
