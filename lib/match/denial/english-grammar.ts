import type { Grammar } from "./denial";

export const ENGLISH_GRAMMAR: Grammar = {
  barriers: `but however though although yet except whereas while because since then thus therefore
    where when instead only just rather so`,
  relatives: "who which whose whom",
  prepositions: `on in at near beside behind under below above over inside outside within around along
    across against onto into atop beneath underneath between among amid by towards toward through
    throughout upon next to with from beyond past during opposite`,
  definite: "the his her its their my your our this that these those",
  indefinite: "a an any some several one two three four five many few another other various both",
  pronouns: "he she it they we you i there this someone somebody everyone everything",
  finite: `is are was were has wears holds carries stands sits lies hangs walks runs works uses shows rests
    leans rides drives looks appears seems contains features includes covers does goes comes wore
    held stood sat lay hung reveals displays exhibits indicates moves turns operates faces keeps`,
  participles: `wearing holding carrying standing sitting lying hanging walking working using showing
    resting leaning riding driving looking running containing featuring operating placing reaching
    pointing moving facing`,
  plain: `have had wear hold carry stand sit lie hang walk run work use show rest lean ride drive look
    appear seem contain feature include cover do did can could will would may might must should
    shall see find identify detect notice observe recognize install attach put make give`,
  persons: `person persons people one body man men woman women worker workers employee employees
    operator operators human humans child children boy girl pedestrian pedestrians nobody`,
  quantities: `one two three four five six some several many most all none both each part piece pair
    half any few neither either`,
};
