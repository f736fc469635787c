import type { Brain, BrainAnswer, BrainRequest } from "./brain";

/** A text, an answer in parts, or a function that makes one. */
export type Line =
  | string
  | BrainAnswer
  | ((request: BrainRequest) => string | BrainAnswer | Promise<string | BrainAnswer>);

/** Says its lines in turn; the last one again and again. */
export class ScriptedBrain implements Brain {
  #next = 0;
  readonly #lines: readonly Line[];

  constructor(lines: Line | readonly Line[]) {
    this.#lines = isList(lines) ? lines : [lines];
  }

  async answer(request: BrainRequest): Promise<BrainAnswer> {
    const line = this.#lines[Math.min(this.#next++, this.#lines.length - 1)];
    if (line === undefined) throw new Error("The script has no line.");
    const said = typeof line === "function" ? await line(request) : line;
    return typeof said === "string" ? { text: said } : said;
  }
}

function isList(lines: Line | readonly Line[]): lines is readonly Line[] {
  return Array.isArray(lines);
}

/** Picks one of several texts by the request's chance: equal for equal requests and seeds. */
export function oneOf(texts: readonly [string, ...string[]]): Line {
  return ({ dice }) => texts[Math.floor(dice() * texts.length)] ?? texts[0];
}
