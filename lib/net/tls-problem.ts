/** Why a TLS certificate was refused, as far as the remedies differ. */
export type CertificateProblem = "untrusted" | "name" | "expired";

/** Codes of Node.js and OpenSSL (https://nodejs.org/api/tls.html, X509 certificate error codes). */
const PROBLEMS: Readonly<Record<string, CertificateProblem>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: "untrusted",
  SELF_SIGNED_CERT_IN_CHAIN: "untrusted",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "untrusted",
  UNABLE_TO_GET_ISSUER_CERT: "untrusted",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "untrusted",
  CERT_UNTRUSTED: "untrusted",
  CERT_REJECTED: "untrusted",
  CERT_SIGNATURE_FAILURE: "untrusted",
  CERT_CHAIN_TOO_LONG: "untrusted",
  INVALID_CA: "untrusted",
  INVALID_PURPOSE: "untrusted",
  PATH_LENGTH_EXCEEDED: "untrusted",
  HOSTNAME_MISMATCH: "name",
  ERR_TLS_CERT_ALTNAME_INVALID: "name",
  CERT_HAS_EXPIRED: "expired",
  CERT_NOT_YET_VALID: "expired",
};

/** What is wrong with the certificate of a host, by the code of the failed request. */
export function certificateProblem(code: string | undefined): CertificateProblem | undefined {
  return code !== undefined && Object.hasOwn(PROBLEMS, code) ? PROBLEMS[code] : undefined;
}

/** The system's code of a failed request, which hides some causes deep. */
export function networkCode(error: unknown): string | undefined {
  let layer: unknown = error;
  for (let depth = 0; depth < 4 && layer instanceof Error; depth += 1) {
    if ("code" in layer && typeof layer.code === "string") return layer.code;
    layer = layer instanceof AggregateError ? (layer.errors[0] as unknown) : layer.cause;
  }
  return undefined;
}

/** Whether a host that was addressed by https does not speak TLS. */
export function speaksNoTls(code: string | undefined): boolean {
  return code === "ERR_SSL_WRONG_VERSION_NUMBER" || code === "ERR_SSL_PACKET_LENGTH_TOO_LONG";
}
