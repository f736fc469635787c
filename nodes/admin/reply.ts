import type { Readable } from "node:stream";

import type { Request, Response } from "express";

import { isRecord } from "../../lib/basics/is-record";
import { TlacError, toError } from "../../lib/errors";
import { toLanguage, type Language } from "../../lib/i18n/catalogue";

/** What the editor is told of a failure; a refusal has no sentence, the editor knows its code. */
export interface Complaint {
  readonly code: string;
  readonly message?: string;
}

/** Why a request cannot be granted, with the status of HTTP that says so. */
export const REFUSALS = { NOT_FOUND: 404, IN_USE: 409, NOT_JSON: 415, TOO_MANY: 429 } as const;

export type RefusalCode = keyof typeof REFUSALS;

/** A request that cannot be granted, for reasons of the dialog and not of a model or server. */
export class Refusal extends Error {
  override readonly name = "Refusal";

  constructor(readonly code: RefusalCode) {
    super(code);
  }
}

export interface Call {
  /** The body, or an empty record. Nothing in it has been checked. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly params: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
  /** Of the person in front of the editor. */
  readonly language: Language;
  /** The request as it comes in, where its body is no JSON. */
  readonly stream: Readable;
  /** Aborted when the browser hangs up. */
  readonly signal: AbortSignal;
}

/** What a body may be: neither is a type that a form on a foreign page can send. */
const BODIES = {
  json: /^application\/json\s*(;|$)/i,
  bytes: /^application\/octet-stream\s*(;|$)/i,
};

/** Throws a `Refusal` where a post does not say that it is what it should be. */
export function checkBody({ headers }: Pick<Request, "headers">, kind: keyof typeof BODIES): void {
  if (!BODIES[kind].test(headers["content-type"] ?? "")) throw new Refusal("NOT_JSON");
}

/**
 * A handler of an admin endpoint: what `work` resolves with is the JSON answer. A post has to say
 * what it is: a form on a foreign page cannot, and a script there would have to ask first.
 */
export function reply(
  work: (call: Call) => unknown,
  kind: keyof typeof BODIES = "json",
): (request: Request, response: Response) => void {
  return (request, response) => {
    const gone = new AbortController();
    response.once("close", () => {
      gone.abort();
    });
    const { query, params } = request;
    const call: Call = {
      body: isRecord(request.body) ? request.body : {},
      params,
      query,
      language: readLanguage(request),
      stream: request,
      signal: gone.signal,
    };
    void Promise.resolve()
      .then(() => {
        if (request.method !== "GET") checkBody(request, kind);
        return work(call);
      })
      .then(
        (answer) => {
          if (!gone.signal.aborted) response.json(answer);
        },
        (thrown: unknown) => {
          if (!gone.signal.aborted) {
            response.status(toStatus(thrown)).json(toComplaint(thrown, call.language));
          }
        },
      );
  };
}

export function toComplaint(thrown: unknown, language: Language): Complaint {
  if (thrown instanceof Refusal) return { code: thrown.code };
  if (thrown instanceof TlacError) return { code: thrown.code, message: thrown.in(language) };
  return { code: "FAILED", message: toError(thrown).message };
}

export function toStatus(thrown: unknown): number {
  if (thrown instanceof Refusal) return REFUSALS[thrown.code];
  if (!(thrown instanceof TlacError)) return 500;
  return thrown.code === "BAD_CONFIG" || thrown.code === "BAD_MESSAGE" ? 400 : 502;
}

export function readLanguage({ query, headers }: Pick<Request, "query" | "headers">): Language {
  const { lang } = query;
  return toLanguage(typeof lang === "string" ? lang : headers["accept-language"]);
}

/** Longer than any address, path or key that a person types. */
const MAX_TEXT = 4_096;

/** One field of a body as text; absent is empty. Throws `BAD_MESSAGE`. */
export function readField(body: Call["body"], field: string): string {
  const value = body[field];
  if (value === undefined || value === null) return "";
  if (typeof value === "string" && value.length <= MAX_TEXT) return value.trim();
  if (typeof value === "number") return String(value);
  throw new TlacError("BAD_MESSAGE", "nodes.bad-text", { field, type: typeof value });
}
