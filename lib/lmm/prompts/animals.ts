import type { PromptTemplate } from "./prompt-template";

/** Wild, farm and pet animals. */
export const ANIMALS: PromptTemplate = {
  name: "animals",
  template: `The photo shows an animal.
Which animal is it? Give its common name, as specific as the photo allows: the species, or the breed of a pet or a farm animal.
{{> data}}`,
};
