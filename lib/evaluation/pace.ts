import { translate, type Language } from "../i18n/catalogue";

/** The last pictures tell how long the next ones take: those before may have cost nothing. */
const RECENT = 20;

/** Seconds up to which they are told as such; above, minutes are exact enough. */
const MOST_SECONDS = 90;

/** How far a long run is, and how long it will take. */
export class Pace {
  private readonly times: number[] = [performance.now()];
  done = 0;

  constructor(readonly total: number) {}

  /** One more is done. */
  step(): void {
    this.done += 1;
    this.times.push(performance.now());
    if (this.times.length > RECENT + 1) this.times.shift();
  }

  describe(language: Language): string {
    const { done, total, secondsLeft: seconds } = this;
    const isShort = seconds < MOST_SECONDS;
    const params = { done, total, left: isShort ? seconds : Math.ceil(seconds / 60) };
    const key = isShort ? "evaluation.progress-seconds" : "evaluation.progress-minutes";
    return translate(key, params, language);
  }

  private get secondsLeft(): number {
    const [first = 0] = this.times;
    const last = this.times.at(-1) ?? first;
    const each = (last - first) / Math.max(1, this.times.length - 1);
    return Math.ceil((each * (this.total - this.done)) / 1000);
  }
}
