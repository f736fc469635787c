import type { PromptTemplate } from "./prompt-template";

/** Dishes, produce and food on a line. */
export const FOOD: PromptTemplate = {
  name: "food",
  template: `The photo shows food.
Which dish, produce or food product is it? Name it as a menu or a market stall would, and say its state (raw, cooked, ripe, spoilt) only where it is plain to see.
{{> data}}`,
};
