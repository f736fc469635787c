import type { PromptTemplate } from "./prompt-template";

/** Instruments, indicator lamps, displays, switches. */
export const GAUGES_AND_SCREENS: PromptTemplate = {
  name: "gauges-and-screens",
  template: `The photo shows an instrument, an indicator or a screen of a machine.
What is it, and what state does it show: pointer low, normal or high, lamp off or its colour, switch on or off, an error on the display? Put instrument and state into the name. Read only what is clearly legible.
{{> data}}`,
};
