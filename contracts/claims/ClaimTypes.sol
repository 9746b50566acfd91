// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Purposes} from "../consent/Purposes.sol";
import {ServiceFamily} from "./PlanTerms.sol";

/// @notice What the patient signs at the visit: that this provider cared for them, and may be paid for that. No amount, no
/// payer. EIP-712 type `EncounterReceipt`, members in this order and `purpose` HPAYMT behind them.
/// @param member The address of the patient's policy.
/// @param signedBy Who signs: the member, or a representative in HPAYMT.
/// @param provider The provider.
/// @param encounter Commitment of the encounter (FHIR R4 `Encounter`).
/// @param serviceDay The day of service (unix seconds divided by 86400).
/// @param family The service family.
/// @param receiptAt When it was signed (unix seconds): not before the day of service, not in the future.
/// @param salt 32 random bytes, so that the receipt's hash tells nothing.
struct EncounterReceipt {
    address member;
    address signedBy;
    address provider;
    bytes32 encounter;
    uint32 serviceDay;
    ServiceFamily family;
    uint40 receiptAt;
    bytes32 salt;
}

/// @notice A service line (X12 837 loop 2400).
/// @param procedure Salted commitment of procedure code and modifiers, as in the plan's fee schedule.
/// @param billed The charge (SV102, token units).
/// @param fee What the payer's schedule allows a unit (token units).
/// @param units Number of units (SV104).
struct ClaimLine {
    bytes32 procedure;
    uint64 billed;
    uint64 fee;
    uint16 units;
}

/// @notice What the provider signs. EIP-712 type `ClaimSubmission`, with the receipt's hash in place of the receipt.
/// @param policyId The policy that is asked to pay.
/// @param receiptPolicyId The policy whose member the receipt names: the same, or one of the same person at another payer.
/// @param lines Its lines: 1 to 50, of one service family.
/// @param primaryClaim The claim of the same encounter at another payer that came before, or zero (coordination of benefits).
/// @param signedBy The provider, or a key that acts for it in PROVIDER.
/// @param submitter Who may submit it; zero for anyone.
/// @param issuedAt When it was signed (unix seconds): after a claim of the same encounter was voided, only a later one counts.
/// @param deadline Until when it may be submitted (unix seconds).
struct ClaimSubmission {
    EncounterReceipt receipt;
    uint32 policyId;
    uint32 receiptPolicyId;
    ClaimLine[] lines;
    bytes32 primaryClaim;
    address signedBy;
    address submitter;
    uint40 issuedAt;
    uint40 deadline;
}

/// @notice A claim with what proves it.
/// @param feeProofs Merkle proofs of the lines' fees, one a line; or a single multiproof of all, with its flags.
/// @param feeProofFlags Empty, or the flags of the multiproof.
struct ProvenClaim {
    ClaimSubmission claim;
    bytes32[][] feeProofs;
    bool[] feeProofFlags;
    bytes receiptSignature;
    bytes claimSignature;
}

/// @notice What a claim is stored under. Two claims with equal members but for the ordinal look alike.
/// @param subjectTag The policy's tag for the year of service: the same person's at every payer.
/// @param ordinal 0 to 7: 0 for the first.
struct ClaimKey {
    address provider;
    bytes31 subjectTag;
    uint32 serviceDay;
    ServiceFamily family;
    uint8 ordinal;
}

/// @notice What an appellant signs. EIP-712 type `Appeal`, members in this order.
/// @param level Which appeal it is, 1 or 2: the signature of the first is none of the second.
/// @param grounds Commitment of what the appeal says.
struct Appeal {
    bytes32 claimId;
    address appellant;
    uint8 level;
    bytes32 grounds;
    uint40 deadline;
}

/// @title ClaimTypes
/// @notice The EIP-712 types of `ClaimsProcessor`, and ids of claims.
library ClaimTypes {
    bytes32 internal constant ENCOUNTER_RECEIPT_TYPEHASH = keccak256(
        "EncounterReceipt(address member,address signedBy,address provider,bytes32 encounter,uint32 serviceDay,uint8 family,uint40 receiptAt,bytes32 salt,uint8 purpose)"
    );
    bytes32 internal constant CLAIM_LINE_TYPEHASH = keccak256(
        "ClaimLine(bytes32 procedure,uint64 billed,uint64 fee,uint16 units)"
    );
    bytes32 internal constant CLAIM_SUBMISSION_TYPEHASH = keccak256(
        "ClaimSubmission(bytes32 receipt,uint32 policyId,uint32 receiptPolicyId,ClaimLine[] lines,bytes32 primaryClaim,address signedBy,address submitter,uint40 issuedAt,uint40 deadline)ClaimLine(bytes32 procedure,uint64 billed,uint64 fee,uint16 units)"
    );
    bytes32 internal constant APPEAL_TYPEHASH = keccak256(
        "Appeal(bytes32 claimId,address appellant,uint8 level,bytes32 grounds,uint40 deadline)"
    );

    /// @dev A struct of value types only is in the calldata as EIP-712 encodes it: its members in order. The caller reads every member
    /// whose type is smaller than a word, which reverts where one has bits that its type has not.
    function hash(EncounterReceipt calldata value) internal pure returns (bytes32 result) {
        (bytes32 typeHash, uint256 purpose) = (ENCOUNTER_RECEIPT_TYPEHASH, Purposes.HPAYMT);
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let start := mload(0x40)
            mstore(start, typeHash)
            calldatacopy(add(start, 0x20), value, 0x100)
            mstore(add(start, 0x120), purpose)
            result := keccak256(start, 0x140)
        }
    }

    /// @dev A struct in memory too is there as EIP-712 encodes it: copied from calldata, which reverts where bits are set that a type
    /// has not.
    function hash(ClaimLine memory value) internal pure returns (bytes32 result) {
        bytes32 typeHash = CLAIM_LINE_TYPEHASH;
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let start := mload(0x40)
            mstore(start, typeHash)
            mcopy(add(start, 0x20), value, 0x80)
            result := keccak256(start, 0xa0)
        }
    }

    /// @dev With the hash of the claim's receipt, and those of its lines. As for the receipt, the caller reads every small member.
    function hash(
        ClaimSubmission calldata value,
        bytes32 receipt,
        bytes32[] memory lines
    ) internal pure returns (bytes32 result) {
        // EIP-712: an array is the hash of its members' hashes one after the other, without its length.
        (bytes32 typeHash, bytes32 allLines) = (CLAIM_SUBMISSION_TYPEHASH, keccak256(abi.encodePacked(lines)));
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let start := mload(0x40)
            mstore(start, typeHash)
            mstore(add(start, 0x20), receipt)
            // policyId and receiptPolicyId stand behind the receipt, the rest behind the place of the lines.
            calldatacopy(add(start, 0x40), add(value, 0x100), 0x40)
            mstore(add(start, 0x80), allLines)
            calldatacopy(add(start, 0xa0), add(value, 0x160), 0xa0)
            result := keccak256(start, 0x140)
        }
    }

    function hash(Appeal calldata value) internal pure returns (bytes32) {
        return keccak256(abi.encode(APPEAL_TYPEHASH, value));
    }

    /// @notice The id under which a claim is stored: `keccak256(abi.encode(key))`.
    /// @dev As for a line, memory has what encoding gives.
    function idOf(ClaimKey memory key) internal pure returns (bytes32 result) {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            result := keccak256(key, 0xa0)
        }
    }
}
