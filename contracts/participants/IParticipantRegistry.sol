// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Role} from "./Role.sol";

/// @title IParticipantRegistry
/// @notice Which organisation is accredited for what, until when, and which keys act for it.
/// @dev A participant is an address: an organisation's multisig or smart account. Each (participant, role) has a record
/// of its own, written by the accreditors that the `AccessManager` names for that role and by nobody else, so no single
/// body controls the network. What an observer learns: addresses of organisations, their roles, accreditors and keys.
/// Nothing about patients is here.
interface IParticipantRegistry {
    /// @notice The life of an accreditation. Expiry is not a status: it follows from the time. `None` → `Active`
    /// (accredit) ⇄ `Suspended` (suspend, reinstate); both → `Withdrawn` (withdraw) → `Active` (accredit).
    enum AccreditationStatus {
        None,
        Active,
        Suspended,
        Withdrawn
    }

    /// @notice Whether an account may act in a role now, and if not, why.
    /// @param Good The account is an accredited organisation or a key that acts for one.
    /// @param Unaccredited The organisation was never accredited for the role.
    /// @param Suspended The accreditation is suspended.
    /// @param Withdrawn The accreditation was withdrawn.
    /// @param Expired The accreditation has run out.
    /// @param OperatorExpired The key's appointment has run out.
    /// @param OperatorRoleMissing The organisation did not give the key this role.
    enum Standing {
        Good,
        Unaccredited,
        Suspended,
        Withdrawn,
        Expired,
        OperatorExpired,
        OperatorRoleMissing
    }

    /// @notice The accreditation of a participant for one role. One slot.
    /// @param accreditor Who gave or last renewed it.
    /// @param validUntil The first second at which it no longer counts (unix seconds).
    /// @param status Where it is in its life.
    struct Accreditation {
        address accreditor;
        uint40 validUntil;
        AccreditationStatus status;
    }

    /// @notice A key that acts for a participant. One slot.
    /// @param principal The participant, or zero where the account acts for nobody but itself.
    /// @param roles Bitmask over role numbers in which the key may act.
    /// @param expiresAt The first second at which it no longer may (unix seconds).
    struct Operator {
        address principal;
        uint56 roles;
        uint40 expiresAt;
    }

    /// @notice When a key served a participant, kept for ever so that what it signed then stays attributable. One slot.
    /// @param since When it was first accepted (unix seconds), or zero if never.
    /// @param until When it runs out, or was removed before that (unix seconds). A pause between two appointments counts as
    /// served.
    /// @param roles Bitmask over all roles that it was ever given.
    struct Tenure {
        uint40 since;
        uint40 until;
        uint56 roles;
    }

    /// @notice Emitted when an accreditation is given or renewed.
    event Accredited(address indexed participant, Role indexed role, address indexed accreditor, uint40 validUntil);
    /// @notice Emitted when an accreditation is suspended by `by`.
    event AccreditationSuspended(address indexed participant, Role indexed role, address indexed by);
    /// @notice Emitted when a suspension is lifted by `by`.
    event AccreditationReinstated(address indexed participant, Role indexed role, address indexed by);
    /// @notice Emitted when an accreditation is withdrawn by `by`.
    event AccreditationWithdrawn(address indexed participant, Role indexed role, address indexed by);
    /// @notice Emitted when a participant offers to let a key act for it, or withdraws that (no roles); nothing changes
    /// until the key accepts.
    event OperatorOffered(address indexed principal, address indexed operator, uint56 roles, uint40 expiresAt);
    /// @notice Emitted when a key accepts, and when a participant changes what a key of its own may do.
    event OperatorSet(address indexed principal, address indexed operator, uint56 roles, uint40 expiresAt);
    /// @notice Emitted when a key stops acting for a participant.
    event OperatorRemoved(address indexed principal, address indexed operator);

    /// @notice Thrown when `account` may not act in `role`, with the reason.
    error NotInGoodStanding(address account, Role role, Standing standing);
    /// @notice Thrown when the caller is not an accreditor for `role`.
    error NotAccreditor(address account, Role role);
    /// @notice Thrown when a role's number is above 55.
    error UnknownRole(Role role);
    /// @notice Thrown when the accreditation is not in a status in which this can be done.
    error WrongAccreditationStatus(address participant, Role role, AccreditationStatus status);
    /// @notice Thrown when an expiry (unix seconds) is not in the future.
    error NotInFuture(uint40 time);
    /// @notice Thrown when an operator is named without any role, or the zero address is accredited.
    error Empty();
    /// @notice Thrown when an address that acts for another would be accredited.
    error ParticipantIsOperator(address participant, address principal);
    /// @notice Thrown when an address that was ever accredited would act for another.
    error OperatorIsParticipant(address operator);
    /// @notice Thrown when a key that serves one participant would serve another.
    error OperatorServesAnother(address operator, address principal);
    /// @notice Thrown when a key accepts what was not offered to it.
    error NoOffer(address principal, address operator);
    /// @notice Thrown when the caller is neither the key nor the participant it acts for.
    error NotOperatorOf(address operator, address caller);

    /// @notice Accredits `participant` for `role` until `validUntil`, or renews it.
    /// @dev Caller: a member of AccessManager role 100 + `role` without an execution delay.
    /// Reverts: {NotAccreditor}, {UnknownRole}, {Empty}, {NotInFuture}, {ParticipantIsOperator}, and
    /// {WrongAccreditationStatus} while suspended (reinstate it first).
    function accredit(address participant, Role role, uint40 validUntil) external;

    /// @notice Suspends an active accreditation. It stops counting in this very block.
    /// @dev Caller: a current accreditor for the role. Reverts: {NotAccreditor}, {WrongAccreditationStatus}.
    function suspend(address participant, Role role) external;

    /// @notice Lifts a suspension.
    /// @dev Caller: a current accreditor for the role. Reverts: {NotAccreditor}, {WrongAccreditationStatus}.
    function reinstate(address participant, Role role) external;

    /// @notice Withdraws an active or suspended accreditation. It stops counting in this very block.
    /// @dev Caller: as for {suspend}. Reverts: {NotAccreditor}, {WrongAccreditationStatus}.
    function withdraw(address participant, Role role) external;

    /// @notice Offers `operator` to act for the caller in `roles` until `expiresAt`; or, where it does so already,
    /// changes at once what it may do. Without roles: withdraws the offer.
    /// @dev Caller: anyone, for itself. An offer alone has no effect. Reverts: {Empty}, {NotInFuture}.
    function offerOperator(address operator, uint56 roles, uint40 expiresAt) external;

    /// @notice Accepts the offer of `principal`, as the key it was made to.
    /// @dev Reverts: {NoOffer}, {NotInFuture} where the offer has run out, {OperatorIsParticipant},
    /// {OperatorServesAnother}.
    function acceptOperator(address principal) external;

    /// @notice Names `operator` for the caller at once, with the key's own signature as its acceptance.
    /// @param deadline Until when the signature may be used (unix seconds).
    /// @param signature The key's EIP-712 signature of `OperatorAcceptance(address operator,address principal,uint56
    /// roles,uint40 expiresAt,uint256 nonce,uint40 deadline)` with its current {nonces}. A removal uses a nonce too, so
    /// an old acceptance cannot bring a key back.
    /// @dev Reverts: {Empty}, {NotInFuture}, {OperatorIsParticipant}, {OperatorServesAnother}, `DeadlinePassed`,
    /// `InvalidSignature`.
    function nameOperator(
        address operator,
        uint56 roles,
        uint40 expiresAt,
        uint40 deadline,
        bytes calldata signature
    ) external;

    /// @notice Ends what `operator` may do, at once.
    /// @dev Caller: the participant it acts for, or the key itself. Reverts: {NotOperatorOf}.
    function removeOperator(address operator) external;

    /// @notice The accredited organisation behind `account` in `role`.
    /// @return principal `account` itself, or the participant for which the key acts.
    /// @dev Reverts: {NotInGoodStanding} with the reason.
    function resolve(address account, Role role) external view returns (address principal);

    /// @notice As {resolve}, but never reverts.
    /// @return principal The organisation behind `account`, accredited or not.
    /// @return standing `Good`, or why the account may not act in `role`.
    function tryResolve(address account, Role role) external view returns (address principal, Standing standing);

    /// @notice The participant for which `account` acts, whatever its standing; `account` itself if it acts for none.
    function principalOf(address account) external view returns (address);

    /// @notice The accreditation of `participant` for `role`.
    function accreditationOf(address participant, Role role) external view returns (Accreditation memory);

    /// @notice Bitmask over the role numbers for which `participant` was ever accredited.
    function rolesOf(address participant) external view returns (uint56);

    /// @notice What `account` may do as a key of another.
    function operatorOf(address account) external view returns (Operator memory);

    /// @notice What `principal` offered to `operator` and it has not accepted: roles and expiry, or zeros.
    function offerOf(address principal, address operator) external view returns (uint56 roles, uint40 expiresAt);

    /// @notice When `operator` served `principal`.
    function tenureOf(address operator, address principal) external view returns (Tenure memory);
}
