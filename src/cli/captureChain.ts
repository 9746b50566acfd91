import { type Contract, getAddress, type Log, ZeroAddress, zeroPadValue, toBeHex } from "ethers";

import { ask, type Connection, contractAt } from "./rpc.js";
import {
  drugProvenanceAbi,
  epcisEventLogAbi,
  iCompanyPrefixRegistryAbi,
  iParticipantRegistryAbi,
  productInvestigationsAbi,
} from "../abi/index.js";
import { ContractError } from "../contractErrors.js";
import { CareProofError } from "../errors.js";
import { ROLES, type RoleName } from "../participants/roles.js";
import { CAPTURE_FUNCTIONS, callKey, listsOf, NO_PROOF } from "../provenance/capture/calls.js";
import type { ConcernedIds } from "../provenance/capture/concernedIds.js";
import type { CaptureChain, ChainItem, ChainLot } from "../provenance/capture/plan.js";
import { ITEM_DISPOSITIONS } from "../provenance/statuses.js";
import { inGroups } from "../utils/inGroups.js";

/** Questions that are under way at a time; ethers sends those of a moment in one request. */
const QUESTIONS = 100;

/** `DrugProvenance`, what it goes by, and what it created, on the chain of a connection. Its errors are those of `ask`. */
export class CaptureContracts {
  private constructor(
    private readonly connection: Connection,
    readonly DrugProvenance: Contract,
    readonly ProductInvestigations: Contract,
    private readonly participants: Contract,
    private readonly companyPrefixes: Contract,
    readonly EpcisEventLog: Contract | undefined,
  ) {}

  /**
   * @param address That of `DrugProvenance`.
   * @param eventLog That of `EpcisEventLog`, if one is at hand.
   * @throws CareProofError `CONTRACT_MISSING`, `CONTRACT_UNEXPECTED`.
   */
  static async at(connection: Connection, address: string, eventLog: string | undefined): Promise<CaptureContracts> {
    const provenance = await contractAt(connection, address, drugProvenanceAbi);
    const [investigations, participants, companyPrefixes] = await ask(connection, () =>
      Promise.all(
        ["investigations", "participants", "companyPrefixes"].map(
          (name) => provenance.getFunction(name).staticCall() as Promise<string>,
        ),
      ),
    );
    return new CaptureContracts(
      connection,
      provenance,
      await contractAt(connection, investigations!, productInvestigationsAbi),
      await contractAt(connection, participants!, iParticipantRegistryAbi),
      await contractAt(connection, companyPrefixes!, iCompanyPrefixRegistryAbi),
      eventLog === undefined ? undefined : await eventLogAt(connection, eventLog, participants!),
    );
  }

  /** Whom a key acts for: the organisation it serves, or itself. */
  principalOf(account: string): Promise<string> {
    return this.call(this.participants, "principalOf", account);
  }

  /** Refuses who is not in good standing in a role. Throws CareProofError `PARTNER_NOT_ACCREDITED`, its path being `path`. */
  async requireGoodStanding(account: string, role: RoleName, path: string): Promise<void> {
    try {
      await this.call(this.participants, "resolve", account, ROLES[role]);
    } catch (error) {
      if (!(error instanceof ContractError)) throw error;
      const message = `${account} is not accredited as ${role} now: ${error.message}`;
      throw new CareProofError("PARTNER_NOT_ACCREDITED", message, path, { cause: error });
    }
  }

  /** Refuses a GTIN that is not under a company prefix of somebody's. Throws CareProofError `PREFIX_NOT_HELD`. */
  async requirePrefix(gtin: bigint, length: number, maker: string, path: string): Promise<void> {
    const holder = await this.call<string>(this.companyPrefixes, "holderOfGtin", gtin, length);
    if (holder === maker) return;
    const whose = holder === ZeroAddress ? "nobody's" : `that of ${holder}`;
    const message = `the GS1 company prefix of ${length} digits of GTIN ${gtin.toString().padStart(14, "0")} is ${whose}, not that of ${maker}`;
    throw new CareProofError("PREFIX_NOT_HELD", message, path);
  }

  /**
   * What the chain knows of what a document concerns.
   *
   * @param recorded Which events are looked for in `EpcisEventLog`, and for which organisation.
   */
  async read(
    { items, lots }: ConcernedIds,
    recorded: { readonly hashes: readonly string[]; readonly by: string },
    fromBlock: bigint,
  ): Promise<CaptureChain> {
    const { done, proofs } = await this.readLogs([...items, ...lots], fromBlock);
    await this.readRecorded(recorded, fromBlock, done);
    const found = new Map<bigint, ChainItem>();
    // From the things outward: what is around them may be around it.
    for (let ids: readonly bigint[] = items; ids.length > 0;) {
      const around = new Set<bigint>();
      for (const [id, item] of await this.each(ids, (one) => this.item(one, proofs.get(one)))) {
        if (item === undefined) continue;
        found.set(id, item);
        if (item.container !== undefined && !found.has(item.container)) around.add(item.container);
      }
      ids = [...around];
    }
    const known = new Map<bigint, ChainLot>();
    for (const [key, lot] of await this.each(lots, (one) => this.lot(one))) if (lot !== undefined) known.set(key, lot);
    return { items: found, lots: known, done };
  }

  private async item(id: bigint, proofs: string | undefined): Promise<ChainItem | undefined> {
    const item = await this.call<{ party: string; lot: bigint; disposition: bigint }>(
      this.DrugProvenance,
      "itemOf",
      id,
    );
    const disposition = ITEM_DISPOSITIONS[Number(item.disposition)] ?? "None";
    if (disposition === "None") return undefined;
    const [holder, container] = await Promise.all([
      this.call<string>(this.DrugProvenance, "custodianOf", id, NO_PROOF),
      this.call<bigint>(this.DrugProvenance, "containerOf", id),
    ]);
    return {
      disposition,
      lot: item.lot,
      ...(holder === ZeroAddress ? {} : { holder }),
      ...(item.party === ZeroAddress ? {} : { party: getAddress(item.party) }),
      ...(container === 0n ? {} : { container }),
      ...(proofs === undefined ? {} : { proofs }),
    };
  }

  private async lot(key: bigint): Promise<ChainLot | undefined> {
    const { maker, runs } = await this.call<{ maker: string; runs: bigint }>(this.DrugProvenance, "lotOf", key);
    if (maker === ZeroAddress) return undefined;
    const numbers = Array.from({ length: Number(runs) }, (_, run) => run);
    return {
      maker,
      roots: await Promise.all(numbers.map((run) => this.call<string>(this.DrugProvenance, "rootOf", key, run))),
    };
  }

  /** Which calls are on the chain, and which proof file the last shipment of each thing came with. */
  private async readLogs(
    ids: readonly bigint[],
    fromBlock: bigint,
  ): Promise<{ done: Set<string>; proofs: Map<bigint, string> }> {
    const done = new Set<string>();
    const proofs = new Map<bigint, string>();
    const names = new Set<string>([...Object.values(CAPTURE_FUNCTIONS), "DuplicateDispense"]);
    for (const contract of [this.DrugProvenance, this.ProductInvestigations]) {
      const topics: string[] = [];
      contract.interface.forEachEvent(({ name, topicHash }) => names.has(name) && topics.push(topicHash));
      for (const list of listsOf(ids)) {
        for (const log of await this.logs(
          contract,
          [topics, list.map((id) => zeroPadValue(toBeHex(id), 32))],
          fromBlock,
        )) {
          const event = contract.interface.parseLog(log);
          if (event === null) continue;
          const id = event.args[0] as bigint;
          const hash = String(event.args.toObject().eventHash ?? event.args.toObject().evidence).toLowerCase();
          // What a dispenser reports as dispensed twice it has not to report again.
          done.add(`${event.name === "DuplicateDispense" ? CAPTURE_FUNCTIONS.dispense : event.name} ${id} ${hash}`);
          if (event.name === "Shipped") proofs.set(id, String(event.args.toObject().proofs));
        }
      }
    }
    return { done, proofs };
  }

  /** Adds the events that an organisation recorded by their hashes. */
  private async readRecorded(
    { hashes, by }: { readonly hashes: readonly string[]; readonly by: string },
    fromBlock: bigint,
    done: Set<string>,
  ): Promise<void> {
    const contract = this.EpcisEventLog;
    const topic = contract?.interface.getEvent(CAPTURE_FUNCTIONS.record)?.topicHash;
    if (contract === undefined || topic === undefined) return;
    for (const list of listsOf(hashes)) {
      for (const { topics } of await this.logs(contract, [topic, list, zeroPadValue(by, 32)], fromBlock)) {
        const hash = topics[1]!;
        done.add(callKey("record", BigInt(hash), hash));
      }
    }
  }

  private logs(contract: Contract, topics: (string | string[])[], fromBlock: bigint): Promise<Log[]> {
    const { connection } = this;
    return ask(connection, async () =>
      connection.provider.getLogs({ address: await contract.getAddress(), topics, fromBlock, toBlock: "latest" }),
    );
  }

  private each<T>(keys: readonly bigint[], read: (key: bigint) => Promise<T>): Promise<[bigint, T][]> {
    return inGroups(keys, QUESTIONS, async (key) => [key, await read(key)]);
  }

  private call<T>(contract: Contract, name: string, ...args: unknown[]): Promise<T> {
    return ask(this.connection, () => contract.getFunction(name).staticCall(...args) as Promise<T>);
  }
}

/** `EpcisEventLog`, which has to go by the same participants. */
async function eventLogAt(connection: Connection, address: string, participants: string): Promise<Contract> {
  const contract = await contractAt(connection, address, epcisEventLogAbi);
  const own = await ask(connection, () => contract.getFunction("participants").staticCall() as Promise<string>);
  if (own === participants) return contract;
  const message = `EpcisEventLog at ${address} goes by the participants of ${own}, DrugProvenance by those of ${participants}: they are of two deployments`;
  throw new CareProofError("CONTRACT_UNEXPECTED", message);
}
