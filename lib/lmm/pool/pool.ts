import { createSharedEnder } from "../../async/shared-ender";
import { pause, withDeadline } from "../../async/waits";
import { TlacError, toError, type ErrorCode } from "../../errors";
import { closed } from "../client/attempts";
import { timeout } from "../client/calls";
import type { FailureContext } from "../client/failure";
import type { HostView, ServedLmm } from "../client/served-lmm";
import { StateBoard, type ServerState } from "../client/server-state";
import type { Frame } from "../../frame/frame";
import type { AskOptions, LmmIdentity, Proposal, ProposeOptions, Question, Reply } from "../lmm";
import { Member } from "./member";

export interface PoolOptions {
  /** Of the first host, for sentences about them all. */
  readonly context: FailureContext;
  /** Milliseconds that a message waits in all, on whatever hosts. */
  readonly totalMs: number;
  /** Milliseconds before the one further attempt where no other host serves. */
  readonly retryMs: number;
  /** Milliseconds until a host that is out is probed; doubles up to 4 times as long. */
  readonly probeMs: number;
}

/** Failures that another host may not have. A bad answer is the model's, which is the same. */
const OF_HOST: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "LMM_UNREACHABLE",
  "LMM_TIMEOUT",
  "LMM_BUSY",
  "LMM_MODEL_MISSING",
  "LMM_NO_VISION",
  "LMM_BLIND",
]);

const MAX_PROBE_FACTOR = 4;

/**
 * Several hosts as one LMM. A host serves once it has been probed: it answers, has the model, sees,
 * and its model is the others'. Each question goes to the host with the least to do; one that fails
 * on its host is asked once on another, and that host is out until a probe succeeds. No message is
 * a probe.
 */
export class Pool implements ServedLmm {
  private readonly members: readonly Member[];
  private readonly board = new StateBoard();
  private readonly ender = createSharedEnder();
  private readonly changes = new Set<() => void>();
  private turn = 0;
  /** Of the model that serves, as the first host had it. */
  private digest: string | undefined;

  constructor(
    lmms: readonly ServedLmm[],
    private readonly options: PoolOptions,
  ) {
    this.members = lmms.map((lmm) => new Member(lmm));
    for (const { lmm } of this.members) {
      lmm.onState(() => {
        this.update();
      });
    }
  }

  get state(): ServerState {
    return this.board.current;
  }

  onState(listener: (state: ServerState) => void): () => void {
    return this.board.listen(listener);
  }

  get hosts(): readonly HostView[] {
    return this.members.flatMap(({ lmm, standing, error }) =>
      lmm.hosts.map((view) => (standing === "out" && error ? { ...view, error } : view)),
    );
  }

  get capacity(): number {
    return Math.max(1, this.serving().length);
  }

  get identity(): LmmIdentity | undefined {
    const { state } = this;
    return state.kind === "ready" ? state.model : undefined;
  }

  get questionTokens(): number | undefined {
    const known = this.members.flatMap(({ lmm }) => lmm.questionTokens ?? []);
    return known.length > 0 ? Math.min(...known) : undefined;
  }

  propose(frame: Frame, prompt: string, options: ProposeOptions = {}): Promise<Proposal> {
    return this.run(
      (lmm, signal) => lmm.propose(frame, prompt, { ...options, signal }),
      options.signal,
    );
  }

  readonly ask = (question: Question, options: AskOptions = {}): Promise<Reply> =>
    this.run((lmm, signal) => lmm.ask(question, { ...options, signal }), options.signal);

  /** Resolves once a host serves; the others go on. */
  async warmUp(signal?: AbortSignal): Promise<void> {
    await this.within(Infinity, signal, (ended) => this.next(ended));
  }

  async close(): Promise<void> {
    this.ender.abort(closed());
    this.board.clear();
    await Promise.all(this.members.map(({ lmm }) => lmm.close()));
  }

  private async run<T>(
    work: (lmm: ServedLmm, signal: AbortSignal) => Promise<T>,
    caller: AbortSignal | undefined,
  ): Promise<T> {
    return this.within(this.options.totalMs, caller, async (signal) => {
      const first = await this.next(signal);
      const serve = async (member: Member): Promise<T> => {
        this.turn += 1;
        member.turn = this.turn;
        const answer = await work(member.lmm, signal);
        this.compare(member);
        return answer;
      };
      try {
        return await serve(first);
      } catch (thrown) {
        const failure = this.ofHost(thrown, signal);
        const other = this.best(first);
        if (other) this.expel(first, failure);
        else await pause(this.options.retryMs, signal);
        const second = other ?? first;
        try {
          return await serve(second);
        } catch (again) {
          this.expel(second, this.ofHost(again, signal));
          throw again;
        }
      }
    });
  }

  /** Throws what is no matter of the host. */
  private ofHost(thrown: unknown, signal: AbortSignal): TlacError {
    signal.throwIfAborted();
    const isOfHost =
      thrown instanceof TlacError && (OF_HOST.has(thrown.code) || thrown.key === "lmm.other-model");
    if (isOfHost) return thrown;
    throw toError(thrown);
  }

  /** Of those that serve the one with the least to do. */
  private best(except?: Member): Member | undefined {
    return this.serving()
      .filter((member) => member !== except)
      .sort((a, b) => a.active - b.active || a.turn - b.turn)[0];
  }

  /** The host for the next question, once one serves. Throws why none does. */
  private async next(signal: AbortSignal): Promise<Member> {
    for (const member of this.members) if (member.standing === "new") void this.join(member);
    for (;;) {
      const best = this.best();
      if (best) return best;
      const [first] = this.members;
      const isWaiting = this.members.some(({ standing }) => standing === "joining");
      if (!isWaiting && first?.error) throw first.error;
      await this.change(signal);
    }
  }

  private change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        this.changes.delete(end);
        signal.removeEventListener("abort", end);
        if (signal.aborted) reject(signal.reason as Error);
        else resolve();
      };
      this.changes.add(end);
      signal.addEventListener("abort", end, { once: true });
    });
  }

  /** Probes a host until it serves. Never rejects. */
  private async join(member: Member): Promise<void> {
    const { signal } = this.ender;
    const { probeMs } = this.options;
    if (member.standing === "new") member.standing = "joining";
    let pauseMs = member.standing === "out" ? probeMs : 0;
    const isOver = (): boolean => signal.aborted;
    while (!isOver()) {
      try {
        await pause(pauseMs, signal);
        await member.lmm.warmUp(signal);
        this.compare(member);
        member.standing = "serving";
        member.error = undefined;
        this.digest ??= member.digest;
        this.update();
        return;
      } catch (thrown) {
        if (isOver()) return;
        if (thrown instanceof TlacError) member.error = thrown;
        member.standing = "out";
        this.update();
        pauseMs = Math.min(Math.max(pauseMs * 2, probeMs), probeMs * MAX_PROBE_FACTOR);
      }
    }
  }

  private expel(member: Member, error: TlacError): void {
    member.error = error;
    // Others that were under way there may have said so already.
    if (member.standing !== "serving") return;
    member.standing = "out";
    if (this.serving().length === 0) this.digest = undefined;
    this.update();
    void this.join(member);
  }

  /** Throws where a host has another model than those that serve. */
  private compare(member: Member): void {
    const { digest, host } = member;
    if (digest === undefined || this.digest === undefined || digest === this.digest) return;
    const others = this.serving().filter((each) => each !== member);
    const [other] = others;
    if (!other) {
      this.digest = digest;
      return;
    }
    const { model } = this.options.context.params;
    const short = (text: string): string => text.replace(/^sha256:/, "").slice(0, 12);
    throw new TlacError("BAD_CONFIG", "lmm.other-model", {
      ...{ host, model, digest: short(digest) },
      ...{ other: other.host, others: short(this.digest) },
    });
  }

  private serving(): Member[] {
    return this.members.filter(({ standing }) => standing === "serving");
  }

  private update(): void {
    for (const change of [...this.changes]) change();
    this.board.set(this.describe());
  }

  private describe(): ServerState {
    const serving = this.serving();
    const ready = serving.map(({ lmm }) => lmm.state).find(({ kind }) => kind === "ready");
    const away = this.members.filter(({ standing }) => standing === "out").length;
    if (ready?.kind === "ready") return away > 0 ? { ...ready, away } : ready;
    const joining = this.members.find(({ standing }) => standing === "joining") ?? serving[0];
    if (joining) return joining.lmm.state;
    const [first] = this.members;
    return first?.error ? { kind: "failed", error: first.error } : { kind: "idle" };
  }

  /** Within the time of a message, and no longer than the pool and the caller want it. */
  private within<T>(
    ms: number,
    caller: AbortSignal | undefined,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const { signal: life } = this.ender;
    if (life.aborted || caller?.aborted) return Promise.reject(closed());
    const isLoading = this.serving().length === 0;
    const late = (): Error => {
      const key = isLoading ? "lmm.timeout-loading" : "lmm.timeout-total";
      return timeout(this.options.context, key, ms);
    };
    return withDeadline({ ms, late, signals: [life, caller] }, work).catch((thrown: unknown) => {
      throw life.aborted || caller?.aborted ? closed() : toError(thrown);
    });
  }
}
