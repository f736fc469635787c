import type { Figures } from "../../figures/figures";
import { html, type Html } from "../html";
import { svgText } from "../text";
import { plot, round, scaleOf } from "./axes";

/** How often decisions of a confidence are right: honest ones lie on the diagonal. */
export function plotReliability({ reliability, judged }: Figures): Html {
  const x = { title: svgText("evaluation.axis-confidence"), most: 1 };
  const y = { title: svgText("evaluation.axis-right"), most: 1 };
  const scale = scaleOf(x, y);
  const width = 1 / reliability.length;
  const bars = reliability.map(({ count, right }, bin) => {
    if (count === 0) return null;
    const [left, top] = [scale.x(bin * width), scale.y(right)];
    const wide = round(scale.x((bin + 1) * width) - left - 2);
    return html`<rect
      class="bin"
      x="${left + 1}"
      y="${top}"
      width="${wide}"
      height="${round(scale.y(0) - top)}"
    />`;
  });
  // The area of a dot is the number of decisions behind it.
  const dots = reliability.map(({ count, confidence, right }) =>
    count === 0
      ? null
      : html`<circle
          class="dot"
          cx="${scale.x(confidence)}"
          cy="${scale.y(right)}"
          r="${round(2 + 10 * Math.sqrt(count / judged))}"
        />`,
  );
  return plot(
    "reliability",
    x,
    y,
    html`${bars}<line
        class="allowed"
        x1="${scale.x(0)}"
        y1="${scale.y(0)}"
        x2="${scale.x(1)}"
        y2="${scale.y(1)}"
      />${dots}`,
  );
}
