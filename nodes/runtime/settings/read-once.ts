/** A reader that reads at its first call; what came of it, a failure too, is the answer of all later ones. */
export function readOnce<T>(read: () => T): () => T {
  let outcome: { readonly value: T } | { readonly thrown: unknown } | undefined;
  return () => {
    outcome ??= attempt(read);
    if ("value" in outcome) return outcome.value;
    throw outcome.thrown;
  };
}

function attempt<T>(read: () => T): { readonly value: T } | { readonly thrown: unknown } {
  try {
    return { value: read() };
  } catch (thrown) {
    return { thrown };
  }
}
