import type { Brain, BrainRequest } from "../ollama-double/brain";

/** Translates the numbered lines of a question by a dictionary, and leaves out what it lacks. */
export class DictionaryBrain implements Brain {
  asked = 0;

  constructor(private readonly english: Readonly<Record<string, readonly string[]>>) {}

  answer({ prompt }: BrainRequest): { json: unknown } {
    this.asked += 1;
    const lines = [...prompt.matchAll(/^(\d+): (.+)$/gm)];
    return {
      json: {
        a_lines: lines.flatMap(([, number, label = ""]) => {
          const names = this.english[label];
          return names ? [{ a_number: Number(number), b_english: names }] : [];
        }),
      },
    };
  }
}
