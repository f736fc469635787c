/**
 * The same function, which does not work out again what it has found; beyond `most` entries it
 * begins anew. For work without side effects whose results nobody changes.
 */
export function remember<K, V>(find: (key: K) => V, most = 1_000): (key: K) => V {
  const known = new Map<K, V>();
  return (key) => {
    const before = known.get(key);
    if (before !== undefined) return before;
    const found = find(key);
    if (known.size >= most) known.clear();
    known.set(key, found);
    return found;
  };
}

/** Texts that are remembered: so many, so long; whole sentences hardly come again. */
const MOST_TEXTS = 2_000;
const MOST_TEXT_LENGTH = 100;

/** As `remember` for names and other short texts; what is longer is worked out each time. */
export function rememberTexts<V>(find: (text: string) => V): (text: string) => V {
  const findShort = remember(find, MOST_TEXTS);
  return (text) => (text.length <= MOST_TEXT_LENGTH ? findShort(text) : find(text));
}
