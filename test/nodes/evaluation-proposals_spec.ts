import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { parseVocabulary } from "../../lib/vocabulary/parse-vocabulary";
import type { ChangedClasses, TaughtExamples } from "../../nodes/admin/evaluation/apply-proposal";
import type { ProposalView } from "../../nodes/admin/evaluation/describe-proposals";
import type {
  EvaluationProgress,
  EvaluationResult,
} from "../../nodes/admin/evaluation/evaluation-job";
import tlac from "../../nodes/tlac";
import { cropPhotos } from "../helpers/crop-photos";
import { dragNode } from "../helpers/flow-nodes";
import { removeFolder } from "../helpers/remove-folder";
import { startAdmin, type AdminServer } from "./admin-server";

const PLACE = "tlac/evaluation";
/** Numbers of parts, which say nothing to any model. */
const CLASSES = "K7\nR2";

describe("proposals of an evaluation before the deploy", function () {
  this.timeout(60_000);
  let admin: AdminServer;
  let place: string;
  let result: EvaluationResult;

  before(async () => {
    place = await mkdtemp(path.join(tmpdir(), "tlac-proposals-"));
    await cropPhotos(place, { K7: "espresso", R2: "rocket" }, 5);
    admin = await startAdmin(tlac, []);
    result = await evaluate();
  });
  after(async () => {
    await admin.close();
    await removeFolder(place);
  });

  const ask = (more: object = {}) => ({
    settings: { ...dragNode("tlac"), readFiles: true, folders: place },
    classes: CLASSES,
    template: "",
    server: null,
    model: null,
    vocabulary: "parts",
    ...more,
  });
  const evaluate = async (): Promise<EvaluationResult> => {
    const { job } = (await admin.post(PLACE, ask({ folder: place }))).body;
    const { progress } = await admin.follow(PLACE, job);
    const { result: found } = progress as EvaluationProgress;
    assert.ok(found);
    return found;
  };
  const find = (isWanted: (proposal: ProposalView) => boolean): ProposalView => {
    const found = result.proposals.find(isWanted);
    assert.ok(found, JSON.stringify(result.proposals.map(({ sentence }) => sentence)));
    return found;
  };
  const alias = (): ProposalView =>
    find(({ sentence }) => sentence.includes("“espresso” as an alias"));
  const examples = (): ProposalView => find(({ kind }) => kind === "examples");
  const apply = async (classes: string): Promise<ChangedClasses> => {
    const body = { report: result.report, proposal: alias().id, classes };
    return (await admin.post(`${PLACE}/apply`, body)).body as unknown as ChangedClasses;
  };
  const teach = async () => {
    const body = ask({ report: result.report, proposal: examples().id });
    const { status, body: answer } = await admin.post(`${PLACE}/teach`, body);
    return { status, answer: answer as unknown as TaughtExamples & { code?: string } };
  };
  const kept = async (): Promise<string[]> => {
    const root = path.join(admin.userDir, "tlac", "vocabularies", "parts", "examples");
    const entries = await readdir(root, { recursive: true }).catch(() => []);
    return entries.filter((entry) => entry.endsWith(".jpg") && !entry.includes(".removed"));
  };

  it("come with what they do, sure or not", () => {
    const { effect, reason } = alias();
    assert.ok(effect);
    assert.ok(effect.after.right > effect.before.right, effect.sentence);
    assert.equal(effect.photos, 10);
    assert.match(effect.sentence, /better, 0 worse/);
    assert.match(reason, /The LMM said it of/);
  });

  it("change the classes as they stand, written as simply as before", async () => {
    const { rows, text } = await apply("K7\nR2 = rocket");
    assert.equal(text, "K7 = espresso\nR2 = rocket\n");
    assert.deepEqual(
      rows.map(({ id, label, aliases }) => [id, label, aliases]),
      [
        ["", "K7", "espresso"],
        ["", "R2", "rocket"],
      ],
    );
    const rich = await apply('[{"id":"k7","label":"cup","not":"mug"},{"label":"R2"}]');
    const [cup] = parseVocabulary(rich.text).classes;
    assert.deepEqual([cup?.id, cup?.aliases, cup?.not], ["k7", ["espresso"], ["mug"]]);
    const { status } = await admin.post(`${PLACE}/apply`, { report: result.report, proposal: "x" });
    assert.equal(status, 404);
  });

  it("make photos examples that count at once, and take them back whole", async () => {
    const { status, answer } = await teach();
    assert.equal(status, 200);
    assert.equal((await kept()).length, answer.added.length);
    assert.deepEqual(answer.ids, { 0: "k7", 1: "r2" });
    const again = await evaluate();
    const right = ({ shares }: EvaluationResult): number => shares[0]?.count ?? 0;
    assert.ok(right(again) > right(result));
    for (const name of ["teach", "forget"]) {
      const body = { report: result.report, proposal: examples().id, vocabulary: undefined };
      assert.equal((await admin.post(`${PLACE}/${name}`, ask(body))).status, 400, name);
    }
    // What made room may be gone for good.
    const removed = ["k7/0123.jpg", ...answer.removed];
    assert.equal((await admin.post(`${PLACE}/forget`, ask({ ...answer, removed }))).status, 200);
    assert.deepEqual(await kept(), []);
    assert.equal(right(await evaluate()), right(result));
  });

  it("add no example where one of the photos is gone", async () => {
    await rm(path.join(place, "R2"), { recursive: true });
    const { status, answer } = await teach();
    assert.deepEqual([status, answer.code], [502, "BAD_IMAGE"]);
    assert.deepEqual(await kept(), []);
  });
});
