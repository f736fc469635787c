/**
 * The forms in which an LMM answers: what it is told, and the schema that a server holds it to.
 * Weak models copy what stands in the places of a form, so nothing stands there that could be a
 * name. Some servers write properties in alphabetical order whatever the schema says.
 */

/**
 * `names`: up to three names, most certain first, which is what a decision needs; `json`: also a
 * description and synonyms, five times as long; `text`: one name in plain words, as published.
 */
export type AnswerForm = "names" | "json" | "text";

/** A form in JSON: its words and its schema. */
export interface JsonForm {
  /** A server enforces a schema but does not show it to the model. */
  readonly words: string;
  readonly schema: object;
}

/** Each as few tokens as can be: the server waits for every one of them. */
const NAMES: JsonForm = {
  words: [
    "Reply in JSON only, in exactly this form, with each … filled in:",
    '{"names": ["…"]}',
    "names: 1 to 3 short names in the singular, the most certain first, and nothing else.",
  ].join("\n"),
  schema: {
    type: "object",
    properties: {
      names: { type: "array", items: { type: "string" }, minItems: 1, maxItems: 3 },
    },
    required: ["names"],
  },
};

/** A model should describe before it names: hence the letters. */
const DESCRIBED: JsonForm = {
  words: [
    "Reply in JSON only, in exactly this form, with each … filled in:",
    '{"a_description": "…", "b_candidates": [{"a_name": "…", "b_synonyms": ["…"]}]}',
    "a_description: one sentence about what you see.",
    "b_candidates: 1 to 5 candidates, the most likely first. a_name is a short noun phrase in the singular, b_synonyms are other names for the same thing.",
  ].join("\n"),
  schema: {
    type: "object",
    properties: {
      a_description: { type: "string" },
      b_candidates: {
        type: "array",
        items: {
          type: "object",
          properties: {
            a_name: { type: "string" },
            b_synonyms: { type: "array", items: { type: "string" } },
          },
          required: ["a_name", "b_synonyms"],
        },
      },
    },
    required: ["a_description", "b_candidates"],
  },
};

export const JSON_FORMS: Readonly<Record<"names" | "json", JsonForm>> = {
  names: NAMES,
  json: DESCRIBED,
};

/** The schema for a choice among short codes. */
export function choiceSchema(choices: readonly string[]): object {
  return {
    type: "object",
    properties: { a_choice: { type: "string", enum: [...choices] } },
    required: ["a_choice"],
  };
}
