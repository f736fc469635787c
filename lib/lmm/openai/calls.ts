import { isRecord } from "../../basics/is-record";
import { Calls } from "../client/calls";
import { ProtocolFailure } from "../client/protocol";
import { checkError, readEvents, readObject, readText, type ReadLine } from "../client/read-lines";
import { Transport, type RequestOptions } from "../client/transport";
import { toCallFailure } from "./failure";
import type { ResolvedSettings } from "./settings";

/** What one request can be. A path that begins with `/` is the server's own, else the API's. */
export interface OpenAiClient {
  /** A JSON answer of any shape; undefined for an empty one. */
  get(path: string): Promise<unknown>;
  post(path: string, body: object): Promise<unknown>;
  /** The events of a streamed answer; of one that was not streamed after all, the whole. */
  stream(path: string, body: object): AsyncGenerator<Readonly<Record<string, unknown>>, void>;
}

/** Single calls to one OpenAI-compatible server, and the settings that say how. */
export interface OpenAiCalls {
  readonly settings: ResolvedSettings;
  readonly calls: Calls<OpenAiClient>;
  /** Ends every request that is under way. */
  readonly close: () => Promise<void>;
}

/** Opens no connection yet. */
export function createCalls(settings: ResolvedSettings): OpenAiCalls {
  const { deadlines, model, caFile, secrets, base } = settings;
  const transport = new Transport({ connectMs: deadlines.connectMs, caFile, secrets });
  const server = { key: "lmm.openai-server" } as const;
  const context = { params: { server, host: base, model }, secrets };
  const calls = new Calls(
    context,
    (options) => Promise.resolve(createClient(transport, settings, options)),
    toCallFailure,
  );
  return { settings, calls, close: () => transport.close() };
}

/** A short question that needs no model, so a server that is well answers at once. */
export function quick<T>(
  { calls, settings }: OpenAiCalls,
  signal: AbortSignal,
  work: (client: OpenAiClient) => Promise<T>,
): Promise<T> {
  const { connectMs } = settings.deadlines;
  return calls.run({ signal, headMs: connectMs, answerMs: connectMs }, work);
}

function createClient(
  transport: Transport,
  { base, root, headers, secrets }: ResolvedSettings,
  options: RequestOptions,
): OpenAiClient {
  const { maxBytes, onHead, onEnd } = options;
  const locate = (path: string): string => (path.startsWith("/") ? root : `${base}/`) + path;
  const read = async (path: string, init: RequestInit): Promise<unknown> => {
    const { bytes } = await transport.send(locate(path), init, options);
    onHead?.();
    const text = await readText(bytes, maxBytes);
    onEnd?.();
    if (text.trim() === "") return undefined;
    const value = parse(text);
    if (isRecord(value)) checkError(value, secrets);
    return value;
  };
  const write = (body: object): RequestInit => ({
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return {
    get: (path) => read(path, { headers }),
    post: (path, body) => read(path, write(body)),
    async *stream(path, body) {
      const { type, bytes } = await transport.send(locate(path), write(body), options);
      if (!/^text\/event-stream\b/i.test(type)) {
        onHead?.();
        yield readObject(await readText(bytes, maxBytes), secrets).value;
        onEnd?.();
        return;
      }
      yield* readStream(readEvents(bytes, maxBytes, secrets), options);
    },
  };
}

/** Some servers send the head at once: the answer begins with its first event. */
async function* readStream(
  events: AsyncGenerator<ReadLine | null, void>,
  { onHead, onEnd }: RequestOptions,
): AsyncGenerator<ReadLine["value"], void> {
  let isOver = false;
  try {
    for (let begun = false; ; begun = true) {
      const { done, value: event } = await events.next();
      if (done || !event) {
        isOver = true;
        // Nobody waits for the end, but only a connection whose answer was read to it serves again.
        void events.next().then(onEnd, () => undefined);
        return;
      }
      if (!begun) onHead?.();
      yield event.value;
    }
  } finally {
    if (!isOver) await events.return();
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new ProtocolFailure("not-json");
  }
}
