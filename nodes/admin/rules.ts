import type { NodeAPI } from "node-red";

import { isRecord } from "../../lib/basics/is-record";
import { TlacError } from "../../lib/errors";
import { translate } from "../../lib/i18n/catalogue";
import { MAX_RULES } from "../../lib/lmm/answer-filter";
import { lintRules } from "../../lib/lmm/filter/lint-rules";
import { toRule, type FilterField } from "../runtime/settings/read-filters";
import { Refusal, reply, type Call } from "./reply";

/** `POST /tlac/<type>/rules`: what is wrong, or likely to go wrong, with rules on the answer. */
export interface RulesAnswer {
  readonly hints: readonly {
    /** Of the rule in the dialog's list; begins at 1. */
    readonly position: number;
    readonly message: string;
  }[];
}

/** A dialog asks again after each change, so whoever is turned away loses nothing. */
const MAX_ASKING = 2;

let asking = 0;

/** The endpoint behind the dialog's rules; it tries them on made-up texts and changes nothing. */
export function serveRules(RED: NodeAPI, type: "tlac" | "lmm-candidates"): void {
  RED.httpAdmin.post(
    `/tlac/${type}/rules`,
    RED.auth.needsPermission(`${type}.read`),
    reply(async (call) => {
      if (asking >= MAX_ASKING) throw new Refusal("TOO_MANY");
      asking += 1;
      try {
        return await checkRules(call);
      } finally {
        asking -= 1;
      }
    }),
  );
}

async function checkRules({ body, language, signal }: Call): Promise<RulesAnswer> {
  const filters: unknown = body.filters;
  if (!Array.isArray(filters) || filters.length > MAX_RULES || !filters.every(isRecord)) {
    const type = Array.isArray(filters) ? `list of ${filters.length}` : typeof filters;
    throw new TlacError("BAD_MESSAGE", "nodes.bad-text", { field: "filters", type });
  }
  const rules = filters.map((field) => toRule(field as unknown as FilterField));
  const hints = await lintRules(rules, { signal });
  return {
    hints: hints.map(({ position, key, params }) => ({
      position,
      message: translate(key, params, language),
    })),
  };
}
