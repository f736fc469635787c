import { foldName } from "./fold-name";

/** Letters and words beyond which it is a sentence and no name. */
const MOST_LETTERS = 60;
const MOST_WORDS = 6;

/** What a model says of anything: it tells no class from another. */
const EMPTY_WORDS = new Set(
  "object, thing, item, image, photo, photograph, picture, unknown, 物, 物体, もの, 画像, 写真, 不明"
    .split(", ")
    .map(foldName),
);

/** Whether a word that a model said can be a class's name. */
export function isTeachable(word: string): boolean {
  const fold = foldName(word);
  return (
    fold !== "" &&
    word.length <= MOST_LETTERS &&
    word.split(/\s+/).length <= MOST_WORDS &&
    /\p{L}/u.test(word) &&
    !EMPTY_WORDS.has(fold)
  );
}
