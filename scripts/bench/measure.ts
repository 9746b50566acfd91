import { mine, time } from "@nomicfoundation/hardhat-network-helpers";
import { artifacts, network } from "hardhat";

import { measureClaims, measureErc20 } from "./claims";
import { measureConsent } from "./consent";
import { measureEas } from "./eas";
import { measureErc721 } from "./erc721";
import type { Measurement, PeerMeasurement } from "./operation";
import { measureProvenance } from "./provenance";
import { measureTrials } from "./trials";
import { deployCareProof } from "../../test/support/careproof";

/** Time of the first block (unix seconds): fixed, since the price of calldata and signatures depends on it. */
export const START = 2_000_000_000;

/** Measures every row, each domain on a chain of its own, the same in every run. */
export async function measureAll(): Promise<Measurement[]> {
  await restart();
  const consent = await measureConsent(await deployCareProof(), START);
  await restart();
  const provenance = await measureProvenance(await deployCareProof());
  await restart();
  const claims = await measureClaims(await deployCareProof());
  await restart();
  return [...consent, ...provenance, ...claims, ...(await measureTrials(await deployCareProof()))];
}

/** Measures what the peers do instead, by our operation. */
export async function measurePeers(): Promise<Record<string, PeerMeasurement>> {
  await restart();
  const eas = await measureEas(START);
  await restart();
  const erc721 = await measureErc721();
  await restart();
  return { ...eas, ...erc721, ...(await measureErc20()) };
}

/** A new chain in process, at {@link START}. */
async function restart(): Promise<void> {
  await network.provider.send("hardhat_reset");
  await time.setNextBlockTimestamp(START);
  await mine();
}

/** Bytes of deployed code of each contract of ours. */
export async function codeSizes(): Promise<Record<string, number>> {
  const names = (await artifacts.getAllFullyQualifiedNames()).filter(
    (name) => name.startsWith("contracts/") && !name.startsWith("contracts/mocks/"),
  );
  const sizes: Record<string, number> = {};
  for (const name of names.sort()) {
    const { contractName, deployedBytecode } = await artifacts.readArtifact(name);
    const size = (deployedBytecode.length - 2) / 2;
    // Interfaces have none, and libraries that are inlined next to none.
    if (size > 100) sizes[contractName] = size;
  }
  return sizes;
}
