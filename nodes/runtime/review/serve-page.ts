import type { Request, RequestHandler, Response } from "express";
import type { NodeAPI } from "node-red";

import { TlacError } from "../../../lib/errors";

export type PageHandler = (request: Request, response: Response, rest: string) => void;

/** Pages by path, of each runtime: Node-RED lets a flow add to its web server, but take nothing away. */
const sites = new WeakMap<object, Map<string, PageHandler>>();

const PATH = /^(?:\/[\w.~-]+)+$/;

/**
 * Serves a page and what is below it under the flow's HTTP root, behind the same login and
 * middleware as every `http in`; returns how to stop. Throws `BAD_CONFIG` where the path cannot be
 * one, is taken, or the runtime serves no flows.
 */
export function servePage(RED: NodeAPI, place: string, handler: PageHandler): () => void {
  if (!PATH.test(place) || place.includes("/..") || place.includes("/.")) {
    throw new TlacError("BAD_CONFIG", "review.bad-path", { path: place.slice(0, 100) });
  }
  const { httpNodeRoot } = RED.settings as { httpNodeRoot?: unknown };
  if (httpNodeRoot === false) throw new TlacError("BAD_CONFIG", "review.no-http");
  const pages = sites.get(RED.httpNode) ?? open(RED);
  if (pages.has(place)) throw new TlacError("BAD_CONFIG", "review.path-taken", { path: place });
  pages.set(place, handler);
  return () => {
    if (pages.get(place) === handler) pages.delete(place);
  };
}

function open(RED: NodeAPI): Map<string, PageHandler> {
  const pages = new Map<string, PageHandler>();
  sites.set(RED.httpNode, pages);
  const { httpNodeMiddleware } = RED.settings as { httpNodeMiddleware?: unknown };
  const before = [httpNodeMiddleware]
    .flat()
    .filter((one): one is RequestHandler => typeof one === "function");
  RED.httpNode.use((request, response, next) => {
    const found = find(pages, request.path);
    if (!found) {
      next();
      return;
    }
    const [place, handler] = found;
    let turn = 0;
    const go = (problem?: unknown): void => {
      if (problem !== undefined) {
        next(problem);
        return;
      }
      const middleware = before[turn++];
      if (middleware) void middleware(request, response, go);
      else handler(request, response, request.path.slice(place.length));
    };
    go();
  });
  return pages;
}

/** The longest path that the request is at or below. */
function find(
  pages: ReadonlyMap<string, PageHandler>,
  path: string,
): [string, PageHandler] | undefined {
  return [...pages]
    .filter(([place]) => path === place || path.startsWith(`${place}/`))
    .sort(([a], [b]) => b.length - a.length)[0];
}
