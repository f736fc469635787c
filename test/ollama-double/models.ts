import { createHash } from "node:crypto";
import { invalidModelName } from "./errors";
import type { ImageRefusal } from "./profiles";

export type Capability =
  "completion" | "tools" | "insert" | "vision" | "embedding" | "thinking" | "image" | "audio";

/** A model as a test states it; what is left out is LLaVA's. */
export interface ModelSpec {
  readonly name: string;
  /** Hexadecimal, without a prefix; derived from the name when absent. */
  readonly digest?: string;
  /** Bytes. */
  readonly size?: number;
  readonly capabilities?: readonly Capability[];
  readonly family?: string;
  readonly parameterSize?: string;
  /** Tokens the model was trained for: the most that `num_ctx` can be. */
  readonly contextLength?: number;
  /** Tokens that one image costs. */
  readonly imageTokens?: number;
  /** Takes images and answers as if it had seen one: what some updates did to LLaVA. */
  readonly blind?: boolean;
  /**
   * "rendered": a Go template (LLaVA); "native": llama-server's own chat path, which sorts a
   * schema's properties and words some failures differently.
   */
  readonly path?: "rendered" | "native";
  /** Go template; default: LLaVA's, which has a place for a system message. */
  readonly template?: string;
  /** What the template makes of a system message: nothing, and nobody is told. */
  readonly dropsSystem?: boolean;
  /** Overrides what the version does with an image for a model without vision. */
  readonly imageRefusal?: ImageRefusal;
}

/** A model in the table. */
export type Model = Required<Omit<ModelSpec, "imageRefusal">> &
  Pick<ModelSpec, "imageRefusal"> & {
    /** ISO time of the last change. */
    readonly modifiedAt: string;
  };

const NAME = /^(?:[\w.-]+(?::\d+)?\/)?(?:[\w-][\w.-]*\/)?[\w][\w.-]*(?::[\w][\w.-]*)?$/;

/** Adds the default tag. Throws `invalid model name`. */
export function normaliseName(name: string): string {
  if (!NAME.test(name)) throw invalidModelName();
  const last = name.slice(name.lastIndexOf("/") + 1);
  return last.includes(":") ? name : `${name}:latest`;
}

/** The models that the server has; names carry a tag and are compared without case. */
export class ModelTable {
  readonly #models = new Map<string, Model>();

  /** `now` stamps changes, in milliseconds since the epoch. */
  constructor(
    specs: readonly ModelSpec[],
    private readonly now: () => number,
  ) {
    for (const spec of specs) this.set(spec);
  }

  /** Adds a model, or replaces the one of that name: a new digest is an update. */
  set(spec: ModelSpec & Partial<Pick<Model, "modifiedAt">>): Model {
    const name = normaliseName(spec.name);
    const model: Model = {
      digest: createHash("sha256").update(name).digest("hex"),
      size: 4_733_363_377,
      capabilities: ["completion", "vision"],
      family: "llama",
      parameterSize: "7.2B",
      contextLength: 32_768,
      imageTokens: 576,
      blind: false,
      dropsSystem: false,
      path: "rendered",
      template: "[INST] {{ .System }} {{ .Prompt }} [/INST]",
      modifiedAt: new Date(this.now()).toISOString(),
      ...spec,
      name,
    };
    const key = name.toLowerCase();
    // Newest first, as the server lists them.
    const others = [...this.#models].filter(([other]) => other !== key);
    this.#models.clear();
    for (const [other, value] of [[key, model] as const, ...others]) this.#models.set(other, value);
    return model;
  }

  /** Changes some properties of a model that is there. */
  change(name: string, changes: Omit<Partial<ModelSpec>, "name">): Model {
    const present = this.find(name);
    if (!present) throw new Error(`The table has no model ${name} to change.`);
    const modifiedAt = new Date(this.now()).toISOString();
    return this.set({ ...present, ...changes, modifiedAt });
  }

  remove(name: string): boolean {
    return this.#models.delete(normaliseName(name).toLowerCase());
  }

  /** Throws `invalid model name`. */
  find(name: string): Model | undefined {
    return this.#models.get(normaliseName(name).toLowerCase());
  }

  /** Newest first. */
  list(): readonly Model[] {
    return [...this.#models.values()];
  }
}
