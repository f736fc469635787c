import { drillError } from "../client/drill-error";
import { CallFailure } from "../client/failure";
import { ServerFailure } from "../client/protocol";
import type { ServerFacts } from "../client/readiness";

/**
 * Fields that not every server knows; whoever does not may refuse the whole request. A part stands
 * before what it is part of, so that no more is left out than was refused.
 */
const OPTIONAL = {
  counts: /continuous_usage_stats|timings_per_token/i,
  usage: /stream_options/i,
  logprobs: /logprobs/i,
  system: /system (role|message|prompt)|roles must alternate|(role|system).{0,20}not supported/i,
  quiet: /reasoning_effort|chat_template_kwargs|enable_thinking|does not support thinking/i,
} as const;

export type Optional = keyof typeof OPTIONAL;

/** Statuses by which a request is refused; llama-server says 500 for some. */
const REFUSALS: readonly number[] = [400, 422, 500];

/** Characters of a refusal that are looked at: what follows may repeat the request. */
const LOOKED_AT = 1_000;

/**
 * What one server and model can do beside the least that all can, learnt from what it refuses and
 * from how it answers. Another version or model may differ.
 */
export class Quirks {
  private of = "";
  private refused = new Set<Optional>();
  private thinks = false;

  /** Of this server as it is now. */
  for({ version = "", digest = "" }: ServerFacts): this {
    const of = `${version} ${digest}`;
    if (this.of !== of) {
      this.of = of;
      this.refused = new Set();
      this.thinks = false;
    }
    return this;
  }

  takes(field: Optional): boolean {
    return !this.refused.has(field);
  }

  /** The model thinks aloud, and the server may be told that it should not. */
  get needsQuiet(): boolean {
    return this.thinks && this.takes("quiet");
  }

  noteThought(): void {
    this.thinks = true;
  }

  /** True if the failure is the refusal of a field that can be left out, which it is from now on. */
  learn(thrown: unknown): boolean {
    const cause = thrown instanceof CallFailure ? thrown.error.cause : undefined;
    if (!(cause instanceof ServerFailure) || !REFUSALS.includes(cause.status)) return false;
    const said = `${drillError(cause.body).message} ${cause.body.slice(0, LOOKED_AT)}`;
    const fields = Object.keys(OPTIONAL) as Optional[];
    const field = fields.find((each) => this.takes(each) && OPTIONAL[each].test(said));
    if (!field) return false;
    this.refused.add(field);
    return true;
  }
}
