import type { Core, Exchange } from "./core";
import { modelNotFound, modelRequired } from "./errors";
import { checkFields, parseBody } from "./go-json";
import { normaliseName, type Model } from "./models";

/** What Go writes for "never": its largest duration, in milliseconds from now. */
const FOREVER_MS = 9_223_372_036_854;

function describeDetails({ family, parameterSize, capabilities }: Model): Record<string, unknown> {
  return {
    parent_model: "",
    format: "gguf",
    family,
    families: capabilities.includes("vision") ? [family, "clip"] : [family],
    parameter_size: parameterSize,
    quantization_level: "Q4_0",
  };
}

/** `GET /api/tags` */
export function listTags({ models, profile }: Core): unknown {
  const more = profile.capabilitiesInTags;
  return {
    models: models.list().map((model) => ({
      name: model.name,
      model: model.name,
      modified_at: model.modifiedAt,
      size: model.size,
      digest: model.digest,
      details: {
        ...describeDetails(model),
        ...(more ? { context_length: model.contextLength, embedding_length: 4096 } : {}),
      },
      ...(more ? { capabilities: model.capabilities } : {}),
    })),
  };
}

/** `POST /api/show` */
export function showModel({ models }: Core, { bytes }: Exchange): unknown {
  const body = parseBody(bytes, "ShowRequest");
  checkFields(body, "ShowRequest", { model: "string", name: "string" });
  const name = [body.model, body.name].find((each) => typeof each === "string" && each);
  if (typeof name !== "string") throw modelRequired();
  const model = models.find(name);
  if (!model) throw modelNotFound(normaliseName(name));
  return {
    license: "",
    modelfile: `FROM ${model.name}`,
    parameters: 'stop "[INST]"',
    template: model.template,
    details: describeDetails(model),
    model_info: {
      "general.architecture": model.family,
      [`${model.family}.context_length`]: model.contextLength,
    },
    ...(model.capabilities.includes("vision")
      ? { projector_info: { "general.architecture": "clip" } }
      : {}),
    capabilities: model.capabilities,
    modified_at: model.modifiedAt,
  };
}

/** `GET /api/ps`, latest expiry first */
export function listRunning({ scheduler, clock }: Core): unknown {
  return {
    models: scheduler.list().map(({ model, options, expiresAt }) => ({
      name: model.name,
      model: model.name,
      size: model.size,
      digest: model.digest,
      details: describeDetails(model),
      expires_at: new Date(
        Number.isFinite(expiresAt) ? expiresAt : clock.now() + FOREVER_MS,
      ).toISOString(),
      size_vram: model.size,
      context_length: options.numCtx,
    })),
  };
}
