import type { Figures } from "../../figures/figures";
import type { OperatingPoint } from "../../figures/confidence-quality";
import { embedJson, html, type Html } from "../html";
import { svgText } from "../text";
import { plot, round, scaleOf } from "./axes";

/** Curves with fewer errors than this still show something of their shape. */
const LEAST_RISK = 0.02;

/**
 * How many of the decided pictures are wrong, by how many are decided; with what the knob allows,
 * the decisions as they are, and a mark that the slider moves.
 */
export function plotRiskCoverage(figures: Figures, accept: number): Html {
  const { riskCoverage, right, wrong } = figures;
  const most = Math.max(LEAST_RISK, ...riskCoverage.slice(1).map(riskOf));
  const x = { title: svgText("evaluation.axis-decided"), most: 1 };
  const y = { title: svgText("evaluation.axis-risk"), most: niceTop(most) };
  const scale = scaleOf(x, y);
  const points = riskCoverage.slice(1);
  const curve = points.map((one) => `${scale.x(one.decided)},${scale.y(riskOf(one))}`).join(" ");
  // At most 1 in N of all pictures wrong: of the fewer that are decided more may be.
  const allowed = Array.from({ length: 60 }, (_, at) => (at + 1) / 60)
    .filter((decided) => 1 / accept / decided <= y.most)
    .map((decided) => `${scale.x(decided)},${scale.y(1 / accept / decided)}`)
    .join(" ");
  const decided = right.share + wrong.share;
  const own = { decided, wrong: wrong.share };
  const placed = points.map((one) => {
    const place = [scale.x(one.decided), scale.y(riskOf(one))];
    return [...place, one.threshold, one.decided, one.wrong].map((value, at) =>
      at < 2 ? value : round(100 * value) / 100,
    );
  });
  return html`${plot(
      "risk",
      x,
      y,
      html`<polyline class="allowed" points="${allowed}" />
        <polyline class="curve" points="${curve}" />
        ${
          decided > 0
            ? html`<circle
                class="own"
                cx="${scale.x(decided)}"
                cy="${scale.y(riskOf(own))}"
                r="7"
              />`
            : null
        }
        <circle id="risk-mark" class="mark" cx="-20" cy="-20" r="5" />`,
    )}
    <script type="application/json" id="risk-points">
      ${embedJson(placed)}
    </script>`;
}

/** Share of the decided pictures that are wrong. */
function riskOf({ decided, wrong }: Pick<OperatingPoint, "decided" | "wrong">): number {
  return decided === 0 ? 0 : wrong / decided;
}

function niceTop(most: number): number {
  return [0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1].find((top) => most <= top) ?? 1;
}
