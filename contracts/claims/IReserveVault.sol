// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";

/// @title IReserveVault
/// @notice The reserve out of which one payer's claims and parametric benefits are paid; an ERC-4626 vault over one ERC-20.
/// @dev Members come before investors. `reserved` is owed on approved and pended claims and on payments that a token did not
/// let through. What belongs to shares is the balance less `reserved` and less premiums that are not earned yet. All amounts
/// are units of the asset. What an observer learns: what each account put in, asked for and took out; all premiums and
/// payments with their payers and payees; nothing of what a payment is for.
///
/// Fee-taking tokens are refused where money comes in. A token that takes more from the sender than the amount of a
/// transfer, or changes balances by itself, is not for such a vault.
///
/// ERC-4626: shares are bought at a price that counts reserves as if all of them were released, and sold at one that counts
/// them as if all of them were paid, so that whoever knows how a claim will end gains nothing by it. Where reserves are
/// zero both are {convertToShares}. Nobody can deposit while the vault has less than it holds for payees and has not earned,
/// or its shares are worth nothing: it has to be topped up by a plain transfer first.
interface IReserveVault is IERC4626 {
    /// @notice What came of an automatic payment.
    /// @param Made It was paid, or is held for the payee.
    /// @param Paused The payer stopped automatic payments.
    /// @param ReserveShort Less is free than the payment.
    enum AutomaticPayment {
        Made,
        Paused,
        ReserveShort
    }

    /// @notice Emitted when what a spender has reserved changes; `reserved` is the new amount.
    event ReservedSet(address indexed spender, uint256 reserved);
    /// @notice Emitted when the token did not let a payment through, which is now held for the payee.
    event PaymentHeld(address indexed payee, uint256 assets);
    /// @notice Emitted when all that was held for a payee is paid.
    event PaymentCollected(address indexed payee, address indexed receiver, uint256 assets);
    /// @notice Emitted when a premium arrives, to be earned over the days `firstDay` to `lastDay` inclusive.
    event PremiumReceived(address indexed from, uint256 assets, uint32 firstDay, uint32 lastDay);
    /// @notice Emitted when the part of a premium for `fromDay` to `lastDay` goes back; it may be held, see {PaymentHeld}.
    event PremiumRefunded(address indexed to, uint256 assets, uint32 fromDay, uint32 lastDay);
    /// @notice Emitted when an owner of shares gives notice; `shares` is all that is under notice. It decreases with each
    /// `Withdraw` of the owner.
    event WithdrawalRequested(address indexed owner, uint256 shares, uint40 maturesAt, uint40 lapsesAt);
    /// @notice Emitted when an owner takes a notice back.
    event WithdrawalRequestCancelled(address indexed owner, uint256 shares);
    /// @notice Emitted when the regulator sets the floor.
    event SolvencyFloorSet(uint256 floor, address indexed by);
    /// @notice Emitted when the payer stops automatic payments up to `until` (unix seconds); `operator` is who sent it.
    event AutomaticPaymentsPaused(uint40 until, address operator);

    /// @notice Thrown when the caller does not act for the payer.
    error NotThePayer(address payer, address caller);
    /// @notice Thrown when the last pause, which ends or ended at `until` (unix seconds), is not {PAUSE_INTERVAL} over yet.
    error PausedLately(uint40 until);
    /// @notice Thrown when the caller is none of the contracts that may reserve and pay.
    error NotSpender(address account);
    /// @notice Thrown when the caller is not the registry of policies.
    error NotPolicyRegistry(address account);
    /// @notice Thrown when what is not reserved (`available`) is less than `assets`.
    error InsufficientReserves(uint256 available, uint256 assets);
    /// @notice Thrown when a spender would release or pay more of its reserve than it has.
    error ReserveExceeded(address spender, uint256 reserved, uint256 assets);
    /// @notice Thrown when a payment would take more from the reserve than it pays.
    error ReserveExceedsPayment(uint256 fromReserve, uint256 assets);
    /// @notice Thrown when a payment failed that had less gas than a token may need.
    error InsufficientGas(uint256 available, uint256 needed);
    /// @notice Thrown when less arrived than was sent, as of a token that takes a fee.
    error TransferIncomplete(uint256 sent, uint256 arrived);
    /// @notice Thrown when nothing is held for a payee.
    error NothingHeld(address payee);
    /// @notice Thrown when shares under notice would be transferred; `free` are those that may be.
    error SharesUnderNotice(address owner, uint256 free, uint256 shares);
    /// @notice Thrown when there is no notice to take back, or one of no shares would be given.
    error NoShares(address owner);

    /// @notice Stops {payAutomatically} for {PAUSE_PERIOD}: claims are pended meanwhile. What is approved is paid, by {pay}.
    /// @dev Caller: the payer, or a key that acts for it in PAYER. Reverts: `NotInGoodStanding`, {NotThePayer}, {PausedLately}.
    function pauseAutomaticPayments() external;

    /// @notice Until when automatic payments are, or last were, paused (unix seconds); zero where they never were.
    function pausedUntil() external view returns (uint40);

    /// @notice How long a pause of automatic payments lasts (seconds): 7 days.
    function PAUSE_PERIOD() external view returns (uint40);

    /// @notice From the end of a pause to the next at least (seconds): 30 days.
    function PAUSE_INTERVAL() external view returns (uint40);

    /// @notice Reserves `assets` for the caller, if so much is free.
    /// @return Whether it was; otherwise nothing is done.
    /// @dev Caller: {claims} or {parametric}. Reverts: {NotSpender}, `ReentrancyGuardReentrantCall`, and
    /// `SafeCastOverflowedUintDowncast` where the caller's reserve would be more than 2^72 - 1.
    function reserve(uint256 assets) external returns (bool);

    /// @notice Frees `assets` that the caller reserved.
    /// @dev Caller: {claims} or {parametric}. Reverts: {NotSpender}, {ReserveExceeded}.
    function release(uint256 assets) external;

    /// @notice Pays `assets` to `to` out of what is free, unless the payer stopped automatic payments or less is free: then
    /// nothing is done. What the token does not let through is held, as in {pay}.
    /// @return What came of it: {AutomaticPayment.Paused} also where less is free besides.
    /// @dev Caller: {claims} or {parametric}, which has to make sure of `to`, as in {pay}. Reverts: {NotSpender},
    /// {InsufficientGas}, `ReentrancyGuardReentrantCall`.
    function payAutomatically(address to, uint256 assets) external returns (AutomaticPayment);

    /// @notice Pays `assets` to `to`: `fromReserve` out of what the caller reserved, the rest out of what is free. Where the
    /// token refuses, fails or burns its gas (200 000), the amount is held for the payee instead and nothing reverts.
    /// @return transferred Whether the token was transferred; otherwise it is held, see {collect}.
    /// @dev Caller: {claims} or {parametric}, which has to make sure that `to` is neither zero nor the vault: what is held
    /// for nobody stays reserved for ever. Reverts: {NotSpender}, {ReserveExceedsPayment}, {ReserveExceeded},
    /// {InsufficientReserves}, `ReentrancyGuardReentrantCall`, and {InsufficientGas} where the transfer failed and may have
    /// for want of gas, so that no sender can make it fail.
    function pay(address to, uint256 assets, uint256 fromReserve) external returns (bool transferred);

    /// @notice Pays what is held for `payee`, to itself.
    /// @dev Caller: anyone. Reverts: {NothingHeld}, the token's error, `SafeERC20FailedOperation`.
    function collect(address payee) external returns (uint256 assets);

    /// @notice Pays what is held for the caller to `receiver`, for payees whose own address the token refuses.
    /// @dev Reverts: as {collect}.
    function collectTo(address receiver) external returns (uint256 assets);

    /// @notice Pulls a premium from `from`, which approved this vault, and earns it in equal parts over the days (unix
    /// seconds / 86400) `firstDay` to `lastDay` inclusive, each when it is over. The share of days that are over is earned
    /// at once; so is the remainder of the division, less than one unit a day.
    /// @dev Caller: {policies}, which has to make sure that `from` agreed to this premium: investors approve the vault too.
    /// Reverts: {NotPolicyRegistry}, `PeriodInvalid`, {TransferIncomplete}, the token's error, `SafeERC20FailedOperation`.
    function receivePremium(address from, uint256 assets, uint32 firstDay, uint32 lastDay) external;

    /// @notice Gives back what a premium would earn from `fromDay` on, rounded down by days.
    /// @param assets The premium, with `firstDay` and `lastDay`, as it was received.
    /// @param fromDay The first day without cover: today or later.
    /// @return refund What goes back; zero where `fromDay` is after `lastDay`.
    /// @return transferred False where it is held for `to`, as in {pay}.
    /// @dev Caller: {policies}, which has to give back a premium once at most. Reverts: {NotPolicyRegistry},
    /// `PeriodInvalid`, `DayPassed`, {InsufficientReserves} where losses have used up the premium, {InsufficientGas}.
    function refundPremium(
        address to,
        uint256 assets,
        uint32 firstDay,
        uint32 lastDay,
        uint32 fromDay
    ) external returns (uint256 refund, bool transferred);

    /// @notice Counts premiums of days that are over as earned, at most `maxDays` of them. Every deposit, withdrawal and
    /// premium does so for all of them, and views count without it.
    /// @dev Caller: anyone. One step for each day since the last time that anything was unearned: only time makes it longer.
    /// Ten years take less than 12 million gas; where a vault was left for longer, call this in parts.
    function accrue(uint256 maxDays) external;

    /// @notice Gives notice that the caller wants to withdraw `shares` more. They stay the caller's, bear losses and cannot
    /// be transferred. The clock starts again for all that is under notice. From `noticePeriod` on they can be
    /// withdrawn, for {WITHDRAWAL_WINDOW}; after that the notice has lapsed, so that nobody can wait for bad news with a
    /// notice that is always mature.
    /// @dev Caller: anyone, for its own shares. Reverts: {NoShares}, `ERC20InsufficientBalance`.
    function requestWithdraw(uint256 shares) external;

    /// @notice Takes the caller's notice back.
    /// @dev Reverts: {NoShares}.
    function cancelRequest() external;

    /// @notice Sets what investors' withdrawals have to leave in the vault besides reserves and unearned premiums. Payments
    /// to members do not heed it.
    /// @dev Caller: whom the AccessManager lets. Reverts: `AccessManagedUnauthorized`.
    function setSolvencyFloor(uint256 floor) external;

    /// @notice How long after maturity shares under notice can be withdrawn (seconds).
    function WITHDRAWAL_WINDOW() external view returns (uint40);

    /// @notice How long before a withdrawal notice is given (seconds).
    function noticePeriod() external view returns (uint40);

    /// @notice Whose reserve this is.
    function payer() external view returns (address);

    /// @notice The claims processor, which reserves and pays.
    function claims() external view returns (address);

    /// @notice The contract of parametric policies, which reserves and pays.
    function parametric() external view returns (address);

    /// @notice The registry of policies, which brings premiums and gives them back.
    function policies() external view returns (address);

    /// @notice What is owed: reserved by both spenders, and held.
    function reserved() external view returns (uint256);

    /// @notice What `spender` has reserved.
    function reservedBy(address spender) external view returns (uint256);

    /// @notice What is held for `payee` because the token did not let a payment through.
    function heldFor(address payee) external view returns (uint256);

    /// @notice What can be reserved and paid to members: the balance less what is reserved.
    function available() external view returns (uint256);

    /// @notice Premiums that are not earned yet.
    function unearnedPremium() external view returns (uint256);

    /// @notice What investors may take out at most: {totalAssets} less {solvencyFloor}.
    function withdrawable() external view returns (uint256);

    /// @notice What investors' withdrawals have to leave.
    function solvencyFloor() external view returns (uint256);

    /// @notice What `owner` has under notice: all zero where there is none or it has lapsed.
    /// @return shares How many shares.
    /// @return maturesAt From when they can be withdrawn (unix seconds).
    /// @return lapsesAt Until before when (unix seconds).
    function noticeOf(address owner) external view returns (uint256 shares, uint40 maturesAt, uint40 lapsesAt);
}
