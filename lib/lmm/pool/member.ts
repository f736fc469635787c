import type { TlacError } from "../../errors";
import type { ServedLmm } from "../client/served-lmm";

/** `joining` for the first time, `serving`, or `out` of service until a probe succeeds. */
export type Standing = "new" | "joining" | "serving" | "out";

/** One host of a pool. */
export class Member {
  standing: Standing = "new";
  /** Why it is out. */
  error: TlacError | undefined;
  /** Of the last question that it was given: the one that rested longest goes first. */
  turn = 0;

  constructor(readonly lmm: ServedLmm) {}

  get host(): string {
    return this.lmm.hosts[0]?.host ?? "";
  }

  get active(): number {
    return this.lmm.hosts[0]?.active ?? 0;
  }

  /** Of the model that it has, where the host tells one. */
  get digest(): string | undefined {
    const { state } = this.lmm;
    return state.kind === "ready" ? state.model.digest : undefined;
  }
}
