/** Runs what it is given in a process that may have no more address space for WebAssembly. */
export function withoutKernel(work: () => void): void {
  const { WebAssembly } = globalThis as unknown as { WebAssembly: { Memory: unknown } };
  const { Memory } = WebAssembly;
  WebAssembly.Memory = function () {
    throw new RangeError("could not allocate memory");
  };
  try {
    work();
  } finally {
    WebAssembly.Memory = Memory;
  }
}
