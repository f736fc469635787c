import type { Phrase } from "../i18n/catalogue";
import type { Plan, Plant } from "./plan";

/** What a plan says, a sentence each. */
export function describePlan(plan: Plan, plant: Plant): Phrase[] {
  const { lmm, serversNeeded, camerasPossible, ownUtilisation, energy } = plan;
  const asksLmm = lmm.utilisation > 0;
  const sentences: Phrase[] = [describeLmm(plan, plant)];
  if (asksLmm) {
    const params = {
      wait: showSeconds(plan.longestWait),
      needed: serversNeeded,
      servers: plant.servers,
      cameras: camerasPossible,
    };
    sentences.push({ key: "estimate.needed", params });
  }
  if (ownUtilisation > 0) {
    const key = ownUtilisation < 0.8 ? "estimate.own" : "estimate.own-over";
    sentences.push({ key, params: { busy: percent(ownUtilisation) } });
  }
  if (energy && asksLmm) {
    const params = { day: energy.kWhPerDay.toFixed(1), year: energy.kWhPerYear.toFixed(0) };
    sentences.push({ key: "estimate.energy", params });
  }
  if (energy?.pricePerYear != null && asksLmm) {
    const params = { price: energy.pricePerYear.toFixed(0), unit: plant.price ?? 0 };
    sentences.push({ key: "estimate.price", params });
  }
  return sentences;
}

/** How many pictures there are to judge. */
export function describePlant(plant: Plant, { rate }: Pick<Plan, "rate">): Phrase {
  return {
    key: "estimate.pictures",
    params: {
      cameras: plant.cameras,
      frames: plant.framesPerMinute,
      unchanged: percent(plant.unchanged),
      rate: showNumber(60 * rate),
    },
  };
}

function describeLmm({ lmm, overtaken }: Plan, { servers }: Plant): Phrase {
  const busy = percent(lmm.utilisation);
  if (lmm.utilisation === 0) return { key: "estimate.no-lmm" };
  if (lmm.utilisation >= 1) {
    const params = { servers, busy, overtaken: percent(overtaken) };
    return { key: "estimate.lmm-over", params };
  }
  const params = { servers, busy, mean: showSeconds(lmm.mean), p95: showSeconds(lmm.p95) };
  return { key: "estimate.lmm", params };
}

export function showSeconds(seconds: number): string {
  return seconds >= 100 ? seconds.toFixed(0) : String(Number(seconds.toPrecision(2)));
}

function showNumber(value: number): string {
  return value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}

function percent(share: number): string {
  const value = 100 * share;
  return value >= 10 || value === 0 ? value.toFixed(0) : value.toFixed(1);
}
