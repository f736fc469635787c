import type { Language } from "../i18n/catalogue";
import type { AlertLevel } from "../vocabulary/vocabulary";

/** Why a state is told: it has changed, or somebody may not know it. */
export type AlertChange = "raised" | "escalated" | "cleared" | "state";

/** The state of one camera's subject, and what has become of it. */
export interface AlertEvent {
  readonly change: AlertChange;
  readonly isRaised: boolean;
  readonly camera: string;
  /** Null: the camera sends no picture. */
  readonly class: string | null;
  readonly label: string;
  readonly level: AlertLevel;
  /** Milliseconds since 1970 from which this state holds; null: always, as far as is known. */
  readonly since: number | null;
  /** Milliseconds that an alert is on, or was on before it was cleared; null: there was none. */
  readonly durationMs: number | null;
  /** Frames that showed it. */
  readonly count: number;
  readonly confidence: number | null;
  readonly decision: string | null;
  /** Of the vocabulary; null: not known yet. */
  readonly language: Language | null;
}
