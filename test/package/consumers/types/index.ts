// Types only: a viem user infers everything from the ABI, an ethers user has typechain's types. No cast anywhere.
import { CareProofError, consent, decodeError, type ContractError } from "careproof";
import { consentRegistryAbi, participantRegistryAbi } from "careproof/abi";
import { ParticipantRegistry__factory, type ParticipantRegistry } from "careproof/bindings";
import { PURPOSES, type Purpose } from "careproof/consent";
import { addressOf, deployments, type Deployment } from "careproof/deployments";
import { loadDeployment } from "careproof/deployments/node";
import { ROLES, roleMask } from "careproof/participants";
import type { ContractTransactionResponse, Provider } from "ethers";
import { createPublicClient, http, type Address } from "viem";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function sameType<_Same extends true>(): void {}

const client = createPublicClient({ transport: http("http://127.0.0.1:8545") });
const address = addressOf(31337, "ParticipantRegistry");

export async function withViem(account: Address) {
  const standing = await client.readContract({
    address,
    abi: participantRegistryAbi,
    functionName: "tryResolve",
    args: [account, ROLES.PROVIDER],
  });
  sameType<Equal<typeof standing, readonly [Address, number]>>();

  const [event] = await client.getContractEvents({ address, abi: participantRegistryAbi, eventName: "OperatorSet" });
  sameType<Equal<NonNullable<typeof event>["args"]["roles"], bigint | undefined>>();

  const checked = await client.readContract({
    address: addressOf(31337, "ConsentRegistry"),
    abi: consentRegistryAbi,
    functionName: "check",
    args: [account, account, BigInt(PURPOSES.TREAT), 1n],
  });
  sameType<Equal<typeof checked, readonly [boolean, number]>>();

  // @ts-expect-error there is no such function
  await client.readContract({ address, abi: participantRegistryAbi, functionName: "tryToResolve", args: [account, 0] });
  // @ts-expect-error a role is a number, not a text
  await client.readContract({ address, abi: participantRegistryAbi, functionName: "tryResolve", args: [account, "0"] });
}

export async function withEthers(provider: Provider, account: string) {
  const registry = ParticipantRegistry__factory.connect(address, provider);
  sameType<Equal<typeof registry, ParticipantRegistry>>();

  const { principal, standing } = await registry.tryResolve(account, ROLES.PROVIDER);
  sameType<Equal<[typeof principal, typeof standing], [string, bigint]>>();

  const sent = registry.offerOperator(account, roleMask("PROVIDER"), 2_000_000_000);
  sameType<Equal<typeof sent, Promise<ContractTransactionResponse>>>();

  // @ts-expect-error there is no such function
  await registry.tryToResolve(account, 0);
}

export async function withoutChain() {
  const purpose: Purpose = "TREAT";
  sameType<Equal<(typeof PURPOSES)[typeof purpose], 0>>();
  sameType<Equal<typeof consent.PURPOSES, typeof PURPOSES>>();

  const known: Deployment | undefined = deployments[1];
  const own: Deployment = await loadDeployment(31337);
  const error: ContractError | undefined = decodeError(new CareProofError("CODE", "message"));
  return [known, own, error?.args];
}
