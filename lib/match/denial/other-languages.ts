import type { Cues, Grammar } from "./denial";

/** The words of German, French, Spanish and Italian by which most denials go. */
export const OTHER_LANGUAGES: Cues = {
  innocent: `
    nicht nur|bloß|zuletzt
    kein zweifel
    ohne zweifel|frage
    pas seulement|que
    sans doute|aucun
    no solo|sólo
    sin duda
    senza dubbio`,
  ahead: [
    [
      "absent",
      "narrow",
      `kein|keine|keinen|keinem|keiner|keines|keinerlei|ohne|fehlende|fehlender|fehlendes|fehlenden|fehlendem
       sans|aucun|aucune
       ningún|ninguno|ninguna|sin
       senza|nessun|nessuno|nessuna`,
    ],
    ["absent", "clause", "nicht|niemand|nie\npas|jamais\nnunca|nadie\nmai"],
    ["unsaid", "rest", "falls|wenn|ob"],
  ],
  behind: [
    ["absent", "fehlt|fehlen|manque|manquent|falta|faltan|manca|mancano\nist|sind nicht sichtbar"],
  ],
  behindOpen: [],
  label: [["absent", "keine|keiner|aucun|aucune|ninguno|ninguna|nessuno|nessuna|fehlt|fehlen"]],
};

export const OTHER_GRAMMAR: Grammar = {
  barriers: "aber sondern jedoch mais cependant pero sino ma però obwohl während",
  relatives: "",
  prepositions: "auf neben bei vor hinter unter über sur dans devant sobre nel nella sul sulla",
  definite: "der die das den dem seine seinen sein le la les el los las il lo gli",
  indefinite: "ein eine einen einem une uno una",
  pronouns: "er sie es il elle ils",
  finite: "ist sind trägt hält steht sitzt liegt hängt est sont porte está tiene lleva è sono",
  participles: "",
  plain: "haben tragen",
  persons: "mensch menschen personen",
  quantities: "eines einer",
};
