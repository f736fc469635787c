import type { NodeAPI } from "node-red";

import { isRecord } from "../../../lib/basics/is-record";
import { TlacError } from "../../../lib/errors";
import { translate } from "../../../lib/i18n/catalogue";
import { DecisionRecord, DEFAULT_BOUNDS, type Bounds } from "../../../lib/record/record";
import { describeQuality } from "../metrics/quality-metrics";
import { addMetrics } from "../metrics/sources";
import { recordFolder } from "../models/cache-folder";
import { runtimeLanguage } from "../status/language";
import { QualityWatch } from "./quality-watch";

interface Shared {
  readonly record: DecisionRecord;
  readonly quality: QualityWatch;
  readonly forgetMetrics: () => void;
  users: number;
}

/** One record a process and user directory, however many nodes write and read it. */
const records = new Map<string, Shared>();

/** One node's use of the record. */
export class RecordUse {
  private shared: Shared | undefined;
  private released = false;

  constructor(private readonly RED: NodeAPI) {}

  /** Nothing can be kept or asked any more. */
  get isReleased(): boolean {
    return this.released;
  }

  /** Opens it with the first use; touches no disk before anything is kept. Throws `CLOSED`. */
  get record(): DecisionRecord {
    return this.open().record;
  }

  /** How good its decisions are; looks at the disk once somebody listens. Throws `CLOSED`. */
  get quality(): QualityWatch {
    return this.open().quality;
  }

  async release(): Promise<void> {
    const { shared } = this;
    this.released = true;
    this.shared = undefined;
    if (!shared) return;
    shared.users -= 1;
    if (shared.users > 0) return;
    records.delete(shared.record.root);
    shared.forgetMetrics();
    await shared.quality.settle();
    await shared.record.close();
  }

  private open(): Shared {
    // Nobody would release what a late caller opened.
    if (this.released) throw new TlacError("CLOSED", "tlac.closed");
    this.shared ??= acquire(this.RED);
    return this.shared;
  }
}

function acquire(RED: NodeAPI): Shared {
  const root = recordFolder(RED);
  const shared = records.get(root) ?? open(RED, root);
  shared.users += 1;
  return shared;
}

function open(RED: NodeAPI, root: string): Shared {
  const language = runtimeLanguage(RED);
  const record = DecisionRecord.open(root, readBounds(RED.settings));
  record.onState(({ problem, lost }) => {
    if (problem) RED.log.error(`[record] ${problem.in(language)}`);
    else RED.log.info(`[record] ${translate("record.well-again", { lost }, language)}`);
  });
  const quality = new QualityWatch(record);
  const forgetMetrics = addMetrics(() => describeQuality(quality.current));
  const shared = { record, quality, forgetMetrics, users: 0 };
  records.set(root, shared);
  return shared;
}

/** `tlacRecord: { megabytes, days }` in `settings.js`; what is no number above 0 is the default. */
function readBounds(settings: NodeAPI["settings"]): Bounds {
  const { tlacRecord } = settings as { tlacRecord?: unknown };
  const { megabytes, days } = isRecord(tlacRecord) ? tlacRecord : {};
  const isBound = (value: unknown): value is number => typeof value === "number" && value > 0;
  return {
    mostBytes: isBound(megabytes) ? megabytes * 1_000_000 : DEFAULT_BOUNDS.mostBytes,
    mostDays: isBound(days) ? days : DEFAULT_BOUNDS.mostDays,
  };
}
