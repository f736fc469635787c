/**
 * The page on which people say what a picture shows. It shows a screenful of the pictures that
 * wait; where one was answered, the next one takes its place, so that nothing moves below a finger.
 *
 * @import { ShownQuality } from "../nodes/runtime/review/review-site"
 * @import { NextItems, GivenAnswer, Choice, WaitingItem } from "../nodes/runtime/review/review-queue"
 */
var tlacReviewPage = (() => {
  "use strict";

  const MOST_CARDS = 24;
  /** Milliseconds for which an answer can be taken back on its card. */
  const LINGER_MS = 6_000;
  /** In case that a proxy keeps the events to itself. */
  const POLL_MS = 20_000;
  /** What it shows changes from day to day. */
  const QUALITY_MS = 3_600_000;

  /** @param {string} id */
  function find(id) {
    return /** @type {HTMLElement} */ (document.getElementById(id));
  }

  /** @type {Readonly<Record<string, string>>} */
  const texts = JSON.parse(find("texts").textContent ?? "{}");
  const cards = find("cards");
  const who = /** @type {HTMLInputElement} */ (find("who"));
  const choose = /** @type {HTMLDialogElement} */ (find("choose"));
  const zoom = /** @type {HTMLDialogElement} */ (find("zoom"));

  /**
   * @param {string} key
   * @param {Readonly<Record<string, string | number>>} [places]
   */
  function say(key, places = {}) {
    return (texts[key] ?? key).replace(/\{\{(\w+)\}\}/g, (_place, name) => `${places[name] ?? ""}`);
  }

  /**
   * @param {string} tag
   * @param {Readonly<Record<string, string>>} [attributes]
   * @param {...(string | Node)} content
   */
  function make(tag, attributes = {}, ...content) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...content);
    return element;
  }

  /**
   * @param {string} text
   * @param {string} name
   * @param {() => void} press
   */
  function button(text, name, press) {
    const element = make("button", { type: "button", class: name }, text);
    element.addEventListener("click", press);
    return element;
  }

  // --- requests -------------------------------------------------------------------------------

  class Refused extends Error {
    /**
     * @param {number} status
     * @param {string} message
     */
    constructor(status, message) {
      super(message);
      this.status = status;
    }
  }

  /**
   * @param {string} path below `api/`
   * @param {object} body
   * @returns {Promise<any>} rejects with a `Refused` whose message a person can read
   */
  async function ask(path, body) {
    const headers = { "Content-Type": "application/json" };
    const init = { method: "POST", headers, body: JSON.stringify(body) };
    const response = await fetch(`api/${path}`, init).catch(() => null);
    if (!response) throw new Refused(0, say("lost"));
    const answer = await response.json().catch(() => ({}));
    if (response.ok) return answer;
    if (response.status === 401) showLogin();
    throw new Refused(response.status, answer.message ?? say("lost"));
  }

  /** @param {string} message empty: all is well */
  function trouble(message) {
    const place = find("trouble");
    place.textContent = message;
    place.hidden = message === "";
  }

  function showLogin() {
    find("login").hidden = false;
    cards.hidden = true;
    find("pin").focus();
  }

  // --- cards ----------------------------------------------------------------------------------

  /** One place on the page, and the picture that is in it. */
  class Card {
    /** @param {WaitingItem} item */
    constructor(item) {
      this.item = item;
      this.done = false;
      this.place = make("article", { class: "card", tabindex: "0" });
      this.show();
    }

    show() {
      const { id, time, camera, description, decided, choices } = this.item;
      const at = new Date(time).toLocaleString(document.documentElement.lang);
      const image = make("img", { src: `api/picture/${id}`, alt: description, loading: "lazy" });
      const picture = button("", "picture", () => {
        const large = find("large");
        large.setAttribute("src", `api/picture/${id}`);
        large.setAttribute("alt", description);
        zoom.showModal();
      });
      picture.setAttribute("aria-label", say("show-picture"));
      picture.append(image);
      image.addEventListener("error", () => {
        picture.replaceWith(make("p", { class: "picture missing" }, say("no-picture")));
      });
      const likely = choices.map((choice, at) => {
        const element = button(choice.label, "choice", () => void this.answer(choice));
        element.prepend(make("kbd", {}, String(at + 1)));
        return element;
      });
      const none = button(say("none"), "none", () => void this.answer(null));
      none.prepend(make("kbd", {}, "0"));
      const other = button(say("other"), "other", () => openSearch(this));
      other.prepend(make("kbd", {}, "/"));
      const verdict = decided === null ? say("undecided") : say("decided", { label: decided });
      this.place.setAttribute("aria-label", [camera, at, verdict].filter(Boolean).join(", "));
      this.place.replaceChildren(
        picture,
        make("p", { class: "facts" }, [camera, at].filter(Boolean).join(" · ")),
        make(
          "p",
          { class: "said" },
          verdict,
          description ? ` · ${say("said", { text: description })}` : "",
        ),
        make("div", { class: "choices" }, ...likely, none, other),
      );
    }

    /** @param {Choice | null} choice null: none of the classes */
    async answer(choice) {
      if (this.done) return;
      this.done = true;
      const label = choice ? choice.label : say("none");
      const wasHere = this.place.contains(document.activeElement);
      this.place.classList.add("done");
      try {
        const body = { id: this.item.id, correct: choice ? choice.class : null, who: who.value };
        const { explanation, by } = await ask("answer", body);
        trouble("");
        if (by) this.showGiven(by);
        else this.showEnd(say("answered", { label }), explanation, true);
        if (wasHere) this.moveOn();
        void showAnswers();
      } catch (error) {
        this.done = false;
        this.place.classList.remove("done");
        trouble(/** @type {Error} */ (error).message);
      }
    }

    async undo() {
      try {
        await ask("answer", { id: this.item.id, undo: true, who: who.value });
        trouble("");
        this.reopen();
        void showAnswers();
      } catch (error) {
        trouble(/** @type {Error} */ (error).message);
      }
    }

    reopen() {
      clearTimeout(this.timer);
      this.done = false;
      this.place.classList.remove("done");
      this.show();
      this.place.focus();
    }

    /** @param {GivenAnswer} given somebody else's answer */
    showGiven(given) {
      this.done = true;
      this.place.classList.add("done");
      const label = given.label ?? say("none");
      this.showEnd(say("answered-by", { label, who: given.who || "–" }), "", false);
    }

    /**
     * @param {string} end
     * @param {string} explanation
     * @param {boolean} mine
     */
    showEnd(end, explanation, mine) {
      const undo = button(say("undo"), "undo", () => void this.undo());
      undo.prepend(make("kbd", {}, "U"));
      const parts = [
        make("p", { class: "end" }, end),
        make("p", { class: "explanation" }, explanation),
      ];
      this.place.querySelector(".choices")?.replaceChildren(...parts, ...(mine ? [undo] : []));
      this.place.setAttribute("aria-label", end);
      this.timer = setTimeout(() => this.leave(), LINGER_MS);
    }

    /** Gives its place to the next picture, unless a person is just about to take the answer back. */
    leave() {
      if (this.place.querySelector(".undo:hover, .undo:focus-visible")) {
        this.timer = setTimeout(() => this.leave(), LINGER_MS);
        return;
      }
      finished.add(this);
      void fill();
    }

    /** The next picture that waits gets the keys. */
    moveOn() {
      const all = [...shown.values()];
      const at = all.indexOf(this);
      const next = [...all.slice(at + 1), ...all.slice(0, at)].find((card) => !card.done);
      next?.place.focus();
    }
  }

  /** By id of the decision, in the order of the page. @type {Map<string, Card>} */
  let shown = new Map();
  /** Those whose place is free. @type {Set<Card>} */
  const finished = new Set();
  let filling = false;
  let again = false;

  /** Asks for what is new, and shows it. */
  async function fill() {
    if (filling) {
      again = true;
      return;
    }
    filling = true;
    do {
      again = false;
      try {
        show(await ask("next", { shown: [...shown.keys()], most: room() }));
        trouble("");
        find("login").hidden = true;
        cards.hidden = false;
      } catch (error) {
        if (/** @type {Refused} */ (error).status !== 401) {
          trouble(/** @type {Error} */ (error).message);
        }
      }
    } while (again);
    filling = false;
  }

  function room() {
    return MOST_CARDS - shown.size + finished.size;
  }

  /** @param {NextItems} next */
  function show({ count, items, gone }) {
    find("count").textContent = say("waiting", { count });
    for (const given of gone) {
      const card = shown.get(given.id);
      if (card && !card.done) card.showGiven(given);
    }
    const fresh = items.map((item) => new Card(item));
    const inOrder = [...shown.values()].flatMap((card) => {
      if (!finished.has(card)) return [card];
      const next = fresh.shift();
      const hadFocus = card.place.contains(document.activeElement);
      if (next) card.place.replaceWith(next.place);
      else card.place.remove();
      if (hadFocus) next?.place.focus();
      return next ? [next] : [];
    });
    finished.clear();
    cards.append(...fresh.map(({ place }) => place));
    shown = new Map([...inOrder, ...fresh].map((card) => [card.item.id, card]));
    find("nothing").hidden = shown.size > 0;
  }

  // --- another class --------------------------------------------------------------------------

  /** @type {Card | undefined} */
  let chosenFor;
  let searches = 0;

  /** @param {Card} card */
  function openSearch(card) {
    if (card.done) return;
    chosenFor = card;
    const field = /** @type {HTMLInputElement} */ (find("search"));
    field.value = "";
    find("found").replaceChildren();
    choose.showModal();
    // On a tablet the keyboard would come up, and cover the classes.
    if (matchMedia("(hover: hover)").matches) field.focus();
    void search();
  }

  async function search() {
    const turn = ++searches;
    const { value } = /** @type {HTMLInputElement} */ (find("search"));
    try {
      /** @type {readonly Choice[]} */
      const choices = await ask("search", { id: chosenFor?.item.id, text: value });
      if (turn !== searches) return;
      const pick = (/** @type {Choice} */ choice) => {
        choose.close();
        void chosenFor?.answer(choice);
      };
      const found = choices.map((choice) => button(choice.label, "choice", () => pick(choice)));
      find("found").replaceChildren(...(found.length > 0 ? found : [say("no-class")]));
    } catch (error) {
      find("found").replaceChildren(/** @type {Error} */ (error).message);
    }
  }

  // --- the last answers -----------------------------------------------------------------------

  async function showAnswers() {
    try {
      /** @type {readonly GivenAnswer[]} */
      const answers = await ask("answers", {});
      find("last").hidden = answers.length === 0;
      find("answers").replaceChildren(
        ...answers.map(({ id, label, who: name, time }) => {
          const at = new Date(time).toLocaleString(document.documentElement.lang);
          const facts = [label ?? say("none"), name, at].filter(Boolean).join(" · ");
          const undo = button(say("undo"), "undo", () => void undoAnswer(id));
          const image = make("img", { src: `api/picture/${id}`, alt: "", loading: "lazy" });
          return make("li", {}, image, make("span", {}, facts), undo);
        }),
      );
    } catch {
      // The page says elsewhere that it has lost its server.
    }
  }

  /** @param {string} id */
  async function undoAnswer(id) {
    const card = shown.get(id);
    if (card) {
      await card.undo();
      return;
    }
    try {
      await ask("answer", { id, undo: true, who: who.value });
      trouble("");
      await Promise.all([fill(), showAnswers()]);
    } catch (error) {
      trouble(/** @type {Error} */ (error).message);
    }
  }

  // --- how good the decisions are -------------------------------------------------------------

  async function showQuality() {
    try {
      /** @type {ShownQuality} */
      const { weeks, drifts } = await ask("quality", {});
      find("drifts").replaceChildren(...drifts.map((sentence) => make("p", {}, sentence)));
      const share = (/** @type {number} */ part, /** @type {number} */ of) =>
        of === 0 ? "–" : `${((100 * part) / of).toFixed(1)} % (${part}/${of})`;
      find("weeks").replaceChildren(
        ...weeks.map(({ week, camera, decisions, review, tested, right, wrong }) =>
          make(
            "tr",
            {},
            make("th", { scope: "row" }, week),
            make("td", {}, camera || say("no-camera")),
            make("td", {}, String(decisions)),
            make("td", {}, share(review, decisions)),
            make("td", {}, String(tested)),
            make("td", {}, share(right, tested)),
            make("td", {}, share(wrong, tested)),
          ),
        ),
      );
      find("quality").hidden = weeks.length === 0;
    } catch {
      // The page says elsewhere that it has lost its server.
    }
  }

  // --- keys -----------------------------------------------------------------------------------

  /** @param {KeyboardEvent} event */
  function press(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.ctrlKey || event.altKey || event.metaKey || target.closest("input, dialog")) return;
    const all = [...shown.values()];
    const at = all.findIndex(({ place }) => place.contains(document.activeElement));
    const card = all[at] ?? all.find(({ done }) => !done);
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const choice = card?.item.choices[Number(event.key) - 1];
    if (step !== undefined) (all[at + step] ?? card)?.place.focus();
    else if (!card) return;
    else if (event.key === "0") void card.answer(null);
    else if (event.key === "/") openSearch(card);
    else if (event.key.toLowerCase() === "u") undoLast();
    else if (choice) void card.answer(choice);
    else return;
    event.preventDefault();
  }

  function undoLast() {
    const first = find("answers").querySelector("button");
    first?.click();
  }

  // --- beginning ------------------------------------------------------------------------------

  who.value = localStorage.getItem("tlac-review-who") ?? "";
  who.addEventListener("change", () => {
    localStorage.setItem("tlac-review-who", who.value);
  });
  document.addEventListener("keydown", press);
  find("search").addEventListener("input", () => void search());
  find("login").addEventListener("submit", (event) => {
    event.preventDefault();
    const field = /** @type {HTMLInputElement} */ (find("pin"));
    ask("login", { pin: field.value }).then(begin, (error) => {
      const { status, message } = /** @type {Refused} */ (error);
      const keys = { 401: "wrong-pin", 429: "too-many" };
      const key = status === 401 || status === 429 ? keys[status] : undefined;
      trouble(key ? say(key) : message);
    });
    field.value = "";
  });

  /** @type {EventSource | undefined} */
  let events;

  function begin() {
    events?.close();
    events = new EventSource("api/events");
    events.addEventListener("message", () => void fill());
    void fill();
    void showAnswers();
    void showQuality();
  }

  find("quality").addEventListener("toggle", () => void showQuality());
  setInterval(() => void showQuality(), QUALITY_MS);
  begin();
  setInterval(() => void fill(), POLL_MS);
  return { fill };
})();
