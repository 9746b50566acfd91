/** A local chain as the journey uses it: a provider that sends, another that observes, accounts with and without funds. */
import {
  BrowserProvider,
  JsonRpcProvider,
  Wallet,
  parseEther,
  type Eip1193Provider,
  type JsonRpcApiProvider,
} from "ethers";

import { CareProofError } from "../../src/errors";

/** Waiting for a receipt, a local chain is asked this often (milliseconds). */
const POLLING = 50;

/** A chain that answers on an EIP-1193 provider or a URL. */
export class Chain {
  private constructor(
    /** Sends transactions. */
    readonly provider: JsonRpcApiProvider,
    /** Reads outcomes, on a connection of its own, so that nothing the sender remembers is taken for the chain's word. */
    readonly observer: JsonRpcApiProvider,
    readonly chainId: number,
  ) {}

  /** @param observed Where outcomes are read, if not on a second connection to the same endpoint. */
  static async connect(endpoint: Eip1193Provider | string, observed = endpoint): Promise<Chain> {
    const provider = open(endpoint);
    try {
      const chainId = Number(await provider.send("eth_chainId", []));
      return new Chain(provider, open(observed), chainId);
    } catch (cause) {
      provider.destroy();
      const node = typeof endpoint === "string" ? ` at ${endpoint}` : "";
      throw new CareProofError("RPC_UNREACHABLE", `the node${node} does not answer`, undefined, { cause });
    }
  }

  /** A new account with funds, from the node's own first account. */
  async funded(): Promise<Wallet> {
    const wallet = this.unfunded();
    const bank = await this.provider.getSigner(0);
    await (await bank.sendTransaction({ to: wallet.address, value: parseEther("10") })).wait();
    return wallet;
  }

  /** A new account with nothing: whatever it decides, somebody else relays. */
  unfunded(): Wallet {
    return new Wallet(Wallet.createRandom().privateKey, this.provider);
  }

  /** Time of the latest block (unix seconds), one second later than before: decisions of one person have an order. */
  async tick(): Promise<number> {
    return this.advance(1);
  }

  /** Time of the latest block (unix seconds), so many seconds later than before. */
  async advance(seconds: number): Promise<number> {
    await this.provider.send("evm_increaseTime", [seconds]);
    await this.provider.send("evm_mine", []);
    return (await this.provider.getBlock("latest"))!.timestamp;
  }

  close(): void {
    this.provider.destroy();
    this.observer.destroy();
  }
}

function open(endpoint: Eip1193Provider | string): JsonRpcApiProvider {
  const options = { cacheTimeout: -1, pollingInterval: POLLING };
  const provider =
    typeof endpoint === "string"
      ? new JsonRpcProvider(endpoint, undefined, options)
      : new BrowserProvider(endpoint, undefined, options);
  provider.pollingInterval = POLLING;
  return provider;
}
