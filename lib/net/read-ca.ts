import { X509Certificate } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import tls from "node:tls";

import { TlacError, toError } from "../errors";

/** Bytes; the whole store of a browser has some 220,000. */
const MAX_BYTES = 2_000_000;
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

/**
 * A TLS context that trusts the certificates in a PEM file beside those that Node.js trusts.
 * Throws `BAD_CONFIG` for a file that cannot be read or holds no certificate.
 */
export async function readCa(file: string): Promise<tls.SecureContext> {
  const refuse = (reason: string, cause?: unknown): TlacError =>
    new TlacError("BAD_CONFIG", "lmm.bad-ca-file", { file, reason }, { cause });
  let pem: string;
  try {
    const found = await stat(file);
    if (!found.isFile()) throw new Error("no file");
    if (found.size > MAX_BYTES) throw new Error(`${found.size} > ${MAX_BYTES}`);
    pem = await readFile(file, "utf8");
  } catch (thrown) {
    throw refuse((thrown as NodeJS.ErrnoException).code ?? toError(thrown).message, thrown);
  }
  const found = pem.match(CERTIFICATE) ?? [];
  if (found.length === 0) throw refuse("no BEGIN CERTIFICATE");
  try {
    for (const certificate of found) new X509Certificate(certificate);
    return tls.createSecureContext({ ca: [...trusted(), ...found] });
  } catch (thrown) {
    throw refuse(toError(thrown).message, thrown);
  }
}

/** Newer versions of Node.js also tell the certificates of `NODE_EXTRA_CA_CERTS`. */
function trusted(): readonly string[] {
  const { getCACertificates } = tls as { getCACertificates?: (type: "default") => string[] };
  return getCACertificates?.("default") ?? tls.rootCertificates;
}
