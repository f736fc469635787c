import { ANIMALS } from "./animals";
import { FOOD } from "./food";
import { GAUGES_AND_SCREENS } from "./gauges-and-screens";
import { GENERAL } from "./general";
import { MANUFACTURED_PARTS } from "./manufactured-parts";
import { PACKAGING } from "./packaging";
import { PAPER } from "./paper";
import { PLANTS } from "./plants";
import { PPE_AND_SAFETY } from "./ppe-and-safety";
import type { PromptTemplate } from "./prompt-template";
import { SURFACE_DEFECTS } from "./surface-defects";
import { VEHICLES_AND_LOGISTICS } from "./vehicles-and-logistics";

/** Asked where nothing else is chosen. */
export const DEFAULT_DOMAIN = GENERAL.name;

/** The questions that ship with the package, in the order of the editor's list. */
export const PROMPT_DOMAINS: readonly PromptTemplate[] = [
  GENERAL,
  MANUFACTURED_PARTS,
  SURFACE_DEFECTS,
  PACKAGING,
  PPE_AND_SAFETY,
  GAUGES_AND_SCREENS,
  VEHICLES_AND_LOGISTICS,
  FOOD,
  PLANTS,
  ANIMALS,
  PAPER,
];
