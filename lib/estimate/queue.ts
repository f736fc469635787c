/** Pictures that come at random and wait for one of several equal servers. */
export interface Load {
  /** Pictures a second. */
  readonly rate: number;
  /** Seconds that a server works on one: mean and standard deviation. */
  readonly service: number;
  readonly deviation: number;
  /** At least 1. */
  readonly servers: number;
}

export interface Waiting {
  /** Share of the time that a server works; 1 and more: it never gets done. */
  readonly utilisation: number;
  /** Seconds in the queue; `Infinity` where it grows without end. */
  readonly mean: number;
  /** Seconds that 95 of 100 wait at most. */
  readonly p95: number;
}

/**
 * How long pictures wait, by the approximation of Allen and Cunneen for any spread of the service
 * time (A. O. Allen, "Probability, Statistics, and Queueing Theory", 2nd ed. 1990): the wait of the
 * queue with exponential times (Erlang's C formula) times half of the squared coefficients of
 * variation. For one server it is exact (Pollaczek and Khinchine). Arrivals count as random
 * (Poisson), because cameras do not know of each other.
 */
export function estimateWaiting({ rate, service, deviation, servers }: Load): Waiting {
  const work = rate * service;
  const utilisation = work / servers;
  if (utilisation >= 1) return { utilisation, mean: Infinity, p95: Infinity };
  if (work === 0) return { utilisation, mean: 0, p95: 0 };
  const delayed = chanceOfWaiting(work, servers);
  const spread = (1 + (deviation / service) ** 2) / 2;
  const drain = (service * spread) / (servers * (1 - utilisation));
  // Waits are taken as exponential: of those who wait at all, a share of exp(−t / drain) still does.
  return { utilisation, mean: delayed * drain, p95: Math.max(0, drain * Math.log(delayed / 0.05)) };
}

/** Erlang's C: the chance that all servers are busy, for `work` erlangs. */
function chanceOfWaiting(work: number, servers: number): number {
  let blocked = 1;
  for (let server = 1; server <= servers; server++) {
    blocked = (work * blocked) / (server + work * blocked);
  }
  return blocked / (1 - (work / servers) * (1 - blocked));
}

/** A server that is busier has no room for a bad hour. */
const MOST_BUSY = 0.8;

const MOST_SERVERS = 10_000;

/** The fewest servers that are not too busy and let 95 of 100 pictures wait no longer. */
export function findServers(load: Omit<Load, "servers">, longestWait: number): number {
  const least = Math.max(1, Math.ceil((load.rate * load.service) / MOST_BUSY - 1e-9));
  for (let servers = least; servers < MOST_SERVERS; servers++) {
    if (estimateWaiting({ ...load, servers }).p95 <= longestWait) return servers;
  }
  return MOST_SERVERS;
}
