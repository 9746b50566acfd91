/**
 * A gate that cannot turn red proves nothing. Each canary is a test that fails, run through the runner of the real tests,
 * which must be red because of it.
 */
import { forge, isGreen, mocha, type Result } from "./testing/runners";

const CANARIES: (() => Promise<Result>)[] = [
  () => mocha("mocha canary", ["test/canary/failing.canary.ts"]),
  () => forge("forge canary", ["--canary"]),
];

async function main(): Promise<void> {
  let alive = 0;
  for (const canary of CANARIES) {
    const result = await canary();
    const red = !isGreen(result) && result.failed > 0 && result.problem === undefined;
    console.log(`${red ? "ok    " : "FAILED"} ${result.runner}: ${result.failed} failed ${result.problem ?? ""}`);
    if (red) alive += 1;
  }
  console.log(`${alive} passed, ${CANARIES.length - alive} failed`);
  process.exitCode = alive === CANARIES.length ? 0 : 1;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
