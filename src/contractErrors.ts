/** A revert of a contract as a typed error: its name, its arguments, and what to do about it. */
import { Interface, type ErrorFragment } from "ethers";

import * as abis from "./abi/index.js";
import { CareProofError } from "./errors.js";
import { REMEDIES } from "./remedies.js";

/** A contract refused a call. `code` is `CONTRACT_REVERTED`. */
export class ContractError extends CareProofError {
  override readonly name = "ContractError";

  constructor(
    /** Name of the Solidity error, for example `NotInGoodStanding`; `Error` or `Panic` for those of the language. */
    readonly errorName: string,
    /** Arguments by their Solidity names, integers as bigint. */
    readonly args: Readonly<Record<string, unknown>>,
    /** What the caller can do, in one sentence. */
    readonly remedy: string,
    /** The revert data, 0x-hex. */
    readonly data: string,
    options?: ErrorOptions,
  ) {
    super("CONTRACT_REVERTED", `${errorName}(${describeArguments(args)}). ${remedy}`, undefined, options);
  }
}

/**
 * The custom error of a CareProof contract (or of the AccessManager it uses, or Solidity's own `Error` and `Panic`) behind
 * whatever a library threw.
 * @param thrown An error of ethers, viem or Hardhat, or the revert data itself as 0x-hex.
 * @returns the error, or undefined where `thrown` carries no revert data or the data is no error that is known here.
 */
export function decodeError(thrown: unknown): ContractError | undefined {
  const options = thrown instanceof Error ? { cause: thrown } : undefined;
  for (const data of revertData(thrown)) {
    const known = errorsBySelector().get(data.slice(0, 10).toLowerCase());
    if (known === undefined) continue;
    try {
      const values = known.interface.decodeErrorResult(known.fragment, data);
      const args = Object.fromEntries(
        known.fragment.inputs.map(({ name }, index) => [name || String(index), values[index] as unknown]),
      );
      return new ContractError(known.fragment.name, args, REMEDIES[known.fragment.name] ?? "", data, options);
    } catch {
      // The selector is one of ours but the arguments are not: an error of another contract.
    }
  }
  return undefined;
}

/**
 * Name of the custom error of a selector, with its remedy, where its arguments are not at hand, as in `ClaimRefused`.
 *
 * @param selector 4 bytes as 0x-hex.
 * @returns undefined where no error that is known here has it.
 */
export function errorOfSelector(selector: string): { readonly errorName: string; readonly remedy: string } | undefined {
  const errorName = errorsBySelector().get(selector.toLowerCase())?.fragment.name;
  return errorName === undefined ? undefined : { errorName, remedy: REMEDIES[errorName] ?? "" };
}

interface KnownError {
  interface: Interface;
  fragment: ErrorFragment;
}

const LANGUAGE = ["error Error(string reason)", "error Panic(uint256 code)"];

let known: Map<string, KnownError> | undefined;

function errorsBySelector(): Map<string, KnownError> {
  if (known === undefined) {
    known = new Map();
    for (const abi of [...Object.values(abis), LANGUAGE]) {
      const contract = new Interface(abi);
      contract.forEachError((fragment) => known?.set(fragment.selector, { interface: contract, fragment }));
    }
  }
  return known;
}

/**
 * Where the libraries put revert data: `data` itself (ethers, Hardhat), an object under `data` whose `data` it is (JSON-RPC
 * errors of Hardhat's node), `raw` (viem), and the same on `cause` (viem) and `info.error`, `error` (ethers).
 */
function* revertData(thrown: unknown, depth = 0): Generator<string> {
  if (isRevertData(thrown)) yield thrown;
  if (typeof thrown !== "object" || thrown === null || depth > 8) return;
  const fields = thrown as Record<string, unknown>;
  for (const field of ["data", "raw", "cause", "error", "info"]) yield* revertData(fields[field], depth + 1);
}

function isRevertData(value: unknown): value is string {
  return typeof value === "string" && /^0x(?:[0-9a-fA-F]{2}){4,}$/.test(value);
}

function describeArguments(args: Readonly<Record<string, unknown>>): string {
  return Object.entries(args)
    .map(([name, value]) => `${name}: ${String(value)}`)
    .join(", ");
}
