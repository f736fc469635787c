import type { PromptTemplate } from "./prompt-template";

/**
 * The published method's first question (arXiv 2503.12206) in its generic form: the name and
 * nothing else, without data of the plant. Meant for plain-text answers.
 */
export const PAPER: PromptTemplate = {
  name: "paper",
  template: `What is the object in this image? Reply with its name only.`,
  answer: "text",
};
