import type { PromptTemplate } from "./prompt-template";

/** Workpieces, fasteners, fittings, tools on a bench or a belt. */
export const MANUFACTURED_PARTS: PromptTemplate = {
  name: "manufactured-parts",
  template: `The photo shows a manufactured part, a component or a tool in a factory.
What kind of part is it? Look at its shape, head, thread, holes, material and finish, and give the name that a mechanic or a parts catalogue would use.
{{> data}}`,
};
