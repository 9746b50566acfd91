// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC4626, IERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IParticipantRegistry} from "../participants/IParticipantRegistry.sol";
import {Roles} from "../participants/Role.sol";
import {IReserveVault} from "./IReserveVault.sol";
import {PremiumStream} from "./PremiumStream.sol";

/// @title ReserveVault
/// @notice See {IReserveVault}.
/// @dev Guarded against reentrancy is what reads the balance and writes, or moves the asset: a token that calls somebody
/// before it moves balances would show money that is about to leave.
contract ReserveVault is IReserveVault, ERC4626, AccessManaged, ReentrancyGuardTransient {
    using Math for uint256;
    using PremiumStream for PremiumStream.Stream;
    using SafeCast for uint256;

    /// @notice What is fixed when a vault is created; see {IReserveVault}.
    struct Setting {
        IERC20 asset;
        address payer;
        address claims;
        address parametric;
        address policies;
        address authority;
        IParticipantRegistry participants;
        uint40 noticePeriod;
    }

    /// @dev One slot, so that a payment from what is free reads it once and writes nothing. Amounts stop at 2^72 - 1.
    struct Reserves {
        uint72 claims;
        uint72 parametric;
        uint72 held;
        uint40 pausedUntil;
    }

    /// @dev One slot.
    struct Notice {
        uint216 shares;
        uint40 maturesAt;
    }

    /// @inheritdoc IReserveVault
    uint40 public constant WITHDRAWAL_WINDOW = 7 days;

    /// @inheritdoc IReserveVault
    uint40 public constant PAUSE_PERIOD = 7 days;

    /// @inheritdoc IReserveVault
    uint40 public constant PAUSE_INTERVAL = 30 days;

    /// @dev What a token's transfer may use. Far above what stablecoins need; a payee or token that burns gas burns no more.
    uint256 private constant TRANSFER_GAS = 200_000;

    /// @dev What has to be there so that a call can be given {TRANSFER_GAS} (EIP-150), and the costs of the call itself.
    uint256 private constant NEEDED_GAS = (TRANSFER_GAS * 64) / 63 + 5_000;

    /// @inheritdoc IReserveVault
    address public immutable payer;

    /// @inheritdoc IReserveVault
    address public immutable claims;

    /// @inheritdoc IReserveVault
    address public immutable parametric;

    /// @inheritdoc IReserveVault
    address public immutable policies;

    /// @inheritdoc IReserveVault
    uint40 public immutable noticePeriod;

    /// @notice Who is accredited for what.
    IParticipantRegistry public immutable participants;

    /// @inheritdoc IReserveVault
    uint256 public solvencyFloor;

    /// @inheritdoc IReserveVault
    mapping(address payee => uint256) public heldFor;

    Reserves private _reserves;
    PremiumStream.Stream private _premiums;
    mapping(address owner => Notice) private _notices;

    modifier onlySpender() {
        _requireSpender();
        _;
    }

    modifier onlyPolicies() {
        require(msg.sender == policies, NotPolicyRegistry(msg.sender));
        _;
    }

    constructor(
        Setting memory setting
    ) ERC20("CareProof Reserve", "RESERVE") ERC4626(setting.asset) AccessManaged(setting.authority) {
        (payer, claims, parametric) = (setting.payer, setting.claims, setting.parametric);
        (policies, noticePeriod, participants) = (setting.policies, setting.noticePeriod, setting.participants);
        _premiums.earn(type(uint256).max);
    }

    /// @inheritdoc IReserveVault
    function pauseAutomaticPayments() external {
        require(participants.resolve(msg.sender, Roles.PAYER) == payer, NotThePayer(payer, msg.sender));
        uint40 before = _reserves.pausedUntil;
        require(before == 0 || block.timestamp >= before + PAUSE_INTERVAL, PausedLately(before));

        uint40 until = uint40(block.timestamp) + PAUSE_PERIOD;
        _reserves.pausedUntil = until;
        emit AutomaticPaymentsPaused(until, msg.sender);
    }

    /// @inheritdoc IReserveVault
    function reserve(uint256 assets) external nonReentrant onlySpender returns (bool) {
        Reserves memory reserves = _reserves;
        if (assets > _free(reserves)) return false;
        _setReserved(reserves, _reservedBy(reserves, msg.sender) + assets);
        _reserves = reserves;
        return true;
    }

    /// @inheritdoc IReserveVault
    function release(uint256 assets) external onlySpender {
        Reserves memory reserves = _reserves;
        _use(reserves, assets);
        _reserves = reserves;
    }

    /// @inheritdoc IReserveVault
    function payAutomatically(address to, uint256 assets) external nonReentrant onlySpender returns (AutomaticPayment) {
        Reserves memory reserves = _reserves;
        if (block.timestamp < reserves.pausedUntil) return AutomaticPayment.Paused;
        if (assets > _free(reserves)) return AutomaticPayment.ReserveShort;
        _send(to, assets);
        return AutomaticPayment.Made;
    }

    /// @inheritdoc IReserveVault
    function pay(
        address to,
        uint256 assets,
        uint256 fromReserve
    ) external nonReentrant onlySpender returns (bool transferred) {
        require(fromReserve <= assets, ReserveExceedsPayment(fromReserve, assets));
        Reserves memory reserves = _reserves;
        if (fromReserve < assets) _requireFree(reserves, assets - fromReserve);
        if (fromReserve != 0) {
            _use(reserves, fromReserve);
            _reserves = reserves;
        }
        return _send(to, assets);
    }

    /// @inheritdoc IReserveVault
    function collect(address payee) external returns (uint256 assets) {
        return _collect(payee, payee);
    }

    /// @inheritdoc IReserveVault
    function collectTo(address receiver) external returns (uint256 assets) {
        return _collect(msg.sender, receiver);
    }

    /// @inheritdoc IReserveVault
    function receivePremium(
        address from,
        uint256 assets,
        uint32 firstDay,
        uint32 lastDay
    ) external nonReentrant onlyPolicies {
        _premiums.add(assets, firstDay, lastDay);
        emit PremiumReceived(from, assets, firstDay, lastDay);
        _transferIn(from, assets);
    }

    /// @inheritdoc IReserveVault
    function refundPremium(
        address to,
        uint256 assets,
        uint32 firstDay,
        uint32 lastDay,
        uint32 fromDay
    ) external nonReentrant onlyPolicies returns (uint256 refund, bool transferred) {
        refund = _premiums.take(assets, firstDay, lastDay, fromDay);
        _requireFree(_reserves, refund);
        emit PremiumRefunded(to, refund, fromDay, lastDay);
        transferred = _send(to, refund);
    }

    /// @inheritdoc IReserveVault
    function accrue(uint256 maxDays) external {
        _premiums.earn(maxDays);
    }

    /// @inheritdoc IReserveVault
    function requestWithdraw(uint256 shares) external {
        (uint256 before, , ) = noticeOf(msg.sender);
        uint256 total = before + shares;
        uint256 balance = balanceOf(msg.sender);
        require(shares != 0, NoShares(msg.sender));
        require(total <= balance, ERC20InsufficientBalance(msg.sender, balance, total));
        uint40 maturesAt = uint40(block.timestamp) + noticePeriod;
        _notices[msg.sender] = Notice(total.toUint216(), maturesAt);
        emit WithdrawalRequested(msg.sender, total, maturesAt, maturesAt + WITHDRAWAL_WINDOW);
    }

    /// @inheritdoc IReserveVault
    function cancelRequest() external {
        (uint256 shares, , ) = noticeOf(msg.sender);
        require(shares != 0, NoShares(msg.sender));
        delete _notices[msg.sender];
        emit WithdrawalRequestCancelled(msg.sender, shares);
    }

    /// @inheritdoc IReserveVault
    function setSolvencyFloor(uint256 floor) external restricted {
        solvencyFloor = floor;
        emit SolvencyFloorSet(floor, msg.sender);
    }

    /// @notice Transfers the asset, for the vault itself, which so limits the gas and survives whatever a token does.
    /// @dev Reverts: {NotSpender} for everyone else.
    function transferOut(address to, uint256 assets) external {
        require(msg.sender == address(this), NotSpender(msg.sender));
        SafeERC20.safeTransfer(IERC20(asset()), to, assets);
    }

    /// @inheritdoc IERC4626
    function deposit(
        uint256 assets,
        address receiver
    ) public override(ERC4626, IERC4626) nonReentrant returns (uint256) {
        _premiums.earn(type(uint256).max);
        return super.deposit(assets, receiver);
    }

    /// @inheritdoc IERC4626
    function mint(uint256 shares, address receiver) public override(ERC4626, IERC4626) nonReentrant returns (uint256) {
        _premiums.earn(type(uint256).max);
        return super.mint(shares, receiver);
    }

    /// @inheritdoc IERC4626
    function withdraw(
        uint256 assets,
        address receiver,
        address owner
    ) public override(ERC4626, IERC4626) nonReentrant returns (uint256) {
        _premiums.earn(type(uint256).max);
        return super.withdraw(assets, receiver, owner);
    }

    /// @inheritdoc IERC4626
    function redeem(
        uint256 shares,
        address receiver,
        address owner
    ) public override(ERC4626, IERC4626) nonReentrant returns (uint256) {
        _premiums.earn(type(uint256).max);
        return super.redeem(shares, receiver, owner);
    }

    /// @inheritdoc IReserveVault
    function reserved() public view returns (uint256) {
        return _total(_reserves);
    }

    /// @inheritdoc IReserveVault
    function reservedBy(address spender) public view returns (uint256) {
        return _reservedBy(_reserves, spender);
    }

    /// @inheritdoc IReserveVault
    function pausedUntil() external view returns (uint40) {
        return _reserves.pausedUntil;
    }

    /// @inheritdoc IReserveVault
    function available() public view returns (uint256) {
        return _free(_reserves);
    }

    /// @inheritdoc IReserveVault
    function unearnedPremium() public view returns (uint256) {
        return _premiums.unearnedToday();
    }

    /// @inheritdoc IReserveVault
    function withdrawable() public view returns (uint256) {
        return totalAssets().saturatingSub(solvencyFloor);
    }

    /// @inheritdoc IReserveVault
    function noticeOf(address owner) public view returns (uint256 shares, uint40 maturesAt, uint40 lapsesAt) {
        Notice memory notice = _notices[owner];
        lapsesAt = notice.maturesAt + WITHDRAWAL_WINDOW;
        if (notice.shares == 0 || block.timestamp >= lapsesAt) return (0, 0, 0);
        return (notice.shares, notice.maturesAt, lapsesAt);
    }

    /// @inheritdoc IERC4626
    function totalAssets() public view override(ERC4626, IERC4626) returns (uint256) {
        return available().saturatingSub(unearnedPremium());
    }

    /// @inheritdoc IERC4626
    function previewDeposit(uint256 assets) public view override(ERC4626, IERC4626) returns (uint256) {
        return assets.mulDiv(_virtualSupply(), _entryAssets() + 1);
    }

    /// @inheritdoc IERC4626
    function previewMint(uint256 shares) public view override(ERC4626, IERC4626) returns (uint256) {
        return shares.mulDiv(_entryAssets() + 1, _virtualSupply(), Math.Rounding.Ceil);
    }

    /// @inheritdoc IERC4626
    function maxDeposit(address) public view override(ERC4626, IERC4626) returns (uint256) {
        (uint256 owned, uint256 unearned) = _entry();
        // What comes in would fill a hole, and shares that are worth nothing have no price at which others could join.
        return owned < unearned || (owned == unearned && totalSupply() != 0) ? 0 : type(uint256).max;
    }

    /// @inheritdoc IERC4626
    function maxMint(address receiver) public view override(ERC4626, IERC4626) returns (uint256) {
        return maxDeposit(receiver);
    }

    /// @inheritdoc IERC4626
    function maxWithdraw(address owner) public view override(ERC4626, IERC4626) returns (uint256) {
        return withdrawable().min(previewRedeem(_mature(owner)));
    }

    /// @inheritdoc IERC4626
    function maxRedeem(address owner) public view override(ERC4626, IERC4626) returns (uint256) {
        uint256 assets = withdrawable();
        if (assets == 0) return 0;
        // The most shares that are worth no more than `assets`.
        return _mature(owner).min((assets + 1).mulDiv(_virtualSupply(), totalAssets() + 1, Math.Rounding.Ceil) - 1);
    }

    function _update(address from, address to, uint256 shares) internal override {
        if (from != address(0) && to != address(0)) {
            (uint256 underNotice, , ) = noticeOf(from);
            uint256 free = balanceOf(from).saturatingSub(underNotice);
            require(underNotice == 0 || shares <= free, SharesUnderNotice(from, free, shares));
        }
        super._update(from, to, shares);
    }

    function _withdraw(
        address caller,
        address receiver,
        address owner,
        uint256 assets,
        uint256 shares
    ) internal override {
        _notices[owner].shares -= shares.toUint216();
        super._withdraw(caller, receiver, owner, assets, shares);
    }

    function _transferIn(address from, uint256 assets) internal override {
        uint256 before = IERC20(asset()).balanceOf(address(this));
        super._transferIn(from, assets);
        uint256 arrived = IERC20(asset()).balanceOf(address(this)).saturatingSub(before);
        require(arrived >= assets, TransferIncomplete(assets, arrived));
    }

    /// @dev A million virtual shares for one virtual unit of the asset: whoever donates so that a first depositor loses one
    /// unit to rounding has to give a million times what that one deposits, and gives it to the virtual shares.
    function _decimalsOffset() internal pure override returns (uint8) {
        return 6;
    }

    function _collect(address payee, address receiver) private nonReentrant returns (uint256 assets) {
        assets = heldFor[payee];
        require(assets != 0, NothingHeld(payee));
        delete heldFor[payee];
        _reserves.held -= assets.toUint72();
        emit PaymentCollected(payee, receiver, assets);
        SafeERC20.safeTransfer(IERC20(asset()), receiver, assets);
    }

    /// @dev Transfers what was taken off the reserve or is free, or holds it for the payee.
    function _send(address to, uint256 assets) private returns (bool transferred) {
        uint256 gasBefore = gasleft();
        try this.transferOut{gas: TRANSFER_GAS}(to, assets) {
            return true;
        } catch {
            require(gasBefore >= NEEDED_GAS, InsufficientGas(gasBefore, NEEDED_GAS));
            heldFor[to] += assets;
            _reserves.held = (_reserves.held + assets).toUint72();
            emit PaymentHeld(to, assets);
        }
    }

    /// @dev Takes `assets` off what the caller has reserved, in memory.
    function _use(Reserves memory reserves, uint256 assets) private {
        uint256 before = _reservedBy(reserves, msg.sender);
        require(assets <= before, ReserveExceeded(msg.sender, before, assets));
        _setReserved(reserves, before - assets);
    }

    /// @dev Sets what the caller has reserved, in memory, and says so.
    function _setReserved(Reserves memory reserves, uint256 assets) private {
        if (msg.sender == claims) reserves.claims = assets.toUint72();
        else reserves.parametric = assets.toUint72();
        emit ReservedSet(msg.sender, assets);
    }

    function _requireSpender() private view {
        require(msg.sender == claims || msg.sender == parametric, NotSpender(msg.sender));
    }

    function _requireFree(Reserves memory reserves, uint256 assets) private view {
        uint256 free = _free(reserves);
        require(assets <= free, InsufficientReserves(free, assets));
    }

    function _free(Reserves memory reserves) private view returns (uint256) {
        return IERC20(asset()).balanceOf(address(this)).saturatingSub(_total(reserves));
    }

    function _reservedBy(Reserves memory reserves, address spender) private view returns (uint256) {
        if (spender == claims) return reserves.claims;
        return spender == parametric ? reserves.parametric : 0;
    }

    function _total(Reserves memory reserves) private pure returns (uint256) {
        return uint256(reserves.claims) + reserves.parametric + reserves.held;
    }

    /// @dev What is in the vault and owed to no payee, and what of it is unearned.
    function _entry() private view returns (uint256 owned, uint256 unearned) {
        owned = IERC20(asset()).balanceOf(address(this)).saturatingSub(_reserves.held);
        unearned = unearnedPremium();
    }

    /// @dev What belongs to shares if everything reserved were released.
    function _entryAssets() private view returns (uint256) {
        (uint256 owned, uint256 unearned) = _entry();
        return owned.saturatingSub(unearned);
    }

    function _mature(address owner) private view returns (uint256) {
        (uint256 shares, uint40 maturesAt, ) = noticeOf(owner);
        return block.timestamp < maturesAt ? 0 : shares;
    }

    function _virtualSupply() private view returns (uint256) {
        return totalSupply() + 10 ** _decimalsOffset();
    }
}
