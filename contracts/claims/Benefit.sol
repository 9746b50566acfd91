// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What a plan pays for a service family, in one word, from the lowest bit: copay 64 bits (token units), maximum a
/// service 64 (token units; 0: none), annual limit 64 (token units that the plan pays at most in a benefit year; 0: none),
/// coinsurance 16 (basis points that the member pays, 0 to 10000), waiting period 16 (days from the start of the policy),
/// flags 8 (bit 0: the plan's deductible applies; bit 1: needs prior authorisation; bit 7: covered, always set). The 24 bits
/// above are zero. A word of zero: the family is not covered.
type Benefit is uint256;

using {
    isCovered,
    copay,
    maximumPerService,
    annualLimit,
    coinsuranceBasisPoints,
    waitingDays,
    deductibleApplies,
    needsAuthorization,
    isWellFormed
} for Benefit global;

function isCovered(Benefit self) pure returns (bool) {
    return (Benefit.unwrap(self) >> 231) & 1 == 1;
}

function copay(Benefit self) pure returns (uint256) {
    return uint64(Benefit.unwrap(self));
}

function maximumPerService(Benefit self) pure returns (uint256) {
    return uint64(Benefit.unwrap(self) >> 64);
}

function annualLimit(Benefit self) pure returns (uint256) {
    return uint64(Benefit.unwrap(self) >> 128);
}

function coinsuranceBasisPoints(Benefit self) pure returns (uint256) {
    return uint16(Benefit.unwrap(self) >> 192);
}

function waitingDays(Benefit self) pure returns (uint256) {
    return uint16(Benefit.unwrap(self) >> 208);
}

function deductibleApplies(Benefit self) pure returns (bool) {
    return (Benefit.unwrap(self) >> 224) & 1 == 1;
}

function needsAuthorization(Benefit self) pure returns (bool) {
    return (Benefit.unwrap(self) >> 225) & 1 == 1;
}

/// @dev Either nothing, or covered with a coinsurance of at most 100 % and no bit that stands for nothing.
function isWellFormed(Benefit self) pure returns (bool) {
    uint256 word = Benefit.unwrap(self);
    if (word == 0) return true;
    uint256 flags = word >> 224;
    return flags >> 7 == 1 && flags & 0x7c == 0 && self.coinsuranceBasisPoints() <= 10_000;
}
