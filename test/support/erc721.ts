/**
 * What every ERC-721 token owes its owner, whatever else is true of it: a suite to be run on tokens in different states. It
 * checks what OpenZeppelin's own suite for its ERC-721 checks, except transfers, which this contract does not have.
 */
import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroAddress } from "ethers";

import type { DrugProvenance } from "../../src/bindings/index.js";
import type { Account } from "./careproof";

/** A token and the accounts around it. */
export interface Erc721Subject {
  token: DrugProvenance;
  id: bigint;
  owner: Account;
  /** How many tokens the owner has. */
  balance: bigint;
  /** The GS1 Digital Link URI of the token. */
  uri: string;
  /** Accounts without any part. */
  others: readonly [Account, Account, Account];
}

/** Declares the suite; `fixture` is named, since its state is kept under its name. */
export function behavesAsOwnedToken(fixture: () => Promise<Erc721Subject>): void {
  it("has one owner, who has a balance, and a URI", async () => {
    const { token, id, owner, balance, uri, others } = await loadFixture(fixture);
    expect(await token.ownerOf(id)).to.equal(owner.address);
    expect(await token.balanceOf(owner)).to.equal(balance);
    expect(await token.balanceOf(others[0])).to.equal(0n);
    expect(await token.tokenURI(id)).to.equal(uri);
    expect(await token.getApproved(id)).to.equal(ZeroAddress);
  });

  it("is approved by its owner: once, again, to another, and to nobody, with an event each time", async () => {
    const { token, id, owner, others } = await loadFixture(fixture);
    const [first, second] = others;
    for (const approved of [ZeroAddress, first.address, first.address, second.address, ZeroAddress]) {
      await expect(token.connect(owner).approve(approved, id))
        .to.emit(token, "Approval")
        .withArgs(owner.address, approved, id);
      expect(await token.getApproved(id)).to.equal(approved);
    }
  });

  it("is approved by nobody else, not even by who is approved for it", async () => {
    const { token, id, owner, others } = await loadFixture(fixture);
    const [approved, other, third] = others;
    await token.connect(owner).approve(approved, id);
    for (const caller of [approved, other]) {
      await expect(token.connect(caller).approve(third, id))
        .to.be.revertedWithCustomError(token, "ERC721InvalidApprover")
        .withArgs(caller.address);
    }
    expect(await token.getApproved(id)).to.equal(approved.address);
  });

  it("is approved by an operator for all its owner's tokens, as by the owner", async () => {
    const { token, id, owner, others } = await loadFixture(fixture);
    const [operator, approved] = others;
    await token.connect(owner).setApprovalForAll(operator, true);
    await expect(token.connect(operator).approve(approved, id))
      .to.emit(token, "Approval")
      .withArgs(owner.address, approved.address, id);
    expect(await token.getApproved(id)).to.equal(approved.address);
  });

  it("has operators whom its owner names and removes, any number of times, with an event each time", async () => {
    const { token, owner, others } = await loadFixture(fixture);
    const [operator, other] = others;
    expect(await token.isApprovedForAll(owner, operator)).to.equal(false);
    for (const approved of [false, true, true, false, true]) {
      await expect(token.connect(owner).setApprovalForAll(operator, approved))
        .to.emit(token, "ApprovalForAll")
        .withArgs(owner.address, operator.address, approved);
      expect(await token.isApprovedForAll(owner, operator)).to.equal(approved);
    }
    expect(await token.isApprovedForAll(owner, other)).to.equal(false);
    expect(await token.isApprovedForAll(operator, owner)).to.equal(false);
    await expect(token.connect(owner).setApprovalForAll(ZeroAddress, true))
      .to.be.revertedWithCustomError(token, "ERC721InvalidOperator")
      .withArgs(ZeroAddress);
  });

  it("is transferred by nobody: neither its owner, nor who is approved, nor an operator, nor another", async () => {
    const { token, id, owner, balance, others } = await loadFixture(fixture);
    const [approved, operator, other] = others;
    await token.connect(owner).approve(approved, id);
    await token.connect(owner).setApprovalForAll(operator, true);
    for (const caller of [owner, approved, operator, other]) {
      await refusesTransfer(token.connect(caller), owner.address, other.address, id);
    }
    await refusesTransfer(token.connect(owner), owner.address, owner.address, id);
    await refusesTransfer(token.connect(owner), other.address, other.address, id);
    await refusesTransfer(token.connect(owner), owner.address, ZeroAddress, id);
    expect(await token.ownerOf(id)).to.equal(owner.address);
    expect(await token.balanceOf(owner)).to.equal(balance);
    expect(await token.getApproved(id)).to.equal(approved.address);
  });
}

/** Declares the suite of an id that is no token; `fixture` is named as above. */
export function behavesAsNoToken(fixture: () => Promise<Omit<Erc721Subject, "uri" | "balance">>): void {
  it("has no owner, no URI and no approved account", async () => {
    const { token, id } = await loadFixture(fixture);
    for (const view of ["ownerOf", "getApproved", "tokenURI"] as const) {
      await expect(token[view](id)).to.be.revertedWithCustomError(token, "ERC721NonexistentToken").withArgs(id);
    }
  });

  it("is approved by nobody, not even by an operator", async () => {
    const { token, id, owner, others } = await loadFixture(fixture);
    const [operator, approved] = others;
    await token.connect(owner).setApprovalForAll(operator, true);
    for (const caller of [owner, operator]) {
      await expect(token.connect(caller).approve(approved, id))
        .to.be.revertedWithCustomError(token, "ERC721NonexistentToken")
        .withArgs(id);
    }
  });

  it("is transferred by nobody", async () => {
    const { token, id, owner, others } = await loadFixture(fixture);
    await refusesTransfer(token.connect(owner), owner.address, others[0].address, id);
  });
}

/** No transfer function does anything, with or without data. */
async function refusesTransfer(token: DrugProvenance, from: string, to: string, id: bigint): Promise<void> {
  for (const attempt of [
    () => token.transferFrom(from, to, id),
    () => token["safeTransferFrom(address,address,uint256)"](from, to, id),
    () => token["safeTransferFrom(address,address,uint256,bytes)"](from, to, id, "0x"),
    () => token["safeTransferFrom(address,address,uint256,bytes)"](from, to, id, "0x42"),
  ]) {
    await expect(attempt()).to.be.revertedWithCustomError(token, "UseShipAndReceive").withArgs();
  }
}
