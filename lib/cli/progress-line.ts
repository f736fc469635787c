import { translate, type Language } from "../i18n/catalogue";
import type { Streams } from "./streams";

/** A line for so many pictures where the reader is a file. */
const PICTURES_PER_LINE = 100;

/** The last pictures tell how long the next ones take: those before may have cost nothing. */
const RECENT = 20;

/** How far a long run is, and how long it will take. */
export class ProgressLine {
  private readonly times: number[] = [performance.now()];
  private done = 0;

  constructor(
    private readonly total: number,
    private readonly err: Streams["err"],
    private readonly language: Language,
  ) {}

  /** One more is done. */
  step(): void {
    this.done += 1;
    this.times.push(performance.now());
    if (this.times.length > RECENT + 1) this.times.shift();
    const { err } = this;
    if (err.isTTY) err.write(`\r\u001b[K${this.describe()}`);
    else if (this.done % PICTURES_PER_LINE === 0 && this.done < this.total) {
      err.write(`${this.describe()}\n`);
    }
  }

  /** Leaves the line to what comes next. */
  clear(): void {
    if (this.err.isTTY) this.err.write("\r\u001b[K");
  }

  private describe(): string {
    const [first = 0] = this.times;
    const last = this.times.at(-1) ?? first;
    const each = (last - first) / Math.max(1, this.times.length - 1);
    const seconds = Math.ceil((each * (this.total - this.done)) / 1000);
    const { done, total } = this;
    const params = { done, total, left: seconds < 90 ? seconds : Math.ceil(seconds / 60) };
    const key = seconds < 90 ? "evaluation.progress-seconds" : "evaluation.progress-minutes";
    return translate(key, params, this.language);
  }
}
