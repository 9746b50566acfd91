/** Everything that a chain shows to an observer, and whether a secret is in it. */
import { getBytes, hexlify, keccak256, sha256, toUtf8Bytes, type Provider } from "ethers";

/** What a chain shows: a place, and the bytes there as lower-case hex without 0x. */
export interface Shown {
  place: string;
  hex: string;
}

interface StructLog {
  op: string;
  stack?: string[];
}

/**
 * Calldata, logs and written storage of every transaction since block `fromBlock`, contracts' creation code left out: it was
 * there before any patient.
 */
export async function everythingShown(
  provider: Provider & { send(method: string, params: unknown[]): Promise<unknown> },
  fromBlock = 1,
): Promise<Shown[]> {
  const shown: Shown[] = [];
  const last = await provider.getBlockNumber();
  for (let number = fromBlock; number <= last; number++) {
    for (const { hash, to, data } of (await provider.getBlock(number, true))!.prefetchedTransactions) {
      if (to !== null) shown.push({ place: `calldata of ${hash}`, hex: data.slice(2).toLowerCase() });
      const receipt = (await provider.getTransactionReceipt(hash))!;
      for (const { topics, data: logged, index } of receipt.logs) {
        const hex = [...topics, logged].map((word) => word.slice(2)).join("");
        shown.push({ place: `log ${index} of ${hash}`, hex: hex.toLowerCase() });
      }
      if (to === null || data === "0x") continue;
      const trace = (await provider.send("debug_traceTransaction", [hash, { disableMemory: true }])) as {
        structLogs: StructLog[];
      };
      for (const { op, stack } of trace.structLogs) {
        if (op !== "SSTORE" || stack === undefined) continue;
        const word = (place: number): string => stack.at(place)!.replace(/^0x/, "").padStart(64, "0").toLowerCase();
        shown.push({ place: `storage written by ${hash}`, hex: word(-1) + word(-2) });
      }
    }
  }
  return shown;
}

/** The words of 32 bytes in what is shown, at every place where the ABI or an event puts one. */
export function wordsOf(shown: readonly Shown[]): Set<string> {
  const words = new Set<string>();
  for (const { place, hex } of shown) {
    const start = place.startsWith("calldata") ? 8 : 0;
    for (let at = start; at + 64 <= hex.length; at += 64) words.add(hex.slice(at, at + 64));
  }
  return words;
}

/** How a text could be on chain: in clear, in hex or base64, each at most cut to a word, or hashed without a salt. */
export function disguises(text: string): string[] {
  const bytes = toUtf8Bytes(text);
  const base64 = btoa(String.fromCharCode(...bytes)).replace(/=+$/, "");
  // The last character of unpadded base64 also encodes what follows.
  const clear = [text, hexlify(bytes).slice(2), base64.slice(0, -1)].map((form) => hexlify(toUtf8Bytes(form)).slice(2));
  return [
    ...clear,
    ...[keccak256, sha256].flatMap((hash) => [bytes, getBytes(hash(bytes))].map((of) => hash(of).slice(2))),
  ];
}

/** The places where `text` is shown in any of its {@link disguises}. */
export function findText(shown: readonly Shown[], text: string): string[] {
  const forms = disguises(text).map((form) => form.toLowerCase());
  return shown.filter(({ hex }) => forms.some((form) => hex.includes(form))).map(({ place }) => place);
}
