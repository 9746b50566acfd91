/** The money of the journey. */
import { type Contract, ContractFactory, type Wallet } from "ethers";
import hre from "hardhat";

import { formatTokenUnits } from "../../src/claims/decimal";

/** The test stablecoin, which only local chains have. */
export async function deployStablecoin(deployer: Wallet): Promise<Contract> {
  const { abi, bytecode } = await hre.artifacts.readArtifact("TestStablecoin");
  const contract = await new ContractFactory(abi, bytecode, deployer).deploy();
  return (await contract.waitForDeployment()) as Contract;
}

/** Token units as money: `1,234.56`. */
export function money(units: bigint): string {
  return formatTokenUnits(units).replace(/\B(?=(\d{3})+(?!\d)(?<!\.\d*))/g, ",");
}
