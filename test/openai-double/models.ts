import type { Profile } from "./profiles";

/** A model as a test states it. */
export interface ServedModel {
  /** A name, an alias or the path of a file. */
  readonly id: string;
  readonly aliases?: readonly string[];
  /** Where a name stands for another: a repository. */
  readonly root?: string;
  /** Of an adapter. */
  readonly parent?: string;
  /** Default: it sees. */
  readonly vision?: boolean;
  /** Takes images and answers as if it had seen one. */
  readonly blind?: boolean;
  /** What its chat template makes of a system message: nothing, and nobody is told. */
  readonly dropsSystem?: boolean;
  /** It thinks before it answers, unless told not to. */
  readonly thinks?: boolean;
  /** Tokens; default 4096. */
  readonly contextLength?: number;
  readonly sizeBytes?: number;
  /** Tokens that one image costs; default 576. */
  readonly imageTokens?: number;
}

/** `GET /v1/models`. */
export function listModels(
  { owner, tellsAbilities }: Profile,
  models: readonly ServedModel[],
  seconds: number,
): object {
  const data = models.map((model) => ({
    id: model.id,
    object: "model",
    created: owner === "library" ? 1_790_000_000 : Math.floor(seconds),
    owned_by: owner,
    ...(tellsAbilities ? describeFile(model) : {}),
    ...(owner === "vllm" || owner === "sglang" ? describeServed(model) : {}),
  }));
  if (!tellsAbilities) return { object: "list", data };
  const abilities = models.map(({ id, vision = true }) => ({
    ...{ name: id, model: id, type: "model" },
    capabilities: vision ? ["completion", "multimodal"] : ["completion"],
  }));
  return { models: abilities, object: "list", data };
}

function describeFile({ aliases = [], contextLength = 4_096, sizeBytes }: ServedModel): object {
  const size = sizeBytes ?? 4_369_439_776;
  const meta = { vocab_type: 1, n_vocab: 32_000, n_ctx: contextLength, n_ctx_train: 32_768 };
  return { aliases, meta: { ...meta, n_embd: 4_096, n_params: 7_241_732_096, size } };
}

/** An adapter has no length of its own. */
function describeServed({ id, root, parent, contextLength = 4_096 }: ServedModel): object {
  const length = parent === undefined ? contextLength : null;
  return { root: root ?? id, parent: parent ?? null, max_model_len: length, permission: [] };
}
