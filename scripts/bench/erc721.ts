/**
 * The peers of drug provenance: OpenZeppelin's ERC-721 and ERC721A, the usual ways to make a package a token. Neither knows
 * lots, containers, partners or papers.
 */
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import type { BaseContract, ContractTransactionResponse } from "ethers";
import { ethers } from "hardhat";

import { gasOf, type PeerMeasurement } from "./operation";

/** Tokens that ERC721A mints at once. */
const MINTED_AT_ONCE = 1_000;

/** Measures the peers for each of our operations that they have an equal of. */
export async function measureErc721(): Promise<Record<string, PeerMeasurement>> {
  const [maker, pharmacy] = (await ethers.getSigners()) as [HardhatEthersSigner, HardhatEthersSigner];
  const openZeppelin = await ethers.deployContract("ERC721Peer", maker);
  const erc721a = await ethers.deployContract("ERC721APeer", maker);

  const call = (peer: BaseContract, name: string, ...args: unknown[]): Promise<ContractTransactionResponse> =>
    peer.getFunction(name).send(...args);

  const many = await gasOf(call(erc721a, "mint", maker, MINTED_AT_ONCE));
  // Both have a token before: what is measured is not the first of anybody.
  await call(openZeppelin, "mint", maker, 1);
  await call(openZeppelin, "mint", pharmacy, 2);
  const mint = await gasOf(call(openZeppelin, "mint", maker, 3));
  const transfer = await gasOf(call(openZeppelin, "transferFrom", maker, pharmacy, 3));
  const burn = await gasOf(call(openZeppelin.connect(pharmacy), "burn", 3));

  const moved = { peer: "OpenZeppelin transferFrom, a token", gas: transfer };
  return {
    "provenance.commissionLot": { peer: "ERC721A mint of 1,000", gas: many },
    "provenance.commissionLot.package": { peer: "ERC721A mint of 1,000, each", gas: Math.round(many / MINTED_AT_ONCE) },
    "provenance.ship": moved,
    "provenance.receive.later": moved,
    "provenance.dispense": { peer: "OpenZeppelin mint, transferFrom and burn, a token", gas: mint + transfer + burn },
  };
}
