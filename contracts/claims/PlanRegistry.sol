// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IParticipantRegistry} from "../participants/IParticipantRegistry.sol";
import {Roles} from "../participants/Role.sol";
import {IPlanRegistry} from "./IPlanRegistry.sol";
import {IReserveVault} from "./IReserveVault.sol";
import {IReserveVaultFactory} from "./IReserveVaultFactory.sol";
import {PlanTerms, hashOf} from "./PlanTerms.sol";

/// @title PlanRegistry
/// @notice See {IPlanRegistry}.
contract PlanRegistry is IPlanRegistry {
    /// @inheritdoc IPlanRegistry
    uint256 public constant MAX_BENEFITS = 16;
    /// @inheritdoc IPlanRegistry
    uint16 public constant MIN_APPEAL_DAYS = 180;
    /// @inheritdoc IPlanRegistry
    uint16 public constant MAX_INTEREST = 10_000;

    /// @notice Who is accredited for what.
    IParticipantRegistry public immutable participants;
    /// @inheritdoc IPlanRegistry
    IReserveVaultFactory public immutable vaults;

    /// @inheritdoc IPlanRegistry
    mapping(bytes32 planId => uint40) public publishedAt;

    constructor(IParticipantRegistry participants_, IReserveVaultFactory vaults_) {
        participants = participants_;
        vaults = vaults_;
    }

    /// @inheritdoc IPlanRegistry
    function publish(PlanTerms calldata terms) external returns (bytes32 planId) {
        require(participants.resolve(msg.sender, Roles.PAYER) == terms.payer, NotThePayer(terms.payer, msg.sender));
        require(
            vaults.isVault(terms.vault) && IReserveVault(terms.vault).payer() == terms.payer,
            NotThePayersVault(terms.payer, terms.vault)
        );
        uint256 families = terms.benefits.length;
        require(families != 0 && families <= MAX_BENEFITS, WrongNumberOfBenefits(families));
        for (uint256 family = 0; family < families; ++family) {
            require(terms.benefits[family].isWellFormed(), MalformedBenefit(family));
        }
        require(terms.appealDays >= MIN_APPEAL_DAYS, AppealPeriodTooShort(terms.appealDays));
        require(terms.timelyFilingDays != 0 && terms.decisionDays != 0 && terms.promptPaymentDays != 0, EmptyPeriod());
        require(terms.interestBasisPoints <= MAX_INTEREST, InterestTooHigh(terms.interestBasisPoints));
        planId = hashOf(terms);
        require(publishedAt[planId] == 0, AlreadyPublished(planId));

        publishedAt[planId] = uint40(block.timestamp);
        emit PlanPublished(planId, terms.payer, terms, msg.sender);
    }

    /// @inheritdoc IPlanRegistry
    function planIdOf(PlanTerms calldata terms) external pure returns (bytes32) {
        return hashOf(terms);
    }
}
