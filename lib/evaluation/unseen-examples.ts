import type { ExampleSet } from "../examples/example-set";
import { ExampleIndex, rowsOf } from "../witness/examples";
import type { Testimony } from "../witness/testimony";

/**
 * Examples that say nothing of themselves: where a labelled picture is an example, too, it is left
 * out. Else an evaluation would praise a plant for knowing by heart.
 */
export class UnseenExamples extends ExampleIndex {
  static override of(set: ExampleSet, classes: readonly { readonly id: string }[]): UnseenExamples {
    return new UnseenExamples(rowsOf(set, classes), classes.length);
  }

  override testify(features: Float32Array): Testimony | null {
    return super.testify(features, this.find(features));
  }
}
