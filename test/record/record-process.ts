/**
 * A process of its own that keeps decisions: `tsx record-process.ts <root> <how many> <picture?>`.
 * Writes a line for each that is on the disk, and one for each change of state.
 */
import { DecisionRecord } from "../../lib/record/record";
import { decide, picture } from "./decisions";

async function main(root: string, most: number, withPicture: boolean): Promise<void> {
  const record = DecisionRecord.open(root);
  record.onState(({ problem, lost }) => {
    process.stdout.write(`state ${problem ? problem.message : "well"} ${lost}\n`);
  });
  const shown = withPicture ? await picture() : undefined;
  for (let count = 0; count < most; count++) {
    const decision = decide();
    if (await record.append(decision, shown)) process.stdout.write(`kept ${decision.result.id}\n`);
    else process.stdout.write(`lost ${decision.result.id}\n`);
  }
  await record.close();
  process.stdout.write("done\n");
}

const [root = "", most = "", withPicture = ""] = process.argv.slice(2);
void main(root, Number(most), withPicture === "picture");
