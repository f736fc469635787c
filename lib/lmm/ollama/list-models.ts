import { sortModels, type ListedModel } from "../client/engine";
import type { OllamaCalls } from "./calls";
import { canSee, quick, type Abilities } from "./model-facts";

/** More than a dialog's list can show. */
const MAX_MODELS = 200;

/** All models, those that see first. Throws `CallFailure`. */
export async function listModels(server: OllamaCalls, signal: AbortSignal): Promise<ListedModel[]> {
  const { models } = await quick(server, signal, (client) => client.list());
  const listed: ListedModel[] = [];
  for (const entry of (Array.isArray(models) ? models : []).slice(0, MAX_MODELS)) {
    const tags: typeof entry & Abilities = entry;
    // Only newer servers tell abilities in the list; the others are asked model by model.
    const abilities = Array.isArray(tags.capabilities)
      ? tags
      : await quick(server, signal, (client) => client.show({ model: entry.name })).catch(
          (): Abilities => tags,
        );
    signal.throwIfAborted();
    const details = entry.details as Partial<typeof entry.details> | undefined;
    listed.push({
      name: entry.name,
      sizeBytes: entry.size,
      parameterSize: details?.parameter_size ?? "",
      quantization: details?.quantization_level ?? "",
      vision: canSee(abilities),
    });
  }
  return sortModels(listed);
}
