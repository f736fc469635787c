import type { PromptTemplate } from "./prompt-template";

/** Protective equipment, persons at work, hazards. */
export const PPE_AND_SAFETY: PromptTemplate = {
  name: "ppe-and-safety",
  template: `The photo shows a workplace.
What matters for safety in it: protective equipment that is worn or missing (helmet, vest, gloves, goggles, mask), a person where none should be, fire, smoke, a spill, a blocked way? Name the one thing that a safety officer would report first.
{{> data}}`,
};
