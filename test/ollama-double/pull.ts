import { createHash } from "node:crypto";
import type { Core, Exchange } from "./core";
import { ApiError, modelRequired, registryUnreachable } from "./errors";
import { checkFields, parseBody } from "./go-json";
import { normaliseName, type ModelSpec } from "./models";

/** Progress lines that a layer gets after its first. */
const STEPS = 4;

/** A model's layers: the weights and a small configuration. */
function listLayers({
  name,
  size = 4_733_363_377,
}: ModelSpec): { digest: string; total: number }[] {
  return [size - 512, 512].map((total, index) => ({
    digest: createHash("sha256").update(`${name} layer ${index}`).digest("hex"),
    total,
  }));
}

/** `POST /api/pull`: success is the last line and nothing else. */
export async function pull(core: Core, exchange: Exchange): Promise<void> {
  const { entry, reply } = exchange;
  const body = parseBody(exchange.bytes, "PullRequest");
  checkFields(body, "PullRequest", { model: "string", name: "string", stream: "bool" });
  // `name` is what older clients send.
  const asked = [body.model, body.name].find((name) => typeof name === "string" && name);
  if (typeof asked !== "string") throw modelRequired();
  const name = normaliseName(asked);
  const streaming = body.stream !== false;
  exchange.streaming = streaming;
  core.journal.enter(entry, "pulling");
  for await (const line of progress(core, exchange, name)) {
    if (streaming) await reply.line(line);
  }
  if (!streaming) return reply.json(200, { status: "success" });
  await reply.end();
}

async function* progress(
  core: Core,
  { entry, signal }: Exchange,
  name: string,
): AsyncGenerator<Record<string, unknown>> {
  const wait = async (): Promise<void> => {
    await core.gates.pass("pull", signal);
    await core.clock.sleep(core.delays.pull, signal);
  };
  await wait();
  yield { status: "pulling manifest" };
  const fault = core.faults.take("pull", entry);
  if (fault?.kind === "pull-offline") throw registryUnreachable(name);
  if (fault) throw new ApiError(500, fault.text, "run");
  const found = core.registry.find((spec) => normaliseName(spec.name) === name);
  if (!found) throw new ApiError(500, "pull model manifest: file does not exist", "run");
  for (const { digest, total } of listLayers({ ...found, name })) {
    const status = { status: `pulling ${digest.slice(0, 12)}`, digest: `sha256:${digest}`, total };
    const here = core.blobs.get(digest) ?? 0;
    await wait();
    // A layer that is here is complete at once; a part of one is where the pull goes on.
    yield here > 0 ? { ...status, completed: here } : status;
    for (let step = 1; step <= STEPS && (core.blobs.get(digest) ?? 0) < total; step++) {
      await wait();
      const completed = Math.max(here, Math.floor((total * step) / STEPS));
      core.blobs.set(digest, completed);
      yield { ...status, completed };
    }
  }
  for (const status of ["verifying sha256 digest", "writing manifest"]) {
    await wait();
    yield { status };
  }
  await wait();
  core.models.set({ ...found, name });
  yield { status: "success" };
}
