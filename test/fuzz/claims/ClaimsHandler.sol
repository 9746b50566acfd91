// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    Appeal,
    ClaimKey,
    ClaimLine,
    ClaimSubmission,
    EncounterReceipt,
    ProvenClaim
} from "../../../contracts/claims/ClaimTypes.sol";
import {Claim, ClaimStatus} from "../../../contracts/claims/ClaimWord.sol";
import {IClaimsProcessor} from "../../../contracts/claims/IClaimsProcessor.sol";
import {ServiceFamily} from "../../../contracts/claims/PlanTerms.sol";
import {IReserveVault} from "../../../contracts/claims/IReserveVault.sol";
import {ReserveVault} from "../../../contracts/claims/ReserveVault.sol";
import {IConsentRegistry} from "../../../contracts/consent/IConsentRegistry.sol";
import {HostileToken} from "../../../contracts/mocks/HostileToken.sol";
import {bound, vm} from "../Vm.sol";
import {ClaimsWorld} from "./ClaimsWorld.sol";

/// @title ClaimsHandler
/// @notice Everyone around claims, in any order: claims of new encounters and of old ones at the same payer and at others, sent again, approved,
/// denied, appealed, reviewed, voided and replaced; premiums, investors, pauses, consents, a token that sometimes refuses. Who acts
/// is drawn too, so that most acts are also tried by those who may not. Beside it what came of each act is kept: who was
/// paid what by balances, and from when.
contract ClaimsHandler is ClaimsWorld {
    uint256 private constant MOST_ENCOUNTERS = 12;
    uint256 private constant MOST_CLAIMS = 24;

    /// @dev Sets of statuses that an act is mostly tried on.
    uint256 private constant _PAID = 1 << uint256(ClaimStatus.Paid);
    uint256 private constant _PENDED = 1 << uint256(ClaimStatus.Pended);
    uint256 private constant _DENIED = (1 << uint256(ClaimStatus.Denied)) | (1 << uint256(ClaimStatus.Upheld));
    uint256 private constant _IN_REVIEW = (1 << uint256(ClaimStatus.InReview)) | (1 << uint256(ClaimStatus.Appealed));
    uint256 private constant _VOIDED = 1 << uint256(ClaimStatus.Voided);

    /// @notice What the tests know of a claim.
    /// @param receipt Hash of its encounter's receipt.
    /// @param allowed What its payer allows of it, by its fees and what was billed (token units).
    /// @param receivedAt When it was submitted (unix seconds).
    /// @param status Where it was after the last act that may change it.
    struct Known {
        ClaimKey key;
        bytes32 receipt;
        uint256 encounter;
        uint256 payer;
        uint256 person;
        uint256 allowed;
        uint256 receivedAt;
        ClaimStatus status;
    }

    /// @notice An act on a claim and what is seen before it.
    struct Before {
        bytes32 id;
        ClaimStatus status;
        uint256 amount;
        uint256 deadline;
        uint256 funds;
    }

    /// @notice What happened, by what was done and what came of it, for the test of the tests.
    mapping(string outcome => uint256) public outcomes;
    /// @notice What went wrong in an act, or empty.
    string public broken;
    /// @notice How many acts there were.
    uint256 public acts;
    uint256[PAYERS] public cameIn;
    uint256[PAYERS] public withdrawn;
    /// @notice What of its payments was interest, which a voided claim does not bring back.
    uint256[PAYERS] public interestPaidBy;

    EncounterReceipt[] private _encounters;
    mapping(uint256 encounter => uint256 payer) private _signedAt;
    mapping(uint256 encounter => uint256 person) private _personOf;
    bytes[] private _sent;
    Known[] private _known;
    mapping(bytes32 claimId => uint256 numberAndOne) private _numberOf;
    mapping(uint256 policy => bool) private _revoked;
    /// @dev The encounter that acts are often about: what is rare takes several acts on one.
    uint256 private _focus;

    constructor() {
        for (uint256 payer = 0; payer < PAYERS; ++payer) {
            _deposit(payer, 700);
            _payPremium(payer, 120);
        }
        // The day before is covered too.
        time += 2 days;
    }

    modifier act() {
        vm.warp(time);
        ++acts;
        _;
    }

    /// @dev The token refuses claims' payments only.
    modifier honestly() {
        HostileToken.Mode mode = token.mode();
        token.setMode(HostileToken.Mode.Honest);
        _;
        token.setMode(mode);
    }

    /* CLAIMS */

    /// @notice An encounter of now or of yesterday, and mostly its claim at the payer for which the receipt was signed.
    function submit(uint256 seed) external act {
        if (_encounters.length == MOST_ENCOUNTERS || _known.length == MOST_CLAIMS) return;
        uint256 encounter = _encounters.length;
        // Mostly of one policy and family, so that limits are reached.
        uint256 person = _draw(seed, "person", 4) / 3;
        uint256 payer = [uint256(0), 0, 1, 2][_draw(seed, "payer", 4)];
        EncounterReceipt memory receipt;
        if (encounter != 0 && _draw(seed, "alike", 3) == 0) {
            // Another that looks like the last.
            (receipt, person) = (_encounters[encounter - 1], _personOf[encounter - 1]);
        } else {
            receipt.provider = providers[_draw(seed, "provider", 2)];
            receipt.serviceDay = uint32(time / 1 days - _draw(seed, "yesterday", 2));
            receipt.family = ServiceFamily.wrap(uint8([1, 1, 1, 1, 0, 2, 2, 3][_draw(seed, "family", 8)]));
        }
        receipt.member = receipt.signedBy = _member(person, payer);
        receipt.encounter = keccak256(abi.encode("encounter", encounter));
        receipt.salt = keccak256(abi.encode("salt", encounter));
        receipt.receiptAt = time;
        _encounters.push(receipt);
        (_signedAt[encounter], _personOf[encounter]) = (payer, person);
        if (_draw(seed, "focus", 3) == 0) _focus = encounter;
        if (_draw(seed, "sent", 5) != 0) _send(encounter, payer, 0, seed);
    }

    /// @notice An old encounter again: at the same payer or another, which names a claim of it as primary or does not; or in place of
    /// a claim that was voided.
    function submitAgain(uint256 seed) external act {
        if (_encounters.length == 0 || _known.length == MOST_CLAIMS) return;
        uint256 encounter = _draw(seed, "stay", 2) == 0 ? _focus : _draw(seed, "encounter", _encounters.length);
        uint256 payer = _draw(seed, "payer", PAYERS);
        uint256 number = _known.length == 0 ? 0 : _drawClaim(seed, _VOIDED);
        if (_known.length != 0 && _draw(seed, "replace", 3) == 0) {
            (encounter, payer) = (_known[number].encounter, _known[number].payer);
        }
        bytes32 primary = 0;
        for (uint256 i = 0; i < _known.length && _draw(seed, "primary", 4) != 0; ++i) {
            Known storage other = _known[(number + i) % _known.length];
            if (other.encounter == encounter && other.payer != payer) primary = _idOf(other.key);
        }
        _send(encounter, payer, primary, seed);
    }

    /// @notice A claim that was taken, sent again byte by byte.
    function replay(uint256 seed) external act {
        if (_sent.length == 0) return;
        (ProvenClaim memory proven, uint256 payer) = abi.decode(
            _sent[_draw(seed, "sent", _sent.length)],
            (ProvenClaim, uint256)
        );
        try claims.submit(proven, _terms(payer)) {
            broken = "K1: a claim that was taken is not taken again";
        } catch {
            ++outcomes["replay refused"];
        }
    }

    function approve(uint256 seed, bool byPayer) external act {
        if (_known.length != 0) _approve(_drawClaim(seed, _PENDED | _DENIED | _IN_REVIEW), byPayer);
    }

    function deny(uint256 seed, bool byPayer) external act {
        if (_known.length != 0) _deny(_drawClaim(seed, _PENDED), byPayer);
    }

    function appeal(uint256 seed, uint256 who) external act {
        (Known memory known, Before memory before) = _pick(seed, _DENIED);
        if (before.id == 0) return;
        address appellant = [_member(known.person, known.payer), known.key.provider, reviewers[0]][who % 3];
        (, IClaimsProcessor.OpenClaim memory open) = claims.claimOf(before.id);
        uint8 level = _draw(seed, "level", 4) == 0 ? uint8(1 + _draw(seed, "which", 2)) : open.level + 1;
        Appeal memory value = Appeal(before.id, appellant, level, keccak256("grounds"), type(uint40).max);
        bytes memory signature = _signClaims(
            appellant,
            keccak256(
                abi.encode(
                    keccak256("Appeal(bytes32 claimId,address appellant,uint8 level,bytes32 grounds,uint40 deadline)"),
                    value
                )
            )
        );
        bool may = _isDenied(before.status) && who % 3 != 2 && time < before.deadline && level == open.level + 1;
        try claims.appeal(known.key, value, signature) {
            if (!may) broken = "K6: an appeal is of a party, against a denial, in time, and the next";
            _settled(before, "appealed", 0);
        } catch {
            if (may && level <= 2) broken = "K6: a party may appeal a denial in time, twice";
        }
    }

    function review(uint256 seed, bool overturn, uint256 who) external act {
        (Known memory known, Before memory before) = _pick(seed, _IN_REVIEW);
        if (before.id == 0) return;
        (, IClaimsProcessor.OpenClaim memory open) = claims.claimOf(before.id);
        address reviewer = [reviewers[0], reviewers[1], payers[known.payer]][who % 3];
        vm.prank(reviewer);
        try claims.review(known.key, _terms(known.payer), overturn, keccak256("notice")) {
            if (who % 3 == 2 || reviewer == open.reviewer)
                broken = "K6: no payer reviews, and nobody what they decided before";
            if (before.status != ClaimStatus.Appealed && before.status != ClaimStatus.InReview)
                broken = "K6: what is reviewed was appealed, or left by the payer";
            if (overturn) _paidLate(before, "overturned");
            else _settled(before, "upheld", 0);
        } catch {
            ++outcomes["review refused"];
        }
    }

    function void(uint256 seed, bool byProvider) external act {
        (Known memory known, Before memory before) = _pick(seed, _PAID);
        if (before.id == 0) return;
        vm.prank(byProvider ? known.key.provider : stranger);
        try claims.void(known.key, _terms(known.payer)) {
            if (!byProvider || before.status != ClaimStatus.Paid) broken = "K6: the provider alone voids what was paid";
            _settled(before, "voided", -int256(before.amount));
        } catch {
            bool hasIt =
                token.mode() == HostileToken.Mode.Honest && token.balanceOf(known.key.provider) >= before.amount;
            if (byProvider && before.status == ClaimStatus.Paid && hasIt)
                broken = "K6: the provider may void what was paid, whatever other payers did";
            ++outcomes["void refused"];
        }
    }

    /// @notice A payer denies, another is asked, and one or both think again: what by itself would hardly ever happen.
    function quarrel(uint256 seed) external act {
        if (_known.length == 0 || _known.length == MOST_CLAIMS) return;
        uint256 first = _drawClaim(seed, _PENDED);
        uint256 encounter = _known[first].encounter;
        _deny(first, true);
        uint256 second = _known.length;
        _send(encounter, (_known[first].payer + 1 + _draw(seed, "payer", 2)) % PAYERS, _idOf(_known[first].key), seed);
        if (_draw(seed, "deny", 2) == 0 && second < _known.length) _deny(second, true);
        _approve(first, true);
        if (second < _known.length) _approve(second, true);
    }

    /* THE REST OF THE WORLD */

    function wait(uint256 choice) external {
        time += [uint40(1 hours), 2 days, 31 days, 31 days, 31 days, 70 days][bound(choice, 0, 5)];
        vm.warp(time);
    }

    /// @notice What else happens at a payer: premiums, investors, a pause, a token that refuses, and what it refused.
    function happen(uint256 kind, uint256 payer, uint256 amount) external act {
        payer = bound(payer, 0, PAYERS - 1);
        kind %= 7;
        if (kind < 2) _payPremium(payer, bound(amount, 0, 60));
        else if (kind == 2) _deposit(payer, bound(amount, 0, 1_500));
        else if (kind == 3 || kind == 4) _withdraw(payer, amount);
        else if (kind == 5) _pause(payer);
        else if (kind == 6 && amount % 2 == 0)
            token.setMode(amount % 3 == 0 ? HostileToken.Mode.Reverts : HostileToken.Mode.Honest);
        else _collect(payer, providers[amount % 2]);
    }

    function decideOnConsent(uint256 person, uint256 payer) external act {
        (person, payer) = (bound(person, 0, PERSONS - 1), bound(payer, 0, PAYERS - 1));
        uint32 policy = _policy(person, payer);
        // A second later, since a grant has to be later than what it ends.
        vm.warp(++time);
        if (_revoked[policy]) {
            _consent(person, payer);
        } else {
            vm.prank(_member(person, payer));
            consents.revoke(payers[payer], 1 << 2);
        }
        _revoked[policy] = !_revoked[policy];
    }

    /* WHAT IS KNOWN */

    function knownCount() external view returns (uint256) {
        return _known.length;
    }

    function encounterCount() external view returns (uint256) {
        return _encounters.length;
    }

    function claimAt(uint256 number) external view returns (Known memory) {
        return _known[number];
    }

    function receiptOf(uint256 encounter) external view returns (bytes32) {
        return _hashReceipt(_encounters[encounter]);
    }

    /// @notice What a provider has, and what is held for it.
    function fundsOf(address provider) public view returns (uint256 funds) {
        funds = token.balanceOf(provider);
        for (uint256 payer = 0; payer < PAYERS; ++payer) funds += vaults[payer].heldFor(provider);
    }

    /// @notice What a vault reserves for an open claim: its amount and a year's interest.
    function toReserve(uint256 amount) public pure returns (uint256) {
        return amount + (amount * BASIS_POINTS + 9_999) / 10_000;
    }

    /// @dev As much as is due, and some days more.
    function _payPremium(uint256 payer, uint256 more) private honestly {
        uint32 policy = _policy(1, payer);
        uint32 paid = policies.policyOf(policy).paidThrough;
        uint32 until = uint32(time / 1 days + more);
        if (until <= paid) return;
        vm.prank(stranger);
        try policies.payPremium(policy, _terms(payer), until) {
            cameIn[payer] += uint256(PREMIUM) * (until - paid);
            ++outcomes["premium paid"];
        } catch {
            ++outcomes["premium refused"];
        }
    }

    function _deposit(uint256 payer, uint256 assets) private honestly {
        if (vaults[payer].maxDeposit(investor) == 0) return;
        vm.prank(investor);
        vaults[payer].deposit(assets, investor);
        cameIn[payer] += assets;
    }

    /// @dev Withdraws what can be, or gives notice.
    function _withdraw(uint256 payer, uint256 part) private honestly {
        ReserveVault vault = vaults[payer];
        uint256 most = vault.maxWithdraw(investor);
        (uint256 noticed, , ) = vault.noticeOf(investor);
        uint256 free = vault.balanceOf(investor) - noticed;
        if (most != 0) {
            uint256 assets = bound(part, 1, most);
            vm.prank(investor);
            vault.withdraw(assets, investor, investor);
            withdrawn[payer] += assets;
            ++outcomes["withdrawn"];
        } else if (noticed == 0 && free != 0) {
            vm.prank(investor);
            vault.requestWithdraw(free);
        }
    }

    function _pause(uint256 payer) private {
        vm.prank(payers[payer]);
        try vaults[payer].pauseAutomaticPayments() {} catch {}
    }

    function _collect(uint256 payer, address provider) private honestly {
        if (vaults[payer].heldFor(provider) != 0) vaults[payer].collect(provider);
    }

    function _approve(uint256 number, bool byPayer) private {
        (Known memory known, Before memory before) = _look(number);
        vm.prank(byPayer ? payers[known.payer] : stranger);
        try claims.approve(known.key, _terms(known.payer)) {
            ClaimStatus status = _statusOf(before.id);
            if (status == ClaimStatus.InReview) {
                if (byPayer || before.status != ClaimStatus.Pended || before.amount <= CEILING)
                    broken = "K6: only what the payer left pended above the ceiling goes to review";
                _settled(before, "to review", 0);
            } else {
                bool open =
                    before.status == ClaimStatus.Pended ||
                        before.status == ClaimStatus.InReview ||
                        before.status == ClaimStatus.Appealed;
                if (before.status == ClaimStatus.Paid || before.status == ClaimStatus.Voided)
                    broken = "K6: what was paid or voided is not approved";
                if (!byPayer && !(open && before.amount <= CEILING))
                    broken = "K6: without the payer only open claims up to the ceiling are approved";
                _paidLate(before, byPayer ? "approved" : "approved overdue");
            }
            if (!byPayer && time <= before.deadline) broken = "K6: nobody approves for the payer before the deadline";
        } catch (bytes memory reason) {
            bool waits = before.status != ClaimStatus.Paid && before.status != ClaimStatus.Voided;
            if (byPayer && waits && bytes4(reason) != IReserveVault.InsufficientReserves.selector)
                broken = "K6: a payer may pay what it has not, whatever other payers did";
            ++outcomes["approve refused"];
        }
    }

    function _deny(uint256 number, bool byPayer) private {
        (Known memory known, Before memory before) = _look(number);
        vm.prank(byPayer ? payers[known.payer] : stranger);
        try claims.deny(known.key, _terms(known.payer), IClaimsProcessor.AdjustmentGroup.CO, 50, keccak256("notice")) {
            if (!byPayer || before.status != ClaimStatus.Pended)
                broken = "K6: the payer alone denies, and what is pended only";
            _settled(before, "denied", 0);
        } catch {
            if (byPayer && before.status == ClaimStatus.Pended) broken = "K6: the payer may deny what is pended";
        }
    }

    /// @dev Signs and sends a claim for an encounter by random lines.
    function _send(uint256 encounter, uint256 payer, bytes32 primary, uint256 seed) private {
        ProvenClaim memory proven = _prove(encounter, payer, primary, seed);
        uint256 funds = fundsOf(proven.claim.receipt.provider);
        try claims.submit(proven, _terms(payer)) returns (bytes32 id, ClaimStatus status) {
            _taken(encounter, payer, id, proven);
            _submitted(proven, payer, id, status, funds);
            _sent.push(abi.encode(proven, payer));
        } catch (bytes memory reason) {
            bool isNew = primary == 0 && payer == _signedAt[encounter] && encounter + 1 == _encounters.length;
            bytes4 selector = bytes4(reason);
            if (
                isNew &&
                _numberOfReceipt(encounter) == 0 &&
                selector != IClaimsProcessor.TooManyLookAlikes.selector &&
                !(selector == IConsentRegistry.ConsentDenied.selector && _revoked[proven.claim.policyId])
            ) broken = "K6: a new claim with consent is taken";
            ++outcomes["submit refused"];
        }
    }

    function _prove(
        uint256 encounter,
        uint256 payer,
        bytes32 primary,
        uint256 seed
    ) private view returns (ProvenClaim memory proven) {
        EncounterReceipt memory receipt = _encounters[encounter];
        ClaimSubmission memory claim = proven.claim;
        claim.receipt = receipt;
        claim.policyId = _policy(_personOf[encounter], payer);
        claim.receiptPolicyId = _policy(_personOf[encounter], _signedAt[encounter]);
        claim.primaryClaim = primary;
        (claim.signedBy, claim.issuedAt, claim.deadline) = (receipt.provider, time, time + 1_000 days);
        uint256 length = 1 + _draw(seed, "lines", 3);
        claim.lines = new ClaimLine[](length);
        proven.feeProofs = new bytes32[][](length);
        for (uint256 i = 0; i < length; ++i) {
            uint256 drawn = uint256(keccak256(abi.encode(seed, i)));
            uint256 procedure = drawn % 2;
            uint64 billed = uint64((drawn >> 8) % 2_000);
            claim.lines[i] = ClaimLine(
                _procedure(procedure),
                billed,
                _feeOf(procedure, payer),
                uint16(1 + ((drawn >> 200) % 2))
            );
            proven.feeProofs[i] = _feeProof(ServiceFamily.unwrap(receipt.family), procedure, payer);
        }
        // The receipt was signed at the payer of the first claim of it.
        proven.receiptSignature = _signClaims(receipt.member, _hashReceipt(receipt));
        proven.claimSignature = _signClaims(receipt.provider, _hashSubmission(claim));
    }

    /// @dev Keeps what was taken: a new claim, or one in place of a voided one of the same encounter.
    function _taken(uint256 encounter, uint256 payer, bytes32 id, ProvenClaim memory proven) private {
        EncounterReceipt memory receipt = proven.claim.receipt;
        uint256 number = _numberOf[id];
        bytes32 hash = _hashReceipt(receipt);
        for (uint256 i = 0; i < _known.length; ++i) {
            Known storage other = _known[i];
            if (other.receipt == hash && other.payer == payer && other.status != ClaimStatus.Voided)
                broken = "K1: an encounter is claimed once at a payer";
        }
        if (number == 0) {
            uint256 person = _personOf[encounter];
            ClaimKey memory key = ClaimKey(
                receipt.provider,
                _tag(person, yearOf(receipt.serviceDay)),
                receipt.serviceDay,
                receipt.family,
                0
            );
            while (_idOf(key) != id && key.ordinal < 8) ++key.ordinal;
            if (key.ordinal == 8) broken = "K1: a claim is stored under its provider, person, day and family";
            Known storage created = _known.push();
            (created.key, created.receipt, created.person, created.encounter) = (key, hash, person, encounter);
            number = _numberOf[id] = _known.length;
        } else {
            if (_known[number - 1].status != ClaimStatus.Voided || _known[number - 1].receipt != hash)
                broken = "K1: a claim is stored over a voided one of the same encounter only";
            ++outcomes["replaced"];
        }
        Known storage claim = _known[number - 1];
        (claim.payer, claim.receivedAt, claim.allowed) = (payer, time, 0);
        for (uint256 i = 0; i < proven.claim.lines.length; ++i) {
            ClaimLine memory line = proven.claim.lines[i];
            uint256 fee = uint256(line.fee) * line.units;
            claim.allowed += line.billed < fee ? line.billed : fee;
        }
    }

    function _submitted(
        ProvenClaim memory proven,
        uint256 payer,
        bytes32 id,
        ClaimStatus status,
        uint256 funds
    ) private {
        (Claim memory claim, IClaimsProcessor.OpenClaim memory open) = claims.claimOf(id);
        Known storage kept = _known[_numberOf[id] - 1];
        kept.status = status;
        uint256 paid = status == ClaimStatus.Paid ? claim.amount : 0;
        if (claim.status != status || fundsOf(proven.claim.receipt.provider) != funds + paid)
            broken = "K3: what is paid at once is the amount, and nothing else is paid";
        if (status == ClaimStatus.Paid) {
            if (_revoked[proven.claim.policyId]) broken = "K6: nothing is paid at once without consent";
            if (claim.amount > CEILING) broken = "K6: nothing above the ceiling is paid at once";
            if (claim.amount != 0 && time < vaults[payer].pausedUntil())
                broken = "K6: nothing is paid at once in a pause";
            if (kept.key.ordinal != 0 && proven.claim.primaryClaim == 0 && _looksAlike(kept))
                broken = "K6: what looks like another claim is not paid at once";
            if (proven.claim.primaryClaim != 0) ++outcomes["paid second"];
            ++outcomes["paid"];
        } else if (status == ClaimStatus.Pended) {
            if (open.reason == IClaimsProcessor.PendReason.None) broken = "K6: what is pended has a reason";
            if (open.reason == IClaimsProcessor.PendReason.LookAlike) ++outcomes["look-alike"];
            if (open.reason == IClaimsProcessor.PendReason.ReceiptOnly) ++outcomes["receipt only"];
            if (open.reason == IClaimsProcessor.PendReason.AwaitingPremium) ++outcomes["awaiting premium"];
            if (open.reason == IClaimsProcessor.PendReason.AboveCeiling) ++outcomes["above ceiling"];
            if (open.reason == IClaimsProcessor.PendReason.PaymentsPaused) ++outcomes["paused"];
            if (open.reason == IClaimsProcessor.PendReason.ReserveShort) ++outcomes["reserve short"];
        } else if (status == ClaimStatus.Denied) {
            ++outcomes["denied by terms"];
        } else {
            broken = "K5: a claim that comes in is paid, pended or denied";
        }
    }

    /// @dev Whether a claim of another encounter that was not voided has the same key but for the ordinal.
    function _looksAlike(Known memory claim) private view returns (bool) {
        for (uint256 i = 0; i < _known.length; ++i) {
            Known memory other = _known[i];
            if (other.receipt == claim.receipt || other.status == ClaimStatus.Voided) continue;
            (other.key.ordinal, claim.key.ordinal) = (0, 0);
            if (_idOf(other.key) == _idOf(claim.key)) return true;
        }
        return false;
    }

    /// @dev The number of a claim at random, mostly of one of these statuses, and often of the encounter that acts are about.
    function _drawClaim(uint256 seed, uint256 statuses) private view returns (uint256 number) {
        number = _draw(seed, "claim", _known.length);
        bool stays = _draw(seed, "stay", 2) == 0;
        uint256 found = number;
        for (uint256 i = 0; i < _known.length && _draw(seed, "any", 8) != 0; ++i) {
            uint256 next = (number + i) % _known.length;
            if ((statuses >> uint256(_known[next].status)) & 1 == 1) {
                if (stays && _known[next].encounter == _focus) return next;
                found = next;
            }
        }
        return found;
    }

    /// @dev A claim at random, mostly of one of these statuses, and what it is like before an act on it; id 0 where there is none.
    function _pick(uint256 seed, uint256 statuses) private view returns (Known memory claim, Before memory before) {
        if (_known.length != 0) return _look(_drawClaim(seed, statuses));
    }

    function _look(uint256 number) private view returns (Known memory claim, Before memory before) {
        claim = _known[number];
        before.id = _idOf(claim.key);
        (Claim memory stored, IClaimsProcessor.OpenClaim memory open) = claims.claimOf(before.id);
        (before.status, before.amount, before.deadline) = (stored.status, stored.amount, open.deadline);
        before.funds = fundsOf(claim.key.provider);
    }

    /// @dev After an act on a claim: its provider got that much more or less.
    function _settled(Before memory before, string memory outcome, int256 change) private {
        Known storage claim = _known[_numberOf[before.id] - 1];
        ClaimStatus status = _statusOf(before.id);
        if (!_follows(before.status, status)) broken = "K5: a status follows only those before it";
        if (int256(fundsOf(claim.key.provider)) != int256(before.funds) + change)
            broken = "K3: nobody is paid but for a claim, and what was voided comes back";
        claim.status = status;
        ++outcomes[outcome];
    }

    /// @dev After a claim was paid that had waited: with interest for each day begun after the prompt-payment period.
    function _paidLate(Before memory before, string memory outcome) private {
        Known storage claim = _known[_numberOf[before.id] - 1];
        (Claim memory stored, ) = claims.claimOf(before.id);
        uint256 due = claim.receivedAt + PROMPT_DAYS * 1 days;
        uint256 daysLate = time > due ? (time - due + 1 days - 1) / 1 days : 0;
        uint256 interest = (stored.amount * BASIS_POINTS * daysLate + 3_649_999) / 3_650_000;
        if (stored.status != ClaimStatus.Paid || stored.amount > before.amount)
            broken = "K3: what is paid late is at most what was priced";
        _settled(before, outcome, int256(stored.amount + interest));
        interestPaidBy[claim.payer] += interest;
        if (interest != 0) ++outcomes["with interest"];
        if (stored.amount < before.amount) ++outcomes["less than priced"];
    }

    function _follows(ClaimStatus before, ClaimStatus status) private pure returns (bool) {
        if (status == ClaimStatus.Paid) return before != ClaimStatus.Paid && before != ClaimStatus.Voided;
        if (status == ClaimStatus.Denied || status == ClaimStatus.InReview) return before == ClaimStatus.Pended;
        if (status == ClaimStatus.Appealed) return _isDenied(before);
        if (status == ClaimStatus.Upheld) return before == ClaimStatus.Appealed || before == ClaimStatus.InReview;
        return status == ClaimStatus.Voided && before == ClaimStatus.Paid;
    }

    function _isDenied(ClaimStatus status) private pure returns (bool) {
        return status == ClaimStatus.Denied || status == ClaimStatus.Upheld;
    }

    function _statusOf(bytes32 id) private view returns (ClaimStatus) {
        (Claim memory claim, ) = claims.claimOf(id);
        return claim.status;
    }

    /// @dev How many claims of an encounter were taken.
    function _numberOfReceipt(uint256 encounter) private view returns (uint256 number) {
        bytes32 receipt = _hashReceipt(_encounters[encounter]);
        for (uint256 i = 0; i < _known.length; ++i) if (_known[i].receipt == receipt) ++number;
    }

    function _draw(uint256 seed, string memory what, uint256 below) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, what))) % below;
    }
}
