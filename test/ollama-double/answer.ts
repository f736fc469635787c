import { readAnswerRequest, type AnswerEndpoint, type AnswerRequest } from "./answer-request";
import type { Core, Exchange } from "./core";
import { loadFailed, modelNotFound, modelRequired, notSupported } from "./errors";
import type { Model } from "./models";
import { Run } from "./run";
import { checkOptions, readRunnerOptions } from "./runner-options";
import { createMessage } from "./wire";

/** Answers chat and generate: decode, load, wait for a slot, run. */
export async function answer(
  core: Core,
  exchange: Exchange,
  endpoint: AnswerEndpoint,
): Promise<void> {
  const { entry, reply, signal } = exchange;
  const { clock, scheduler } = core;
  const started = clock.now();
  const request = readAnswerRequest(endpoint, exchange.bytes, entry, core.profile);
  exchange.streaming = request.stream;
  const model = findModel(core, request);
  if (request.loadOnly && request.keepAlive === 0) {
    scheduler.expire(model.name);
    await reply.json(200, {
      ...createMessage(core, request, {}),
      done: true,
      done_reason: "unload",
    });
    return;
  }
  checkOptions(request.options);
  const lease = await scheduler.acquire({
    model,
    options: readRunnerOptions(request.options, core.defaultNumCtx, model),
    keepAlive: request.keepAlive,
    signal,
    onWait: () => {
      core.journal.enter(entry, "load-queue");
    },
    load: () => load(core, exchange),
  });
  const loaded = clock.now();
  try {
    if (request.loadOnly) {
      // Neither time nor tokens are told of a call that asks nothing.
      const done = { done: true, done_reason: "load" };
      await reply.json(200, { ...createMessage(core, request, {}), ...done });
      return;
    }
    core.journal.enter(entry, "queued");
    const leave = await lease.runner.enterSlot(signal);
    try {
      core.journal.enter(entry, "evaluating");
      const times = { started, loaded, evaluated: loaded };
      await new Run(core, exchange, request, model, lease.runner, times).run();
    } finally {
      leave();
    }
  } finally {
    lease.release();
  }
}

function findModel({ models }: Core, request: AnswerRequest): Model {
  const { endpoint, model: name } = request;
  if (name === "") throw endpoint === "/api/chat" ? modelRequired() : modelNotFound("");
  const model = models.find(name);
  if (!model) throw modelNotFound(name);
  const { capabilities } = model;
  if (!capabilities.includes("completion")) {
    throw notSupported(name, endpoint === "/api/chat" ? "chat" : "generate");
  }
  if (request.think === true && !capabilities.includes("thinking")) {
    throw notSupported(name, "thinking");
  }
  return model;
}

async function load(
  { journal, gates, clock, delays, faults, profile }: Core,
  exchange: Exchange,
): Promise<void> {
  const { entry, signal } = exchange;
  entry.cold = true;
  journal.enter(entry, "loading");
  await gates.pass("load", signal);
  await clock.sleep(delays.load, signal);
  const fault = faults.take("load", entry);
  if (fault) throw loadFailed(profile, fault.kind);
}
