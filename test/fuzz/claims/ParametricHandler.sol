// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";

import {IParametricPolicy} from "../../../contracts/claims/IParametricPolicy.sol";
import {IPolicyRegistry} from "../../../contracts/claims/IPolicyRegistry.sol";
import {IReserveVaultFactory} from "../../../contracts/claims/IReserveVaultFactory.sol";
import {ParametricPolicy} from "../../../contracts/claims/ParametricPolicy.sol";
import {Attestation, ParametricTerms, ParametricTypes} from "../../../contracts/claims/ParametricTypes.sol";
import {Benefit} from "../../../contracts/claims/Benefit.sol";
import {PlanTerms} from "../../../contracts/claims/PlanTerms.sol";
import {ReserveVault} from "../../../contracts/claims/ReserveVault.sol";
import {IConsentRegistry} from "../../../contracts/consent/IConsentRegistry.sol";
import {HostileToken} from "../../../contracts/mocks/HostileToken.sol";
import {IParticipantRegistry} from "../../../contracts/participants/IParticipantRegistry.sol";
import {Role, Roles} from "../../../contracts/participants/Role.sol";
import {bound, vm} from "../Vm.sol";

/// @title ParametricHandler
/// @notice Everyone around parametric benefits, in any order: three members with policies, three products, three laboratories, the
/// payer, a reviewer, relayers, and a vault that is now full and now empty. Beside it a plain model of the rules.
/// @dev The handler is the payer, the claims processor, and the registries of participants, policies, consents and vaults: all
/// policies cover every day, so that what is tried here is the life of a benefit.
contract ParametricHandler {
    uint256 private constant START = 1_800_000_000;
    uint256 private constant PLENTY = 5_000e6;
    uint256 private constant LABORATORIES = 3;

    /// @notice A benefit as the model has it.
    struct Model {
        IParametricPolicy.BenefitStatus status;
        uint256 sum;
        uint256 deadline;
        uint256 rejectedAt;
        bool reserved;
        uint256 times;
    }

    ParametricPolicy public immutable parametric;
    ReserveVault public immutable vault;
    HostileToken public immutable token;

    uint256 public time = START;
    address[3] public members = [address(0xA11CE), address(0xB0B), address(0xCA401)];
    /// @notice Sums owed to each member by benefits that count as paid.
    mapping(address member => uint256) public owed;
    mapping(uint256 policyId => mapping(uint256 product => Model)) public models;
    uint256 public pausedUntil;
    uint256 public elsewhere;
    uint256 public cameIn;
    /// @notice How often each of the acts did something.
    mapping(bytes4 act => uint256) public happened;
    /// @notice What went wrong in an act, or empty.
    string public broken;

    bytes32 private _domain;
    address[3] private _laboratories;
    ParametricTerms[3] private _products;

    constructor() {
        vm.warp(START);
        token = new HostileToken();
        parametric = new ParametricPolicy(
            IParticipantRegistry(address(this)),
            IPolicyRegistry(address(this)),
            IConsentRegistry(address(this)),
            IReserveVaultFactory(address(this))
        );
        vault = new ReserveVault(
            ReserveVault.Setting(
                token,
                address(this),
                address(this),
                address(parametric),
                address(this),
                address(new AccessManager(address(this))),
                IParticipantRegistry(address(this)),
                30 days
            )
        );
        _domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("CareProof ParametricPolicy"),
                keccak256("1"),
                block.chainid,
                address(parametric)
            )
        );
        for (uint256 i = 0; i < LABORATORIES; ++i) {
            _laboratories[i] = vm.addr(i + 1);
            ParametricTerms storage terms = _products[i];
            (terms.payer, terms.vault, terms.trigger) = (address(this), address(vault), bytes32(i + 1));
            (terms.attesterRole, terms.windowDays, terms.timelyFilingDays) = (Roles.LABORATORY, 65_535, 65_535);
            (terms.attesters, terms.attestersAbove) = (2, 1_000e6);
            (terms.challengeDays, terms.challengeAbove) = (uint16(1 + i * 14), uint64(500e6 * (i + 1)));
        }
        token.mint(address(vault), PLENTY);
        cameIn = PLENTY;
    }

    /// @notice Publishes the products, once: a constructor cannot be asked anything yet.
    function begin() external {
        if (parametric.publishedAt(parametric.productIdOf(_products[0])) != 0) return;
        for (uint256 i = 0; i < LABORATORIES; ++i) parametric.publish(_products[i]);
    }

    modifier inTime() {
        vm.warp(time);
        _;
    }

    function wait(uint256 choice) external {
        time += [uint256(1), 6 hours, 1 days, 7 days, 20 days, 60 days][bound(choice, 0, 5)];
    }

    function donate(uint256 amount) external inTime {
        uint256 assets = bound(amount, 0, PLENTY);
        token.mint(address(vault), assets);
        cameIn += assets;
    }

    /// @notice Claims take what is free, or part of it.
    function spend(uint256 amount, bool all) external inTime {
        uint256 free = vault.available();
        uint256 assets = all ? free : bound(amount, 0, free / 2);
        vault.pay(address(0xE15E), assets, 0);
        elsewhere += assets;
    }

    function pause() external inTime {
        if (pausedUntil != 0 && time < pausedUntil + 30 days) return;
        vault.pauseAutomaticPayments();
        pausedUntil = time + 7 days;
    }

    function enrol(uint256 who, uint256 which, uint256 amount) external inTime {
        (uint256 policyId, uint256 product, Model storage model) = _at(who, which);
        uint256 sum = bound(amount, 0, 2_500e6);
        bool allowed = model.status == IParametricPolicy.BenefitStatus.None && sum != 0;
        try parametric.enrol(policyId, _plan(), _products[product], uint64(sum)) {
            _expect(allowed, "B1: a policy is enrolled once, for a sum");
            (model.status, model.sum) = (IParametricPolicy.BenefitStatus.Enrolled, sum);
        } catch {
            _expect(!allowed, "B1: a policy is enrolled");
        }
    }

    /// @param age How long ago it was signed.
    function attest(
        uint256 who,
        uint256 which,
        uint256 laboratory,
        uint256 another,
        uint256 age,
        bool alone,
        bool refuses
    ) external inTime {
        (uint256 policyId, uint256 product, Model storage model) = _at(who, which);
        uint256[] memory signers = new uint256[](alone ? 1 : 2);
        signers[0] = bound(laboratory, 1, LABORATORIES);
        if (!alone) signers[1] = bound(another, 1, LABORATORIES);
        uint256 issuedAt = time - bound(age, 0, 2) * 1 days;
        bool allowed =
            (model.status == IParametricPolicy.BenefitStatus.Enrolled ||
                model.status == IParametricPolicy.BenefitStatus.Rejected) &&
                issuedAt > model.rejectedAt &&
                alone == (model.sum <= 1_000e6) &&
                (alone || signers[0] != signers[1]);
        // Of the first day of the benefit.
        uint256 day = parametric.benefitOf(policyId, parametric.productIdOf(_products[product])).firstDay;
        allowed = allowed && issuedAt >= day * 1 days;
        Attestation[] memory signed = _signed(policyId, product, day, signers, issuedAt);
        _refuse(refuses);
        vm.prank(address(0x5E1A));
        try parametric.attest(policyId, uint32(day), _products[product], signed) {
            _expect(allowed, "B2: only what as many attesters signed as needed, once and in time, is taken");
            _attested(policyId, product, model);
        } catch {
            _expect(!allowed, "B2: what they signed is taken");
        }
        _refuse(false);
    }

    function pay(uint256 who, uint256 which, bool byPayer, bool refuses) external inTime {
        (uint256 policyId, uint256 product, Model storage model) = _at(who, which);
        bool open =
            model.status == IParametricPolicy.BenefitStatus.Recorded ||
                model.status == IParametricPolicy.BenefitStatus.Challenged;
        bool allowed =
            open && (byPayer || time >= model.deadline) && (model.reserved || vault.available() >= model.sum);
        _refuse(refuses);
        if (!byPayer) vm.prank(address(0x5E1A));
        try parametric.pay(policyId, _products[product]) {
            _expect(allowed, "B3: before its deadline only the payer has a benefit paid, and only what is open");
            _paid(policyId, model);
        } catch {
            _expect(!allowed, "B3: from the deadline on anyone has a benefit paid: the payer cannot stall");
        }
        _refuse(false);
    }

    function challenge(uint256 who, uint256 which) external inTime {
        (uint256 policyId, uint256 product, Model storage model) = _at(who, which);
        bool allowed = model.status == IParametricPolicy.BenefitStatus.Recorded && time < model.deadline;
        try parametric.challenge(policyId, _products[product], "grounds") {
            _expect(allowed, "B3: the payer challenges once, before the deadline");
            (model.status, model.deadline) = (IParametricPolicy.BenefitStatus.Challenged, time + 60 days);
        } catch {
            _expect(!allowed, "B3: the payer challenges what is recorded");
        }
    }

    function review(uint256 who, uint256 which, bool dismiss, bool refuses) external inTime {
        (uint256 policyId, uint256 product, Model storage model) = _at(who, which);
        bool allowed =
            model.status == IParametricPolicy.BenefitStatus.Challenged &&
                time < model.deadline &&
                (!dismiss || model.reserved || vault.available() >= model.sum);
        _refuse(refuses);
        vm.prank(address(0x4E71));
        try parametric.review(policyId, _products[product], dismiss, "notice") {
            _expect(allowed, "B3: a reviewer decides a challenge, before its deadline");
            if (dismiss) {
                _paid(policyId, model);
            } else {
                (model.status, model.deadline) = (IParametricPolicy.BenefitStatus.Rejected, 0);
                (model.reserved, model.rejectedAt) = (false, time);
                ++happened[msg.sig];
            }
        } catch {
            _expect(!allowed, "B3: a reviewer decides");
        }
        _refuse(false);
    }

    function collect(uint256 who) external inTime {
        address member = members[bound(who, 0, 2)];
        if (vault.heldFor(member) != 0) vault.collect(member);
    }

    /// @notice The id of a product.
    function productId(uint256 product) external view returns (bytes32) {
        return parametric.productIdOf(_products[product]);
    }

    /* WHAT THE CONTRACTS ASK */

    /// @notice As a registry in which everybody is accredited for itself; the reviewer has its key.
    function resolve(address account, Role) external pure returns (address) {
        return account;
    }

    function tryResolve(address account, Role) external pure returns (address, IParticipantRegistry.Standing) {
        return (account, IParticipantRegistry.Standing.Good);
    }

    function rolesOf(address) external pure returns (uint56) {
        return 0;
    }

    function isVault(address account) external view returns (bool) {
        return account == address(vault);
    }

    function policyOf(uint256 policyId) external view returns (IPolicyRegistry.Policy memory policy) {
        (policy.member, policy.planId) = (members[policyId - 1], keccak256(abi.encode(_plan())));
    }

    function coverOn(uint256 policyId, uint256, uint256) external view returns (IPolicyRegistry.Cover memory cover) {
        (cover.member, cover.status) = (members[policyId - 1], IPolicyRegistry.CoverStatus.InForce);
    }

    function check(address, address, uint256, uint256) external pure returns (bool, IConsentRegistry.Denial) {
        return (true, IConsentRegistry.Denial.None);
    }

    /* INTERNALS */

    function _attested(uint256 policyId, uint256 product, Model storage model) private {
        IParametricPolicy.ParametricBenefit memory stored = parametric.benefitOf(
            policyId,
            parametric.productIdOf(_products[product])
        );
        bool above = model.sum > _products[product].challengeAbove;
        bool paused = time < pausedUntil;
        if (stored.status == IParametricPolicy.BenefitStatus.Paid) {
            _expect(!above && !paused, "B4: what is above the ceiling, or comes in a pause, is not paid at once");
            _paid(policyId, model);
            return;
        }
        model.status = IParametricPolicy.BenefitStatus.Recorded;
        model.reserved = stored.reserved;
        model.deadline = time;
        if (above) model.deadline += uint256(_products[product].challengeDays) * 1 days;
        else if (paused) model.deadline = pausedUntil;
        else _expect(vault.available() < model.sum && !stored.reserved, "B4: what can be paid at once is");
        if (above || paused) {
            _expect(stored.reserved || vault.available() < model.sum, "B4: what is recorded is reserved if it can be");
        }
        ++happened[msg.sig];
    }

    function _paid(uint256 policyId, Model storage model) private {
        (model.status, model.deadline, model.reserved) = (IParametricPolicy.BenefitStatus.Paid, 0, false);
        ++model.times;
        owed[members[policyId - 1]] += model.sum;
        ++happened[msg.sig];
    }

    function _expect(bool condition, string memory message) private {
        if (!condition) broken = message;
    }

    function _refuse(bool refuses) private {
        token.setMode(refuses ? HostileToken.Mode.Reverts : HostileToken.Mode.Honest);
    }

    function _at(uint256 who, uint256 which) private view returns (uint256 policyId, uint256 product, Model storage) {
        (policyId, product) = (bound(who, 1, 3), bound(which, 0, 2));
        return (policyId, product, models[policyId][product]);
    }

    function _plan() private view returns (PlanTerms memory plan) {
        plan.vault = address(vault);
        plan.benefits = new Benefit[](0);
    }

    /// @dev Signed as EIP-712 says, written out again.
    function _signed(
        uint256 policyId,
        uint256 product,
        uint256 day,
        uint256[] memory signers,
        uint256 issuedAt
    ) private view returns (Attestation[] memory signed) {
        signed = new Attestation[](signers.length);
        bytes32 id = parametric.productIdOf(_products[product]);
        for (uint256 i = 0; i < signers.length; ++i) {
            address laboratory = _laboratories[signers[i] - 1];
            signed[i] = Attestation(laboratory, laboratory, "observation", uint40(issuedAt), type(uint40).max, "");
            bytes32 hash = keccak256(
                abi.encode(
                    ParametricTypes.ATTESTATION_TYPEHASH,
                    policyId,
                    id,
                    day,
                    laboratory,
                    laboratory,
                    bytes32("observation"),
                    issuedAt,
                    type(uint40).max
                )
            );
            (uint8 v, bytes32 r, bytes32 s) = vm.sign(
                signers[i],
                keccak256(abi.encodePacked("\x19\x01", _domain, hash))
            );
            signed[i].signature = abi.encodePacked(r, s, v);
        }
    }
}
