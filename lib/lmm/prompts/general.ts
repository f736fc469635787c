import type { PromptTemplate } from "./prompt-template";

/** For any photo: one main object. */
export const GENERAL: PromptTemplate = {
  name: "general",
  template: `What is the main object in this photo?
Name it as specifically as you can see it, with the everyday words that a person would use for it.
{{> data}}`,
};
