/** What holds for every decision that somebody signs and somebody else relays, whichever contract takes it. */
import { impersonateAccount, loadFixture, setBalance, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import {
  N,
  Signature,
  Wallet,
  type BaseContract,
  type ContractTransactionResponse,
  type Signer,
  type TypedDataField,
} from "ethers";
import { ethers } from "hardhat";

/** The members of a signed struct, by name. */
export type Message = Record<string, string | bigint | boolean>;

/** An account with a key: it signs typed data and has an address. */
export type KeyHolder = Signer & { address: string };

/** A function that takes a signed decision, in a system that is ready for one. */
export interface SignedRoute {
  contract: BaseContract;
  /** Name of the contract's EIP-712 domain. */
  domainName: string;
  /** The EIP-712 type, as `encodeType` writes it: `Name(type field,…)`. */
  type: string;
  /** The field that names who signs. */
  signedBy: string;
  signer: KeyHolder;
  /** Somebody else, who may make such a decision too. */
  other: KeyHolder;
  /** Prepares the contract so that `address` may make such a decision now, and returns one. */
  decisionOf(address: string): Promise<Message>;
  /** Other values that `message` could have had, besides its times. */
  altered: Message;
  relay(message: Message, signature: string): Promise<ContractTransactionResponse>;
  /** Whether `message` stands in the contract. */
  stands(message: Message): Promise<boolean>;
}

/** An account whose key the test does not have, with ether for gas. */
export async function impersonated(address: string): Promise<Signer> {
  await impersonateAccount(address);
  await setBalance(address, ethers.parseEther("10"));
  return ethers.getSigner(address);
}

/** The EIP-712 types of one struct of value types, from what `encodeType` writes for it. */
export function typesOf(encodedType: string): Record<string, TypedDataField[]> {
  const [, name, members] = /^(\w+)\((.*)\)$/.exec(encodedType)!;
  const fields = members!.split(",").map((member) => {
    const [type, field] = member.split(" ");
    return { name: field!, type: type! };
  });
  return { [name!]: fields };
}

/** Signs `message` for `contract` on this chain; `domain` overrides parts of the domain. */
export async function sign(
  signer: KeyHolder,
  { contract, domainName, type }: Pick<SignedRoute, "contract" | "domainName" | "type">,
  message: Message,
  domain: { chainId?: bigint; verifyingContract?: string } = {},
): Promise<string> {
  const { chainId } = await ethers.provider.getNetwork();
  const verifyingContract = await contract.getAddress();
  return signer.signTypedData(
    { name: domainName, version: "1", chainId, verifyingContract, ...domain },
    typesOf(type),
    message,
  );
}

/** The same signature with s in the upper half of the curve's order, which `ecrecover` itself would take. */
export function malleated(signature: string): string {
  const { r, s, v } = Signature.from(signature);
  return ethers.concat([r, ethers.toBeHex(N - BigInt(s), 32), v === 27 ? "0x1c" : "0x1b"]);
}

/** Delegates `account` to the code of `target` by EIP-7702, as its owner, in a transaction that somebody else pays. */
export async function delegate(account: Wallet, target: string): Promise<void> {
  const { chainId } = await ethers.provider.getNetwork();
  const nonce = await ethers.provider.getTransactionCount(account.address);
  const authorization = account.authorizeSync({ address: target, nonce, chainId });
  const payer = Wallet.createRandom().connect(ethers.provider);
  await setBalance(payer.address, ethers.parseEther("1"));
  const sent = await payer.sendTransaction({
    type: 4,
    to: payer.address,
    gasLimit: 200_000,
    authorizationList: [authorization],
  });
  await sent.wait();
}

/** A contract wallet that signs by the key of `owner`. */
export async function deployWallet(owner: string) {
  const wallet = await ethers.deployContract("ERC1271Wallet", [owner]);
  return { address: await wallet.getAddress(), refuse: () => wallet.getFunction("setRefusing").send(true) };
}

/** Defines the tests of a function that takes a signed decision. `ready` must be a named fixture function. */
export function itTakesOnlySignedDecisions(ready: () => Promise<SignedRoute>): void {
  async function expectRefused(route: SignedRoute, message: Message, signature: string): Promise<void> {
    await expect(route.relay(message, signature))
      .to.be.revertedWithCustomError(route.contract, "InvalidSignature")
      .withArgs(message[route.signedBy]);
    expect(await route.stands(message)).to.equal(false);
  }

  it("takes the decision that the signer signed", async () => {
    const route = await loadFixture(ready);
    const message = await route.decisionOf(route.signer.address);
    expect(await route.stands(message)).to.equal(false);
    await route.relay(message, await sign(route.signer, route, message));
    expect(await route.stands(message)).to.equal(true);
  });

  it("refuses the signature of one person used for another", async () => {
    const route = await loadFixture(ready);
    const own = await route.decisionOf(route.signer.address);
    const foreign = { ...(await route.decisionOf(route.other.address)) };
    await expectRefused(route, foreign, await sign(route.signer, route, own));
    await expectRefused(route, foreign, await sign(route.signer, route, foreign));
  });

  it("refuses a signature for another chain", async () => {
    const route = await loadFixture(ready);
    const message = await route.decisionOf(route.signer.address);
    const { chainId } = await ethers.provider.getNetwork();
    await expectRefused(route, message, await sign(route.signer, route, message, { chainId: chainId + 1n }));
  });

  it("refuses a signature for another deployment", async () => {
    const route = await loadFixture(ready);
    const message = await route.decisionOf(route.signer.address);
    const verifyingContract = Wallet.createRandom().address;
    await expectRefused(route, message, await sign(route.signer, route, message, { verifyingContract }));
  });

  it("refuses the signature of another message with the same members", async () => {
    const route = await loadFixture(ready);
    const message = await route.decisionOf(route.signer.address);
    const type = `Another${route.type}`;
    await expectRefused(route, message, await sign(route.signer, { ...route, type }, message));
  });

  it("refuses a decision of which any member was altered", async () => {
    const route = await loadFixture(ready);
    const message = await route.decisionOf(route.signer.address);
    const signature = await sign(route.signer, route, message);
    const times = { deadline: (message.deadline as bigint) + 1n };
    const altered: Message = { ...route.altered, ...times };
    if ("issuedAt" in message) altered.issuedAt = (message.issuedAt as bigint) - 1n;
    const changeable = Object.keys(message).filter((member) => member !== route.signedBy && member !== "nonce");
    expect(Object.keys(altered)).to.have.members(changeable);
    for (const [member, value] of Object.entries(altered)) {
      expect(value, member).not.to.equal(message[member]);
      await expect(route.relay({ ...message, [member]: value }, signature), member)
        .to.be.revertedWithCustomError(route.contract, "InvalidSignature")
        .withArgs(route.signer.address);
    }
    expect(await route.stands(message)).to.equal(false);
  });

  it("refuses a malleated signature (high s) and a shortened one", async () => {
    const route = await loadFixture(ready);
    const message = await route.decisionOf(route.signer.address);
    const signature = await sign(route.signer, route, message);
    await expectRefused(route, message, malleated(signature));
    await expectRefused(route, message, Signature.from(signature).compactSerialized);
    await expectRefused(route, message, "0x");
  });

  it("takes a decision at its deadline and refuses it a second later", async () => {
    const route = await loadFixture(ready);
    const message = await route.decisionOf(route.signer.address);
    const late = await route.decisionOf(route.other.address);
    const deadline = BigInt(await time.latest()) + 100n;
    const inTime: Message = { ...message, deadline };
    const tooLate: Message = { ...late, deadline };
    const signature = await sign(route.signer, route, inTime);
    const lateSignature = await sign(route.other, route, tooLate);

    await time.setNextBlockTimestamp(deadline);
    await route.relay(inTime, signature);
    expect(await route.stands(inTime)).to.equal(true);
    await time.setNextBlockTimestamp(deadline + 1n);
    await expect(route.relay(tooLate, lateSignature))
      .to.be.revertedWithCustomError(route.contract, "DeadlinePassed")
      .withArgs(deadline);
    expect(await route.stands(tooLate)).to.equal(false);
  });

  it("takes what a contract wallet accepts, by ERC-1271", async () => {
    const route = await loadFixture(ready);
    const wallet = await deployWallet(route.signer.address);
    const message = await route.decisionOf(wallet.address);
    await route.relay(message, await sign(route.signer, route, message));
    expect(await route.stands(message)).to.equal(true);
  });

  it("refuses what a contract wallet refuses", async () => {
    const route = await loadFixture(ready);
    const wallet = await deployWallet(route.signer.address);
    const message = await route.decisionOf(wallet.address);
    await expectRefused(route, message, await sign(route.other, route, message));
  });

  it("refuses what a contract wallet accepted when it was signed and refuses when it is relayed", async () => {
    const route = await loadFixture(ready);
    const wallet = await deployWallet(route.signer.address);
    const message = await route.decisionOf(wallet.address);
    const signature = await sign(route.signer, route, message);
    await wallet.refuse();
    await expectRefused(route, message, signature);
  });

  it("takes the own key's signature of an account delegated by EIP-7702, whatever the delegate says", async () => {
    const route = await loadFixture(ready);
    const account = new Wallet(Wallet.createRandom().privateKey);
    const message = await route.decisionOf(account.address);
    const refusing = await deployWallet(route.other.address);
    await delegate(account, refusing.address);
    expect(await ethers.provider.getCode(account.address)).to.equal(
      ethers.concat(["0xef0100", refusing.address]).toLowerCase(),
    );
    await route.relay(message, await sign(account, route, message));
    expect(await route.stands(message)).to.equal(true);
  });
}

/** Defines the tests of a decision that carries the time at which it was made. */
export function itRefusesTheFuture(ready: () => Promise<SignedRoute>): void {
  it("takes a decision of this very second and refuses one dated a second later", async () => {
    const route = await loadFixture(ready);
    const present = await route.decisionOf(route.signer.address);
    const future = await route.decisionOf(route.other.address);
    const now = BigInt(await time.latest()) + 50n;
    const onTime: Message = { ...present, issuedAt: now };
    const early: Message = { ...future, issuedAt: now + 2n };
    const signature = await sign(route.signer, route, onTime);
    const earlySignature = await sign(route.other, route, early);

    await time.setNextBlockTimestamp(now);
    await route.relay(onTime, signature);
    expect(await route.stands(onTime)).to.equal(true);
    await time.setNextBlockTimestamp(now + 1n);
    await expect(route.relay(early, earlySignature))
      .to.be.revertedWithCustomError(route.contract, "IssuedInFuture")
      .withArgs(now + 2n);
    expect(await route.stands(early)).to.equal(false);
  });
}
