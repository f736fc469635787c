import { setTimeout as sleep } from "node:timers/promises";

import { CAMERAS, judgeId, SERVER_ID } from "./plant-flow";

/** Ways to make a plant's day hard. */
export interface Plant {
  killServer(): Promise<void>;
  startServer(): Promise<void>;
  deployAll(): Promise<void>;
  /** Deploys modified nodes: these, changed. */
  deployChanged(ids: readonly string[]): Promise<void>;
}

/** Milliseconds. */
const PAUSE_MS = { least: 3_000, most: 8_000 };
const DOWN_MS = { least: 200, most: 4_000 };

export type Disturbance = "kill" | "deploy-all" | "deploy-node" | "deploy-server";

/**
 * One thing after the other at random moments, until the signal; the server is up again then.
 * Resolves with how often each happened. Each kind comes once before any comes twice, so that a
 * short run meets all of them.
 */
export async function disturb(
  plant: Plant,
  dice: () => number,
  signal: AbortSignal,
): Promise<ReadonlyMap<Disturbance, number>> {
  const counts = new Map<Disturbance, number>();
  const between = ({ least, most }: typeof PAUSE_MS): number => least + dice() * (most - least);
  let bag: Disturbance[] = [];
  for (;;) {
    try {
      await sleep(between(PAUSE_MS), undefined, { signal });
    } catch {
      return counts;
    }
    if (bag.length === 0) bag = ["kill", "deploy-all", "deploy-node", "deploy-server"];
    const [kind = "kill"] = bag.splice(Math.floor(dice() * bag.length), 1);
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    switch (kind) {
      case "kill":
        await plant.killServer();
        await sleep(between(DOWN_MS));
        await plant.startServer();
        break;
      case "deploy-all":
        await plant.deployAll();
        break;
      case "deploy-node": {
        const camera = CAMERAS[Math.floor(dice() * CAMERAS.length)] ?? CAMERAS[0];
        await plant.deployChanged([judgeId(camera.name)]);
        break;
      }
      case "deploy-server":
        await plant.deployChanged([SERVER_ID]);
        break;
    }
  }
}
