/** A question for the first stage, as a mustache template. */
export interface PromptTemplate {
  /** Stable: flows refer to it. */
  readonly name: string;
  readonly template: string;
  /** `text`: it wants one name in plain words; absent: names as JSON. */
  readonly answer?: "text";
}

/** Asked where nothing else is chosen. */
export const DEFAULT_DOMAIN = "general";

/** The questions that ship with the package, in the order of the editor's list. */
export const PROMPT_DOMAINS: readonly PromptTemplate[] = [
  {
    // For any photo: one main object.
    name: "general",
    template: `What is the main object in this photo?
Name it as specifically as you can see it, with the everyday words that a person would use for it.
{{> data}}`,
  },
  {
    // Workpieces, fasteners, fittings, tools on a bench or a belt.
    name: "manufactured-parts",
    template: `The photo shows a manufactured part, a component or a tool in a factory.
What kind of part is it? Look at its shape, head, thread, holes, material and finish, and give the name that a mechanic or a parts catalogue would use.
{{> data}}`,
  },
  {
    // The state of a surface, not the object that it belongs to.
    name: "surface-defects",
    template: `The photo shows the surface of a product at inspection.
Which defect does the surface show: for example a scratch, crack, dent, pit, stain, corrosion, inclusion or missing material? Name the kind of defect, not the product. If the surface is sound, answer: no defect.
{{> data}}`,
  },
  {
    // Boxes, bottles, labels, seals and their damages.
    name: "packaging",
    template: `The photo shows packaging or packaged goods.
What kind of packaging is it and in which state: closed, open, torn, crushed, wet, leaking, without label? Put kind and state into the name.
{{> data}}`,
  },
  {
    // Protective equipment, persons at work, hazards.
    name: "ppe-and-safety",
    template: `The photo shows a workplace.
What matters for safety in it: protective equipment that is worn or missing (helmet, vest, gloves, goggles, mask), a person where none should be, fire, smoke, a spill, a blocked way? Name the one thing that a safety officer would report first.
{{> data}}`,
  },
  {
    // Instruments, indicator lamps, displays, switches.
    name: "gauges-and-screens",
    template: `The photo shows an instrument, an indicator or a screen of a machine.
What is it, and what state does it show: pointer low, normal or high, lamp off or its colour, switch on or off, an error on the display? Put instrument and state into the name. Read only what is clearly legible.
{{> data}}`,
  },
  {
    // Yards, gates, ramps, warehouses.
    name: "vehicles-and-logistics",
    template: `The photo shows a yard, a gate, a loading ramp or a warehouse.
What is the main vehicle, machine or load: for example the kind of truck, forklift, trailer, container, pallet or parcel? Name its kind, not its brand.
{{> data}}`,
  },
  {
    // Dishes, produce and food on a line.
    name: "food",
    template: `The photo shows food.
Which dish, produce or food product is it? Name it as a menu or a market stall would, and say its state (raw, cooked, ripe, spoilt) only where it is plain to see.
{{> data}}`,
  },
  {
    // Flowers, crops, trees, weeds.
    name: "plants",
    template: `The photo shows a plant.
Which plant is it? Look at flower, leaf, fruit and growth, and give its common name, as specific as the photo allows.
{{> data}}`,
  },
  {
    // Wild, farm and pet animals.
    name: "animals",
    template: `The photo shows an animal.
Which animal is it? Give its common name, as specific as the photo allows: the species, or the breed of a pet or a farm animal.
{{> data}}`,
  },
  {
    // The published method's first question (arXiv 2503.12206) in its generic form: the name and
    // nothing else, without data of the plant. Meant for plain-text answers.
    name: "paper",
    template: `What is the object in this image? Reply with its name only.`,
    answer: "text",
  },
];
