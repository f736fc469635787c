/** Messages that no sane flow sends and that a flow can send all the same. */

/** Where a message may end: a door, a Catch node, or the log of its node. */
export type End = "door" | "caught" | "logged";

export interface OddMessage {
  readonly name: string;
  /** Made anew for each node; `image` is a good one. */
  readonly make: (image: Buffer) => object;
  readonly end: End;
  /** A node that does not read what is odd, so that the message leaves by a door. */
  readonly unreadBy?: string;
}

const thrower = (thrown: unknown) => ({
  enumerable: true,
  configurable: true,
  get: (): never => {
    throw thrown;
  },
});

/** A message with a good image, of which one property throws. */
const throwing = (name: string, thrown: unknown) => (image: Buffer) =>
  Object.defineProperty({ payload: image }, name, thrower(thrown));

function nest(depth: number): unknown[] {
  let nested: unknown[] = [];
  for (let level = 0; level < depth; level += 1) nested = [nested];
  return nested;
}

function cyclic(fields: object): object {
  const circle: Record<string, unknown> = { ...fields };
  return Object.assign(circle, { self: circle });
}

function detach(bytes: Uint8Array): Uint8Array {
  const own = new Uint8Array(bytes);
  structuredClone(own.buffer, { transfer: [own.buffer] });
  return own;
}

function share(bytes: Uint8Array): SharedArrayBuffer {
  const shared = new SharedArrayBuffer(bytes.length);
  new Uint8Array(shared).set(bytes);
  return shared;
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

const BAD = Buffer.from("no image at all");
const unreadable = Object.defineProperty(new Error("unreadable"), "message", thrower("again"));

/** What a message as a whole can be. */
const WHOLES: readonly OddMessage[] = [
  { name: "frozen", make: (payload) => Object.freeze({ _msgid: "f", payload }), end: "caught" },
  { name: "sealed", make: (payload) => Object.seal({ _msgid: "s", payload }), end: "caught" },
  {
    name: "closed to new properties",
    make: (payload) => Object.preventExtensions({ _msgid: "p", payload }),
    end: "caught",
  },
  { name: "frozen, of a bad image", make: () => Object.freeze({ payload: BAD }), end: "caught" },
  {
    name: "a payload that is read-only",
    make: (image) => Object.defineProperty({}, "payload", { value: image, enumerable: true }),
    end: "caught",
  },
  {
    name: "counts that are read-only",
    make: (payload) => Object.defineProperty({ payload }, "counts", { value: 1 }),
    end: "caught",
  },
  {
    name: "without a prototype",
    make: (payload) => Object.assign(Object.create(null) as object, { payload }),
    end: "door",
  },
  {
    name: "without a prototype, of a bad image",
    make: () => Object.assign(Object.create(null) as object, { payload: BAD }),
    end: "logged",
  },
  { name: "in a circle", make: (payload) => cyclic({ payload }), end: "door" },
  { name: "in a circle, of a bad image", make: () => cyclic({ payload: BAD }), end: "caught" },
  {
    name: "a proxy that shows no keys",
    make: (payload) =>
      new Proxy(
        { _msgid: "x", payload },
        {
          getOwnPropertyDescriptor: () => {
            throw new Error("no keys");
          },
        },
      ),
    end: "logged",
  },
  {
    name: "a proxy that takes nothing",
    make: (payload) => new Proxy({ _msgid: "y", payload }, { set: () => false }),
    end: "caught",
  },
  {
    name: "arrays 100,000 deep beside a good image",
    make: (payload) => ({ payload, deep: nest(100_000) }),
    end: "door",
  },
  {
    name: "arrays 100,000 deep beside a bad image",
    make: () => ({ payload: BAD, deep: nest(100_000) }),
    end: "logged",
  },
  {
    name: "a getter that throws beside a bad image",
    make: () => throwing("deep", new Error("other"))(BAD),
    end: "logged",
  },
  { name: "an error of its own", make: () => ({ payload: BAD, error: 7 }), end: "caught" },
  {
    name: "a hasOwnProperty of its own",
    make: () => ({ payload: BAD, hasOwnProperty: null }),
    end: "logged",
  },
];

/** What a getter can throw. */
const THROWN: readonly OddMessage[] = (
  [
    ["an error", new Error("no payload")],
    ["null", null],
    ["undefined", undefined],
    ["a symbol", Symbol("no payload")],
    ["a text", "no payload"],
    ["an object without a prototype", Object.create(null)],
    ["an error that cannot be read", unreadable],
    ["a proxy that is revoked", revoked()],
    ["a function", () => undefined],
  ] as const
).map(([name, thrown]) => ({
  name: `a payload whose getter throws ${name}`,
  make: (image) => throwing("payload", thrown)(image),
  // Catch copies the message, and so calls the getter again.
  end: "logged",
}));

/** What a payload can hold. */
const PAYLOADS: readonly OddMessage[] = (
  [
    ["a symbol", () => Symbol("payload")],
    ["a big integer", () => 10n ** 40n],
    ["a function", () => () => undefined],
    ["a list in a circle", () => [cyclic({})]],
    ["an object that waits for ever", () => ({ then: () => undefined })],
    [
      "an object that throws as it is waited for",
      () => Object.defineProperty({}, "then", { value: () => { throw new Error("then"); } }), // prettier-ignore
    ],
    ["a text of 60 million letters", () => "A".repeat(60_000_000)],
    ["a list of a million holes", () => new Array<unknown>(1_000_000)],
    ["a map", () => new Map([["data", 1]])],
    ["a date", () => new Date(NaN)],
    [
      "pixels of an endless size",
      () => ({ data: Buffer.alloc(12), width: Infinity, height: 1n, channels: Symbol("rgb") }),
    ],
    ["bytes that are shared, and no image", () => new Uint8Array(share(BAD))],
  ] as readonly (readonly [string, (image: Buffer) => unknown])[]
).map(([name, make]) => ({
  name: `a payload that is ${name}`,
  make: (image) => ({ payload: make(image) }),
  end: "caught",
}));

/** What cannot even be copied for Catch. */
const UNCOPYABLE: readonly OddMessage[] = (
  [
    ["a detached buffer", () => detach(BAD)],
    ["a proxy that is revoked", () => revoked()],
    ["arrays 100,000 deep", () => nest(100_000)],
    ["an object whose width throws", () => throwing("width", new Error("none"))(BAD)],
  ] as const
).map(([name, make]) => ({
  name: `a payload that is ${name}`,
  make: () => ({ payload: make() }),
  end: "logged",
}));

/** What the other properties that we read can hold. */
const PROPERTIES: readonly OddMessage[] = [
  {
    name: "an image in shared memory",
    make: (image) => ({ payload: new Uint8Array(share(image)) }),
    end: "door",
  },
  {
    name: "an image in a buffer over shared memory",
    make: (image) => ({ payload: Buffer.from(share(image)) }),
    end: "door",
  },
  { name: "a topic that is a symbol", make: (payload) => ({ payload, topic: Symbol("t") }), end: "door" }, // prettier-ignore
  {
    name: "a topic whose getter throws",
    make: throwing("topic", null),
    end: "logged",
    unreadBy: "clip-match",
  },
  {
    name: "a priority that is no number",
    make: (payload) => ({ payload, priority: 3n, camera: Symbol("c") }),
    end: "door",
  },
];

export const ODD_MESSAGES = [...WHOLES, ...THROWN, ...PAYLOADS, ...UNCOPYABLE, ...PROPERTIES];
