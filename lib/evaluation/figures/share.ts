/** A count among others, with the interval that its rate lies in. */
export interface Share {
  readonly count: number;
  readonly of: number;
  /** count / of; 0 where there is nothing to count. */
  readonly share: number;
  /** Wilson's interval at 95 % (Wilson 1927): 0…1. */
  readonly low: number;
  readonly high: number;
}

/** The 97.5 % quantile of the normal distribution. */
const Z = 1.959964;

export function toShare(count: number, of: number): Share {
  if (of === 0) return { count, of, share: 0, low: 0, high: 1 };
  const share = count / of;
  const square = (Z * Z) / of;
  const centre = (share + square / 2) / (1 + square);
  const reach = (Z / (1 + square)) * Math.sqrt((share * (1 - share)) / of + square / (4 * of));
  return { count, of, share, low: Math.max(0, centre - reach), high: Math.min(1, centre + reach) };
}
