/** Deploys CareProof by its Ignition module on the network that Hardhat is connected to, and tells where everything is. */
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";

import type { Provider, Signer, Wallet } from "ethers";
import hre from "hardhat";

import type { Chain } from "./chain";
import { ACCREDITORS, type Accreditor } from "../../ignition/authority";
import CareProofModule from "../../ignition/modules/CareProof";
import {
  AccessManager__factory,
  ClaimsProcessor__factory,
  CompanyPrefixRegistry__factory,
  ConsentRegistry__factory,
  DataLicence__factory,
  DigitalLinks__factory,
  DisclosureLog__factory,
  DrugProvenance__factory,
  EpcisEventLog__factory,
  ParametricPolicy__factory,
  ParticipantRegistry__factory,
  PlanRegistry__factory,
  PolicyRegistry__factory,
  ProductInvestigations__factory,
  RecordRegistry__factory,
  RepresentativeRegistry__factory,
  ReserveVaultFactory__factory,
  TrialData__factory,
  TrialRegistry__factory,
  TrialSafety__factory,
} from "../../src/bindings/index";
import type { DeployedContract, Deployment } from "../../src/deployments/deployment";
import type { RoleName } from "../../src/participants/roles";

/** The contracts, typed. */
export type Contracts = ReturnType<typeof connect>;

/** A deployed system and who accredits in it. */
export interface CareProofSystem {
  contracts: Contracts;
  /** The same contracts for another signer or provider. */
  connect: (runner: Signer | Provider) => Contracts;
  accreditors: Record<Accreditor, { wallet: Wallet; roles: readonly RoleName[] }>;
  /** Who says who holds which GS1 company prefix. */
  gs1MemberOrganisation: Wallet;
  deployment: Deployment;
}

type Addresses = Record<keyof typeof FACTORIES, string>;

/** The contracts of a deployment, by their Solidity names. */
export const FACTORIES = {
  AccessManager: AccessManager__factory,
  ParticipantRegistry: ParticipantRegistry__factory,
  RepresentativeRegistry: RepresentativeRegistry__factory,
  ConsentRegistry: ConsentRegistry__factory,
  RecordRegistry: RecordRegistry__factory,
  DisclosureLog: DisclosureLog__factory,
  CompanyPrefixRegistry: CompanyPrefixRegistry__factory,
  DigitalLinks: DigitalLinks__factory,
  DrugProvenance: DrugProvenance__factory,
  ProductInvestigations: ProductInvestigations__factory,
  EpcisEventLog: EpcisEventLog__factory,
  ReserveVaultFactory: ReserveVaultFactory__factory,
  PlanRegistry: PlanRegistry__factory,
  PolicyRegistry: PolicyRegistry__factory,
  ClaimsProcessor: ClaimsProcessor__factory,
  ParametricPolicy: ParametricPolicy__factory,
  TrialRegistry: TrialRegistry__factory,
  TrialData: TrialData__factory,
  TrialSafety: TrialSafety__factory,
  DataLicence: DataLicence__factory,
} as const;

/** Contracts that another creates: their record is that of its creation. */
export const CREATED_BY: Readonly<Record<string, keyof typeof FACTORIES>> = { ProductInvestigations: "DrugProvenance" };

function connect(addresses: Addresses, runner: Signer | Provider) {
  return {
    accessManager: AccessManager__factory.connect(addresses.AccessManager, runner),
    participants: ParticipantRegistry__factory.connect(addresses.ParticipantRegistry, runner),
    representatives: RepresentativeRegistry__factory.connect(addresses.RepresentativeRegistry, runner),
    consents: ConsentRegistry__factory.connect(addresses.ConsentRegistry, runner),
    records: RecordRegistry__factory.connect(addresses.RecordRegistry, runner),
    disclosures: DisclosureLog__factory.connect(addresses.DisclosureLog, runner),
    companyPrefixes: CompanyPrefixRegistry__factory.connect(addresses.CompanyPrefixRegistry, runner),
    digitalLinks: DigitalLinks__factory.connect(addresses.DigitalLinks, runner),
    provenance: DrugProvenance__factory.connect(addresses.DrugProvenance, runner),
    investigations: ProductInvestigations__factory.connect(addresses.ProductInvestigations, runner),
    eventLog: EpcisEventLog__factory.connect(addresses.EpcisEventLog, runner),
    vaultFactory: ReserveVaultFactory__factory.connect(addresses.ReserveVaultFactory, runner),
    plans: PlanRegistry__factory.connect(addresses.PlanRegistry, runner),
    policies: PolicyRegistry__factory.connect(addresses.PolicyRegistry, runner),
    claims: ClaimsProcessor__factory.connect(addresses.ClaimsProcessor, runner),
    parametric: ParametricPolicy__factory.connect(addresses.ParametricPolicy, runner),
    trials: TrialRegistry__factory.connect(addresses.TrialRegistry, runner),
    trialData: TrialData__factory.connect(addresses.TrialData, runner),
    trialSafety: TrialSafety__factory.connect(addresses.TrialSafety, runner),
    licences: DataLicence__factory.connect(addresses.DataLicence, runner),
  };
}

/** Deploys on a local chain, with new accounts for the admin and for each accrediting body. */
export async function deployLocally(chain: Chain): Promise<CareProofSystem> {
  const firstBlock = await chain.provider.getBlockNumber();
  const admin = await chain.funded();
  const accreditors = {} as CareProofSystem["accreditors"];
  for (const body of Object.keys(ACCREDITORS) as Accreditor[]) {
    accreditors[body] = { wallet: await chain.funded(), roles: ACCREDITORS[body] };
  }
  const bodies = Object.fromEntries(Object.entries(accreditors).map(([body, { wallet }]) => [body, wallet.address]));
  const gs1MemberOrganisation = await chain.funded();
  const parameters = {
    CareProof: { admin: admin.address, gs1MemberOrganisation: gs1MemberOrganisation.address, ...bodies },
  };
  // Each journey has a deployment of its own: on a node Ignition would else go on with what an earlier chain had.
  const deploymentId = `journey-${Date.now()}`;
  const deployed = await hre.ignition.deploy(CareProofModule, { parameters, deploymentId });
  rmSync(join(hre.config.paths.ignition, "deployments", deploymentId), { recursive: true, force: true });
  const addresses = {
    AccessManager: await deployed.accessManager.getAddress(),
    ParticipantRegistry: await deployed.participantRegistry.getAddress(),
    RepresentativeRegistry: await deployed.representativeRegistry.getAddress(),
    ConsentRegistry: await deployed.consentRegistry.getAddress(),
    RecordRegistry: await deployed.recordRegistry.getAddress(),
    DisclosureLog: await deployed.disclosureLog.getAddress(),
    CompanyPrefixRegistry: await deployed.companyPrefixRegistry.getAddress(),
    DigitalLinks: await deployed.digitalLinks.getAddress(),
    DrugProvenance: await deployed.drugProvenance.getAddress(),
    ProductInvestigations: await deployed.productInvestigations.getAddress(),
    EpcisEventLog: await deployed.epcisEventLog.getAddress(),
    ReserveVaultFactory: await deployed.reserveVaultFactory.getAddress(),
    PlanRegistry: await deployed.planRegistry.getAddress(),
    PolicyRegistry: await deployed.policyRegistry.getAddress(),
    ClaimsProcessor: await deployed.claimsProcessor.getAddress(),
    ParametricPolicy: await deployed.parametricPolicy.getAddress(),
    TrialRegistry: await deployed.trialRegistry.getAddress(),
    TrialData: await deployed.trialData.getAddress(),
    TrialSafety: await deployed.trialSafety.getAddress(),
    DataLicence: await deployed.dataLicence.getAddress(),
  };
  return {
    contracts: connect(addresses, chain.provider),
    connect: (runner) => connect(addresses, runner),
    accreditors,
    gs1MemberOrganisation,
    deployment: {
      chainId: chain.chainId,
      contracts: await creations(chain.provider, addresses, firstBlock),
      ...commitOfCheckout(),
      parameters,
    },
  };
}

/** When and by which transaction each contract was created, read from the blocks since `firstBlock`. */
async function creations(
  provider: Chain["provider"],
  addresses: Addresses,
  firstBlock: number,
): Promise<Record<string, DeployedContract>> {
  const found: Record<string, DeployedContract> = {};
  const sent = Object.entries(addresses).filter(([name]) => CREATED_BY[name] === undefined);
  const names = new Map(sent.map(([name, address]) => [address.toLowerCase(), name]));
  for (let number = firstBlock; names.size > 0; number++) {
    const block = await provider.getBlock(number);
    if (block === null) throw new Error(`no block created ${[...names.values()].join(", ")}`);
    for (const hash of block.transactions) {
      const address = (await provider.getTransactionReceipt(hash))?.contractAddress;
      const name = names.get((address ?? "").toLowerCase());
      if (name === undefined) continue;
      names.delete(address!.toLowerCase());
      found[name] = {
        address: addresses[name as keyof Addresses] as `0x${string}`,
        blockNumber: number,
        transactionHash: hash as `0x${string}`,
      };
    }
  }
  const recordOf = (name: string): DeployedContract => ({
    ...found[CREATED_BY[name] ?? name]!,
    address: addresses[name as keyof Addresses] as `0x${string}`,
  });
  return Object.fromEntries(Object.keys(addresses).map((name) => [name, recordOf(name)]));
}

/** The commit of this checkout, where it is one. */
export function commitOfCheckout(): { commit?: string } {
  try {
    return { commit: execFileSync("git", ["rev-parse", "HEAD"], { encoding: "utf8", stdio: "pipe" }).trim() };
  } catch {
    return {};
  }
}
