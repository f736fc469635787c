/**
 * What onnxruntime computes on. These are the execution providers that its packages for Node.js
 * bring along (README of onnxruntime-node 1.30, table of platforms).
 */
export const PROVIDERS = ["cpu", "cuda", "dml", "coreml"] as const;

export type Provider = (typeof PROVIDERS)[number];

/** Those that the runtime has on a platform; whether there is a device for it only trying tells. */
export function providersOf(platform: NodeJS.Platform, arch: string): readonly Provider[] {
  if (platform === "win32") return ["cpu", "dml"];
  if (platform === "darwin") return ["cpu", "coreml"];
  return platform === "linux" && arch === "x64" ? ["cpu", "cuda"] : ["cpu"];
}
