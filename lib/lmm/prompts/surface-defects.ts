import type { PromptTemplate } from "./prompt-template";

/** The state of a surface, not the object that it belongs to. */
export const SURFACE_DEFECTS: PromptTemplate = {
  name: "surface-defects",
  template: `The photo shows the surface of a product at inspection.
Which defect does the surface show: for example a scratch, crack, dent, pit, stain, corrosion, inclusion or missing material? Name the kind of defect, not the product. If the surface is sound, answer: no defect.
{{> data}}`,
};
