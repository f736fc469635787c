import type { Phrase } from "../../i18n/catalogue";
import type { Change } from "./change";
import type { Comparison } from "./score";

/** A change that an evaluation calls for; plain data. */
export interface Proposal {
  /** Of the same change in every evaluation the same. */
  readonly id: string;
  readonly change: Change;
  /** What to do. */
  readonly sentence: Phrase;
  /** What speaks for it. */
  readonly reason: Phrase;
  /** On photos that it was not made from; null: nobody knows before it is measured. */
  readonly measured: Comparison | null;
}
