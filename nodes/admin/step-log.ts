import type { Scaled } from "../../lib/frame/bounded-image";
import type { Language } from "../../lib/i18n/catalogue";
import type { Result } from "../../lib/tlac/result";
import type { StepFacts, StepReport } from "../../lib/tlac/steps";
import { toComplaint, type Complaint } from "./reply";

/** What a step of a test has found out: the engine's own, and what a node does around it. */
export interface TestFacts extends StepFacts {
  /** The dialog's settings are complete, and the text/image model is loaded. */
  readonly settings: { readonly model: string; readonly classes: number };
  /** Pixels of the part that counts, as the models see it. */
  readonly frame: { readonly width: number; readonly height: number; readonly scaled?: Scaled };
  readonly decision: Pick<
    Result,
    "outcome" | "label" | "confidence" | "accept" | "explanation" | "mode"
  > & {
    /** Output of the node. */
    readonly output: 1 | 2;
  };
}

export type TestStepName = keyof TestFacts;

/** One line of the panel. A failure ends the test, except of a question that it can do without. */
export type TestStep = {
  [N in TestStepName]:
    | { readonly step: N; readonly state: "running" }
    | {
        readonly step: N;
        readonly state: "done";
        /** Milliseconds. */
        readonly ms: number;
        readonly facts: TestFacts[N];
      }
    | {
        readonly step: N;
        readonly state: "failed";
        readonly ms: number;
        readonly error: Complaint;
      };
}[TestStepName];

/** The steps of a test so far, for the panel that asks after them. */
export class StepLog {
  private readonly steps: TestStep[] = [];
  private began = performance.now();

  constructor(
    private readonly language: Language,
    private readonly report: (steps: readonly TestStep[]) => void,
  ) {}

  /** What the engine tells. */
  readonly hear = (report: StepReport): void => {
    const { step, state } = report;
    if (state === "running") this.begin(step);
    else if (state === "done") this.set(report);
    else this.setFailed(step, report.ms, report.error);
  };

  /** A step of the node's own. */
  async take<N extends TestStepName, T>(
    step: N,
    work: () => Promise<T>,
    tell: (value: T) => TestFacts[N],
  ): Promise<T> {
    this.begin(step);
    const value = await work();
    this.done(step, tell(value));
    return value;
  }

  done<N extends TestStepName>(step: N, facts: TestFacts[N]): void {
    this.set({ step, state: "done", ms: this.spent(), facts } as TestStep);
  }

  /**
   * Ends the test. The step that failed is the one that runs, unless the engine has told it already;
   * between two of them it is the decision as a whole.
   */
  fail(thrown: unknown): void {
    const last = this.steps.at(-1);
    if (last?.state === "failed") return;
    if (last?.state !== "running") this.begin("decision");
    this.setFailed(last?.state === "running" ? last.step : "decision", this.spent(), thrown);
  }

  begin(step: TestStepName): void {
    this.began = performance.now();
    this.steps.push({ step, state: "running" });
    this.report([...this.steps]);
  }

  private setFailed(step: TestStepName, ms: number, thrown: unknown): void {
    this.set({ step, state: "failed", ms, error: toComplaint(thrown, this.language) });
  }

  private spent(): number {
    return performance.now() - this.began;
  }

  private set(step: TestStep): void {
    this.steps[Math.max(0, this.steps.length - 1)] = step;
    this.report([...this.steps]);
  }
}
