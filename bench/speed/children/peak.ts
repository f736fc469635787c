// How much memory (MB) one picture of a form takes at its peak beyond an idle process, or why it is
// refused. Prints JSON. Argument: the form.
import { readFrames } from "../../../lib/frame/read-frames";
import { createWorstPicture, type Form } from "../worst-pictures";

async function main(): Promise<void> {
  // The code of the form's decoder is there before.
  await readFrames(await createWorstPicture(process.argv[2] as Form, 64));
  const picture = await readInput();
  const idle = process.memoryUsage.rss();
  let peak = idle;
  // The system's own maximum is inherited from the parent process, and so of no use.
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 5);
  const refused = await readFrames(picture).then(
    () => null,
    (thrown: unknown) => String(thrown),
  );
  clearInterval(watch);
  console.log(JSON.stringify({ mb: (peak - idle) / 1e6, refused }));
}

/** Made by another process: encoding it takes more memory than decoding. */
async function readInput(): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of process.stdin) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

main().catch((thrown: unknown) => {
  console.error(thrown);
  process.exit(1);
});
