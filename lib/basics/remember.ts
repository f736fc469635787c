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
