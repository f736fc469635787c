import type { PromptTemplate } from "./prompt-template";

/** Flowers, crops, trees, weeds. */
export const PLANTS: PromptTemplate = {
  name: "plants",
  template: `The photo shows a plant.
Which plant is it? Look at flower, leaf, fruit and growth, and give its common name, as specific as the photo allows.
{{> data}}`,
};
