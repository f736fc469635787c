import type { PromptTemplate } from "./prompt-template";

/** Boxes, bottles, labels, seals and their damages. */
export const PACKAGING: PromptTemplate = {
  name: "packaging",
  template: `The photo shows packaging or packaged goods.
What kind of packaging is it and in which state: closed, open, torn, crushed, wet, leaking, without label? Put kind and state into the name.
{{> data}}`,
};
