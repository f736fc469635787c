// What the examples are: one idea each, core nodes beside ours, runnable with the bundled model.

/** The photos that the examples judge; file names in examples/photos, class = name of the file. */
const [FIRST, SECOND, THIRD] = ["espresso.jpg", "giant-panda.jpg", "cat.jpg"];

/** Classes of the examples; photos of other things are there to be unknown. */
const CLASSES = [
  "espresso = エスプレッソ | cup of coffee",
  "giant panda = ジャイアントパンダ | パンダ | panda",
  "rocket = ロケット",
  "screwdriver = ドライバー | ねじ回し",
].join("\n");

const inject = (once = true) => ({
  props: [{ p: "payload" }],
  repeat: "",
  crontab: "",
  once,
  onceDelay: 0.5,
  topic: "",
  payload: "",
  payloadType: "date",
});

const template = (text, field = "payload") => ({
  field,
  fieldType: "msg",
  format: "text",
  syntax: "plain",
  template: text,
  output: "str",
});

const debug = (name, complete = "payload", targetType = "msg") => ({
  name,
  active: true,
  tosidebar: true,
  console: false,
  tostatus: false,
  complete,
  targetType,
  statusVal: "",
  statusType: "auto",
});

const change = (...rules) => ({ rules, action: "", property: "", from: "", to: "", reg: false });
const set = (p, to, tot = "str") => ({ t: "set", p, pt: "msg", to, tot });
const catchAll = { scope: null, uncaught: false };
const note = (name, info) => ({ name, info });

const localBroker = {
  name: "",
  broker: "localhost",
  port: "1883",
  clientid: "",
  autoConnect: true,
  usetls: false,
  protocolVersion: "4",
  keepalive: "60",
  cleansession: true,
  autoUnsubscribe: true,
  birthTopic: "",
  birthQos: "0",
  birthRetain: "false",
  birthPayload: "",
  birthMsg: {},
  closeTopic: "",
  closeQos: "0",
  closeRetain: "false",
  closePayload: "",
  closeMsg: {},
  willTopic: "",
  willQos: "0",
  willRetain: "false",
  willPayload: "",
  willMsg: {},
  userProps: "",
  sessionExpiry: "",
};

/** All examples: `{ title, nodes }`, the title being the entry in the editor's import menu. */
export async function describeExamples(createTab, photo) {
  const photos = await Promise.all([FIRST, SECOND, THIRD].map(photo));
  const [first, second, stranger] = photos;
  return [
    oneImage(createTab, first),
    twoSteps(createTab, first),
    mqttCamera(createTab),
    httpUpload(createTab),
    watchFolder(createTab),
    onlyOnChange(createTab, first, second),
    reviewFolder(createTab, first, stranger),
    severalCameras(createTab, photos),
    sideBySide(createTab, second),
    oneAlert(createTab, first, second),
    snapshotCameras(createTab),
    frigate(createTab),
    streamCameras(createTab),
    teaching(createTab, second, stranger),
    wholePlant(createTab),
    reviewPage(createTab, second, stranger),
    manyWorkers(createTab),
  ];
}

function oneImage(createTab, image) {
  const title = "01 - Classify one image";
  const tab = createTab("tlac01", "Classify one image", "");
  tab.add(
    "note",
    "comment",
    230,
    60,
    note(
      "Press the button: a photo goes in, its class comes out",
      "The first door is a class, the second is for a person to look at, the third for skipped images. Type your own classes in the tlac node: one a line, with other names behind `=`.",
    ),
  );
  tab.add("inject", "inject", 150, 120, inject(), [["image"]]);
  tab.add("image", "template", 320, 120, { ...template(image), name: "a photo" }, [["tlac"]]);
  tab.add("tlac", "tlac", 490, 120, { classes: CLASSES }, [["class"], ["review"], []]);
  tab.add("class", "debug", 690, 100, debug("class"), []);
  tab.add("review", "debug", 690, 140, debug("a person should look"), []);
  tab.add("catch", "catch", 490, 200, catchAll, [["error"]]);
  tab.add("error", "debug", 690, 200, debug("error", "error"), []);
  return { title, nodes: tab.nodes };
}

function twoSteps(createTab, image) {
  const title = "02 - The two steps by hand";
  const tab = createTab("tlac02", "The two steps by hand", "");
  tab.add(
    "note",
    "comment",
    270,
    60,
    note(
      "First the names for what is seen, then the match with your classes",
      "lmm-candidates asks what the image shows; clip-match finds the nearest class. Between them the names are yours to look at, filter or store.",
    ),
  );
  tab.add("inject", "inject", 130, 120, inject(), [["image"]]);
  tab.add("image", "template", 280, 120, { ...template(image), name: "a photo" }, [["lmm"]]);
  tab.add("lmm", "lmm-candidates", 460, 120, {}, [["match", "names"], []]);
  tab.add("names", "debug", 670, 180, debug("names"), []);
  tab.add("match", "clip-match", 660, 120, { classes: CLASSES }, [["class"], ["review"]]);
  tab.add("class", "debug", 850, 100, debug("class"), []);
  tab.add("review", "debug", 850, 140, debug("a person should look"), []);
  tab.add("catch", "catch", 460, 240, catchAll, [["error"]]);
  tab.add("error", "debug", 670, 240, debug("error", "error"), []);
  return { title, nodes: tab.nodes };
}

function mqttCamera(createTab) {
  const title = "03 - MQTT camera to MQTT alert";
  const tab = createTab("tlac03", "MQTT camera to MQTT alert", "");
  const broker = tab.config("broker", "mqtt-broker", localBroker);
  tab.add(
    "note",
    "comment",
    320,
    60,
    note(
      "A camera publishes JPEGs under cameras/<name>; alerts go to alerts/<name>",
      "The topic is the camera's key: frames of one camera replace each other in the queue. Set the broker's address. Only classes with alert level critical raise an alert here.",
    ),
  );
  tab.add(
    "in",
    "mqtt in",
    130,
    120,
    {
      topic: "cameras/+",
      qos: "0",
      datatype: "buffer",
      broker,
      nl: false,
      rap: true,
      rh: 0,
      inputs: 0,
    },
    [["tlac"]],
  );
  tab.add(
    "tlac",
    "tlac",
    290,
    120,
    {
      classes:
        "label,aliases,alert\nespresso,エスプレッソ,none\nrocket,ロケット,critical\ngiant panda,パンダ,critical",
    },
    [["alert"], ["review"], []],
  );
  tab.add(
    "alert",
    "switch",
    460,
    100,
    {
      name: "critical?",
      property: "payload.alert",
      propertyType: "msg",
      rules: [{ t: "eq", v: "critical", vt: "str" }],
      checkall: "true",
      repair: false,
      outputs: 1,
    },
    [["text"]],
  );
  tab.add(
    "text",
    "change",
    640,
    100,
    {
      ...change(
        {
          t: "change",
          p: "topic",
          pt: "msg",
          from: "cameras/",
          fromt: "str",
          to: "alerts/",
          tot: "str",
        },
        set("payload", '{"class": payload.label, "why": payload.explanation}', "jsonata"),
      ),
      name: "alert text",
    },
    [["out"]],
  );
  tab.add(
    "out",
    "mqtt out",
    820,
    100,
    {
      topic: "",
      qos: "1",
      retain: "false",
      respTopic: "",
      contentType: "",
      userProps: "",
      correl: "",
      expiry: "",
      broker,
    },
    [],
  );
  tab.add("review", "debug", 490, 160, debug("a person should look"), []);
  tab.add("catch", "catch", 290, 220, catchAll, [["error"]]);
  tab.add("error", "debug", 490, 220, debug("error", "error"), []);
  return { title, nodes: tab.nodes };
}

function httpUpload(createTab) {
  const title = "04 - HTTP upload to JSON answer";
  const tab = createTab("tlac04", "HTTP upload to JSON answer", "");
  tab.add(
    "note",
    "comment",
    350,
    60,
    note(
      "curl --data-binary @photo.jpg -H 'Content-Type: image/jpeg' http://localhost:1880/classify",
      "The answer is the whole result as JSON; a failure is status 422 with its code and sentence.",
    ),
  );
  tab.add(
    "in",
    "http in",
    130,
    120,
    { url: "/classify", method: "post", upload: false, swaggerDoc: "" },
    [["tlac"]],
  );
  tab.add("tlac", "tlac", 300, 120, { classes: CLASSES }, [["answer"], ["answer"], ["answer"]]);
  tab.add("answer", "http response", 490, 120, { statusCode: "", headers: {} }, []);
  tab.add("catch", "catch", 130, 200, catchAll, [["body"]]);
  tab.add(
    "body",
    "change",
    300,
    200,
    {
      ...change(
        set("payload", '{"code": error.code, "message": error.message}', "jsonata"),
        set("statusCode", "422", "num"),
      ),
      name: "error as JSON",
    },
    [["refuse"]],
  );
  tab.add("refuse", "http response", 490, 200, { statusCode: "", headers: {} }, []);
  return { title, nodes: tab.nodes };
}

function watchFolder(createTab) {
  const title = "05 - Watch a folder";
  const tab = createTab("tlac05", "Watch a folder", "");
  tab.add(
    "note",
    "comment",
    260,
    60,
    note(
      "Each new photo in the folder photos is classified",
      "Make the folder before you deploy. It is relative to where Node-RED was started; type your own in the watch node. Put a photo in to see it work.",
    ),
  );
  tab.add("watch", "watch", 120, 120, { files: "photos", recursive: false }, [["new"]]);
  tab.add(
    "new",
    "switch",
    270,
    120,
    {
      name: "a photo?",
      // A photo that is taken out of the folder is an event too, of type `none`.
      property: '$.type = "file" and $contains(payload, /\\.(jpe?g|png|webp)$/i)',
      propertyType: "jsonata",
      rules: [{ t: "true" }],
      checkall: "true",
      repair: false,
      outputs: 1,
    },
    [["settle"]],
  );
  tab.add(
    "settle",
    "trigger",
    430,
    120,
    {
      name: "once written",
      op1: "",
      op2: "",
      op1type: "nul",
      op2type: "payl",
      duration: "500",
      extend: true,
      overrideDelay: false,
      units: "ms",
      reset: "",
      bytopic: "topic",
      topic: "payload",
      outputs: 1,
    },
    [["name"]],
  );
  tab.add(
    "name",
    "change",
    590,
    120,
    { ...change(set("filename", "payload", "msg")), name: "file name" },
    [["file"]],
  );
  tab.add(
    "file",
    "file in",
    130,
    200,
    {
      filename: "filename",
      filenameType: "msg",
      format: "",
      chunk: false,
      sendError: false,
      encoding: "none",
      allProps: false,
    },
    [["tlac"]],
  );
  tab.add("tlac", "tlac", 290, 200, { classes: CLASSES }, [["class"], ["review"], []]);
  tab.add("class", "debug", 470, 180, debug("class"), []);
  tab.add("review", "debug", 500, 220, debug("a person should look"), []);
  tab.add("catch", "catch", 290, 280, catchAll, [["error"]]);
  tab.add("error", "debug", 470, 280, debug("error", "error"), []);
  return { title, nodes: tab.nodes };
}

function onlyOnChange(createTab, first, second) {
  const title = "06 - Only on change";
  const tab = createTab("tlac06", "Only on change", "");
  tab.add(
    "note",
    "comment",
    290,
    60,
    note(
      "A message leaves only when the class of a camera changes",
      "An unchanged scene costs no call (the frame gate of the tlac node), and the filter node lets a class through once. Press the buttons in turn.",
    ),
  );
  tab.add("button1", "inject", 130, 120, { ...inject(false), name: "scene 1" }, [["image1"]]);
  tab.add("image1", "template", 290, 120, { ...template(first), name: "a photo" }, [["camera"]]);
  tab.add("button2", "inject", 130, 160, { ...inject(false), name: "scene 2" }, [["image2"]]);
  tab.add("image2", "template", 290, 160, { ...template(second), name: "another photo" }, [
    ["camera"],
  ]);
  tab.add("camera", "change", 460, 140, { ...change(set("topic", "line 1")), name: "camera" }, [
    ["tlac"],
  ]);
  tab.add("tlac", "tlac", 610, 140, { classes: CLASSES, unchanged: "reuse" }, [
    ["changed"],
    ["review"],
    [],
  ]);
  tab.add(
    "changed",
    "rbe",
    770,
    140,
    {
      func: "rbe",
      gap: "",
      start: "",
      inout: "out",
      septopics: true,
      property: "payload.class",
      topi: "topic",
    },
    [["class"]],
  );
  tab.add("class", "debug", 930, 140, debug("a new class"), []);
  tab.add("review", "debug", 810, 200, debug("a person should look"), []);
  return { title, nodes: tab.nodes };
}

function reviewPage(createTab, known, stranger) {
  const title = "16 - A page for people";
  const tab = createTab("tlac16", "A page for people", "");
  const vocabulary = tab.config("classes", "tlac-vocabulary", {
    name: "three classes",
    classes:
      "rocket = ロケット\ngiant panda = ジャイアントパンダ\nscrewdriver = ドライバー | ねじ回し",
  });
  tab.add(
    "note",
    "comment",
    320,
    60,
    note(
      "Press both buttons, then open /tlac/review: the stranger waits there for a person",
      "Output 2 leads to the page; output 1 leads there too, so that some of the sure decisions are looked at. Each answer leaves the node, with what was learned from it; press the button again and see.",
    ),
  );
  tab.add("button1", "inject", 130, 120, { ...inject(false), name: "a panda" }, [["image1"]]);
  tab.add("image1", "template", 290, 120, { ...template(known), name: "a photo" }, [["tlac"]]);
  tab.add("button2", "inject", 130, 160, { ...inject(false), name: "a stranger" }, [["image2"]]);
  tab.add("image2", "template", 290, 160, { ...template(stranger), name: "another photo" }, [
    ["tlac"],
  ]);
  tab.add("tlac", "tlac", 460, 140, { vocabulary }, [["class", "page"], ["review", "page"], []]);
  tab.add("class", "debug", 660, 100, debug("class"), []);
  tab.add("review", "debug", 680, 140, debug("a person should look"), []);
  tab.add("page", "tlac-review", 660, 200, {}, [["answer"]]);
  tab.add("answer", "debug", 860, 200, debug("what people say", "payload.explanation"), []);
  tab.add("catch", "catch", 460, 280, catchAll, [["error"]]);
  tab.add("error", "debug", 660, 280, debug("error", "error"), []);
  return { title, nodes: tab.nodes };
}

function teaching(createTab, known, stranger) {
  const title = "14 - Corrections teach";
  const tab = createTab("tlac14", "Corrections teach", "");
  const vocabulary = tab.config("classes", "tlac-vocabulary", {
    name: "two classes",
    classes: "rocket = ロケット\ngiant panda = ジャイアントパンダ",
    record: "all",
  });
  const remember = { rules: [{ t: "set", p: "last", pt: "flow", to: "payload.id", tot: "msg" }] };
  const correct = (correction) => ({
    ...change(set("payload", `{ "id": $flowContext("last"), ${correction} }`, "jsonata")),
  });
  tab.add(
    "note",
    "comment",
    320,
    60,
    note(
      "Press the buttons from the top: the last photo is a stranger until a person says what it is",
      "The vocabulary keeps each decision with its picture. A correction makes the picture an example and the LMM's word an alias of the right class; press “a stranger” again and see. “undo” takes it back whole.",
    ),
  );
  tab.add("button1", "inject", 130, 120, { ...inject(false), name: "a panda" }, [["image1"]]);
  tab.add("image1", "template", 290, 120, { ...template(known), name: "a photo" }, [["tlac"]]);
  tab.add("button2", "inject", 130, 160, { ...inject(false), name: "a stranger" }, [["image2"]]);
  tab.add("image2", "template", 290, 160, { ...template(stranger), name: "another photo" }, [
    ["tlac"],
  ]);
  tab.add("tlac", "tlac", 460, 140, { vocabulary }, [["class", "last"], ["review", "last"], []]);
  tab.add("class", "debug", 640, 100, debug("class"), []);
  tab.add("review", "debug", 660, 140, debug("a person should look"), []);
  tab.add("last", "change", 650, 180, { ...change(), ...remember, name: "remember its id" }, [[]]);
  const says = (key, name, y, correction) => {
    tab.add(`${key}-button`, "inject", 130, y, { ...inject(false), name }, [[key]]);
    tab.add(key, "change", 300, y, { ...correct(correction), name: "a correction" }, [["teach"]]);
  };
  says("right", "it is a rocket", 260, '"correct": "rocket"');
  says("none", "it is neither", 300, '"correct": null');
  says("undo", "undo", 340, '"undo": true');
  tab.add("teach", "tlac-feedback", 470, 300, {}, [["learned"]]);
  tab.add("learned", "debug", 680, 300, debug("what was learned", "payload.explanation"), []);
  tab.add("catch", "catch", 460, 400, catchAll, [["error"]]);
  tab.add("error", "debug", 640, 400, debug("error", "error"), []);
  return { title, nodes: tab.nodes };
}

function reviewFolder(createTab, known, stranger) {
  const title = "07 - Unknowns to a review folder";
  const tab = createTab("tlac07", "Unknowns to a review folder", "");
  tab.add(
    "note",
    "comment",
    330,
    60,
    note(
      "What is ambiguous or unknown is stored as a JPEG for a person to look at",
      "The folder review is relative to where Node-RED was started. The file's name is the id of the decision; the reason goes to the debug sidebar.",
    ),
  );
  tab.add("button1", "inject", 140, 120, { ...inject(), name: "a class" }, [["image1"]]);
  tab.add("image1", "template", 300, 120, { ...template(known), name: "a photo" }, [["tlac"]]);
  tab.add("button2", "inject", 140, 160, { ...inject(), name: "a stranger" }, [["image2"]]);
  tab.add("image2", "template", 300, 160, { ...template(stranger), name: "another photo" }, [
    ["tlac"],
  ]);
  tab.add("tlac", "tlac", 460, 140, { classes: CLASSES }, [["class"], ["why", "name"], []]);
  tab.add("class", "debug", 640, 100, debug("class"), []);
  tab.add("why", "debug", 650, 140, debug("why", "payload.explanation"), []);
  tab.add(
    "name",
    "change",
    640,
    180,
    {
      ...change(
        set("filename", '"review/" & payload.id & ".jpg"', "jsonata"),
        set("payload", "image", "msg"),
      ),
      name: "file and picture",
    },
    [["file"]],
  );
  tab.add(
    "file",
    "file",
    820,
    180,
    {
      filename: "filename",
      filenameType: "msg",
      appendNewline: false,
      createDir: true,
      overwriteFile: "true",
      encoding: "none",
    },
    [[]],
  );
  return { title, nodes: tab.nodes };
}

function severalCameras(createTab, photos) {
  const title = "08 - Several cameras with a shared server";
  const tab = createTab("tlac08", "Several cameras with a shared server", "");
  const server = tab.config("server", "lmm-server", { name: "one for all", kind: "recogniser" });
  const vocabulary = tab.config("classes", "tlac-vocabulary", { name: "tools", classes: CLASSES });
  tab.add(
    "note",
    "comment",
    340,
    60,
    note(
      "Both nodes wait in the one queue of their server; the gate goes first",
      "One server, one queue: the latest frame of each camera wins, a higher msg.priority goes first, old frames leave by the third door. Choose Ollama in the server's dialog once you have it.",
    ),
  );
  const cameras = [
    ["gate", 120, photos[0], 10],
    ["line", 200, photos[1], 0],
  ];
  for (const [name, y, image, priority] of cameras) {
    tab.add(`${name}-button`, "inject", 130, y, { ...inject(), name }, [[`${name}-image`]]);
    tab.add(`${name}-image`, "template", 290, y, { ...template(image), name: "a photo" }, [
      [`${name}-camera`],
    ]);
    tab.add(
      `${name}-camera`,
      "change",
      450,
      y,
      {
        ...change(set("topic", name), set("priority", String(priority), "num")),
        name: "camera, priority",
      },
      [[`${name}-tlac`]],
    );
    tab.add(`${name}-tlac`, "tlac", 630, y, { name, server, vocabulary }, [
      ["class"],
      ["class"],
      ["skipped"],
    ]);
  }
  tab.add("class", "debug", 820, 140, debug("result"), []);
  tab.add("skipped", "debug", 830, 200, debug("skipped", "skipped"), []);
  return { title, nodes: tab.nodes };
}

function sideBySide(createTab, image) {
  const title = "09 - SLAC against TLAC side by side";
  const tab = createTab("tlac09", "SLAC against TLAC side by side", "");
  tab.add(
    "note",
    "comment",
    320,
    60,
    note(
      "The same photo by several modes; compare class, confidence and time",
      "slac and clip run with the built-in recogniser. tlac and cascade need Ollama: choose a server in the two nodes and enable them.",
    ),
  );
  tab.add("inject", "inject", 130, 120, inject(), [["image"]]);
  tab.add("image", "template", 280, 120, { ...template(image), name: "a photo" }, [
    ["slac", "clip", "tlac", "cascade"],
  ]);
  for (const [row, mode] of ["slac", "clip", "tlac", "cascade"].entries()) {
    const y = 120 + 60 * row;
    const needsServer = mode === "tlac" || mode === "cascade";
    tab.add(mode, "tlac", 460, y, { name: mode, mode, classes: CLASSES, d: needsServer }, [
      [`${mode}-short`],
      [`${mode}-short`],
      [],
    ]);
    tab.add(
      `${mode}-short`,
      "change",
      630,
      y,
      {
        ...change(
          set(
            "payload",
            'payload.{"mode": mode, "outcome": outcome, "class": label, "confidence": confidence, "ms": $round(timings.total)}',
            "jsonata",
          ),
        ),
        name: "in short",
      },
      [["compare"]],
    );
  }
  tab.add("compare", "debug", 820, 150, debug("compare"), []);
  tab.add("catch", "catch", 460, 360, catchAll, [["error"]]);
  tab.add("error", "debug", 630, 360, debug("error", "error"), []);
  return { title, nodes: tab.nodes };
}

function oneAlert(createTab, first, second) {
  const title = "10 - One alert, and one all-clear";
  const tab = createTab("tlac10", "One alert, and one all-clear", "");
  tab.add(
    "note",
    "comment",
    320,
    60,
    note(
      "Press the second button twice: an alert. Press the first one twice: it is over",
      "The alert is raised by 2 of the last 3 frames that show a class of level info or higher, and cleared by 2 without. All outputs of tlac lead to the alert, so that it knows which pictures came. Wire output 3 to an mqtt out node without topic: the states are retained.",
    ),
  );
  tab.add("button1", "inject", 140, 120, { ...inject(false), name: "nothing of note" }, [
    ["image1"],
  ]);
  tab.add("image1", "template", 320, 120, { ...template(first), name: "a photo" }, [["camera"]]);
  tab.add("button2", "inject", 140, 160, { ...inject(false), name: "a panda" }, [["image2"]]);
  tab.add("image2", "template", 320, 160, { ...template(second), name: "another photo" }, [
    ["camera"],
  ]);
  tab.add("camera", "change", 490, 140, { ...change(set("topic", "gate")), name: "camera" }, [
    ["tlac"],
  ]);
  tab.add(
    "tlac",
    "tlac",
    630,
    140,
    {
      classes:
        "label,aliases,alert\nespresso,エスプレッソ,none\ngiant panda,パンダ,critical\nrocket,ロケット,warning",
    },
    [["alert"], ["alert", "review"], ["alert"]],
  );
  tab.add(
    "alert",
    "tlac-alert",
    770,
    140,
    { raiseFrames: 2, raiseOf: 3, clearFrames: 2, cooldown: 0 },
    [["raised"], ["cleared"], ["state"]],
  );
  tab.add("raised", "debug", 940, 100, debug("raised", "payload.text"), []);
  tab.add("cleared", "debug", 940, 140, debug("cleared", "payload.text"), []);
  tab.add("state", "debug", 940, 180, debug("state"), []);
  tab.add("review", "debug", 980, 220, debug("a person should look"), []);
  tab.add("failed", "catch", 630, 220, { scope: ["tlac10-tlac"], uncaught: false }, [["alert"]]);
  tab.add("catch", "catch", 490, 280, catchAll, [["error"]]);
  tab.add("error", "debug", 670, 280, debug("error", "error"), []);
  return { title, nodes: tab.nodes };
}

/** Where the snapshots of common cameras are, by the documents of their makers. */
const SNAPSHOTS = [
  ["axis", "Axis", "http://192.168.1.20/axis-cgi/jpg/image.cgi", "digest"],
  ["hikvision", "Hikvision", "http://192.168.1.21/ISAPI/Streaming/channels/101/picture", "digest"],
  ["dahua", "Dahua", "http://192.168.1.22/cgi-bin/snapshot.cgi?channel=1", "digest"],
  ["esp32", "ESP32-CAM", "http://192.168.1.23/capture", ""],
];

function snapshotCameras(createTab) {
  const title = "11 - Camera snapshots with core nodes";
  const tab = createTab("tlac11", "Camera snapshots with core nodes", "");
  tab.add(
    "note",
    "comment",
    330,
    60,
    note(
      "Set address, user and password in the http request nodes; set a repeat in the inject nodes",
      "Inject and http request take snapshots with Basic or Digest. For MJPEG, RTSP, certificates of your own, and cameras that fail without filling the log, see tlac-camera (13).",
    ),
  );
  for (const [row, [key, name, url, authType]] of SNAPSHOTS.entries()) {
    const y = 120 + 50 * row;
    tab.add(`${key}-button`, "inject", 130, y, { ...inject(false), name }, [[`${key}-request`]]);
    tab.add(
      `${key}-request`,
      "http request",
      290,
      y,
      {
        name: "snapshot",
        method: "GET",
        ret: "bin",
        paytoqs: "ignore",
        url,
        tls: "",
        persist: false,
        proxy: "",
        insecureHTTPParser: false,
        authType,
        senderr: true,
        headers: [],
      },
      [[`${key}-camera`]],
    );
    tab.add(
      `${key}-camera`,
      "change",
      450,
      y,
      {
        ...change(set("camera", name), set("timestamp", "", "date")),
        name: "camera, time",
      },
      [["tlac"]],
    );
  }
  tab.add("tlac", "tlac", 620, 190, { classes: CLASSES }, [["class"], ["review"], []]);
  tab.add("class", "debug", 790, 160, debug("class"), []);
  tab.add("review", "debug", 820, 220, debug("a person should look"), []);
  tab.add("catch", "catch", 130, 340, catchAll, [["error"]]);
  tab.add("error", "debug", 290, 340, debug("error", "error"), []);
  return { title, nodes: tab.nodes };
}

function frigate(createTab) {
  const title = "12 - Frigate snapshots over MQTT";
  const tab = createTab("tlac12", "Frigate snapshots over MQTT", "");
  const broker = tab.config("broker", "mqtt-broker", localBroker);
  tab.add(
    "note",
    "comment",
    320,
    60,
    note(
      "Frigate finds a car or a person; tlac says which of your classes it is",
      "Frigate publishes the JPEG of each object that it finds under frigate/<camera>/<object>/snapshot. Set the broker's address. To look at one kind of object, write it in place of the second + of the topic.",
    ),
  );
  tab.add(
    "in",
    "mqtt in",
    150,
    120,
    {
      topic: "frigate/+/+/snapshot",
      qos: "0",
      datatype: "buffer",
      broker,
      nl: false,
      rap: true,
      rh: 0,
      inputs: 0,
    },
    [["camera"]],
  );
  tab.add(
    "camera",
    "change",
    320,
    120,
    {
      ...change(set("camera", '$split(topic, "/")[1]', "jsonata"), set("timestamp", "", "date")),
      name: "camera, time",
    },
    [["tlac"]],
  );
  tab.add("tlac", "tlac", 480, 120, { classes: CLASSES }, [["class"], ["review"], []]);
  tab.add("class", "debug", 650, 100, debug("class"), []);
  tab.add("review", "debug", 680, 140, debug("a person should look"), []);
  tab.add("catch", "catch", 150, 200, catchAll, [["error"]]);
  tab.add("error", "debug", 320, 200, debug("error", "error"), []);
  return { title, nodes: tab.nodes };
}

function streamCameras(createTab) {
  const title = "13 - MJPEG and RTSP cameras";
  const tab = createTab("tlac13", "MJPEG and RTSP cameras", "");
  tab.add(
    "note",
    "comment",
    320,
    60,
    note(
      "Set address, user and password; then an interval in place of the button",
      "Each camera has a node of its own, with its own interval. One that fails is tried again after longer and longer pauses; its state leaves by output 2, and Catch hears of it once. RTSP needs ffmpeg where Node-RED runs: enable its node once it is installed.",
    ),
  );
  const cameras = [
    ["esp32", "ESP32-CAM", "http://192.168.1.23:81/stream", false],
    ["axis", "Axis", "http://192.168.1.20/axis-cgi/mjpg/video.cgi", false],
    ["rtsp", "Hikvision", "rtsp://192.168.1.21:554/Streaming/Channels/101", true],
  ];
  for (const [row, [key, cameraName, address, isDisabled]] of cameras.entries()) {
    const y = 120 + 60 * row;
    tab.add(`${key}-button`, "inject", 130, y, { ...inject(false), name: "now" }, [[key]]);
    tab.add(
      key,
      "tlac-camera",
      290,
      y,
      { cameraName, address, interval: 0, ...(isDisabled ? { d: true } : {}) },
      [["tlac"], ["state"]],
    );
  }
  tab.add("tlac", "tlac", 470, 140, { classes: CLASSES }, [["class"], ["review"], []]);
  tab.add("class", "debug", 640, 120, debug("class"), []);
  tab.add("review", "debug", 670, 160, debug("a person should look"), []);
  tab.add("state", "debug", 490, 220, debug("camera's state"), []);
  tab.add("catch", "catch", 130, 320, catchAll, [["error"]]);
  tab.add("error", "debug", 290, 320, debug("error", "error"), []);
  return { title, nodes: tab.nodes };
}

/** Six classes as a Japanese plant calls them; models read their English names. */
const PLANT_CLASSES = [
  "id,label,aliases,alert",
  "dog,犬,dog|puppy|Pekinese,critical",
  "cat,猫,cat|tabby cat|Egyptian cat,warning",
  "forklift,フォークリフト,forklift|fork lift truck,info",
  "hard-hat,ヘルメット,hard hat|safety helmet,none",
  "fire-extinguisher,消火器,fire extinguisher,none",
  "traffic-cone,カラーコーン,traffic cone|safety cone,none",
].join("\n");

const mqttOut = (broker, topic, name) => ({
  name,
  topic,
  qos: "1",
  retain: "",
  respTopic: "",
  contentType: "",
  userProps: "",
  correl: "",
  expiry: "",
  broker,
});

function wholePlant(createTab) {
  const title = "15 - A whole plant on MQTT";
  const tab = createTab("tlac15", "A whole plant on MQTT", "");
  const life = (state) => ({ topic: "plant/node-red", qos: "1", retain: "true", payload: state });
  const told = (prefix, state) =>
    Object.fromEntries(
      Object.entries(life(state)).map(([key, value]) => [
        `${prefix}${key[0].toUpperCase()}${key.slice(1)}`,
        value,
      ]),
    );
  const broker = tab.config("broker", "mqtt-broker", {
    ...localBroker,
    ...told("birth", "online"),
    ...told("close", "offline"),
    ...told("will", "offline"),
  });
  const vocabulary = tab.config("classes", "tlac-vocabulary", {
    name: "plant",
    classes: PLANT_CLASSES,
  });
  tab.add(
    "note",
    "comment",
    390,
    40,
    note(
      "Cameras publish JPEGs under plant/cameras/<name>; plant/messages tells people, plant/alert/# is the state",
      "Set the broker's address. An alert is raised for a dog alone; other classes are only seen. What is unknown waits on the page /plant/review for a person, with a few of the sure ones; each answer there, and each { id, correct } under plant/corrections, teaches and is told under plant/answers. States are retained, and told anew when the broker is back. The broker's own last will tells that Node-RED is gone (plant/node-red). Home Assistant, if it is on the same broker, finds each camera by itself.",
    ),
  );
  tab.add(
    "in",
    "mqtt in",
    120,
    120,
    {
      topic: "plant/cameras/+",
      qos: "1",
      datatype: "buffer",
      broker,
      nl: false,
      rap: true,
      rh: 0,
      inputs: 0,
    },
    [["camera"]],
  );
  tab.add(
    "camera",
    "change",
    280,
    120,
    {
      ...change(set("camera", '$split(topic, "/")[2]', "jsonata"), set("timestamp", "", "date")),
      name: "camera, time",
    },
    [["tlac"]],
  );
  tab.add("tlac", "tlac", 430, 120, { vocabulary }, [
    ["alert", "page"],
    ["alert", "why", "page"],
    ["alert"],
  ]);
  tab.add("failed", "catch", 430, 60, { scope: ["tlac15-tlac"], uncaught: false }, [["alert"]]);
  tab.add(
    "alert",
    "tlac-alert",
    600,
    120,
    {
      classes: "dog",
      silentAfter: 5,
      picture: "thumbnail",
      topicPrefix: "plant",
      discovery: "homeassistant",
      clearFrames: 3,
    },
    [["sentence"], ["sentence"], ["state"]],
  );
  tab.add(
    "sentence",
    "change",
    770,
    100,
    { ...change(set("payload", "payload.text", "msg")), name: "sentence" },
    [["message", "shown"]],
  );
  tab.add("message", "mqtt out", 950, 80, mqttOut(broker, "plant/messages", ""), []);
  tab.add("shown", "debug", 950, 120, debug("message"), []);
  tab.add("state", "mqtt out", 760, 160, mqttOut(broker, "", "state"), []);
  tab.add("link", "status", 130, 220, { scope: ["tlac15-state"] }, [["back"]]);
  tab.add(
    "back",
    "switch",
    270,
    220,
    {
      name: "broker is back?",
      property: "status.fill",
      propertyType: "msg",
      rules: [{ t: "eq", v: "green", vt: "str" }],
      checkall: "true",
      repair: false,
      outputs: 1,
    },
    [["announce"]],
  );
  tab.add(
    "announce",
    "change",
    440,
    220,
    { ...change(set("announce", "true", "bool")), name: "tell all states" },
    [["alert"]],
  );
  tab.add("why", "debug", 620, 280, debug("a person should look", "payload.explanation"), []);
  tab.add("page", "tlac-review", 610, 320, { path: "/plant/review" }, [["answers"]]);
  tab.add(
    "corrections",
    "mqtt in",
    430,
    380,
    {
      topic: "plant/corrections",
      qos: "1",
      datatype: "auto-detect",
      broker,
      nl: false,
      rap: true,
      rh: 0,
      inputs: 0,
    },
    [["teach"]],
  );
  tab.add("teach", "tlac-feedback", 610, 380, {}, [["answers"]]);
  // Without its own "false", a camera that retains its pictures would have the answers retained.
  const answers = { ...mqttOut(broker, "plant/answers", ""), retain: "false" };
  tab.add("answers", "mqtt out", 800, 350, answers, []);
  tab.add("catch", "catch", 130, 320, catchAll, [["error"]]);
  tab.add("error", "debug", 280, 320, debug("error", "error"), []);
  return { title, nodes: tab.nodes };
}

/** A worker's tab, which stands on each machine, and the tab of the one that raises alerts. */
function manyWorkers(createTab) {
  const title = "17 - Many workers on one broker";
  const worker = createTab("tlac17", "Worker (on each machine)", "");
  // A session that outlives its connection: what waits for a worker that restarts is kept, but not
  // for so long that old pictures are judged as new ones.
  const broker = worker.config("broker", "mqtt-broker", {
    ...localBroker,
    protocolVersion: "5",
    clientid: "tlac-worker-1",
    cleansession: false,
    sessionExpiry: 60,
  });
  const server = worker.config("server", "lmm-server", {
    name: "of this worker",
    kind: "recogniser",
    latestOnly: false,
  });
  worker.add(
    "note",
    "comment",
    400,
    40,
    note(
      "Import this tab on each machine: the broker gives each picture to one of them",
      "Set the broker's address, and a client id of its own on each machine (tlac-worker-1, -2, …). $share/tlac/cameras/+ is a shared subscription of MQTT 5: each picture goes to one worker alone. Each worker has its own queue, scene memory and caches, and sees every so many frames of a camera. Results go to results/<camera>. What belongs to a camera as a whole, such as its alert, is on the other tab, on one machine alone. What waits for a worker that is away is dropped after a minute (session expiry).",
    ),
  );
  worker.add(
    "in",
    "mqtt in",
    140,
    120,
    {
      topic: "$share/tlac/cameras/+",
      qos: "1",
      datatype: "buffer",
      broker,
      nl: false,
      rap: true,
      rh: 0,
      inputs: 0,
    },
    [["camera"]],
  );
  worker.add(
    "camera",
    "change",
    310,
    120,
    {
      ...change(
        set("camera", '$split(topic, "/")[1]', "jsonata"),
        set("timestamp", "timestamp ? timestamp : $millis()", "jsonata"),
      ),
      name: "camera, time",
    },
    [["tlac"]],
  );
  worker.add("tlac", "tlac", 470, 120, { classes: CLASSES, server }, [
    ["result", "class"],
    ["result", "review"],
    [],
  ]);
  worker.add(
    "result",
    "change",
    640,
    100,
    {
      ...change(
        set("topic", '"results/" & camera', "jsonata"),
        set(
          "payload",
          '{ "payload": payload, "camera": camera, "timestamp": timestamp }',
          "jsonata",
        ),
      ),
      name: "for the broker",
    },
    [["out"]],
  );
  worker.add("out", "mqtt out", 810, 100, mqttOut(broker, "", ""), []);
  worker.add("class", "debug", 640, 140, debug("class"), []);
  worker.add("review", "debug", 660, 180, debug("a person should look", "payload.explanation"), []);
  worker.add("catch", "catch", 140, 220, catchAll, [["error"]]);
  worker.add("error", "debug", 310, 220, debug("error", "error"), []);

  const alerts = createTab("tlac17a", "Alerts (on one machine)", "");
  const listener = alerts.config("broker", "mqtt-broker", {
    ...localBroker,
    protocolVersion: "5",
  });
  alerts.add(
    "note",
    "comment",
    390,
    40,
    note(
      "On one machine alone: an alert counts a camera's frames, whichever worker judged them",
      "It hears the results of all workers. Frames that come out of order are put in order by their time, and one that comes twice counts once.",
    ),
  );
  alerts.add(
    "in",
    "mqtt in",
    130,
    120,
    {
      topic: "results/+",
      qos: "1",
      datatype: "json",
      broker: listener,
      nl: false,
      rap: true,
      rh: 0,
      inputs: 0,
    },
    [["frame"]],
  );
  alerts.add(
    "frame",
    "change",
    290,
    120,
    {
      ...change(
        set("camera", "payload.camera", "msg"),
        set("timestamp", "payload.timestamp", "msg"),
        set("payload", "payload.payload", "msg"),
      ),
      name: "as the node sent it",
    },
    [["alert"]],
  );
  alerts.add(
    "alert",
    "tlac-alert",
    480,
    120,
    { classes: "giant panda", topicPrefix: "plant", picture: "none" },
    [["raised"], ["cleared"], ["state"]],
  );
  alerts.add("raised", "debug", 660, 80, debug("raised", "payload.text"), []);
  alerts.add("cleared", "debug", 660, 120, debug("cleared", "payload.text"), []);
  alerts.add("state", "mqtt out", 650, 160, mqttOut(listener, "", "state"), []);
  return { title, nodes: [...worker.nodes, ...alerts.nodes] };
}

/** The flow of `npm start`: every sample photo once. */
export function describeDemo(createTab, classes) {
  const tab = createTab("demo", "Sample photos", "");
  const server = tab.config("server", "lmm-server", {
    name: "demo",
    kind: "${TLAC_LMM_KIND}",
    model: "${TLAC_LMM_MODEL}",
  });
  const vocabulary = tab.config("classes", "tlac-vocabulary", { name: "sample classes", classes });
  tab.add(
    "note",
    "comment",
    290,
    60,
    note(
      "Sample photos in, classes out. Change the classes and deploy",
      "The photos lie in examples/photos of the project. `npm start` runs this flow once; press the button to run it again.",
    ),
  );
  tab.add(
    "inject",
    "inject",
    130,
    120,
    { ...inject(), payload: "TLAC_PHOTO_LIST", payloadType: "env" },
    [["list"]],
  );
  tab.add("list", "json", 270, 120, { property: "payload", action: "obj", pretty: false }, [
    ["split"],
  ]);
  tab.add(
    "split",
    "split",
    400,
    120,
    {
      splt: "\\n",
      spltType: "str",
      arraySplt: 1,
      arraySpltType: "len",
      stream: false,
      addname: "",
      property: "payload",
    },
    [["name"]],
  );
  tab.add(
    "name",
    "change",
    550,
    120,
    {
      ...change(
        set("filename", '$env("TLAC_PHOTOS") & "/" & payload', "jsonata"),
        set("topic", "payload", "msg"),
      ),
      name: "file name",
    },
    [["file"]],
  );
  tab.add(
    "file",
    "file in",
    140,
    240,
    {
      filename: "filename",
      filenameType: "msg",
      format: "",
      chunk: false,
      sendError: false,
      encoding: "none",
      allProps: false,
    },
    [["tlac"]],
  );
  tab.add("tlac", "tlac", 300, 240, { vocabulary, server, thumbnail: true }, [
    ["class"],
    ["review"],
    ["skipped"],
  ]);
  tab.add("class", "debug", 490, 200, debug("class", "payload.explanation"), []);
  tab.add("review", "debug", 530, 240, debug("a person should look", "payload.explanation"), []);
  tab.add("skipped", "debug", 500, 280, debug("skipped", "skipped"), []);
  tab.add("catch", "catch", 300, 440, catchAll, [["failed"]]);
  tab.add("failed", "debug", 480, 440, debug("failed", "error"), []);
  return tab.nodes;
}
