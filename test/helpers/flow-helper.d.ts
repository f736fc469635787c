/** The part of the test helper that the specs use; it ships no typings. */
declare module "node-red-node-test-helper" {
  import type { Node, NodeInitializer } from "node-red";

  interface NodeTestHelper {
    init(runtimePath: string): void;
    settings(settings: Readonly<Record<string, unknown>>): void;
    load(
      types: readonly NodeInitializer[],
      flow: readonly object[],
      credentials: Readonly<Record<string, unknown>>,
    ): Promise<void>;
    getNode(id: string): Node;
    unload(): Promise<void>;
    /** What the runtime has logged since the flow was loaded. */
    log(): {
      readonly WARN: number;
      readonly args: readonly (readonly [{ level: number; id?: string; msg?: unknown }])[];
    };
    /** Asks the admin endpoints over HTTP. */
    request(): {
      post(path: string): {
        send(body: object): Promise<{ status: number; body: unknown; text: string }>;
      };
    };
  }

  const helper: NodeTestHelper;
  export default helper;
}
