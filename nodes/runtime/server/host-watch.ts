import type { Node } from "node-red";

import { translate, type Language } from "../../../lib/i18n/catalogue";
import type { HostView } from "../../../lib/lmm/client/served-lmm";

/** Writes into the log, once each, which of several hosts leaves and which is back. */
export class HostWatch {
  private readonly away = new Set<string>();

  constructor(
    private readonly node: Pick<Node, "log" | "warn">,
    private readonly language: Language,
  ) {}

  look(hosts: readonly HostView[]): void {
    if (hosts.length < 2) return;
    for (const { host, error } of hosts) {
      if (error && !this.away.has(host)) {
        this.away.add(host);
        const params = { host, reason: error.in(this.language) };
        this.node.warn(translate("nodes.host-left", params, this.language));
      } else if (!error && this.away.delete(host)) {
        this.node.log(translate("nodes.host-back", { host }, this.language));
      }
    }
  }
}
