// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Where a claim is in its life. `None` → `Paid` | `Denied` | `Pended` (submit); `Pended` → `Paid` (approve) | `Denied`
/// (deny) | `InReview` (overdue and above the ceiling); `Denied`, `Upheld` → `Appealed` (appeal); `InReview`, `Appealed` → `Paid` |
/// `Upheld` (review); `Paid` → `Voided` (void) → as from `None` by the same encounter again.
enum ClaimStatus {
    None,
    Paid,
    Pended,
    InReview,
    Denied,
    Appealed,
    Upheld,
    Voided
}

/// @notice A claim as stored.
/// @param amount What the plan pays or paid, without interest (token units).
/// @param deductible What of the member's share counts to the deductible (token units).
/// @param memberShare Deductible, copay and coinsurance (token units).
/// @param policyId The policy.
/// @param status Where it is.
/// @param receipt The first 96 bits of the hash of the encounter's receipt.
struct Claim {
    uint256 amount;
    uint256 deductible;
    uint256 memberShare;
    uint256 policyId;
    ClaimStatus status;
    uint96 receipt;
}

/// @title ClaimWord
/// @notice What is stored of a claim, as one word.
/// @dev From the lowest bit: amount 48, deductible 40, memberShare 40, policyId 28, status 4, receipt 96.
library ClaimWord {
    /// @notice Thrown when a figure of a claim is larger than its place (token units).
    error AmountTooLarge(uint256 amount);

    uint256 private constant _LARGEST_AMOUNT = type(uint48).max;
    uint256 private constant _LARGEST_SHARE = type(uint40).max;
    uint256 private constant _STATUS = 0xf << 156;

    /// @notice The word of a claim. Policies have numbers below 2^28: `ClaimsProcessor` takes no other.
    function encode(Claim memory claim) internal pure returns (uint256) {
        require(claim.amount <= _LARGEST_AMOUNT, AmountTooLarge(claim.amount));
        require(claim.memberShare <= _LARGEST_SHARE, AmountTooLarge(claim.memberShare));
        return
            claim.amount |
            (claim.deductible << 48) |
            (claim.memberShare << 88) |
            (claim.policyId << 128) |
            (uint256(claim.status) << 156) |
            (uint256(claim.receipt) << 160);
    }

    /// @notice The claim of a word.
    function decode(uint256 word) internal pure returns (Claim memory) {
        return Claim(amount(word), uint40(word >> 48), uint40(word >> 88), policyId(word), status(word), receipt(word));
    }

    /// @notice The amount of a word.
    function amount(uint256 word) internal pure returns (uint256) {
        return uint48(word);
    }

    /// @notice The status of a word.
    function status(uint256 word) internal pure returns (ClaimStatus) {
        return ClaimStatus((word & _STATUS) >> 156);
    }

    /// @notice The policy of a word.
    function policyId(uint256 word) internal pure returns (uint256) {
        return (word >> 128) & (type(uint32).max >> 4);
    }

    /// @notice The receipt of a word.
    function receipt(uint256 word) internal pure returns (uint96) {
        return uint96(word >> 160);
    }
}
