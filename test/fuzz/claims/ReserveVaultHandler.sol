// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";

import {IReserveVault} from "../../../contracts/claims/IReserveVault.sol";
import {ReserveVault} from "../../../contracts/claims/ReserveVault.sol";
import {HostileToken} from "../../../contracts/mocks/HostileToken.sol";
import {IParticipantRegistry} from "../../../contracts/participants/IParticipantRegistry.sol";
import {Role} from "../../../contracts/participants/Role.sol";
import {bound, vm} from "../Vm.sol";

/// @title ReserveVaultHandler
/// @notice Everyone around one reserve vault, in any order: three investors, both spenders, the registry of policies, the
/// regulator, donors; and a token that sometimes refuses. Beside it a plain model of the rules, which keeps each premium,
/// notice and held payment by itself.
/// @dev The handler is the payer, the claims processor, the registry of policies, the regulator and who accredits.
contract ReserveVaultHandler {
    uint256 public constant NOTICE = 30 days;
    uint256 public constant WINDOW = 7 days;
    uint256 private constant PAUSE_PERIOD = 7 days;
    uint256 private constant PAUSE_INTERVAL = 30 days;
    uint256 private constant START = 1_800_000_000;
    uint256 private constant PREMIUMS = 16;

    struct Premium {
        uint256 dailyRate;
        uint256 firstDay;
        uint256 endDay;
        uint256 assets;
        uint256 lastDay;
    }

    struct Notice {
        uint256 shares;
        uint256 since;
    }

    ReserveVault public immutable vault;
    HostileToken public immutable token;
    address public immutable parametric = address(0x9A9A);

    uint256 public time = START;
    address[3] public investors = [address(0xA11CE), address(0xB0B), address(0xCA401)];
    address[2] public payees = [address(0xDEC0), address(0xDEC1)];

    Premium[] public premiums;
    mapping(address owner => Notice) public notices;
    mapping(address payee => uint256) public held;
    mapping(address spender => uint256) public reservedBy;
    uint256 public floor;
    uint256 public pausedUntil;

    uint256 public cameIn;
    uint256 public paid;
    uint256 public withdrawn;
    /// @notice What went wrong in an act, or empty.
    string public broken;

    constructor() {
        vm.warp(START);
        token = new HostileToken();
        vault = new ReserveVault(
            ReserveVault.Setting(
                token,
                address(this),
                address(this),
                parametric,
                address(this),
                address(new AccessManager(address(this))),
                IParticipantRegistry(address(this)),
                uint40(NOTICE)
            )
        );
        for (uint256 i = 0; i < 3; ++i) {
            token.mint(investors[i], 1e30);
            vm.prank(investors[i]);
            token.approve(address(vault), type(uint256).max);
        }
    }

    /// @dev An act of investors: the price of a share never falls by it, and rises by what is rounded at most (a unit, or a share); by what
    /// is reserved too, where shares are bought.
    modifier priceKept() {
        vm.warp(time);
        (uint256 assets, uint256 shares) = _price();
        _;
        (uint256 assetsAfter, uint256 sharesAfter) = _price();
        uint256 fair = (assets * sharesAfter) / shares;
        if (assetsAfter < fair && assets > 1) broken = "V4: an investor's act never lowers the price of a share";
        if (_spendersReserved() == 0 && assetsAfter > fair + assets / shares + 2)
            broken = "V4: an investor's act raises the price of a share by rounding only";
    }

    modifier inTime() {
        vm.warp(time);
        _;
    }

    function wait(uint256 choice) external {
        vm.warp(time);
        (uint256 assets, uint256 before) = (vault.available(), vault.unearnedPremium());
        time += [uint256(1), 6 hours, 1 days, 5 days, 20 days, 30 days][bound(choice, 0, 5)];
        vm.warp(time);
        if (vault.unearnedPremium() > before || vault.available() != assets)
            broken = "V4: by time alone premiums are earned, and nothing else happens";
    }

    function deposit(uint256 who, uint256 amount, bool asShares) external priceKept {
        address investor = investors[bound(who, 0, 2)];
        uint256 assets = bound(amount, 0, 1e12);
        uint256 shares = vault.previewDeposit(assets);
        if (vault.maxDeposit(investor) == 0 || shares > 1e40) return;
        if (asShares) assets = vault.previewMint(shares);
        vm.prank(investor);
        uint256 answer = asShares ? vault.mint(shares, investor) : vault.deposit(assets, investor);
        if (answer != (asShares ? assets : shares)) broken = "V5: previews are what happens";
        cameIn += assets;
    }

    function withdraw(uint256 who, uint256 amount, bool asShares) external priceKept {
        address investor = investors[bound(who, 0, 2)];
        uint256 most = asShares ? vault.maxRedeem(investor) : vault.maxWithdraw(investor);
        if (most == 0) return;
        uint256 value = amount % 3 == 0 ? most : bound(amount, 0, most);
        uint256 assets = asShares ? vault.previewRedeem(value) : value;
        uint256 shares = asShares ? value : vault.previewWithdraw(value);
        vm.prank(investor);
        uint256 answer = asShares ? vault.redeem(value, investor, investor) : vault.withdraw(value, investor, investor);
        if (answer != (asShares ? assets : shares)) broken = "V5: previews are what happens";
        if (!isMature(investor)) broken = "V6: nobody withdraws without a notice that is mature and has not lapsed";
        notices[investor].shares -= shares;
        withdrawn += assets;
        if (vault.totalAssets() < floor && assets > 1)
            broken = "V6: withdrawals leave reserves, unearned premiums and the floor";
    }

    function requestWithdraw(uint256 who, uint256 amount) external priceKept {
        address investor = investors[bound(who, 0, 2)];
        uint256 before = underNotice(investor);
        uint256 free = vault.balanceOf(investor) - before;
        if (free == 0) return;
        uint256 shares = amount % 3 == 0 ? free : bound(amount, 1, free);
        vm.prank(investor);
        vault.requestWithdraw(shares);
        notices[investor] = Notice(before + shares, time);
    }

    function cancelRequest(uint256 who) external priceKept {
        address investor = investors[bound(who, 0, 2)];
        if (underNotice(investor) == 0) return;
        vm.prank(investor);
        vault.cancelRequest();
        delete notices[investor];
    }

    function transferShares(uint256 who, uint256 whom, uint256 amount) external priceKept {
        address investor = investors[bound(who, 0, 2)];
        uint256 shares = bound(amount, 0, vault.balanceOf(investor));
        uint256 free = vault.balanceOf(investor) - underNotice(investor);
        vm.prank(investor);
        try vault.transfer(investors[bound(whom, 0, 2)], shares) {
            if (shares > free) broken = "V6: shares under notice stay with their owner";
        } catch {
            if (shares <= free) broken = "V6: shares that are not under notice are transferred";
        }
    }

    function donate(uint256 amount) external inTime {
        uint256 assets = bound(amount, 0, 1e9);
        token.mint(address(vault), assets);
        cameIn += assets;
    }

    function receivePremium(uint256 amount, uint256 start, uint256 length) external inTime {
        if (premiums.length == PREMIUMS) return;
        uint256 firstDay = time / 1 days + bound(start, 0, 15) - 5;
        uint256 lastDay = firstDay + bound(length, 0, 40);
        uint256 assets = bound(amount, 0, 1e11);
        token.mint(address(this), assets);
        token.approve(address(vault), assets);
        vault.receivePremium(address(this), assets, uint32(firstDay), uint32(lastDay));
        premiums.push(Premium(assets / (lastDay - firstDay + 1), firstDay, lastDay + 1, assets, lastDay));
        cameIn += assets;
    }

    function refundPremium(uint256 which, uint256 from, uint256 whom, bool refuses) external inTime {
        if (premiums.length == 0) return;
        Premium storage premium = premiums[bound(which, 0, premiums.length - 1)];
        uint256 today = time / 1 days;
        uint256 fromDay = today + bound(from, 0, 30);
        uint256 first = fromDay > premium.firstDay ? fromDay : premium.firstDay;
        if (premium.endDay != premium.lastDay + 1) return;
        uint256 refund = premium.endDay > first ? premium.dailyRate * (premium.endDay - first) : 0;
        if (vault.available() < refund) return;
        address payee = payees[bound(whom, 0, 1)];
        _refuse(refuses);
        (uint256 answer, bool transferred) = vault.refundPremium(
            payee,
            premium.assets,
            uint32(premium.firstDay),
            uint32(premium.lastDay),
            uint32(fromDay)
        );
        _refuse(false);
        if (answer != refund) broken = "V2: what goes back of a premium is what it would earn from that day on";
        if (refund != 0) premium.endDay = first;
        _left(payee, refund, transferred, refuses);
    }

    function accrue(uint256 maxDays) external priceKept {
        vault.accrue(bound(maxDays, 0, 40));
    }

    function reserve(bool byParametric, uint256 amount) external inTime {
        uint256 assets = bound(amount, 0, vault.available());
        _spender(byParametric);
        if (!vault.reserve(assets)) broken = "V1: what is there is reserved";
        reservedBy[byParametric ? parametric : address(this)] += assets;
    }

    function reserveTooMuch(bool byParametric, uint256 amount) external inTime {
        uint256 assets = vault.available() + bound(amount, 1, 1e12);
        _spender(byParametric);
        if (vault.reserve(assets)) broken = "V1: what is not there is not reserved";
    }

    function release(bool byParametric, uint256 amount) external inTime {
        address spender = byParametric ? parametric : address(this);
        uint256 assets = bound(amount, 0, reservedBy[spender]);
        _spender(byParametric);
        vault.release(assets);
        reservedBy[spender] -= assets;
    }

    function pay(bool byParametric, uint256 whom, uint256 amount, uint256 fromReserve, bool refuses) external inTime {
        address spender = byParametric ? parametric : address(this);
        uint256 reserved = bound(fromReserve, 0, reservedBy[spender]);
        // Mostly a part, so that not every sequence ends with an empty vault.
        uint256 free = amount % 8 == 0 ? vault.available() : bound(amount, 0, vault.available() / 4);
        address payee = payees[bound(whom, 0, 1)];
        _refuse(refuses);
        _spender(byParametric);
        bool transferred = vault.pay(payee, reserved + free, reserved);
        _refuse(false);
        reservedBy[spender] -= reserved;
        _left(payee, reserved + free, transferred, refuses);
    }

    function payAutomatically(
        bool byParametric,
        uint256 whom,
        uint256 amount,
        bool tooMuch,
        bool refuses
    ) external inTime {
        uint256 free = vault.available();
        uint256 assets = tooMuch ? free + bound(amount, 1, 1e12) : bound(amount, 0, free / 4);
        address payee = payees[bound(whom, 0, 1)];
        uint256 heldBefore = vault.heldFor(payee);
        _refuse(refuses);
        _spender(byParametric);
        IReserveVault.AutomaticPayment made = vault.payAutomatically(payee, assets);
        _refuse(false);
        if ((made == IReserveVault.AutomaticPayment.Paused) != (time < pausedUntil))
            broken = "V13: automatic payments stop in a pause, and only then";
        if (made == IReserveVault.AutomaticPayment.ReserveShort && !tooMuch) broken = "V1: what is there is paid";
        if (made != IReserveVault.AutomaticPayment.Made) return;
        if (tooMuch) broken = "V1: what others are owed is not paid";
        _left(payee, assets, vault.heldFor(payee) == heldBefore, refuses && assets != 0);
    }

    function pause() external inTime {
        bool lately = pausedUntil != 0 && time < pausedUntil + PAUSE_INTERVAL;
        try vault.pauseAutomaticPayments() {
            if (lately) broken = "V13: a pause starts thirty days after the last at the earliest";
            pausedUntil = time + PAUSE_PERIOD;
        } catch {
            if (!lately) broken = "V13: a payer may pause where it did not lately";
        }
    }

    function payTooMuch(bool byParametric, uint256 amount) external inTime {
        address spender = byParametric ? parametric : address(this);
        uint256 reserved = reservedBy[spender];
        uint256 assets = reserved + vault.available() + bound(amount, 1, 1e12);
        _spender(byParametric);
        try vault.pay(payees[0], assets, reserved) {
            broken = "V1: what others are owed is not paid";
        } catch {}
    }

    function collect(uint256 whom, bool elsewhere) external inTime {
        address payee = payees[bound(whom, 0, 1)];
        if (held[payee] == 0) return;
        if (elsewhere) vm.prank(payee);
        uint256 assets = elsewhere ? vault.collectTo(address(0xE15E)) : vault.collect(payee);
        if (assets != held[payee]) broken = "V3: what is held is paid whole";
        paid += assets;
        held[payee] = 0;
    }

    function setSolvencyFloor(uint256 amount) external inTime {
        floor = bound(amount, 0, 1e11);
        vault.setSolvencyFloor(floor);
    }

    /// @notice As a registry in which everybody acts for the handler.
    function resolve(address, Role) external view returns (address) {
        return address(this);
    }

    /// @notice What the model says is unearned.
    function unearned() external view returns (uint256 sum) {
        uint256 today = time / 1 days;
        for (uint256 i = 0; i < premiums.length; ++i) {
            Premium memory premium = premiums[i];
            uint256 first = premium.firstDay > today ? premium.firstDay : today;
            if (premium.endDay > first) sum += premium.dailyRate * (premium.endDay - first);
        }
    }

    /// @notice What the model says `owner` has under notice.
    function underNotice(address owner) public view returns (uint256) {
        Notice memory notice = notices[owner];
        return time < notice.since + NOTICE + WINDOW ? notice.shares : 0;
    }

    /// @notice Whether the model says that `owner` may withdraw.
    function isMature(address owner) public view returns (bool) {
        return time >= notices[owner].since + NOTICE && time < notices[owner].since + NOTICE + WINDOW;
    }

    function _left(address payee, uint256 assets, bool transferred, bool refuses) private {
        if (transferred == refuses) broken = "V3: a payment is transferred exactly if the token lets it";
        if (transferred) paid += assets;
        else held[payee] += assets;
    }

    function _refuse(bool refuses) private {
        token.setMode(refuses ? HostileToken.Mode.Reverts : HostileToken.Mode.Honest);
    }

    function _spender(bool byParametric) private {
        if (byParametric) vm.prank(parametric);
    }

    function _spendersReserved() private view returns (uint256) {
        return reservedBy[address(this)] + reservedBy[parametric];
    }

    function _price() private view returns (uint256 assets, uint256 shares) {
        return (vault.totalAssets() + 1, vault.totalSupply() + 1e6);
    }
}
