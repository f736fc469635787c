import { readFile } from "node:fs/promises";
import path from "node:path";

import type { Request, Response } from "express";

import { Turns } from "../../../lib/async/turns";
import { findPackageRoot } from "../../../lib/basics/package-root";
import { isRecord } from "../../../lib/basics/is-record";
import { TlacError, toError } from "../../../lib/errors";
import { toLanguage, type Language } from "../../../lib/i18n/catalogue";
import { describeDrift } from "../../../lib/record/quality/describe-drift";
import type { Quality, WeekQuality } from "../../../lib/record/quality/quality";
import { reply, type Call } from "../../admin/reply";
import type { Feedback } from "../record/give-answer";
import { CONTENT_SECURITY_POLICY, renderPage } from "./page-html";
import { PageEvents } from "./page-events";
import type { Pin } from "./pin";
import type { GivenAnswer, ReviewQueue } from "./review-queue";

/** Bytes of a request: an answer is short. */
const MOST_BODY = 65_536;

/** Ids that one page can show. */
const MOST_SHOWN = 500;

/** How good the decisions are, as the page shows it. */
export interface ShownQuality {
  readonly weeks: readonly WeekQuality[];
  /** A sentence each. */
  readonly drifts: readonly string[];
}

/** Weeks, each of a camera: the rows of a table. */
const MOST_WEEKS = 300;

export interface SiteOptions {
  /** Above the page; empty: what every page says. */
  readonly title: string;
  readonly queue: ReviewQueue;
  readonly pin: Pin;
  /** Of the node, for its messages. */
  readonly language: Language;
  readonly readQuality: () => Promise<Quality>;
  /** Aborted when the node closes. */
  readonly signal: AbortSignal;
  /** Gets each answer, to send it on. */
  readonly onAnswer: (message: object) => void;
}

/** One page with its requests: what a browser is answered. */
export class ReviewSite {
  readonly events = new PageEvents();
  private readonly turns = new Turns();

  constructor(private readonly options: SiteOptions) {}

  /** `rest`: of the path, behind the page's own. */
  handle(request: Request, response: Response, rest: string): void {
    void this.route(request, response, rest).catch((thrown: unknown) => {
      // Nothing is left to tell but that it failed.
      if (response.headersSent) response.end();
      else response.status(500).json({ code: "FAILED", message: toError(thrown).message });
    });
  }

  close(): void {
    this.events.close();
  }

  private async route(request: Request, response: Response, rest: string): Promise<void> {
    response.set({
      "Content-Security-Policy": CONTENT_SECURITY_POLICY,
      "X-Content-Type-Options": "nosniff",
      "Referrer-Policy": "no-referrer",
      "Cache-Control": "no-store",
    });
    const isRead = request.method === "GET" || request.method === "HEAD";
    if (rest === "" && isRead) {
      // What the page asks for is below it.
      response.redirect(302, `${path.posix.basename(request.path)}/`);
      return;
    }
    if (rest === "/" && isRead) {
      const language = toLanguage(request.headers["accept-language"]);
      response.type("html").send(renderPage(this.options.title, language));
      return;
    }
    if ((rest === "/page.js" || rest === "/page.css") && isRead) {
      const file = path.join(findPackageRoot(), "resources", `review-${rest.slice(1)}`);
      response.type(path.extname(rest)).send(await readFile(file));
      return;
    }
    if (rest === "/api/login" && request.method === "POST") {
      await this.login(request, response);
      return;
    }
    if (!rest.startsWith("/api/") || !this.options.pin.admits(request.headers.cookie)) {
      const known = rest.startsWith("/api/");
      response.status(known ? 401 : 404).json({ code: known ? "LOGIN" : "NOT_FOUND" });
      return;
    }
    await this.answerApi(request, response, rest.slice("/api".length));
  }

  private async answerApi(request: Request, response: Response, rest: string): Promise<void> {
    const { queue } = this.options;
    const picture = /^\/picture\/([\w-]+)$/.exec(rest)?.[1];
    const key = `${request.method} ${picture === undefined ? rest : "/picture"}`;
    switch (key) {
      case "GET /events":
        this.events.open(response);
        return;
      case "GET /picture": {
        const jpeg = await queue.picture(picture ?? "");
        if (jpeg) {
          response.set("Cache-Control", "private, max-age=86400").type("jpeg").send(jpeg);
        } else response.status(404).json({ code: "NOT_FOUND" });
        return;
      }
      case "POST /next":
        await this.post(request, response, ({ body }) => {
          const shown: unknown[] = Array.isArray(body.shown) ? body.shown : [];
          const ids = shown.filter((id): id is string => typeof id === "string");
          const most = typeof body.most === "number" && body.most > 0 ? Math.floor(body.most) : 0;
          return queue.next(ids.slice(0, MOST_SHOWN), most);
        });
        return;
      case "POST /search":
        await this.post(request, response, ({ body }) =>
          queue.search(textOf(body.id), textOf(body.text)),
        );
        return;
      case "POST /quality":
        await this.post(request, response, (call) => this.describeQuality(call));
        return;
      case "POST /answers":
        await this.post(request, response, () => queue.answers());
        return;
      case "POST /answer":
        // Of two people who answer at the same moment the second one is told.
        await this.post(request, response, (call) =>
          this.turns.run(textOf(call.body.id), () => this.answer(call)),
        );
        return;
      default:
        response.status(404).json({ code: "NOT_FOUND" });
    }
  }

  private async describeQuality({ language }: Call): Promise<ShownQuality> {
    const { weeks, drifts } = await this.options.readQuality();
    return {
      weeks: weeks.slice(0, MOST_WEEKS),
      drifts: drifts.map((drift) => describeDrift(drift, language)),
    };
  }

  private async answer({ body, language }: Call): Promise<{
    readonly explanation: string;
    /** Set where somebody else was quicker, and nothing was done. */
    readonly by?: GivenAnswer;
  }> {
    const { queue, language: own, signal, onAnswer } = this.options;
    const undo = body.undo === true;
    const id = textOf(body.id);
    const feedback: Feedback = {
      id,
      undo,
      who: textOf(body.who).slice(0, 100),
      ...(undo ? {} : { correct: body.correct === null ? null : textOf(body.correct) }),
    };
    if (feedback.correct === "") throw new TlacError("BAD_MESSAGE", "review.no-answer");
    const by = undo ? undefined : await queue.findAnswer(id);
    if (by) return { explanation: "", by };
    const languages = { message: own, page: language };
    const { message, explanation } = await queue.answer(feedback, languages, signal);
    onAnswer(message);
    this.events.tell();
    return { explanation };
  }

  private async login(request: Request, response: Response): Promise<void> {
    const body: unknown = request.body ?? (await readBody(request));
    const given = isRecord(body) ? textOf(body.pin) : "";
    // The browser may know the page below another path, that of a proxy.
    const login = this.options.pin.login(given, "/", request.secure);
    if ("cookie" in login) response.set("Set-Cookie", login.cookie).json({});
    else if (login.refused === "wrong") response.status(401).json({ code: "LOGIN" });
    else response.status(429).json({ code: "TOO_MANY" });
  }

  private async post(
    request: Request,
    response: Response,
    work: (call: Call) => unknown,
  ): Promise<void> {
    // Another site's page may send what it likes, but not without saying where it is from.
    const from = request.headers["sec-fetch-site"];
    if (from === "cross-site" || from === "same-site") {
      response.status(403).json({ code: "FORBIDDEN" });
      return;
    }
    if (!isRecord(request.body)) request.body = await readBody(request);
    reply(work)(request, response);
  }
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Undefined where it is no JSON, or more than any answer. */
async function readBody(request: Request): Promise<unknown> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > MOST_BODY) return undefined;
    parts.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString("utf8")) as unknown;
  } catch {
    return undefined;
  }
}
