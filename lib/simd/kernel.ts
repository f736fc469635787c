import { assemble, type KernelFunction } from "./assembler";

/** What is used of WebAssembly: neither the language's types nor Node's declare it. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Memory: new (size: { readonly initial: number }) => WasmMemory;
  readonly Instance: new (
    module: object,
    imports: { readonly a: { readonly m: WasmMemory } },
  ) => { readonly exports: object };
};

interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** The unit in which WebAssembly has memory. */
const PAGE_BYTES = 65_536;

/** Memory, and functions that compute in it; places are bytes from its start. */
export interface Kernel<F> {
  readonly functions: F;
  /** The memory, of at least so many bytes: views of an earlier one may be empty from now on. */
  reserve(bytes: number): ArrayBuffer;
}

/** Asking again would have all garbage collected before it is refused again. */
let refusesMemory = false;

/**
 * Functions for the vector instructions of the processor, compiled with their first use. Returns a
 * function that gives them memory of their own; null where the processor has no such instructions
 * or the process may not have the address space, of which each memory takes gigabytes without using
 * it.
 */
export function defineKernel<F extends object>(
  functions: () => readonly KernelFunction[],
): (bytes: number) => Kernel<F> | null {
  let module: object | null | undefined;
  return (bytes) => {
    if (module === undefined) module = compile(functions());
    const memory = module && createMemory(pagesOf(bytes));
    if (!module || !memory) return null;
    const { exports } = new WebAssembly.Instance(module, { a: { m: memory } });
    const reserve = (more: number): ArrayBuffer => {
      const missing = pagesOf(more) - memory.buffer.byteLength / PAGE_BYTES;
      if (missing > 0) memory.grow(missing);
      return memory.buffer;
    };
    return { functions: exports as F, reserve };
  };
}

function compile(functions: readonly KernelFunction[]): object | null {
  try {
    return new WebAssembly.Module(assemble(functions));
  } catch {
    return null;
  }
}

function createMemory(pages: number): WasmMemory | null {
  if (refusesMemory) return null;
  try {
    return new WebAssembly.Memory({ initial: pages });
  } catch {
    refusesMemory = true;
    return null;
  }
}

function pagesOf(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / PAGE_BYTES));
}
