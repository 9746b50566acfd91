import { hexlify, randomBytes } from "ethers";

import type { Chain } from "./chain";
import { claimsChapter } from "./claims";
import { consentChapter } from "./consent";
import { deployLocally, type CareProofSystem } from "./deployment";
import { readInput } from "./input";
import { provenanceChapter } from "./provenance";
import { Report } from "./report";
import { SAMPLE } from "./sample";
import { trialsChapter } from "./trials";

/** How the journey is run. */
export interface JourneyOptions {
  /** File or folder of FHIR R4 JSON or NDJSON; the sample where none is given. */
  fhir?: string;
  /** Where lines of the table go. */
  print?: (line: string) => void;
  /** Where news of progress goes. */
  progress: (line: string) => void;
  /** Chapters in which a fault is seeded. */
  faults?: readonly string[];
}

/** Deploys CareProof on a local chain and takes the whole journey. */
export async function runJourney(
  chain: Chain,
  { fhir, print, progress, faults }: JourneyOptions,
): Promise<{ report: Report; system: CareProofSystem }> {
  const seed = hexlify(randomBytes(32));
  progress("reading FHIR …");
  const input = await readInput(fhir ?? SAMPLE, seed);
  progress(`deploying CareProof on chain ${chain.chainId} …`);
  const system = await deployLocally(chain);
  const report = new Report(print, faults);
  await consentChapter(chain, system, input, seed, report);
  await provenanceChapter(chain, system, report);
  await claimsChapter(chain, system, report);
  await trialsChapter(chain, system, report);
  return { report, system };
}
