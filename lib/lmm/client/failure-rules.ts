import type { ErrorCode } from "../../errors";
import type { MessageKey } from "../../i18n/catalogue";
import type { DrilledError } from "./drill-error";
import type { Remedy } from "./failure";

/** One kind of failed answer. */
export interface FailureRule {
  readonly test: (status: number, error: DrilledError, challenge: string) => boolean;
  readonly code: ErrorCode;
  readonly key: MessageKey;
  readonly remedy: Remedy;
}

/** Its words say so. */
export const says =
  (pattern: RegExp): FailureRule["test"] =>
  (_status, { message }) =>
    pattern.test(message);
/** Its status says so. */
export const is =
  (...statuses: number[]): FailureRule["test"] =>
  (status) =>
    statuses.includes(status);
const asks =
  (login: RegExp): FailureRule["test"] =>
  (status, _error, challenge) =>
    status === 401 && login.test(challenge);

/** What llama.cpp's server says, which other servers quote. Texts: a status alone tells little. */
export const LLAMA_TEXTS: readonly FailureRule[] = [
  {
    test: (_status, { type, message }) =>
      type === "exceed_context_size_error" ||
      /exceeds the (available )?context|context length|context size/i.test(message),
    code: "BAD_CONFIG",
    key: "lmm.context-too-small",
    remedy: "never",
  },
  {
    test: says(
      /does not support multimodal|image input is not supported|missing data required for image|does not support image/i,
    ),
    code: "LMM_NO_VISION",
    key: "lmm.no-vision",
    remedy: "never",
  },
  {
    test: says(
      /failed to load image|unknown format|decode webp|failed to process inputs|illegal base64|mtmd embedding/i,
    ),
    code: "BAD_IMAGE",
    key: "lmm.image-refused",
    remedy: "never",
  },
];

/** What proxies and HTTP itself say, whatever the server. */
export const STATUSES: readonly FailureRule[] = [
  {
    test: says(/HTTP request (was sent )?to (an )?HTTPS/i),
    code: "LMM_UNREACHABLE",
    key: "lmm.wants-https",
    remedy: "never",
  },
  {
    test: asks(/^\s*basic\b/i),
    code: "LMM_UNREACHABLE",
    key: "lmm.wants-password",
    remedy: "never",
  },
  {
    test: asks(/^\s*(?!bearer\b)[a-z]/i),
    code: "LMM_UNREACHABLE",
    key: "lmm.wants-login",
    remedy: "never",
  },
  { test: is(401), code: "LMM_UNREACHABLE", key: "lmm.unauthorised", remedy: "never" },
  { test: is(403), code: "LMM_UNREACHABLE", key: "lmm.forbidden", remedy: "never" },
  { test: is(413), code: "BAD_CONFIG", key: "lmm.request-too-large", remedy: "never" },
  { test: is(429, 503), code: "LMM_BUSY", key: "lmm.busy", remedy: "wait" },
  { test: is(502, 504), code: "LMM_UNREACHABLE", key: "lmm.gateway", remedy: "wait" },
  {
    test: (status, { message }) =>
      (status >= 300 && status < 400) ||
      (status === 404 && /page not found|^(404 )?not found\W*$/i.test(message)) ||
      status === 405,
    code: "LMM_UNREACHABLE",
    key: "lmm.other-server",
    remedy: "never",
  },
  {
    test: (status, { message }) => status >= 500 && message === "",
    code: "LMM_UNREACHABLE",
    key: "lmm.model-crashed",
    remedy: "crash",
  },
  {
    test: (status) => status >= 500 || status === 200,
    code: "LMM_UNREACHABLE",
    key: "lmm.server-failed",
    remedy: "never",
  },
];
