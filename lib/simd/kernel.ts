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
  /**
   * The memory, of at least so many bytes: views of an earlier one may be empty from now on. Null
   * where the process may not have them.
   */
  reserve(bytes: number): ArrayBuffer | null;
}

/** 4 MB: who may not have these may not have more. */
const SMALL_PAGES = 64;

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
    return module && instantiate<F>(module, pagesOf(bytes));
  };
}

function compile(functions: readonly KernelFunction[]): object | null {
  try {
    return new WebAssembly.Module(assemble(functions));
  } catch {
    return null;
  }
}

function instantiate<F extends object>(module: object, pages: number): Kernel<F> | null {
  if (refusesMemory) return null;
  try {
    const memory = new WebAssembly.Memory({ initial: pages });
    const { exports } = new WebAssembly.Instance(module, { a: { m: memory } });
    return { functions: exports as F, reserve: (bytes) => grow(memory, pagesOf(bytes)) };
  } catch {
    // One that was too large says nothing of others.
    refusesMemory = pages <= SMALL_PAGES;
    return null;
  }
}

function grow(memory: WasmMemory, pages: number): ArrayBuffer | null {
  const missing = pages - memory.buffer.byteLength / PAGE_BYTES;
  try {
    if (missing > 0) memory.grow(missing);
    return memory.buffer;
  } catch {
    return null;
  }
}

function pagesOf(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / PAGE_BYTES));
}
