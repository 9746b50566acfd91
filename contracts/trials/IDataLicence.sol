// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {IERC5192} from "../utils/IERC5192.sol";
import {DatasetTerms, DerivedKind} from "./DataLicenceTypes.sol";

/// @title IDataLicence
/// @notice Who may use which data set, for what and until when; and from which data a data set or a model was made. A licence
/// in force is an ERC-721 token of the licensee that can never be transferred (ERC-5192).
/// @dev A gateway asks {check} before it releases a key. What an observer learns: which organisation uses which data set for
/// which kinds of use, on what terms, who shares the fees, and what was made of the data. Nothing about the people whose data
/// they are is here. A fee is paid in a token that its publisher chose; one that changes balances by itself, or takes more of
/// the sender than was sent, is not fit for it.
interface IDataLicence is IERC721, IERC5192 {
    /// @notice The life of a licence. `Requested` → `Granted` or `Refused`; `Granted` → `Active` (once the fee is paid); both
    /// `Granted` and `Active` → `Revoked`. Expiry is not a status: it follows from the time.
    enum LicenceStatus {
        None,
        Requested,
        Refused,
        Granted,
        Active,
        Revoked
    }

    /// @notice Why data may not be used.
    /// @param None They may.
    /// @param NotInGoodStanding The account acts for no accredited health data user.
    /// @param NoLicence The health data user has no licence for the data set, or none that was activated.
    /// @param Revoked Its licence was revoked.
    /// @param Expired Its licence has run out.
    /// @param UseNotLicensed Its licence does not allow the use, or not without a restriction that was not named.
    enum LicenceDenial {
        None,
        NotInGoodStanding,
        NoLicence,
        Revoked,
        Expired,
        UseNotLicensed
    }

    /// @notice A licence as stored.
    /// @param datasetId The data set.
    /// @param purpose Commitment of the purpose as the licensee stated it.
    /// @param licensee The health data user.
    /// @param uses For what the data may be used, and under which restrictions; see `DataUses`.
    /// @param period How long it lasts once activated (days).
    /// @param status Where it is in its life.
    /// @param expiresAt The first second at which it no longer counts (unix seconds); zero until it is activated.
    struct Licence {
        bytes32 datasetId;
        bytes32 purpose;
        address licensee;
        uint64 uses;
        uint32 period;
        LicenceStatus status;
        uint40 expiresAt;
    }

    /// @notice What was made of licensed data.
    /// @param holder The health data user that made it.
    /// @param registeredAt When that was registered (unix seconds); zero where it was not.
    /// @param kind A data set or a model.
    /// @param root Merkle root or hash of it.
    /// @param inputs Ids of registered works that it was made of.
    /// @param licences Licences of the holder, in force at that time, for every data set that it or its inputs were made of.
    struct Lineage {
        address holder;
        uint40 registeredAt;
        DerivedKind kind;
        bytes32 root;
        bytes32[] inputs;
        uint256[] licences;
    }

    /// @notice Emitted when a data set is published. The terms in full, since callers pass them again.
    event DatasetPublished(
        bytes32 indexed datasetId,
        address indexed provider,
        bytes32 indexed trialId,
        DatasetTerms terms,
        address operator
    );
    /// @notice Emitted when a health data user asks for a licence.
    event LicenceRequested(
        uint256 indexed licenceId,
        bytes32 indexed datasetId,
        address indexed licensee,
        uint64 uses,
        bytes32 purpose,
        uint32 period,
        address operator
    );
    /// @notice Emitted when the committee grants a licence, which counts from its activation on.
    event LicenceGranted(uint256 indexed licenceId, address indexed committee, address operator);
    /// @notice Emitted when the committee refuses a licence.
    event LicenceRefused(uint256 indexed licenceId, address indexed committee, bytes32 reason, address operator);
    /// @notice Emitted when a licence begins to count.
    event LicenceActivated(
        uint256 indexed licenceId,
        bytes32 indexed datasetId,
        address indexed licensee,
        uint40 expiresAt,
        uint128 fee
    );
    /// @notice Emitted when the committee revokes a licence.
    event LicenceRevoked(uint256 indexed licenceId, address indexed committee, bytes32 reason, address operator);
    /// @notice Emitted when a contributor's share of the fees is paid out.
    event ShareReleased(bytes32 indexed datasetId, address indexed account, uint256 amount);
    /// @notice Emitted when it is registered what a data set or model was made of.
    event DerivedRegistered(
        bytes32 indexed workId,
        address indexed holder,
        DerivedKind indexed kind,
        bytes32 root,
        bytes32[] inputs,
        uint256[] licences,
        address operator
    );

    /// @notice Thrown when the caller does not act for who the terms say provides the data, or the trial is another's.
    error NotTheDataProvider(address provider, address caller);
    /// @notice Thrown when the caller does not act for the committee that the terms name, or they name no committee but a key.
    error NotTheCommittee(address committee, address caller);
    /// @notice Thrown when the caller does not act for the licensee.
    error NotTheLicensee(address licensee, address caller);
    /// @notice Thrown when a data set has no root.
    error RootMissing();
    /// @notice Thrown when uses have no permission, or a bit that is not in use.
    error UnknownUses(uint64 uses);
    /// @notice Thrown when a licence would last no day, or longer than `longest` (days).
    error PeriodNotPermitted(uint32 period, uint32 longest);
    /// @notice Thrown when a fee has no token, or a token has no fee.
    error FeeIncomplete(address feeToken, uint128 fee);
    /// @notice Thrown when the token of the fee has no code.
    error NotContract(address account);
    /// @notice Thrown when fees would be split among nobody, among more than {MAX_SHARES}, or where there are none.
    error WrongNumberOfShares(uint256 shares);
    /// @notice Thrown when a share is of nobody, is nothing, or is the second of the same account.
    error InvalidShare(uint256 index);
    /// @notice Thrown when the shares do not add up to 10000 basis points.
    error SharesDoNotAddUp(uint256 basisPoints);
    /// @notice Thrown when the same terms were published before.
    error DatasetPublishedBefore(bytes32 datasetId);
    /// @notice Thrown when no data set was published on these terms.
    error UnknownDataset(bytes32 datasetId);
    /// @notice Thrown when the terms passed are not those of the licence's data set.
    error NotTheTerms(uint256 licenceId, bytes32 datasetId);
    /// @notice Thrown when a licence would allow more than the terms, or be without a restriction of theirs.
    error UsesNotPermitted(uint64 asked, uint64 permitted);
    /// @notice Thrown when a committee would decide on its own request.
    error CommitteeIsLicensee(address committee);
    /// @notice Thrown when a request does not state its purpose.
    error PurposeMissing();
    /// @notice Thrown when the committee gives no reason.
    error ReasonMissing();
    /// @notice Thrown when a licence is not in a status in which this can be done.
    error WrongLicenceStatus(uint256 licenceId, LicenceStatus status);
    /// @notice Thrown when less of the token arrived than was sent (token units).
    error TransferIncomplete(uint256 sent, uint256 arrived);
    /// @notice Thrown when nothing of the fees is due to the account.
    error NothingDue(bytes32 datasetId, address account);
    /// @notice Thrown when a work would be made of nothing, or of more than {MAX_ORIGINS} inputs and licences.
    error WrongNumberOfOrigins(uint256 origins);
    /// @notice Thrown when a licence is not the caller's, or does not allow a work of this kind now.
    error LicenceNotUsable(uint256 licenceId, LicenceDenial denial);
    /// @notice Thrown when an input was never registered.
    error UnknownWork(bytes32 workId);
    /// @notice Thrown when an input was made of a data set for which no licence is given.
    error InputNotLicensed(bytes32 workId, bytes32 datasetId);
    /// @notice Thrown when the caller's organisation registered this work before.
    error WorkRegisteredBefore(bytes32 workId);

    /// @notice Shares of a data set's fees at most: 16.
    function MAX_SHARES() external view returns (uint256);

    /// @notice Inputs and licences of a work together at most: 32.
    function MAX_ORIGINS() external view returns (uint256);

    /// @notice The longest licence that terms can permit: 36500 days.
    function LONGEST_PERIOD() external view returns (uint32);

    /// @notice Publishes a data set on `terms`.
    /// @return datasetId Its id.
    /// @dev Caller: for a trial's data its sponsor, or a key that acts for it in TRIAL_SPONSOR; else who provides the data, or a
    /// key that acts for it in PROVIDER. Reverts: `NotInGoodStanding` of the caller or the committee, {NotTheDataProvider},
    /// {NotTheCommittee}, {RootMissing}, {UnknownUses}, {PeriodNotPermitted}, {FeeIncomplete}, {NotContract}, {WrongNumberOfShares},
    /// {InvalidShare}, {SharesDoNotAddUp}, {DatasetPublishedBefore}.
    function publish(DatasetTerms calldata terms) external returns (bytes32 datasetId);

    /// @notice Asks for a licence to use a data set for `uses` during `period` days.
    /// @param uses For what, and every restriction of the terms, to which the licensee keeps; see `DataUses`.
    /// @param purpose Commitment of the purpose.
    /// @return licenceId Its number, from 1.
    /// @dev Caller: a health data user, or a key that acts for it in HEALTH_DATA_USER. Reverts: `NotInGoodStanding`,
    /// {UnknownDataset}, {CommitteeIsLicensee}, {UsesNotPermitted}, {PeriodNotPermitted}, {PurposeMissing}.
    function request(
        DatasetTerms calldata terms,
        uint64 uses,
        bytes32 purpose,
        uint32 period
    ) external returns (uint256 licenceId);

    /// @notice Grants a licence as it was requested.
    /// @dev Caller: the committee of the terms, or a key that acts for it in DATA_ACCESS_COMMITTEE. Reverts:
    /// `NotInGoodStanding`, {NotTheTerms}, {NotTheCommittee}, {WrongLicenceStatus}.
    function grant(uint256 licenceId, DatasetTerms calldata terms) external;

    /// @notice Refuses a licence, for good.
    /// @param reason Commitment of the reason.
    /// @dev Caller: as {grant}. Reverts: as {grant}, {ReasonMissing}.
    function refuse(uint256 licenceId, DatasetTerms calldata terms, bytes32 reason) external;

    /// @notice Pays the fee and lets the licence begin: it counts for its period from now on, in place of an earlier one of the
    /// licensee for the same data set.
    /// @dev Caller: the licensee, or a key that acts for it in HEALTH_DATA_USER; the caller approved this contract for the fee. A
    /// fee is never paid back. Reverts: `NotInGoodStanding`, {NotTheTerms}, {NotTheLicensee}, {WrongLicenceStatus},
    /// {TransferIncomplete}, and as the token.
    function activate(uint256 licenceId, DatasetTerms calldata terms) external;

    /// @notice Ends a licence that was granted, at once and for good. Its token is burned.
    /// @param reason Commitment of the reason.
    /// @dev Caller: as {grant}. Reverts: as {refuse}.
    function revoke(uint256 licenceId, DatasetTerms calldata terms, bytes32 reason) external;

    /// @notice Pays an account its share of the fees so far. What is less than a unit of the token stays for later.
    /// @return amount What was paid (token units).
    /// @dev Caller: anyone. Nobody holds up another's share. Reverts: {NothingDue}, also for terms that were not published, and
    /// as the token.
    function release(DatasetTerms calldata terms, address account) external returns (uint256 amount);

    /// @notice Registers what the caller's organisation made of licensed data.
    /// @param root Merkle root or hash of it.
    /// @param inputs Ids of registered works, of whomever, that it was made of.
    /// @param licences Licences for the data sets that it, and every work in `inputs`, was made of.
    /// @return workId Its id.
    /// @dev Caller: a health data user, or a key that acts for it in HEALTH_DATA_USER. Each licence is the caller's, in force,
    /// and for a model one for AI_TRAINING: a use that a data set does not permit is not won by way of a work made of it.
    /// Reverts: `NotInGoodStanding`, {RootMissing}, {WrongNumberOfOrigins}, {LicenceNotUsable}, {UnknownWork},
    /// {InputNotLicensed}, {WorkRegisteredBefore}.
    function registerDerived(
        bytes32 root,
        DerivedKind kind,
        bytes32[] calldata inputs,
        uint256[] calldata licences
    ) external returns (bytes32 workId);

    /// @notice Whether `account` may use a data set for `uses` now.
    /// @param uses For what, and the restrictions to which the use keeps; see `DataUses`.
    function check(
        bytes32 datasetId,
        address account,
        uint64 uses
    ) external view returns (bool permitted, LicenceDenial denial);

    /// @notice Number of licences ever requested: the number of the last.
    function count() external view returns (uint256);

    /// @notice A licence as stored; zeros where there is none.
    function licenceOf(uint256 licenceId) external view returns (Licence memory);

    /// @notice The licence for a data set that `licensee` activated last, which alone counts in {check}; or zero.
    function latestLicence(bytes32 datasetId, address licensee) external view returns (uint256 licenceId);

    /// @notice What a work was made of; zeros where it was not registered.
    function lineageOf(bytes32 workId) external view returns (Lineage memory);

    /// @notice The id of the data set with these terms, published or not.
    function datasetIdOf(DatasetTerms calldata terms) external pure returns (bytes32);

    /// @notice The id of a work, registered or not.
    function workIdOf(address holder, DerivedKind kind, bytes32 root) external pure returns (bytes32);

    /// @notice When a data set was published (unix seconds), or zero.
    function publishedAt(bytes32 datasetId) external view returns (uint40);

    /// @notice Fees paid for a data set so far (token units).
    function feesOf(bytes32 datasetId) external view returns (uint256);

    /// @notice What of the fees of a data set was paid out to `account` so far (token units).
    function releasedTo(bytes32 datasetId, address account) external view returns (uint256);
}
