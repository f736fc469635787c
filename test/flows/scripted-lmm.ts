/** What the specs of whole flows share: a picture, and answers in the form that an LMM is asked for. */
import sharp from "sharp";

import type { BrainAnswer } from "../ollama-double/brain";
import type { JournalEntry } from "../ollama-double/journal";
import type { OllamaDouble } from "../ollama-double/server";

/** An answer of stage one that names this. */
export function naming(name: string, ...synonyms: string[]): BrainAnswer {
  const candidate = { a_name: name, b_synonyms: synonyms };
  return { json: { a_description: `A photo of a ${name}.`, b_candidates: [candidate] } };
}

/** A picture of one colour: what the LMM sees in it is up to its script. */
export function paint(color = "#806040"): Promise<Buffer> {
  return sharp({ create: { width: 32, height: 24, channels: 3, background: color } })
    .jpeg()
    .toBuffer();
}

/** Chats that ask something; the others only load the model. */
export function questionsTo(double: OllamaDouble): readonly JournalEntry[] {
  return double.journal.of("/api/chat").filter((entry) => promptOf(entry) !== undefined);
}

/** All texts of a chat, or undefined where it only loads. */
export function promptOf({ body }: JournalEntry): string | undefined {
  const { messages = [] } = (body ?? {}) as { messages?: { content: string }[] };
  return messages.length > 0 ? messages.map(({ content }) => content).join("\n") : undefined;
}
