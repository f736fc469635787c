import { randomUUID } from "node:crypto";

import type { NodeAPI } from "node-red";

import { waitFor } from "../../lib/async/waits";
import type { Language } from "../../lib/i18n/catalogue";
import { Refusal, reply, toComplaint, type Complaint } from "./reply";

/** What the editor sees when it asks after a job. */
export interface JobView {
  readonly id: string;
  readonly state: "running" | "done" | "failed" | "cancelled";
  /** The last report of the work; null before the first. */
  readonly progress: unknown;
  readonly error?: Complaint;
}

/** Work that goes on while the editor asks after it from time to time. */
export type JobWork = (signal: AbortSignal, report: (progress: unknown) => void) => Promise<void>;

export interface JobLimits {
  /**
   * Milliseconds without a question after which nobody is taken to wait any more. A browser asks
   * from a hidden tab no more than once a minute.
   */
  readonly patienceMs: number;
  /** Milliseconds for which the outcome is kept. */
  readonly keepMs: number;
  readonly maxRunning: number;
}

const LIMITS: JobLimits = { patienceMs: 75_000, keepMs: 120_000, maxRunning: 8 };

interface Job {
  readonly key: string;
  readonly ender: AbortController;
  state: JobView["state"];
  progress: unknown;
  thrown: unknown;
  timer: NodeJS.Timeout | undefined;
}

/** The long tasks that dialogs have started: bounded, cancellable, and ended when nobody asks. */
export class Jobs {
  private readonly jobs = new Map<string, Job>();
  private readonly limits: JobLimits;

  constructor(limits: Partial<JobLimits> = {}) {
    this.limits = { ...LIMITS, ...limits };
  }

  /** Starts the work, or joins the one that runs under the same key. Throws a `Refusal`. */
  start(key: string, work: JobWork): string {
    const running = [...this.jobs].filter(([, { state }]) => state === "running");
    const same = running.find(([, job]) => job.key === key);
    if (same) return same[0];
    if (running.length >= this.limits.maxRunning) throw new Refusal("TOO_MANY");
    const id = randomUUID();
    const job: Job = {
      key,
      ender: new AbortController(),
      state: "running",
      progress: null,
      thrown: undefined,
      timer: undefined,
    };
    this.jobs.set(id, job);
    this.wait(job);
    const { signal } = job.ender;
    const report = (progress: unknown): void => {
      if (job.state === "running") job.progress = progress;
    };
    const end = (state: JobView["state"], thrown?: unknown): void => {
      job.state = signal.aborted && state !== "done" ? "cancelled" : state;
      job.thrown = thrown;
      clearTimeout(job.timer);
      job.timer = setTimeout(() => this.jobs.delete(id), this.limits.keepMs).unref();
    };
    const started = Promise.resolve().then(() => work(signal, report));
    // Work that does not listen to its signal blocks no place: a cancelled job has ended.
    void waitFor(started, signal).then(
      () => {
        end("done");
      },
      (thrown: unknown) => {
        end("failed", thrown);
      },
    );
    return id;
  }

  isRunning(key: string): boolean {
    return [...this.jobs.values()].some((job) => job.key === key && job.state === "running");
  }

  /** How a job is, which also tells that somebody still waits for it. Throws a `Refusal`. */
  view(id: string, language: Language): JobView {
    const job = this.find(id);
    if (job.state === "running") this.wait(job);
    const { state, progress, thrown } = job;
    const error = state === "failed" ? { error: toComplaint(thrown, language) } : {};
    return { id, state, progress, ...error };
  }

  /** Ends a job; one that has ended stays what it is. Throws a `Refusal`. */
  cancel(id: string): void {
    this.find(id).ender.abort();
  }

  private find(id: string): Job {
    const job = this.jobs.get(id);
    if (!job) throw new Refusal("NOT_FOUND");
    return job;
  }

  private wait(job: Job): void {
    clearTimeout(job.timer);
    job.timer = setTimeout(() => {
      job.ender.abort();
    }, this.limits.patienceMs).unref();
  }
}

/**
 * The endpoints by which a dialog follows and cancels its jobs.
 *
 * @param place below `tlac/`; default: the type's own
 */
export function serveJobs(RED: NodeAPI, type: string, jobs: Jobs, place = type): void {
  const write = RED.auth.needsPermission(`${type}.write`);
  const readId = (id: unknown): string => (typeof id === "string" ? id : "");
  RED.httpAdmin.get(
    `/tlac/${place}/jobs/:id`,
    write,
    reply(({ params, language }) => jobs.view(readId(params.id), language)),
  );
  RED.httpAdmin.post(
    `/tlac/${place}/jobs/:id/cancel`,
    write,
    reply(({ params, language }) => {
      const id = readId(params.id);
      jobs.cancel(id);
      return jobs.view(id, language);
    }),
  );
}
