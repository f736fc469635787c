import type { PromptTemplate } from "./prompt-template";

/** Yards, gates, ramps, warehouses. */
export const VEHICLES_AND_LOGISTICS: PromptTemplate = {
  name: "vehicles-and-logistics",
  template: `The photo shows a yard, a gate, a loading ramp or a warehouse.
What is the main vehicle, machine or load: for example the kind of truck, forklift, trailer, container, pallet or parcel? Name its kind, not its brand.
{{> data}}`,
};
