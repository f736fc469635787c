/**
 * Promises of shared work, by key. Work is started once however many ask for it; what failed is
 * started again by the next one who asks; what was not asked for longest is forgotten.
 */
export class Memo<T> {
  private readonly entries = new Map<string, Promise<T>>();

  /** `most`: entries that are kept. */
  constructor(private readonly most: number) {}

  /** The entry's promise, started by `start` where there is none. */
  get(key: string, start: () => Promise<T>): Promise<T> {
    const entry = this.entries.get(key) ?? this.begin(key, start());
    // Last in the map is last used.
    this.entries.delete(key);
    this.entries.set(key, entry);
    for (const oldest of this.entries.keys()) {
      if (this.entries.size <= this.most) break;
      this.entries.delete(oldest);
    }
    return entry;
  }

  private begin(key: string, entry: Promise<T>): Promise<T> {
    entry.catch(() => {
      if (this.entries.get(key) === entry) this.entries.delete(key);
    });
    return entry;
  }
}
