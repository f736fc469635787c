import type { HostReport, ServerView } from "../settings/config-nodes";
import type { Family, Labels, Sample } from "./exposition";

const counter = (name: string, help: string, samples: readonly Sample[]): Family => ({
  ...{ name, help, samples },
  type: "counter",
});
const gauge = (name: string, help: string, samples: readonly Sample[]): Family => ({
  ...{ name, help, samples },
  type: "gauge",
});

/**
 * What an LMM server has done.
 *
 * @param durations samples of the histogram of answers, in seconds
 */
export function describeServer(
  labels: Labels,
  view: Pick<ServerView, "hosts" | "queue" | "saved" | "tokens" | "counted" | "cut">,
  durations: readonly Sample[],
): Family[] {
  const of = (more: Labels, value: number): Sample => ({ labels: { ...labels, ...more }, value });
  const { hosts, queue, saved, tokens, counted, cut } = view;
  return [
    counter("tlac_lmm_calls_total", "Questions to an LMM, by host and result.", [
      ...hosts.map(({ host, calls, failed, active }) =>
        of({ host, result: "answered" }, calls - failed - active),
      ),
      ...hosts.map(({ host, failed }) => of({ host, result: "failed" }, failed)),
    ]),
    {
      name: "tlac_lmm_call_duration_seconds",
      help: "Time of an answer, its turn in the queue not counted.",
      type: "histogram",
      samples: durations,
    },
    counter(
      "tlac_lmm_tokens_total",
      "Tokens of questions (prompt; of these cached) and answers, of the calls that tell them.",
      Object.entries(tokens).map(([kind, value]) => of({ kind }, value)),
    ),
    counter(
      "tlac_lmm_tokens_calls_total",
      "Calls that tell their tokens of this kind: of an ended answer not every server does.",
      Object.entries(counted).map(([kind, value]) => of({ kind }, value)),
    ),
    counter("tlac_lmm_calls_cut_total", "Answers that were ended once they had decided.", [
      of({}, cut),
    ]),
    counter(
      "tlac_lmm_calls_saved_total",
      "Questions that a memory made needless.",
      Object.entries(saved).map(([by, value]) => of({ by }, value)),
    ),
    gauge("tlac_lmm_queue_waiting", "Images that wait for a turn.", [of({}, queue.waiting)]),
    gauge("tlac_lmm_queue_active", "Images in work.", [of({}, queue.active)]),
    gauge(
      "tlac_lmm_host_up",
      "1: the host gets questions.",
      hosts.map((each) => of({ host: each.host }, isUp(each) ? 1 : 0)),
    ),
  ];
}

function isUp({ state, error }: HostReport): boolean {
  return !error && state !== "breaker-open" && state !== "blind" && state !== "failed";
}
