import { time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { Signature, Wallet } from "ethers";
import { ethers } from "hardhat";

import { ReserveVault__factory } from "../../src/bindings/index.js";

describe("TestStablecoin", () => {
  it("has six decimals, is made by anyone, and is approved by signature (ERC-2612)", async () => {
    const [deployer, stranger, spender] = await ethers.getSigners();
    const mock = await ethers.deployContract("TestStablecoin");
    const token = ReserveVault__factory.connect(await mock.getAddress(), deployer);
    expect(await token.decimals()).to.equal(6n);
    const owner = Wallet.createRandom();
    await mock.connect(stranger!).getFunction("mint")(owner.address, 5n);
    expect(await token.balanceOf(owner.address)).to.equal(5n);

    const { chainId } = await ethers.provider.getNetwork();
    const deadline = (await time.latest()) + 3600;
    const permit = { owner: owner.address, spender: spender!.address, value: 5n, nonce: 0n, deadline };
    const signature = await owner.signTypedData(
      { name: "Test Stablecoin", version: "1", chainId, verifyingContract: await mock.getAddress() },
      {
        Permit: [
          { name: "owner", type: "address" },
          { name: "spender", type: "address" },
          { name: "value", type: "uint256" },
          { name: "nonce", type: "uint256" },
          { name: "deadline", type: "uint256" },
        ],
      },
      permit,
    );
    const { v, r, s } = Signature.from(signature);
    await mock.getFunction("permit")(owner.address, spender!.address, 5n, deadline, v, r, s);
    await token.connect(spender).transferFrom(owner.address, spender!.address, 5n);
    expect(await token.balanceOf(spender!.address)).to.equal(5n);
  });
});
