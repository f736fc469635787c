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
  const threshold = readNumber(settings.threshold, "threshold");
  const margin = readNumber(settings.margin, "margin");
  return {
    background: settings.background,
    ...(threshold === undefined ? {} : { threshold }),
    ...(margin === undefined ? {} : { margin }),
  };
}
