import type { Family } from "./exposition";

/** Tells what it has counted so far. */
export type MetricSource = () => readonly Family[];

/** Of all nodes that run in this process. */
const sources = new Set<MetricSource>();

/** Counts from now on; the returned function ends it. */
export function addMetrics(source: MetricSource): () => void {
  sources.add(source);
  return () => {
    sources.delete(source);
  };
}

export function readMetrics(): Family[] {
  return [...sources].flatMap((source) => source());
}
