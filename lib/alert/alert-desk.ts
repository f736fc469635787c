import type { Clock } from "../basics/clock";
import { TlacError } from "../errors";
import type { AlertEvent } from "./alert-event";
import type { AlertRules } from "./alert-rules";
import { createCameraState, type CameraState } from "./camera-state";
import type { Sighting } from "./sighting";
import type { StateStore } from "./state-folder";
import { nextChange, observe, passTime, reset, tellAll, type Step } from "./watch-camera";

/** A picture that led to an event, JPEG. */
export type Picture = Buffer | undefined;

/** An event as it is handed on. */
export interface Dispatch {
  readonly event: AlertEvent;
  readonly picture: Picture;
}

export interface DeskOptions {
  readonly rules: AlertRules;
  readonly store: StateStore;
  readonly clock: Clock;
  /**
   * Makes ready what is to be sent. What it gives back sends it, at once: an alert is on exactly if
   * it was sent.
   */
  readonly prepare: (dispatches: readonly Dispatch[]) => Promise<() => void>;
  /** Called once for a file that cannot be read, and for a disk that takes no more states. */
  readonly onTrouble: (kind: "unreadable" | "unwritten", detail: string) => void;
  /** Called for what time has brought about and could not be told. */
  readonly onError: (thrown: unknown) => void;
  readonly mostCameras?: number;
}

/** Cameras that are kept in mind; beyond, those without an alert that were silent longest make room. */
const MOST_CAMERAS = 1_000;
/** What frames alone have changed is written so much later: a crash costs no more of it. */
const SAVE_MS = 2_000;
/** What could not be done is not tried again sooner. */
const AGAIN_MS = 30_000;
/** So long another process is waited for that should have told. */
const GRACE_MS = 10_000;
/** A clock that was set, and a timer that cannot be that long, are noticed by then. */
const LONGEST_WAIT_MS = 60_000;

/**
 * All cameras of one node. One thing is done after the other; a change and the message that tells
 * of it happen in the same turn of the event loop, and only then is it written: a process that dies
 * in between tells of it once more rather than never.
 */
export class AlertDesk {
  private readonly states = new Map<string, CameraState>();
  /** Of the newest frame of each camera's class that is raised. */
  private readonly pictures = new Map<string, Map<string, Buffer>>();
  private readonly unsaved = new Set<string>();
  /** Cameras that another process has written last: what time brings is its to tell. */
  private readonly foreign = new Set<string>();
  private line: Promise<unknown>;
  private writing: Promise<void> = Promise.resolve();
  private cancelWake: (() => void) | undefined;
  private cancelSave: (() => void) | undefined;
  private isUnwritten = false;
  private closed = false;

  constructor(private readonly options: DeskOptions) {
    this.line = this.load();
  }

  /** The alerts that are on, those that began first in front. */
  get raised(): AlertEvent[] {
    const now = this.options.clock.now();
    return [...this.states.values()]
      .flatMap((state) => tellAll(state, now))
      .filter(({ isRaised }) => isRaised)
      .sort((one, other) => (one.since ?? 0) - (other.since ?? 0));
  }

  get cameras(): number {
    return this.states.size;
  }

  /** Takes in a camera's frames, with the picture of each. Throws `CLOSED`. */
  take(
    camera: string,
    sightings: readonly Sighting[],
    pictures: readonly Picture[],
  ): Promise<void> {
    return this.inTurn(async () => {
      await this.refresh(camera);
      this.foreign.delete(camera);
      for (const [index, sighting] of sightings.entries()) {
        const picture = pictures[index];
        const now = this.options.clock.now();
        const before = this.states.get(camera) ?? createCameraState(camera, now);
        const step = observe(this.options.rules, before, sighting, now);
        await this.commit(step, picture);
        this.keepPicture(step.state, sighting, picture);
      }
      this.forgetSilent();
    });
  }

  /** Ends all alerts, or one camera's, which is then forgotten. Throws `CLOSED`. */
  reset(camera?: string): Promise<readonly AlertEvent[]> {
    return this.inTurn(async () => {
      const cameras = camera === undefined ? [...this.states.keys()] : [camera];
      const known: AlertEvent[] = [];
      for (const name of cameras) {
        await this.refresh(name);
        const state = this.states.get(name);
        if (!state) continue;
        const now = this.options.clock.now();
        known.push(...tellAll(state, now));
        await this.commit(reset(state, now), undefined);
        if (camera !== undefined) await this.forget(name);
      }
      return known;
    });
  }

  /** Tells the state of everything once more. Throws `CLOSED`. */
  announce(): Promise<void> {
    return this.inTurn(async () => {
      const now = this.options.clock.now();
      const events = [...this.states.values()].flatMap((state) => tellAll(state, now));
      const send = await this.options.prepare(this.toDispatches(events, undefined));
      this.checkOpen();
      send();
    });
  }

  /** Resolves once everything is written that was sent. */
  async close(): Promise<void> {
    this.closed = true;
    this.cancelWake?.();
    await this.line;
    this.cancelSave?.();
    await this.save();
  }

  // --- Steps ------------------------------------------------------------------------------------

  private async load(): Promise<void> {
    const { store, clock, onTrouble } = this.options;
    try {
      const states = await store.load((file) => {
        onTrouble("unreadable", file);
      });
      const now = clock.now();
      // While nobody listened, no camera can be called silent.
      for (const state of states) this.states.set(state.camera, { ...state, arrived: now });
      this.wakeInTime();
    } catch (thrown) {
      onTrouble("unreadable", String(thrown));
    }
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.line.then(() => {
      this.checkOpen();
      return work();
    });
    this.line = turn.catch(() => undefined);
    return turn;
  }

  private checkOpen(): void {
    if (this.closed) throw new TlacError("CLOSED", "alert.closed");
  }

  private async refresh(camera: string): Promise<void> {
    const other = await this.options.store.refresh(camera);
    if (!other) return;
    this.states.set(camera, other);
    this.unsaved.delete(camera);
    this.foreign.add(camera);
  }

  private async commit({ state, events }: Step, picture: Picture): Promise<void> {
    if (events.length > 0) {
      const send = await this.options.prepare(this.toDispatches(events, picture));
      this.checkOpen();
      this.remember(state, 0);
      send();
    } else this.remember(state, SAVE_MS);
  }

  private remember(state: CameraState, saveMs: number): void {
    this.states.set(state.camera, state);
    this.unsaved.add(state.camera);
    this.saveSoon(saveMs);
    this.wakeInTime();
  }

  /** The end of an alert shows what is there now, anything else of it what it is about. */
  private toDispatches(events: readonly AlertEvent[], picture: Picture): Dispatch[] {
    return events.map((event) => {
      const kept = this.pictures.get(event.camera)?.get(event.class ?? "");
      const told =
        event.change === "cleared" ? picture : event.isRaised ? (picture ?? kept) : undefined;
      return { event, picture: told };
    });
  }

  private keepPicture(state: CameraState, { found }: Sighting, picture: Picture): void {
    const raised = new Set(
      state.subjects.flatMap((subject) => (subject.raised ? [subject.class] : [])),
    );
    const kept = this.pictures.get(state.camera) ?? new Map<string, Buffer>();
    for (const id of kept.keys()) if (!raised.has(id)) kept.delete(id);
    if (found && picture && raised.has(found.class)) kept.set(found.class, picture);
    if (kept.size > 0) this.pictures.set(state.camera, kept);
    else this.pictures.delete(state.camera);
  }

  // --- Time -------------------------------------------------------------------------------------

  private wakeInTime(leastMs = 1): void {
    const { clock } = this.options;
    this.cancelWake?.();
    this.cancelWake = undefined;
    if (this.closed) return;
    const due = Math.min(...[...this.states.values()].map((state) => this.dueAt(state)));
    if (due === Infinity) return;
    const ms = Math.min(Math.max(due - clock.now(), leastMs), LONGEST_WAIT_MS);
    this.cancelWake = clock.after(ms, () => {
      this.inTurn(() => this.passTime()).catch((thrown: unknown) => {
        if (this.closed) return;
        this.options.onError(thrown);
        this.wakeInTime(AGAIN_MS);
      });
    });
  }

  private async passTime(): Promise<void> {
    const { rules, clock } = this.options;
    for (const camera of [...this.states.keys()]) {
      if (!this.isDue(camera)) continue;
      // Another process may have seen to it.
      await this.refresh(camera);
      const state = this.states.get(camera);
      if (state && this.isDue(camera)) {
        await this.commit(passTime(rules, state, clock.now()), undefined);
      }
    }
    this.wakeInTime();
  }

  private isDue(camera: string): boolean {
    const state = this.states.get(camera);
    return state !== undefined && this.dueAt(state) <= this.options.clock.now();
  }

  private dueAt(state: CameraState): number {
    const graceMs = this.foreign.has(state.camera) ? GRACE_MS : 0;
    return nextChange(this.options.rules, state) + graceMs;
  }

  // --- Memory -----------------------------------------------------------------------------------

  private forgetSilent(): void {
    const { mostCameras = MOST_CAMERAS } = this.options;
    if (this.states.size <= mostCameras) return;
    const idle = [...this.states.values()]
      .filter(({ subjects }) => subjects.every(({ raised }) => !raised))
      .sort((one, other) => one.arrived - other.arrived);
    for (const { camera } of idle.slice(0, this.states.size - mostCameras)) {
      void this.forget(camera).catch(this.options.onError);
    }
  }

  private async forget(camera: string): Promise<void> {
    this.states.delete(camera);
    this.pictures.delete(camera);
    this.unsaved.delete(camera);
    this.foreign.delete(camera);
    await this.writing;
    await this.options.store.forget(camera);
  }

  private saveSoon(ms: number): void {
    if (this.cancelSave && ms > 0) return;
    this.cancelSave?.();
    this.cancelSave = this.options.clock.after(ms, () => {
      this.cancelSave = undefined;
      void this.save();
    });
  }

  /** Writes what has changed; what the disk refuses is tried again later. */
  private save(): Promise<void> {
    this.writing = this.writing.then(async () => {
      const cameras = [...this.unsaved];
      this.unsaved.clear();
      for (const camera of cameras) {
        const state = this.states.get(camera);
        try {
          if (state) await this.options.store.save(state);
          this.isUnwritten = false;
        } catch (thrown) {
          this.unsaved.add(camera);
          if (!this.isUnwritten) this.options.onTrouble("unwritten", String(thrown));
          this.isUnwritten = true;
        }
      }
      if (this.unsaved.size > 0 && !this.closed) this.saveSoon(AGAIN_MS);
    });
    return this.writing;
  }
}
