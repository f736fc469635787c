/** A question for the first stage, as a mustache template. */
export interface PromptTemplate {
  /** Stable: flows refer to it. */
  readonly name: string;
  readonly template: string;
  /** `text`: it wants one name in plain words; absent: candidates as JSON. */
  readonly answer?: "text";
}
