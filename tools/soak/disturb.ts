import { setTimeout as sleep } from "node:timers/promises";

import { ALERT_ID, CAMERAS, judgeId, SERVER_ID } from "./plant-flow";

/** What is lost for a while, as machines are. */
export interface Machine {
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** Ways to make a plant's day hard. */
export interface Plant {
  /** The hosts of the LMM server. */
  readonly hosts: readonly Machine[];
  readonly broker: Machine;
  deployAll(): Promise<void>;
  /** Deploys modified nodes: these, changed. */
  deployChanged(ids: readonly string[]): Promise<void>;
}

/** Milliseconds. */
const PAUSE_MS = { least: 3_000, most: 8_000 };
const DOWN_MS = { least: 200, most: 4_000 };

const DISTURBANCES = [
  "lose-host",
  "lose-broker",
  "deploy-all",
  "deploy-node",
  "deploy-server",
] as const;
export type Disturbance = (typeof DISTURBANCES)[number];

/**
 * One thing after the other at random moments, until the signal; all machines are up again then.
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
  const pick = <T>(list: readonly T[]): T => list[Math.floor(dice() * list.length)] as T;
  const lose = async (machine: Machine): Promise<void> => {
    await machine.stop();
    await sleep(between(DOWN_MS));
    await machine.start();
  };
  let bag: Disturbance[] = [];
  for (;;) {
    try {
      await sleep(between(PAUSE_MS), undefined, { signal });
    } catch {
      return counts;
    }
    if (bag.length === 0) bag = [...DISTURBANCES];
    const [kind = "lose-host"] = bag.splice(Math.floor(dice() * bag.length), 1);
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    switch (kind) {
      case "lose-host":
        await lose(pick(plant.hosts));
        break;
      case "lose-broker":
        await lose(plant.broker);
        break;
      case "deploy-all":
        await plant.deployAll();
        break;
      case "deploy-node":
        await plant.deployChanged([pick([...CAMERAS.map(({ name }) => judgeId(name)), ALERT_ID])]);
        break;
      case "deploy-server":
        await plant.deployChanged([SERVER_ID]);
        break;
    }
  }
}
