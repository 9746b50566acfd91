// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A contributor's share of the fees of a data set.
/// @param account Who gets it.
/// @param basisPoints How much of each fee (1/10000).
struct Share {
    address account;
    uint16 basisPoints;
}

/// @notice On what terms a data set may be used. They never change: other terms are another data set's. They are not stored
/// but passed with every call that needs them, as a data set's id is their hash; see {DataLicenceTypes}.
/// @param trialId The trial whose data they are; zero where they are no trial's.
/// @param provider Who publishes: the trial's sponsor, or the provider that holds the data.
/// @param root Merkle root over the data.
/// @param committee The data access committee that decides on requests.
/// @param permittedUses What the data may be used for, and under which restrictions; see `DataUses`.
/// @param longest The longest that a licence may last (days).
/// @param feeToken The ERC-20 token in which fees are paid; zero where the data are free.
/// @param fee What a licence costs (token units), or zero.
/// @param shares Among whom fees are split: together 10000 basis points; none where the data are free.
struct DatasetTerms {
    bytes32 trialId;
    address provider;
    bytes32 root;
    address committee;
    uint64 permittedUses;
    uint32 longest;
    address feeToken;
    uint128 fee;
    Share[] shares;
}

/// @notice What was made out of licensed data.
enum DerivedKind {
    Dataset,
    Model
}

/// @title DataLicenceTypes
/// @notice Ids of data sets and of what is derived from them.
library DataLicenceTypes {
    bytes32 internal constant DATASET_TERMS = keccak256(
        "CareProof.DatasetTerms(bytes32 trialId,address provider,bytes32 root,address committee,uint64 permittedUses,uint32 longest,address feeToken,uint128 fee,Share[] shares)Share(address account,uint16 basisPoints)"
    );
    bytes32 internal constant DERIVED_WORK = keccak256("CareProof.DerivedWork(address holder,uint8 kind,bytes32 root)");

    /// @notice The id of the data set with these terms.
    function idOf(DatasetTerms calldata terms) internal pure returns (bytes32) {
        return keccak256(abi.encode(DATASET_TERMS, terms));
    }

    /// @notice The id of a work of `holder`. It has the holder in it, so that nobody registers another's work first.
    function idOfWork(address holder, DerivedKind kind, bytes32 root) internal pure returns (bytes32) {
        return keccak256(abi.encode(DERIVED_WORK, holder, kind, root));
    }
}
