import { existsSync, readFileSync } from "node:fs";

/**
 * Peak resident memory of this process (bytes). Linux starts what `getrusage` tells at the size of the process that forked this
 * one, so it is read where it begins with the program itself.
 */
export function peakMemory() {
  const status = "/proc/self/status";
  const kilobytes = existsSync(status) ? /VmHWM:\s+(\d+) kB/.exec(readFileSync(status, "utf8"))?.[1] : undefined;
  return 1024 * Number(kilobytes ?? process.resourceUsage().maxRSS);
}
