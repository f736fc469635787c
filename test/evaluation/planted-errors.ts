import type { Blame } from "../../lib/evaluation/blame";
import type { Experiment } from "../../lib/evaluation/laboratory";
import { compileAnswerFilter } from "../../lib/lmm/answer-filter";
import type { ClassInput } from "../../lib/vocabulary/vocabulary";

/** An error that is made on purpose: the step that is to blame is known before anything is judged. */
export interface PlantedError {
  readonly blame: Blame;
  /** A photo of the package, `plain` for a picture of nothing, or `broken-…` for no picture. */
  readonly picture: string;
  /** What a person says that it shows. */
  readonly label: string;
  /** What the LMM says; the first words of names beside it are synonyms. */
  readonly says: Saying;
  readonly classes: readonly (string | ClassInput)[];
  readonly more?: Partial<Experiment>;
}

/** An answer of the LMM: names, and a description where it is asked for one; null: it fails. */
export type Saying = {
  readonly names: readonly (string | readonly [name: string, ...synonyms: string[]])[];
  readonly description?: string;
} | null;

/** Things that the image tower knows by name. */
const KNOWN = ["cat", "dog", "espresso", "giant panda", "palace", "rocket", "squirrel"] as const;

/** The tower knows breeds of dogs, and is not sure of this palace. */
const UNCLEAR: ReadonlySet<string> = new Set(["dog", "palace"]);

/** What an LMM says for each of them that is no name of it. */
const NEAR = [
  "feline",
  "terrier",
  "cup of coffee",
  "bear",
  "mansion",
  "spaceship",
  "red rodent",
] as const;

/** Parts of a plant, which no image tower knows by name. */
const PARTS = [
  "hose coupling",
  "shaft seal",
  "terminal block",
  "spacer ring",
  "lock washer",
  "guide rail",
] as const;

const BLIND = { sight: false } as const;
const STRICT = { ...BLIND, accept: 1000 } as const;

const says = (...names: NonNullable<Saying>["names"]): Saying => ({ names });

/** The item so many places on, around the end. */
function after<T>(items: readonly T[], at: number, by: number): T {
  return items[(at + by) % items.length] as T;
}

export function plantErrors(): PlantedError[] {
  return [
    ...plantUnreadable(),
    ...plantFailed(),
    ...plantLabels(),
    ...plantUnnamed(),
    ...plantRemoved(),
    ...plantContradicted(),
    ...plantMismatched(),
    ...plantUnsure(),
  ];
}

/** Files that are no pictures, as `BROKEN_FILES` makes them. */
function plantUnreadable(): PlantedError[] {
  return Object.keys(BROKEN_FILES).map((picture, at) => {
    const label = after(KNOWN, at, 0);
    return { blame: "unreadable", picture, label, says: says(label), classes: KNOWN };
  });
}

/** What stands in each; undefined: there is no such file. */
export const BROKEN_FILES: Readonly<Record<string, Buffer | undefined>> = {
  "broken-empty": Buffer.alloc(0),
  "broken-text": Buffer.from("the camera was off"),
  "broken-page": Buffer.from("<html><body>Log in</body></html>"),
  "broken-zeros": Buffer.alloc(4_096),
  "broken-jpeg": Buffer.from("ffd8ffe000104a46494600010100", "hex"),
  "broken-png": Buffer.from("89504e470d0a1a0a0000000d49484452", "hex"),
  "broken-archive": Buffer.from("504b0304140000000800", "hex"),
  "broken-gone": undefined,
};

function plantFailed(): PlantedError[] {
  return PARTS.map((label) => {
    return { blame: "failed", picture: "plain", label, says: null, classes: PARTS };
  });
}

/** The picture shows one class, which the LMM names as well; its label says another one. */
function plantLabels(): PlantedError[] {
  return KNOWN.flatMap((shown, at) => [
    ...[1, 4].map((by): PlantedError => {
      const label = after(KNOWN, at, by);
      return { blame: "label", picture: shown, label, says: says(shown), classes: KNOWN };
    }),
    {
      blame: "label" as const,
      ...{ picture: shown, label: after(KNOWN, at, 4), classes: KNOWN },
      says: {
        names: [[shown, "subject"], "still life"],
        description: `The photo shows a ${shown}.`,
      },
    },
    // A label that is no class's name, of a picture that all see clearly as one.
    ...(UNCLEAR.has(shown)
      ? []
      : [
          {
            blame: "label" as const,
            ...{ picture: shown, label: `item ${String(at)}`, classes: KNOWN },
            says: says(shown),
          },
        ]),
  ]);
}

/** The LMM speaks of something else; nothing is seen that could help. */
function plantUnnamed(): PlantedError[] {
  const others = ["bicycle", "tree", "human face", "white wall", "sandwich", "guitar"];
  return [
    ...PARTS.flatMap((label, at): PlantedError[] => {
      const common = { blame: "unnamed", picture: "plain", label, classes: PARTS } as const;
      return [
        { ...common, says: says(after(others, at, 0)) },
        { ...common, says: says(after(others, at, 1), after(others, at, 2)), more: BLIND },
        {
          ...{ ...common, more: { ...BLIND, mode: "cascade" } },
          says: { names: [after(others, at, 3)], description: "A close-up on a bench." },
        },
      ];
    }),
    // Another class is named with certainty, and decided.
    ...KNOWN.map((label, at): PlantedError => {
      const common = { blame: "unnamed", picture: label, label, more: BLIND } as const;
      return { ...common, says: says(after(KNOWN, at, 3)), classes: KNOWN };
    }),
    // A stranger for which the LMM names a class.
    ...PARTS.map((label, at): PlantedError => {
      const common = { blame: "unnamed", picture: "plain", label, more: BLIND } as const;
      return { ...common, says: says(after(KNOWN, at, 1)), classes: KNOWN };
    }),
  ];
}

/** The right name was said, and a denial, a not-word or a rule took it away. */
function plantRemoved(): PlantedError[] {
  return PARTS.flatMap((label, at): PlantedError[] => {
    const common = { blame: "removed", picture: "plain", label, classes: PARTS } as const;
    const other = after(PARTS, at, 2);
    const rule = (action: "drop" | "unknown") => ({
      ...BLIND,
      filter: compileAnswerFilter([{ words: [label], action }]),
    });
    return [
      {
        ...{ ...common, more: BLIND },
        says: { names: ["metal surface"], description: `There is no ${label} here.` },
      },
      {
        ...{ ...common, more: BLIND },
        says: {
          names: [`missing ${label}`, "empty bench"],
          description: `The ${label} is missing.`,
        },
      },
      {
        ...{ ...common, says: says("dummy part", label), more: BLIND },
        classes: PARTS.map((one) => (one === label ? { label, not: ["dummy part", label] } : one)),
      },
      { ...common, says: says(label, other), more: rule("drop") },
      { ...common, says: says(label), more: rule("unknown") },
    ];
  });
}

/** The LMM is right, and the picture shows another class. */
function plantContradicted(): PlantedError[] {
  return KNOWN.flatMap((label, at) =>
    [2, 3, 5].map((by): PlantedError => {
      const picture = after(KNOWN, at, by);
      return { blame: "contradicted", picture, label, says: says(label), classes: KNOWN };
    }),
  );
}

/** The LMM names the thing, and its word is matched to another class. */
function plantMismatched(): PlantedError[] {
  return PARTS.flatMap((label, at): PlantedError[] => {
    const common = { blame: "mismatched", picture: "plain", label, more: BLIND } as const;
    const other = after(PARTS, at, 1);
    const third = after(PARTS, at, 3);
    return [
      // Its word is a name of another class.
      {
        ...{ ...common, says: says(label) },
        classes: [
          { label: `steel ${label}`, id: label },
          { label: "spare", aliases: [label] },
          other,
        ],
      },
      // It is named behind what was decided.
      { ...common, says: says(other, third, label), classes: PARTS },
      // A synonym of another name is a class, too.
      { ...common, says: says([other, "part"], label), classes: PARTS },
    ];
  });
}

/** The LMM says what is near the right name; the knob wants more than that. */
function plantUnsure(): PlantedError[] {
  return KNOWN.map((label, at): PlantedError => {
    const common = { blame: "unsure", picture: "plain", label, classes: KNOWN } as const;
    return { ...common, says: says(after(NEAR, at, 0)), more: STRICT };
  });
}

/** Two classes that a word fits alike: one of the two comes first and is unsure, one is close. */
export const TIES: readonly {
  readonly word: string;
  readonly pair: readonly [string, string];
}[] = [
  { word: "screw", pair: ["wood screw", "machine screw"] },
  { word: "bracket", pair: ["left bracket", "right bracket"] },
  { word: "pear", pair: ["ripe pear", "unripe pear"] },
  { word: "door", pair: ["front door", "rear door"] },
  { word: "bottle", pair: ["glass bottle", "plastic bottle"] },
  { word: "gear", pair: ["large gear", "small gear"] },
  { word: "label", pair: ["upper label", "lower label"] },
  { word: "hose", pair: ["long hose", "short hose"] },
  { word: "cap", pair: ["black cap", "white cap"] },
  { word: "plate", pair: ["thick plate", "thin plate"] },
];
