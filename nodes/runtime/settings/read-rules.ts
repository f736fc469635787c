import type { DecisionRules } from "../../../lib/match/decide";
import { readNumber, type NumberField } from "./read-settings";

/** The fields of a dialog that say when a class is sure enough. */
export interface RuleSettings {
  threshold: NumberField;
  margin: NumberField;
  background: boolean;
}

/** What the dialog sets; whatever is left empty is the model's measured default. */
export function readRules(settings: RuleSettings): Partial<DecisionRules> {
  const threshold = readNumber(settings.threshold, { field: "threshold", min: -1, max: 1 });
  const margin = readNumber(settings.margin, { field: "margin", min: 0, max: 2 });
  return {
    background: settings.background,
    ...(threshold === undefined ? {} : { threshold }),
    ...(margin === undefined ? {} : { margin }),
  };
}
