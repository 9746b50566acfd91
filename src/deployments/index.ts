/** Where CareProof is deployed: addresses by chain id. */
import { CareProofError } from "../errors.js";
import type { Deployment } from "./deployment.js";
import { recorded } from "./generated.js";

export { parseDeployment, type DeployedContract, type Deployment } from "./deployment.js";

/**
 * Deployments by chain id, as recorded in `deployments/` when the package was built. On a checkout, `npm start` and
 * `npm run deploy` add theirs. For records of your own, see `careproof/deployments/node`.
 */
export const deployments: Readonly<Record<number, Deployment>> = recorded;

/**
 * The address of a contract on a chain.
 * @param chainId Chain id (EIP-155).
 * @param contract Solidity name, for example `ConsentRegistry`.
 * @throws CareProofError `NOT_DEPLOYED` where no deployment on that chain is known, or it has no such contract.
 */
export function addressOf(chainId: number, contract: string): `0x${string}` {
  const deployment = deployments[chainId];
  if (deployment === undefined) {
    const known = Object.keys(deployments).join(", ");
    throw new CareProofError("NOT_DEPLOYED", `no deployment on chain ${chainId} is recorded (known: ${known || "none"})`);
  }
  const deployed = deployment.contracts[contract];
  if (deployed === undefined) {
    throw new CareProofError("NOT_DEPLOYED", `the deployment on chain ${chainId} has no contract ${contract}`);
  }
  return deployed.address;
}
