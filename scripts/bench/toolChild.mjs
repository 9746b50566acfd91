/**
 * Runs the built tool with the arguments given, and sends its time and peak memory to the parent where it succeeds. A process of
 * its own without a compiler in it, so that its peak memory is the tool's.
 */
import { peakMemory } from "./peakMemory.mjs";
import { main } from "../../dist/esm/cli/main.js";

const start = performance.now();
const code = await main(process.argv.slice(2));
const seconds = (performance.now() - start) / 1000;
if (code === 0) process.send({ seconds, maxRssBytes: peakMemory() });
else process.exitCode = code;
process.disconnect();
