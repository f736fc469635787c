import { estimateWaiting, findServers, type Waiting } from "./queue";

/** What a plant is going to have. */
export interface Plant {
  readonly cameras: number;
  /** Of each camera. */
  readonly framesPerMinute: number;
  /** Share of frames that show what the one before did, and are not judged again: 0…1. */
  readonly unchanged: number;
  /** Servers with the LMM. */
  readonly servers: number;
  /** Seconds that a picture may wait; absent: until its camera's next one comes. */
  readonly longestWait?: number | undefined;
  /** Watts of a server at work and idle; absent: energy is not estimated. */
  readonly watts?: number | undefined;
  readonly idleWatts?: number | undefined;
  /** Of a kWh, in the user's currency. */
  readonly price?: number | undefined;
  /** Hours a day that the cameras work. */
  readonly hours: number;
}

/** Seconds that one picture takes: of the LMM's server, and of the computer with Node-RED. */
export interface Effort {
  readonly lmm: { readonly mean: number; readonly deviation: number };
  /** To read a picture, which an unchanged one costs too, and to see and match it. */
  readonly read: number;
  readonly match: number;
}

export interface Plan {
  /** Pictures a second that are judged. */
  readonly rate: number;
  readonly lmm: Waiting;
  /** Share of pictures that a newer one of the same camera overtakes in the queue: 0…1. */
  readonly overtaken: number;
  readonly serversNeeded: number;
  /** Cameras that the servers bear. */
  readonly camerasPossible: number;
  /** Share of the time that Node-RED's computer works on pictures. */
  readonly ownUtilisation: number;
  readonly longestWait: number;
  /** Null: no watts were given. */
  readonly energy: Energy | null;
}

export interface Energy {
  readonly kWhPerDay: number;
  readonly kWhPerYear: number;
  /** Null: no price was given. */
  readonly pricePerYear: number | null;
}

const DAYS = 365;

/** A search for cameras ends here. */
const MOST_CAMERAS = 100_000;

/** What a plant needs, given what a picture takes. */
export function makePlan(plant: Plant, effort: Effort): Plan {
  const { cameras, framesPerMinute, unchanged, servers } = plant;
  const frames = (cameras * framesPerMinute) / 60;
  const rate = frames * (1 - unchanged);
  const service = { service: effort.lmm.mean, deviation: effort.lmm.deviation };
  const longestWait = plant.longestWait ?? 60 / framesPerMinute;
  const lmm = estimateWaiting({ rate, ...service, servers });
  return {
    rate,
    lmm,
    // The newest frame wins: what the servers cannot do is left out, not queued.
    overtaken: Math.max(0, 1 - 1 / Math.max(1, lmm.utilisation)),
    serversNeeded: findServers({ rate, ...service }, longestWait),
    camerasPossible: countCameras(rate / cameras, service, servers, longestWait),
    ownUtilisation: frames * effort.read + rate * effort.match,
    longestWait,
    energy: estimateEnergy(plant, lmm.utilisation),
  };
}

/** The most cameras with which the servers that are there suffice. */
function countCameras(
  rate: number,
  service: { service: number; deviation: number },
  servers: number,
  longestWait: number,
): number {
  const suffice = (cameras: number): boolean =>
    findServers({ rate: rate * cameras, ...service }, longestWait) <= servers;
  if (rate * service.service === 0 || suffice(MOST_CAMERAS)) return MOST_CAMERAS;
  let [enough, many] = [0, MOST_CAMERAS];
  while (many - enough > 1) {
    const middle = Math.floor((enough + many) / 2);
    if (suffice(middle)) enough = middle;
    else many = middle;
  }
  return enough;
}

function estimateEnergy(plant: Plant, utilisation: number): Energy | null {
  const { watts, idleWatts = 0, servers, price, hours } = plant;
  if (watts === undefined) return null;
  const busyHours = Math.min(1, utilisation) * hours;
  const kWhPerDay = (servers * (busyHours * watts + (24 - busyHours) * idleWatts)) / 1000;
  const kWhPerYear = DAYS * kWhPerDay;
  return { kWhPerDay, kWhPerYear, pricePerYear: price === undefined ? null : price * kWhPerYear };
}
