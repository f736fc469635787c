import type { Embedder, Label } from "../clip/embedder";
import { TlacError } from "../errors";
import type { Frame } from "../frame/frame";
import type { AskOptions, Candidate, Lmm, Proposal } from "./lmm";

/** As many names as an LMM is asked for. */
const TOP_NAMES = 5;

/**
 * The built-in recogniser: the image tower's own classes stand in for an LMM's words, so that a
 * flow runs where no LMM is. It knows the names in the model's `labels.json` and nothing else,
 * and it cannot read a question: the second stage needs a real LMM.
 */
export class Recogniser implements Lmm {
  constructor(private readonly embedder: Embedder) {}

  /**
   * The most probable names with their synonyms, best first. A prompt means nothing to it.
   * Throws `BAD_CONFIG` for a model without names of its own, `EMBEDDER_UNAVAILABLE`, `CLOSED`.
   */
  async propose(frame: Frame, _prompt: string, options: AskOptions = {}): Promise<Proposal> {
    const started = performance.now();
    const { info } = this.embedder;
    if (!info.labels) {
      throw new TlacError("BAD_CONFIG", "lmm.recogniser-without-labels", { model: info.name });
    }
    const labels = info.labels;
    const { probabilities } = await this.embedder.see(frame, options);
    if (!probabilities) {
      throw new TlacError("EMBEDDER_UNAVAILABLE", "clip.no-logits", { model: info.name });
    }
    if (probabilities.length !== labels.length) {
      throw new TlacError("BAD_CONFIG", "lmm.recogniser-labels-mismatch", {
        model: info.name,
        labels: labels.length,
        classes: probabilities.length,
      });
    }
    const candidates = nameLikeliest(probabilities, labels);
    return {
      candidates,
      description: "",
      raw: candidates.map(({ name, evidence }) => `${name} (${evidence ?? ""})`).join(", "),
      model: { name: `built-in recogniser (${info.name})`, digest: info.digest },
      timings: { total: performance.now() - started },
    };
  }
}

/** The likeliest of an image tower's own classes as candidates, best first. */
export function nameLikeliest(probabilities: Float32Array, labels: readonly Label[]): Candidate[] {
  return findLargest(probabilities, TOP_NAMES).flatMap((index): Candidate[] => {
    const label = labels[index];
    const probability = probabilities[index];
    if (!label || probability === undefined) return [];
    const { name, synonyms } = label;
    return [{ name, synonyms, probability, evidence: `p=${probability.toFixed(3)}` }];
  });
}

/** Indexes of the largest values, largest first; of equal ones the first. Sorting all takes ten times as long. */
function findLargest(values: Float32Array, count: number): number[] {
  const largest: number[] = [];
  for (let index = 0; index < values.length; index++) {
    const value = values[index] as number;
    let place = largest.length;
    while (place > 0 && value > (values[largest[place - 1] as number] as number)) place -= 1;
    if (place >= count) continue;
    largest.splice(place, 0, index);
    if (largest.length > count) largest.pop();
  }
  return largest;
}
