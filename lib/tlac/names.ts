import type { Frame } from "../frame/frame";
import type { Candidate, Proposal } from "../lmm/lmm";
import { askSynonyms } from "./ask-synonyms";
import type { Finding, Seen, Words } from "./finding";
import type { Inquiry } from "./inquiry";
import type { Ruling } from "./ruling";

/** The LMM's names for one image: as few as decide it, with synonyms only where they do not. */
export class Names {
  /** `staged`: another stage of a cascade could have decided too. */
  constructor(
    private readonly inquiry: Inquiry,
    private readonly ruling: Ruling,
    private readonly seen: Seen,
    private readonly staged = false,
  ) {}

  /** Ends the answer with the name that decides. */
  propose(frame: Frame): Promise<Proposal & Words> {
    return this.inquiry.propose(frame, (candidates) => this.isEnough(candidates));
  }

  /**
   * What the words say. Where nothing is decided, and the winner was not called by its name, the
   * names are asked for synonyms: those cost as many tokens as all else, and most names do without.
   */
  async match(proposal: Proposal & Words): Promise<Finding> {
    const { inquiry, seen } = this;
    const first = await inquiry.match(proposal, seen);
    const { lmm, answer = "names", memo, filter } = inquiry.options;
    if (answer !== "names" || !lmm?.ask || !this.lacksNames(first)) return first;
    const { words } = first;
    const ask = inquiry.asking(lmm.ask.bind(lmm));
    const model = inquiry.lmmModel;
    const candidates = await inquiry.spare(() =>
      askSynonyms({ candidates: words.candidates, ask, memo, model }),
    );
    if (!candidates || candidates.every(({ synonyms }) => synonyms.length === 0)) return first;
    const more = { ...words, candidates };
    return inquiry.match(filter ? await filter(more, inquiry.askOptions()) : more, seen);
  }

  private lacksNames(finding: Finding): boolean {
    const { words, evidence } = finding;
    if (words.forcedUnknown || words.candidates.length === 0) return false;
    if (words.candidates.some(({ synonyms }) => synonyms.length > 0)) return false;
    const [winner = -1] = evidence.combined.order;
    const isNamed = (evidence.words?.exact[winner] ?? 0) > 0;
    const { reason } = this.ruling.judge({ ...finding, staged: this.staged });
    // A near-tie has a question of its own.
    return !isNamed && (reason === "below-threshold" || reason === "background");
  }

  /** Whether these names decide at the knob: what the LMM would add then costs time alone. */
  private async isEnough(candidates: readonly Candidate[]): Promise<boolean> {
    const { inquiry, seen, staged } = this;
    const { index, filter } = inquiry.options;
    const said: Words = { candidates, description: "" };
    const words = filter ? await filter(said, inquiry.askOptions()) : said;
    const heard = await index.hear(words.candidates, "", inquiry.askOptions());
    const evidence = inquiry.weigh(heard, seen, words);
    return this.ruling.judge({ words, evidence, fromMemo: false, staged }).outcome === "class";
  }
}
