// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {IParticipantRegistry} from "../participants/IParticipantRegistry.sol";
import {Role, Roles} from "../participants/Role.sol";
import {LockedERC721} from "../utils/LockedERC721.sol";
import {DataLicenceTypes, DatasetTerms, DerivedKind, Share} from "./DataLicenceTypes.sol";
import {DataUses} from "./DataUses.sol";
import {IDataLicence} from "./IDataLicence.sol";
import {ITrialRegistry} from "./ITrialRegistry.sol";

/// @title DataLicence
/// @notice See {IDataLicence}.
/// @dev What moves money is guarded against reentrancy: a token that calls somebody between two readings of the balance would
/// have one payment counted twice.
contract DataLicence is IDataLicence, LockedERC721, ReentrancyGuardTransient {
    using DataLicenceTypes for DatasetTerms;
    using DataUses for uint64;
    using Math for uint256;
    using SafeERC20 for IERC20;

    /// @inheritdoc IDataLicence
    uint256 public constant MAX_SHARES = 16;
    /// @inheritdoc IDataLicence
    uint256 public constant MAX_ORIGINS = 32;
    /// @inheritdoc IDataLicence
    uint32 public constant LONGEST_PERIOD = 36_500;
    uint256 private constant _BASIS_POINTS = 10_000;

    /// @notice Who is accredited for what.
    IParticipantRegistry public immutable participants;
    /// @notice Whose trial is whose.
    ITrialRegistry public immutable trials;

    /// @inheritdoc IDataLicence
    uint256 public count;
    /// @inheritdoc IDataLicence
    mapping(bytes32 datasetId => uint40) public publishedAt;
    /// @inheritdoc IDataLicence
    mapping(bytes32 datasetId => mapping(address licensee => uint256 licenceId)) public latestLicence;
    /// @inheritdoc IDataLicence
    mapping(bytes32 datasetId => uint256) public feesOf;
    /// @inheritdoc IDataLicence
    mapping(bytes32 datasetId => mapping(address account => uint256)) public releasedTo;

    mapping(uint256 licenceId => Licence) private _licences;
    mapping(bytes32 workId => Lineage) private _works;

    constructor(ITrialRegistry trials_) ERC721("CareProof Data Licence", "CPDL") {
        participants = trials_.participants();
        trials = trials_;
    }

    /// @inheritdoc IDataLicence
    function publish(DatasetTerms calldata terms) external returns (bytes32 datasetId) {
        _requireProvider(terms);
        require(
            participants.resolve(terms.committee, Roles.DATA_ACCESS_COMMITTEE) == terms.committee,
            NotTheCommittee(terms.committee, terms.committee)
        );
        require(terms.root != 0, RootMissing());
        require(terms.permittedUses.isWellFormed(), UnknownUses(terms.permittedUses));
        _requirePeriod(terms.longest, LONGEST_PERIOD);
        _requireShares(terms);
        datasetId = terms.idOf();
        require(publishedAt[datasetId] == 0, DatasetPublishedBefore(datasetId));

        publishedAt[datasetId] = uint40(block.timestamp);
        emit DatasetPublished(datasetId, terms.provider, terms.trialId, terms, msg.sender);
    }

    /// @inheritdoc IDataLicence
    function request(
        DatasetTerms calldata terms,
        uint64 uses,
        bytes32 purpose,
        uint32 period
    ) external returns (uint256 licenceId) {
        address licensee = participants.resolve(msg.sender, Roles.HEALTH_DATA_USER);
        bytes32 datasetId = terms.idOf();
        require(publishedAt[datasetId] != 0, UnknownDataset(datasetId));
        require(licensee != terms.committee, CommitteeIsLicensee(licensee));
        require(terms.permittedUses.covers(uses), UsesNotPermitted(uses, terms.permittedUses));
        _requirePeriod(period, terms.longest);
        require(purpose != 0, PurposeMissing());

        licenceId = ++count;
        _licences[licenceId] = Licence(datasetId, purpose, licensee, uses, period, LicenceStatus.Requested, 0);
        emit LicenceRequested(licenceId, datasetId, licensee, uses, purpose, period, msg.sender);
    }

    /// @inheritdoc IDataLicence
    function grant(uint256 licenceId, DatasetTerms calldata terms) external {
        Licence storage licence = _decide(licenceId, terms);
        require(licence.status == LicenceStatus.Requested, WrongLicenceStatus(licenceId, licence.status));

        licence.status = LicenceStatus.Granted;
        emit LicenceGranted(licenceId, terms.committee, msg.sender);
    }

    /// @inheritdoc IDataLicence
    function refuse(uint256 licenceId, DatasetTerms calldata terms, bytes32 reason) external {
        Licence storage licence = _decide(licenceId, terms);
        require(licence.status == LicenceStatus.Requested, WrongLicenceStatus(licenceId, licence.status));
        require(reason != 0, ReasonMissing());

        licence.status = LicenceStatus.Refused;
        emit LicenceRefused(licenceId, terms.committee, reason, msg.sender);
    }

    /// @inheritdoc IDataLicence
    function activate(uint256 licenceId, DatasetTerms calldata terms) external nonReentrant {
        Licence storage licence = _licenceOn(licenceId, terms);
        address licensee = licence.licensee;
        require(
            participants.resolve(msg.sender, Roles.HEALTH_DATA_USER) == licensee,
            NotTheLicensee(licensee, msg.sender)
        );
        require(licence.status == LicenceStatus.Granted, WrongLicenceStatus(licenceId, licence.status));

        bytes32 datasetId = licence.datasetId;
        uint40 expiresAt = uint40(block.timestamp) + uint40(licence.period) * 1 days;
        (licence.status, licence.expiresAt) = (LicenceStatus.Active, expiresAt);
        latestLicence[datasetId][licensee] = licenceId;
        _mint(licensee, licenceId);
        emit LicenceActivated(licenceId, datasetId, licensee, expiresAt, terms.fee);
        if (terms.fee == 0) return;
        feesOf[datasetId] += terms.fee;
        _collect(IERC20(terms.feeToken), terms.fee);
    }

    /// @inheritdoc IDataLicence
    function revoke(uint256 licenceId, DatasetTerms calldata terms, bytes32 reason) external {
        Licence storage licence = _decide(licenceId, terms);
        LicenceStatus before = licence.status;
        require(
            before == LicenceStatus.Granted || before == LicenceStatus.Active,
            WrongLicenceStatus(licenceId, before)
        );
        require(reason != 0, ReasonMissing());

        licence.status = LicenceStatus.Revoked;
        emit LicenceRevoked(licenceId, terms.committee, reason, msg.sender);
        if (before == LicenceStatus.Active) _burn(licenceId);
    }

    /// @inheritdoc IDataLicence
    function release(DatasetTerms calldata terms, address account) external nonReentrant returns (uint256 amount) {
        bytes32 datasetId = terms.idOf();
        uint256 released = releasedTo[datasetId][account];
        // Of all fees so far and not of each: what one payment rounds away is due with the next.
        amount = feesOf[datasetId].mulDiv(_basisPointsOf(terms, account), _BASIS_POINTS) - released;
        require(amount != 0, NothingDue(datasetId, account));

        releasedTo[datasetId][account] = released + amount;
        emit ShareReleased(datasetId, account, amount);
        IERC20(terms.feeToken).safeTransfer(account, amount);
    }

    /// @inheritdoc IDataLicence
    function registerDerived(
        bytes32 root,
        DerivedKind kind,
        bytes32[] calldata inputs,
        uint256[] calldata licences
    ) external returns (bytes32 workId) {
        address holder = participants.resolve(msg.sender, Roles.HEALTH_DATA_USER);
        require(root != 0, RootMissing());
        uint256 origins = inputs.length + licences.length;
        require(licences.length != 0 && origins <= MAX_ORIGINS, WrongNumberOfOrigins(origins));
        bytes32[] memory datasets = _usableDatasets(holder, kind, licences);
        for (uint256 i = 0; i < inputs.length; ++i) {
            _requireLicensed(inputs[i], datasets);
        }
        workId = DataLicenceTypes.idOfWork(holder, kind, root);
        require(_works[workId].registeredAt == 0, WorkRegisteredBefore(workId));

        _works[workId] = Lineage(holder, uint40(block.timestamp), kind, root, inputs, licences);
        emit DerivedRegistered(workId, holder, kind, root, inputs, licences, msg.sender);
    }

    /// @inheritdoc IDataLicence
    function check(
        bytes32 datasetId,
        address account,
        uint64 uses
    ) external view returns (bool permitted, LicenceDenial denial) {
        (address licensee, IParticipantRegistry.Standing standing) = participants.tryResolve(
            account,
            Roles.HEALTH_DATA_USER
        );
        if (standing != IParticipantRegistry.Standing.Good) return (false, LicenceDenial.NotInGoodStanding);
        Licence memory licence = _licences[latestLicence[datasetId][licensee]];
        denial = _denialOf(licence, licensee);
        if (denial == LicenceDenial.None && !licence.uses.covers(uses)) denial = LicenceDenial.UseNotLicensed;
        permitted = denial == LicenceDenial.None;
    }

    /// @inheritdoc IDataLicence
    function licenceOf(uint256 licenceId) external view returns (Licence memory) {
        return _licences[licenceId];
    }

    /// @inheritdoc IDataLicence
    function lineageOf(bytes32 workId) external view returns (Lineage memory) {
        return _works[workId];
    }

    /// @inheritdoc IDataLicence
    function datasetIdOf(DatasetTerms calldata terms) external pure returns (bytes32) {
        return terms.idOf();
    }

    /// @inheritdoc IDataLicence
    function workIdOf(address holder, DerivedKind kind, bytes32 root) external pure returns (bytes32) {
        return DataLicenceTypes.idOfWork(holder, kind, root);
    }

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 interfaceId) public view override(LockedERC721, IERC165) returns (bool) {
        return super.supportsInterface(interfaceId);
    }

    function _collect(IERC20 token, uint256 fee) private {
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), fee);
        uint256 arrived = token.balanceOf(address(this)).saturatingSub(before);
        require(arrived >= fee, TransferIncomplete(fee, arrived));
    }

    /// @dev The licence, for a decision of its committee.
    function _decide(uint256 licenceId, DatasetTerms calldata terms) private view returns (Licence storage licence) {
        licence = _licenceOn(licenceId, terms);
        require(
            participants.resolve(msg.sender, Roles.DATA_ACCESS_COMMITTEE) == terms.committee,
            NotTheCommittee(terms.committee, msg.sender)
        );
    }

    function _licenceOn(uint256 licenceId, DatasetTerms calldata terms) private view returns (Licence storage licence) {
        licence = _licences[licenceId];
        require(licence.datasetId == terms.idOf(), NotTheTerms(licenceId, licence.datasetId));
    }

    /// @dev The data set of each licence, all of which allow `holder` a work of this kind now.
    function _usableDatasets(
        address holder,
        DerivedKind kind,
        uint256[] calldata licences
    ) private view returns (bytes32[] memory datasets) {
        datasets = new bytes32[](licences.length);
        for (uint256 i = 0; i < licences.length; ++i) {
            Licence memory licence = _licences[licences[i]];
            LicenceDenial denial = _denialOf(licence, holder);
            if (denial == LicenceDenial.None && kind == DerivedKind.Model && licence.uses & DataUses.AI_TRAINING == 0)
                denial = LicenceDenial.UseNotLicensed;
            require(denial == LicenceDenial.None, LicenceNotUsable(licences[i], denial));
            datasets[i] = licence.datasetId;
        }
    }

    /// @dev Every data set that the work `input` was made of is among `datasets`.
    function _requireLicensed(bytes32 input, bytes32[] memory datasets) private view {
        Lineage storage work = _works[input];
        require(work.registeredAt != 0, UnknownWork(input));
        uint256[] memory licences = work.licences;
        for (uint256 i = 0; i < licences.length; ++i) {
            bytes32 needed = _licences[licences[i]].datasetId;
            uint256 j = 0;
            while (j < datasets.length && datasets[j] != needed) ++j;
            require(j < datasets.length, InputNotLicensed(input, needed));
        }
    }

    function _requireProvider(DatasetTerms calldata terms) private view {
        bool isTrial = terms.trialId != 0;
        Role role = isTrial ? Roles.TRIAL_SPONSOR : Roles.PROVIDER;
        require(
            participants.resolve(msg.sender, role) == terms.provider &&
                (!isTrial || trials.factsOf(terms.trialId).sponsor == terms.provider),
            NotTheDataProvider(terms.provider, msg.sender)
        );
    }

    /// @dev Why a licence, whatever it is for, does not count for `licensee` now.
    function _denialOf(Licence memory licence, address licensee) private view returns (LicenceDenial) {
        if (licence.licensee != licensee) return LicenceDenial.NoLicence;
        if (licence.status == LicenceStatus.Revoked) return LicenceDenial.Revoked;
        if (licence.status != LicenceStatus.Active) return LicenceDenial.NoLicence;
        return block.timestamp < licence.expiresAt ? LicenceDenial.None : LicenceDenial.Expired;
    }

    function _requirePeriod(uint32 period, uint32 longest) private pure {
        require(period != 0 && period <= longest, PeriodNotPermitted(period, longest));
    }

    function _requireShares(DatasetTerms calldata terms) private view {
        bool isFree = terms.fee == 0;
        require(isFree == (terms.feeToken == address(0)), FeeIncomplete(terms.feeToken, terms.fee));
        Share[] calldata shares = terms.shares;
        require(isFree == (shares.length == 0) && shares.length <= MAX_SHARES, WrongNumberOfShares(shares.length));
        if (isFree) return;
        require(terms.feeToken.code.length != 0, NotContract(terms.feeToken));
        uint256 sum = 0;
        for (uint256 i = 0; i < shares.length; ++i) {
            bool valid = shares[i].account != address(0) && shares[i].basisPoints != 0;
            for (uint256 j = 0; j < i; ++j) {
                valid = valid && shares[i].account != shares[j].account;
            }
            require(valid, InvalidShare(i));
            sum += shares[i].basisPoints;
        }
        require(sum == _BASIS_POINTS, SharesDoNotAddUp(sum));
    }

    function _basisPointsOf(DatasetTerms calldata terms, address account) private pure returns (uint256) {
        for (uint256 i = 0; i < terms.shares.length; ++i) {
            if (terms.shares[i].account == account) return terms.shares[i].basisPoints;
        }
        return 0;
    }
}
