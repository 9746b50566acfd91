import { getAddress, Interface, type InterfaceAbi } from "ethers";

/** What of a log its event is read from. */
export interface EncodedLog {
  /** The contract that emitted it. */
  readonly address: string;
  /** 0x-hex of 32 bytes each; the first is the event's signature hash. */
  readonly topics: readonly string[];
  /** 0x-hex. */
  readonly data: string;
}

/** An event by its Solidity name, its arguments by theirs, integers as bigint. */
export interface DecodedEvent {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** Reads logs as the events of some contracts. */
export class EventDecoder<Contract extends string> {
  /** Parsed when first needed, so that importing the package costs nothing. */
  private readonly interfaces = new Map<Contract, Interface>();

  /**
   * @param abis The contracts' ABIs by their names.
   * @param others Names of events in them that are passed over.
   */
  constructor(
    private readonly abis: Readonly<Record<Contract, InterfaceAbi>>,
    private readonly others: ReadonlySet<string>,
  ) {}

  /**
   * The event of a log.
   *
   * @param addresses Where the contracts are.
   * @returns undefined where another contract emitted it, or it is passed over or unknown.
   */
  decode(log: EncodedLog, addresses: Readonly<Partial<Record<Contract, string>>>): DecodedEvent | undefined {
    const emitter = getAddress(log.address);
    const contract = (Object.keys(this.abis) as Contract[]).find((name) => {
      const address = addresses[name];
      return address !== undefined && getAddress(address) === emitter;
    });
    if (contract === undefined) return undefined;
    const parsed = this.interfaceOf(contract).parseLog(log);
    if (parsed === null || this.others.has(parsed.name)) return undefined;
    return { name: parsed.name, args: parsed.args.toObject() };
  }

  /** The first topic of an event's logs: its signature hash (0x-hex of 32 bytes). */
  topicOf(contract: Contract, event: string): string {
    return this.interfaceOf(contract).getEvent(event)!.topicHash;
  }

  private interfaceOf(contract: Contract): Interface {
    const known = this.interfaces.get(contract) ?? new Interface(this.abis[contract]);
    this.interfaces.set(contract, known);
    return known;
  }
}
