import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { Signature, Wallet, id } from "ethers";
import { ethers } from "hardhat";

import { delegate, deployWallet, malleated } from "../support/signedDecisions";

const DIGEST = id("what was decided");

const newAccount = (): Wallet => new Wallet(Wallet.createRandom().privateKey);

async function deploySignatures() {
  const signatures = await ethers.deployContract("SignaturesCaller");
  const isValid = (signer: string, digest: string, signature: string) =>
    signatures.getFunction("isValid")(signer, digest, signature) as Promise<boolean>;
  const owner = newAccount();
  return { signatures, isValid, owner, signature: owner.signingKey.sign(DIGEST).serialized };
}

describe("Signatures", () => {
  it("accepts the account's own key over this digest, and over no other", async () => {
    const { isValid, owner, signature } = await loadFixture(deploySignatures);
    expect(await isValid(owner.address, DIGEST, signature)).to.equal(true);
    expect(await isValid(owner.address, id("another decision"), signature)).to.equal(false);
    expect(await isValid(newAccount().address, DIGEST, signature)).to.equal(false);
  });

  it("refuses what is no signature in low-s form of 65 bytes", async () => {
    const { isValid, owner, signature } = await loadFixture(deploySignatures);
    const wrong = {
      malleated: malleated(signature),
      compact: Signature.from(signature).compactSerialized,
      longer: `${signature}00`,
      empty: "0x",
      "wrong v": `${signature.slice(0, -2)}1d`,
      "zero r and s": `0x${"00".repeat(64)}1b`,
    };
    for (const [what, value] of Object.entries(wrong)) {
      expect(await isValid(owner.address, DIGEST, value), what).to.equal(false);
    }
  });

  it("never takes a failed recovery for the zero address", async () => {
    const { isValid } = await loadFixture(deploySignatures);
    expect(await isValid(ethers.ZeroAddress, DIGEST, `0x${"00".repeat(64)}1b`)).to.equal(false);
    expect(await isValid(ethers.ZeroAddress, DIGEST, "0x")).to.equal(false);
  });

  it("asks a contract by ERC-1271, each time anew", async () => {
    const { isValid, owner, signature } = await loadFixture(deploySignatures);
    const wallet = await deployWallet(owner.address);
    expect(await isValid(wallet.address, DIGEST, signature)).to.equal(true);
    expect(await isValid(wallet.address, DIGEST, newAccount().signingKey.sign(DIGEST).serialized)).to.equal(false);
    await wallet.refuse();
    expect(await isValid(wallet.address, DIGEST, signature)).to.equal(false);
  });

  it("refuses for a contract that knows no ERC-1271", async () => {
    const { signatures, isValid, signature } = await loadFixture(deploySignatures);
    expect(await isValid(await signatures.getAddress(), DIGEST, signature)).to.equal(false);
  });

  it("lets the key that owns a delegated account (EIP-7702) sign although the delegate refuses", async () => {
    const { isValid, owner, signature } = await loadFixture(deploySignatures);
    const delegateCode = await deployWallet(newAccount().address);
    await delegateCode.refuse();
    await delegate(owner, delegateCode.address);
    expect(await ethers.provider.getCode(owner.address)).to.have.lengthOf(2 + 2 * 23);
    expect(await isValid(owner.address, DIGEST, signature)).to.equal(true);
  });

  it("also takes what the code of a delegated account accepts", async () => {
    const { isValid, owner } = await loadFixture(deploySignatures);
    const session = newAccount();
    await delegate(owner, (await deployWallet(session.address)).address);
    expect(await isValid(owner.address, DIGEST, session.signingKey.sign(DIGEST).serialized)).to.equal(true);
    expect(await isValid(owner.address, DIGEST, newAccount().signingKey.sign(DIGEST).serialized)).to.equal(false);
  });
});
