const DAY_MS = 86_400_000;

/** Of a time in milliseconds: how many midnights of the computer's time zone lie before it. */
export function dayOf(time: number): number {
  return Math.floor((time - new Date(time).getTimezoneOffset() * 60_000) / DAY_MS);
}

/** The Monday of the day's week. */
export function mondayOf(day: number): number {
  // The first day of 1970 was a Thursday.
  return day - ((day + 3) % 7);
}

/** As YYYY-MM-DD. */
export function formatDay(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}
