import type { TLSSocket } from "node:tls";

import type * as undici from "undici";

import { readCa } from "./read-ca";

/** Which certificates a host may show. */
export type TlsTrust =
  /** Those that Node.js trusts. */
  | { readonly kind: "usual" }
  /** Those that are signed by a CA in a PEM file, too. Throws where it cannot be used. */
  | { readonly kind: "caFile"; readonly file: string }
  /** The one with this SHA-256 fingerprint in hex, whatever else it says. */
  | { readonly kind: "pin"; readonly fingerprint: string }
  /** Any: whoever stands in between can read and change everything. */
  | { readonly kind: "none" };

/** A host has shown another certificate than the one that it is known by. */
export class PinMismatch extends Error {
  override readonly name = "PinMismatch";

  constructor(
    /** SHA-256 in hex with colons. */
    readonly shown: string,
  ) {
    super(`the certificate has the fingerprint ${shown}`);
  }
}

export interface AgentSettings {
  readonly trust: TlsTrust;
  /** Milliseconds. */
  readonly connectMs: number;
}

/**
 * Connections of one client's own to a host that it trusts in its own way. Nothing of a request is
 * sent before the certificate is looked at. Throws `BAD_CONFIG` for a CA file that cannot be used.
 */
export async function createAgent({ trust, connectMs }: AgentSettings): Promise<undici.Agent> {
  // Loaded with the first connection: it takes 50 ms, and many a Node-RED has none of ours.
  const { Agent, buildConnector } = await import("undici");
  const timeout = { timeout: connectMs };
  switch (trust.kind) {
    case "usual":
      return new Agent({ connect: timeout });
    case "caFile":
      return new Agent({ connect: { ...timeout, secureContext: await readCa(trust.file) } });
    case "none":
      return new Agent({ connect: { ...timeout, rejectUnauthorized: false } });
    case "pin":
      // A session that is taken up again shows no certificate.
      return new Agent({
        connect: pinned(
          buildConnector({ ...timeout, rejectUnauthorized: false, maxCachedSessions: 0 }),
          trust.fingerprint,
        ),
      });
  }
}

/** Letters and digits of a fingerprint, however it is written. */
export function toFingerprint(text: string): string {
  return text
    .replace(/^\s*sha-?256[:= ]*/i, "")
    .replace(/[^0-9a-f]/gi, "")
    .toUpperCase();
}

function pinned(
  connect: undici.buildConnector.connector,
  fingerprint: string,
): undici.buildConnector.connector {
  return (target, callback) => {
    connect(target, (...[error, socket]) => {
      if (error) {
        callback(error, null);
        return;
      }
      const shown = (socket as Partial<TLSSocket>).getPeerCertificate?.().fingerprint256 ?? "";
      if (target.protocol !== "https:" || toFingerprint(shown) === fingerprint) {
        callback(null, socket);
        return;
      }
      socket.destroy();
      callback(new PinMismatch(shown), null);
    });
  };
}
