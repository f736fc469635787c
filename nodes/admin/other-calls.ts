import type { NodeAPI } from "node-red";

import { eachHost, locate, type EngineSettings } from "../../lib/lmm/engines";
import type { OtherCalls } from "../../lib/lmm/measure-server";
import type { LmmServerNode } from "../runtime/settings/config-nodes";

/** What the deployed servers have asked the hosts of these settings so far. */
export function countFlowCalls(RED: NodeAPI, settings: EngineSettings): OtherCalls {
  const { engine } = settings;
  const places = new Set(eachHost(settings).map(({ host }) => locate(engine, host)));
  let [calls, active] = [0, 0];
  RED.nodes.eachNode(({ id, type }) => {
    const node = type === "lmm-server" ? (RED.nodes.getNode(id) as LmmServerNode | null) : null;
    if (node?.address.kind !== engine) return;
    for (const host of node.readActivity("en-US").hosts) {
      if (!places.has(locate(engine, host.host))) continue;
      calls += host.calls;
      active += host.active;
    }
  });
  return { calls, active };
}
