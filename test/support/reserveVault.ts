/** A payer's reserve vault over a stablecoin or a token that misbehaves, with stand-ins for the contracts that it serves. */
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import type { Contract, ContractTransactionResponse } from "ethers";
import { ethers } from "hardhat";

import { accredit, deployCareProof, enlist, type CareProof } from "./careproof";
import {
  ReserveVaultFactory__factory,
  ReserveVault__factory,
  type ReserveVault,
  type ReserveVaultFactory,
} from "../../src/bindings/index.js";

export const DAY = 24n * 3600n;
export const NOTICE = 30n * DAY;
export const WINDOW = 7n * DAY;

/** An amount of the stablecoin, in its units. */
export const usd = (amount: number): bigint => BigInt(amount) * 10n ** 6n;
/** As many shares as a deposit of that amount gives in a new vault: a million for each unit. */
export const atPar = (assets: bigint): bigint => assets * 10n ** 6n;

/** What `HostileToken` does on a transfer. */
export const MODES = [
  "Honest",
  "Reverts",
  "ReturnsFalse",
  "ReturnsNothing",
  "ReturnsGarbage",
  "RevertsAtLength",
  "BurnsGas",
  "TakesFee",
  "CallsBefore",
  "CallsAfter",
] as const;
export type Mode = (typeof MODES)[number];

/** The day that a block in `seconds` is in. */
export const today = async (seconds = 0n): Promise<bigint> => (BigInt(await time.latest()) + seconds) / DAY;

/** The next block is at noon, `days` from today's noon. */
export async function noonIn(days: bigint): Promise<void> {
  await time.setNextBlockTimestamp(((await today()) + days) * DAY + DAY / 2n);
}

/** What `payAutomatically` answers, in the order of the contract. */
export const AUTOMATIC_PAYMENTS = ["Made", "Paused", "ReserveShort"] as const;

/** A contract that a vault serves. */
export type Spender = "claims" | "parametric" | "policies";

export interface Vaults extends CareProof {
  factory: ReserveVaultFactory;
  payer: HardhatEthersSigner;
  payerKey: HardhatEthersSigner;
  alice: HardhatEthersSigner;
  bob: HardhatEthersSigner;
  /** Who pays premiums. */
  holder: HardhatEthersSigner;
  /** Who is paid for claims. */
  payee: HardhatEthersSigner;
  stranger: HardhatEthersSigner;
  /** Stand-ins for the contracts that a vault serves. */
  spenders: Record<Spender, Contract>;
}

/** The factory, bound to stand-ins, and an accredited payer without a vault. */
export async function deployFactory(): Promise<Vaults> {
  const system = await loadFixture(deployCareProof);
  const [payer, payerKey, alice, bob, holder, payee, stranger] = system.others as [
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
  ];
  await accredit(system, payer, "PAYER");
  await enlist(system, payer, payerKey, "PAYER");
  const factory = await new ReserveVaultFactory__factory(system.deployer).deploy(
    system.accessManager,
    system.participants,
    NOTICE,
  );
  const spenders = {
    claims: await ethers.deployContract("SpenderMock"),
    parametric: await ethers.deployContract("SpenderMock"),
    policies: await ethers.deployContract("SpenderMock"),
  };
  await factory.bind(spenders.claims, spenders.parametric, spenders.policies);
  await time.setNextBlockTimestamp(((await today()) + 1n) * DAY + DAY / 2n);
  return {
    ...system,
    factory,
    payer,
    payerKey,
    alice,
    bob,
    holder,
    payee,
    stranger,
    spenders,
  };
}

type WriteFunction = "reserve" | "release" | "payAutomatically" | "pay" | "receivePremium" | "refundPremium";

export interface Funded extends Vaults {
  vault: ReserveVault;
  vaultAddress: string;
  /** The asset, by the interface of any ERC-20. */
  token: ReserveVault;
  /** The asset with what only it has. */
  mock: Contract;
  /** Calls the vault as one of the contracts that it serves. */
  as: (spender: Spender, name: WriteFunction, ...args: unknown[]) => Promise<ContractTransactionResponse>;
  /** What the vault would answer such a call. */
  ask: (spender: Spender, name: WriteFunction, ...args: unknown[]) => Promise<unknown[]>;
  mint: (to: { address: string } | string, amount: bigint) => Promise<void>;
  setMode: (mode: Mode) => Promise<void>;
  /** Everything under notice, and its period over. */
  mature: (owner: HardhatEthersSigner, shares: bigint) => Promise<void>;
}

async function deployOver(name: "TestStablecoin" | "HostileToken"): Promise<Funded> {
  const vaults = await loadFixture(deployFactory);
  const { factory, payer, deployer, alice, bob, holder } = vaults;
  const mock = await ethers.deployContract(name);
  const token = ReserveVault__factory.connect(await mock.getAddress(), deployer);
  await factory.connect(payer).createVault(token);
  const vaultAddress = await factory.vaultOf(payer.address, token);
  const vault = ReserveVault__factory.connect(vaultAddress, deployer);
  const mint = async (to: { address: string } | string, amount: bigint): Promise<void> => {
    await mock.getFunction("mint")(typeof to === "string" ? to : to.address, amount);
  };
  for (const account of [alice, bob, holder, payer]) {
    await mint(account, usd(1_000_000));
    await token.connect(account).approve(vault, ethers.MaxUint256);
  }
  await vault.connect(alice).deposit(usd(1000), alice.address);
  const encode = (name: WriteFunction, args: unknown[]): string =>
    vault.interface.encodeFunctionData(name as "reserve", args as [bigint]);
  return {
    ...vaults,
    vault,
    vaultAddress,
    token,
    mock,
    mint,
    as: (spender, name, ...args) =>
      vaults.spenders[spender].getFunction("act")(
        vaultAddress,
        encode(name, args),
      ) as Promise<ContractTransactionResponse>,
    ask: async (spender, name, ...args) => {
      const answer = (await vaults.spenders[spender]
        .getFunction("act")
        .staticCall(vaultAddress, encode(name, args))) as string;
      return [...vault.interface.decodeFunctionResult(name as "reserve", answer)] as unknown[];
    },
    setMode: async (mode) => {
      await mock.getFunction("setMode")(MODES.indexOf(mode));
    },
    mature: async (owner, shares) => {
      await vault.connect(owner).requestWithdraw(shares);
      await time.increase(NOTICE);
    },
  };
}

/** A vault over the test stablecoin, into which Alice put 1000. Everybody has a million and approved the vault. */
export const deployVault = (): Promise<Funded> => deployOver("TestStablecoin");

/** As {@link deployVault}, over a token that a test can tell to misbehave. */
export const deployHostile = (): Promise<Funded> => deployOver("HostileToken");
