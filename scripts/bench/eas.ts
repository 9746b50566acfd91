/**
 * The peer: Ethereum Attestation Service 1.9.0, as published on npm with its own compiler's bytecode, doing the same as the
 * rows of consent, records and trials.
 */
import {
  EAS__factory,
  SchemaRegistry__factory,
} from "@ethereum-attestation-service/eas-contracts/dist/typechain-types";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import {
  AbiCoder,
  type Contract,
  Signature,
  ZeroAddress,
  ZeroHash,
  getBytes,
  id,
  type ContractTransactionResponse,
} from "ethers";
import { ethers } from "hardhat";

import { gasOf, measuredBy, type PeerMeasurement } from "./operation";

/** Attestations revoked, and hashes timestamped, in one of the peer's batches. */
const REVOKED_AT_ONCE = 40;
const TIMESTAMPED_AT_ONCE = 100;

const ATTEST_TYPES = {
  Attest: [
    { name: "attester", type: "address" },
    { name: "schema", type: "bytes32" },
    { name: "recipient", type: "address" },
    { name: "expirationTime", type: "uint64" },
    { name: "revocable", type: "bool" },
    { name: "refUID", type: "bytes32" },
    { name: "data", type: "bytes" },
    { name: "value", type: "uint256" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint64" },
  ],
};
const REVOKE_TYPES = {
  Revoke: [
    { name: "revoker", type: "address" },
    { name: "schema", type: "bytes32" },
    { name: "uid", type: "bytes32" },
    { name: "value", type: "uint256" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint64" },
  ],
};

/** Measures the peer for each of our operations that it has an equal of. `start` (unix seconds): the time of the first block. */
export async function measureEas(start: number): Promise<Record<string, PeerMeasurement>> {
  const [deployer, patient, hospital, relayer, relayed] = (await ethers.getSigners()) as [
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
  ];
  // Its bindings are built against another copy of ethers: the ABI and bytecode are what is used of them.
  const deploy = async (abi: readonly object[], bytecode: string, ...args: unknown[]): Promise<Contract> => {
    const contract = await new ethers.ContractFactory(abi, bytecode, deployer).deploy(...args);
    await contract.waitForDeployment();
    return contract as Contract;
  };
  const registry = await deploy(SchemaRegistry__factory.abi, SchemaRegistry__factory.bytecode);
  const eas = await deploy(EAS__factory.abi, EAS__factory.bytecode, await registry.getAddress());
  const call = (account: HardhatEthersSigner, name: string, ...args: unknown[]): Promise<ContractTransactionResponse> =>
    (eas.connect(account) as Contract).getFunction(name).send(...args);

  const definition = "uint256 purposes,uint256 terms,bytes32 evidence";
  await (await registry.getFunction("register").send(definition, ZeroAddress, true)).wait();
  const schema = ethers.solidityPackedKeccak256(["string", "address", "bool"], [definition, ZeroAddress, true]);
  const data = (salt: string) => ({
    recipient: hospital.address,
    expirationTime: start + 365 * 86_400,
    revocable: true,
    refUID: ZeroHash,
    data: AbiCoder.defaultAbiCoder().encode(["uint256", "uint256", "bytes32"], [1, (1n << 192n) - 1n, id(salt)]),
    value: 0,
  });
  const attested = async (sent: ContractTransactionResponse): Promise<string> => {
    const receipt = await sent.wait();
    return eas.interface.parseLog(receipt!.logs[0]!)!.args.uid as string;
  };
  const uidsOf = async (sent: ContractTransactionResponse): Promise<string[]> =>
    (await sent.wait())!.logs.map((log) => eas.interface.parseLog(log)!.args.uid as string);

  // Direct. A second attestation costs what the first does: the first has made the account's nonce, not the state, warm.
  const first = await call(patient, "attest", { schema, data: data("first") });
  const attest = Number((await first.wait())!.gasUsed);
  const uid = await attested(first);
  const caller = await ethers.deployContract("AttestationCaller");
  const getAttestation = await measuredBy(caller, [await eas.getAddress(), uid]);
  const revoke = await gasOf(call(patient, "revoke", { schema, data: { uid, value: 0 } }));

  const many = Array.from({ length: REVOKED_AT_ONCE }, (_, index) => data(`many ${index}`));
  const uids = await uidsOf(await call(patient, "multiAttest", [{ schema, data: many }]));
  const multiRevoke = await gasOf(
    call(patient, "multiRevoke", [{ schema, data: uids.map((each) => ({ uid: each, value: 0 })) }]),
  );
  const hashes = Array.from({ length: TIMESTAMPED_AT_ONCE }, (_, index) => id(`hash ${index}`));
  const timestamp = await gasOf(call(relayer, "timestamp", id("document")));
  const multiTimestamp = await gasOf(call(relayer, "multiTimestamp", hashes));

  // Relayed
  const domain = {
    name: "EAS",
    version: await (eas.getFunction("version")() as Promise<string>),
    chainId: 31337,
    verifyingContract: await eas.getAddress(),
  };
  const deadline = start + 86_400;
  const sign = async (types: Record<string, { name: string; type: string }[]>, message: Record<string, unknown>) => {
    const { v, r, s } = Signature.from(await relayed.signTypedData(domain, types, message));
    return { v, r, s };
  };
  const relayedData = data("relayed");
  const request = { schema, data: relayedData, attester: relayed.address, deadline };
  const attestMessage = {
    ...relayedData,
    attester: relayed.address,
    schema,
    nonce: 0,
    deadline,
    data: getBytes(relayedData.data),
  };
  const attestation = await call(relayer, "attestByDelegation", {
    ...request,
    signature: await sign(ATTEST_TYPES, attestMessage),
  });
  const attestByDelegation = Number((await attestation.wait())!.gasUsed);
  const relayedUid = await attested(attestation);
  const revokeMessage = { revoker: relayed.address, schema, uid: relayedUid, value: 0, nonce: 1, deadline };
  const revokeByDelegation = await gasOf(
    call(relayer, "revokeByDelegation", {
      schema,
      data: { uid: relayedUid, value: 0 },
      signature: await sign(REVOKE_TYPES, revokeMessage),
      revoker: relayed.address,
      deadline,
    }),
  );

  const each = (name: string, gas: number, times: number): PeerMeasurement => ({
    peer: `EAS ${name} of ${times}, each`,
    gas: Math.round(gas / times),
  });
  const revoked = each("multiRevoke", multiRevoke, REVOKED_AT_ONCE);
  const timestamped = each("multiTimestamp", multiTimestamp, TIMESTAMPED_AT_ONCE);
  const asked = { peer: "EAS getAttestation", gas: getAttestation };
  return {
    "consent.grant.first": { peer: "EAS attest, 96 bytes", gas: attest },
    "consent.grant.again": { peer: "EAS attest, 96 bytes", gas: attest },
    "consent.grantBySig.first": { peer: "EAS attestByDelegation", gas: attestByDelegation },
    "consent.revoke": { peer: "EAS revoke", gas: revoke },
    "consent.revokeBySig": { peer: "EAS revokeByDelegation", gas: revokeByDelegation },
    "consent.revokeAll.first": revoked,
    "consent.revokeAll.later": revoked,
    "consent.check.principal": asked,
    "consent.check.operator": asked,
    "consent.check.emergency": asked,
    "records.anchor.first": timestamped,
    "records.anchor.later": timestamped,
    "trials.anchor.first": { peer: "EAS timestamp", gas: timestamp },
    "trials.anchor": { peer: "EAS timestamp", gas: timestamp },
    "trials.enrol": { peer: "EAS attestByDelegation", gas: attestByDelegation },
  };
}
