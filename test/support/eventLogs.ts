/** Logs of a chain as the package reads them. */
import type { JsonRpcApiProvider, Provider } from "ethers";

import type { ConsentContracts, EventLog } from "../../src/consent/events.js";
import type { CareProof } from "./careproof.js";

/** Where the contracts of a deployed system are whose events the package reads. */
export async function contractsOf(system: CareProof): Promise<Required<ConsentContracts>> {
  return {
    ConsentRegistry: await system.consents.getAddress(),
    RepresentativeRegistry: await system.representatives.getAddress(),
    RecordRegistry: await system.records.getAddress(),
    DisclosureLog: await system.disclosures.getAddress(),
  };
}

/** All logs since block `fromBlock`, in the order of the chain, with the times of their blocks. */
export async function eventLogs(provider: Provider | JsonRpcApiProvider, fromBlock = 0): Promise<EventLog[]> {
  const times = new Map<number, number>();
  const logs: EventLog[] = [];
  for (const { address, topics, data, transactionHash, index, blockNumber } of await provider.getLogs({ fromBlock })) {
    let timestamp = times.get(blockNumber);
    if (timestamp === undefined) {
      timestamp = (await provider.getBlock(blockNumber))!.timestamp;
      times.set(blockNumber, timestamp);
    }
    logs.push({ address, topics, data, transactionHash, index, timestamp });
  }
  return logs;
}
