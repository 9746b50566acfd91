// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Role} from "../participants/Role.sol";

/// @notice The terms of a parametric product: what has to be attested, by whom, so that a sum is paid. They never change: other
/// terms are another product. They are not stored but passed with every call, as a product's id is the hash of its terms:
/// `keccak256(abi.encode(terms))`.
/// @param payer The accredited payer whose product it is.
/// @param vault The payer's `ReserveVault`; its asset is the currency, all amounts are units of it.
/// @param trigger Salted commitment of the code that has to be observed and its criterion (LOINC). As it is salted, the product's
/// id tells nothing of the condition.
/// @param attesterRole The role in which attesters are accredited, such as LABORATORY.
/// @param waitingDays Days from the first day of the benefit to the first day whose observation counts.
/// @param windowDays Days from the first day of the benefit to the last day whose observation counts.
/// @param timelyFilingDays Days after the observation within which its attestation has to arrive.
/// @param attesters How many independent attesters a sum above `attestersAbove` needs; others need one.
/// @param attestersAbove The largest sum (token units) that one attester is enough for.
/// @param challengeDays How long the payer may challenge what is above `challengeAbove`.
/// @param challengeAbove The largest sum (token units) that is paid at once.
struct ParametricTerms {
    address payer;
    address vault;
    bytes32 trigger;
    Role attesterRole;
    uint16 waitingDays;
    uint16 windowDays;
    uint16 timelyFilingDays;
    uint8 attesters;
    uint64 attestersAbove;
    uint16 challengeDays;
    uint64 challengeAbove;
}

/// @notice That a trigger was observed, as an attester signs it: EIP-712 type `Attestation`, with `policyId`, `productId` and
/// `observedDay` before these members and without the signature.
/// @param attester The accredited organisation.
/// @param signedBy It, or a key that acts for it in the product's role.
/// @param observation Salted commitment of the observation (FHIR R4 `Observation`).
/// @param issuedAt When it was signed (unix seconds): not before the day of the observation, not in the future.
/// @param deadline Until when it may be relayed (unix seconds).
struct Attestation {
    address attester;
    address signedBy;
    bytes32 observation;
    uint40 issuedAt;
    uint40 deadline;
    bytes signature;
}

/// @title ParametricTypes
/// @notice The EIP-712 type of `ParametricPolicy`, and ids of products.
library ParametricTypes {
    bytes32 internal constant ATTESTATION_TYPEHASH = keccak256(
        "Attestation(uint256 policyId,bytes32 productId,uint32 observedDay,address attester,address signedBy,bytes32 observation,uint40 issuedAt,uint40 deadline)"
    );

    function hash(
        Attestation calldata value,
        uint256 policyId,
        bytes32 productId,
        uint32 observedDay
    ) internal pure returns (bytes32) {
        return
            keccak256(
                abi.encode(
                    ATTESTATION_TYPEHASH,
                    policyId,
                    productId,
                    observedDay,
                    value.attester,
                    value.signedBy,
                    value.observation,
                    value.issuedAt,
                    value.deadline
                )
            );
    }

    /// @notice The id of the product with these terms.
    function idOf(ParametricTerms calldata terms) internal pure returns (bytes32) {
        return keccak256(abi.encode(terms));
    }
}
