/** The EIP-712 typed data of `ParticipantRegistry`: the same types as `contracts/participants/ParticipantTypes.sol`. */
import { careProofDomain, defineTypes, type CareProofDomain } from "../utils/typedData.js";

/** EIP-712 types of a key's acceptance to act for a participant (`IParticipantRegistry.nameOperator`). */
export const OPERATOR_ACCEPTANCE_TYPES = defineTypes({
  OperatorAcceptance: [
    { name: "operator", type: "address" },
    { name: "principal", type: "address" },
    { name: "roles", type: "uint56" },
    { name: "expiresAt", type: "uint40" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint40" },
  ],
});

/** What a key signs to act for a participant. */
export interface OperatorAcceptance {
  /** The key that accepts, 0x-hex of 20 bytes. */
  operator: string;
  /** The participant it will act for, 0x-hex of 20 bytes. */
  principal: string;
  /** Bitmask of 56 bits over role numbers, see `roleMask`. */
  roles: bigint;
  /** The first second at which it no longer may act (unix seconds). */
  expiresAt: number;
  /** `ParticipantRegistry.nonces(operator)` at the time of signing. */
  nonce: bigint;
  /** The last second at which the acceptance may be submitted (unix seconds). */
  deadline: number;
}

/**
 * EIP-712 domain of a `ParticipantRegistry`.
 * @param chainId Chain id (EIP-155).
 * @param verifyingContract Address of the registry, 0x-hex of 20 bytes.
 */
export function participantRegistryDomain(chainId: number | bigint, verifyingContract: string): CareProofDomain {
  return careProofDomain("ParticipantRegistry", chainId, verifyingContract);
}
