/** For Node only: deployments recorded in files of your own project. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { CareProofError } from "../errors.js";
import { parseDeployment, type Deployment } from "./deployment.js";

/**
 * Reads `<folder>/<chainId>.json`, as `npm start` and `npm run deploy` of a CareProof checkout write it.
 * @param chainId Chain id (EIP-155).
 * @param folder Folder of the records.
 * @throws CareProofError `NOT_DEPLOYED` where there is no such file, `INVALID_DEPLOYMENT` where it is not a record of a
 * deployment on that chain.
 */
export async function loadDeployment(chainId: number, folder = "deployments"): Promise<Deployment> {
  const file = join(folder, `${chainId}.json`);
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    throw new CareProofError("NOT_DEPLOYED", `no deployment on chain ${chainId} is recorded`, file, { cause });
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new CareProofError("INVALID_DEPLOYMENT", "is not JSON", file, { cause });
  }
  const deployment = parseDeployment(json, file);
  if (deployment.chainId !== chainId) {
    throw new CareProofError("INVALID_DEPLOYMENT", `is a deployment on chain ${deployment.chainId}, not ${chainId}`, file);
  }
  return deployment;
}
