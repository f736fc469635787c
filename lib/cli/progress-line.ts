import { Pace } from "../evaluation/pace";
import { translate, type Language, type Phrase } from "../i18n/catalogue";
import type { Streams } from "./streams";

/** A line for so many pictures where the reader is a file. */
const PICTURES_PER_LINE = 100;

/** Tells how far a long run is: in one line that changes, or in a line now and then. */
export class ProgressLine {
  private readonly pace: Pace;

  constructor(
    total: number,
    private readonly err: Streams["err"],
    private readonly language: Language,
  ) {
    this.pace = new Pace(total);
  }

  /** One more is done. */
  step(): void {
    const { err, pace, language } = this;
    pace.step();
    if (err.isTTY) err.write(`\r\u001b[K${pace.describe(language)}`);
    else if (pace.done % PICTURES_PER_LINE === 0 && pace.done < pace.total) {
      err.write(`${pace.describe(language)}\n`);
    }
  }

  /** What takes time now, for whoever watches. */
  tell({ key, params }: Phrase): void {
    if (this.err.isTTY) this.err.write(`\r\u001b[K${translate(key, params, this.language)}`);
  }

  /** Leaves the line to what comes next. */
  clear(): void {
    if (this.err.isTTY) this.err.write("\r\u001b[K");
  }
}
