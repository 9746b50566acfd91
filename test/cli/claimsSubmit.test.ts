import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { loadFixture, setBalance, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { type Contract, Wallet, ZeroHash } from "ethers";
import hre, { ethers } from "hardhat";

import type { SubmitResult, SubmitResultClaim } from "../../src/cli/claimsSubmitResult.js";
import { claimsDomain, CLAIM_SUBMISSION_TYPES, submissionMessage } from "../../src/claims/typedData.js";
import type { PlanTerms } from "../../src/claims/planTerms.js";
import { timeOf } from "../../src/utils/time.js";
import type { Account } from "../support/careproof";
import { serveChain } from "../support/chainServer";
import { claimByCodes, claimJson, feeScheduleJson, termsJson } from "../support/claimsFile";
import {
  balanceOf,
  dayNow,
  deployInsurance,
  insure,
  IMAGING,
  type Insurance,
  LONG_VISIT,
  NOT_COVERED,
  proveClaim,
  SCAN,
  secondPayer,
  STATUS,
  UNIT,
  VISIT,
  feesTogether,
} from "../support/claimsParties";
import { prepare } from "../support/claimsLife";
import { DAY } from "../support/policies";
import { nodeOfChain, proxyUntilSent } from "../support/proxyNode";
import { careproof, type Ran } from "../support/terminal";

/** The person of policy 1 is insured by another payer too, by policy 2. */
async function deployTwice(): Promise<{ system: Insurance; terms: PlanTerms }> {
  const system = await loadFixture(deployInsurance);
  const { terms } = await secondPayer(system);
  return { system, terms };
}

describe("careproof claims submit", () => {
  let url: string;
  let close: () => Promise<void>;
  let folder: string;

  before(async () => {
    ({ url, close } = await serveChain());
    folder = mkdtempSync(join(tmpdir(), "careproof-"));
  });

  after(async () => {
    await close();
    rmSync(folder, { recursive: true });
  });

  let files = 0;
  const write = (content: unknown): string => {
    const path = join(folder, `${files++}.json`);
    writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
    return path;
  };
  /** Runs the command by a key, with a file of claims. */
  async function submit(system: Insurance, key: Account, claims: readonly object[], ...more: string[]): Promise<Ran> {
    return submitFile(system, key, write({ claims }), ...more);
  }
  async function submitFile(system: Insurance, key: Account, file: string, ...more: string[]): Promise<Ran> {
    const args = ["claims", "submit", file, "--rpc", url, "--contract", await system.claims.getAddress(), ...more];
    return careproof([...args, "--json"], { env: { CAREPROOF_PRIVATE_KEY: (key as Wallet).privateKey } });
  }
  const resultOf = ({ stdout, stderr }: Ran): SubmitResult => {
    expect(stdout, stderr).not.to.equal("");
    return JSON.parse(stdout) as SubmitResult;
  };
  const claimsOf = (ran: Ran): SubmitResultClaim[] => resultOf(ran).claims;
  const errorOf = ({ code, stdout, stderr }: Ran): { code: string; message: string; path?: string } => {
    expect({ code, stdout }).to.deep.equal({ code: 1, stdout: "" });
    return (JSON.parse(stderr) as { error: { code: string; message: string; path?: string } }).error;
  };

  describe("sends", () => {
    it("one claim by submit, and nothing where it is run again, by whoever", async () => {
      const system = await loadFixture(deployInsurance);
      const { proven, id: stands } = await prepare(system);
      const ran = await submit(system, system.clinicKey, [claimJson(proven)], "--chain-id", "31337");
      expect(ran.code, ran.stderr).to.equal(0);
      const { claims, transactions, ...where } = resultOf(ran);
      const { hash, gasUsed } = transactions[0]!;
      expect(where).to.deep.equal({
        submitter: system.clinicKey.address,
        chainId: "31337",
        contract: await system.claims.getAddress(),
      });
      // Billed 120, fee 92, copay 20.
      expect(claims).to.deep.equal([
        {
          index: 0,
          policyId: "1",
          billed: "120.00",
          answer: "paid",
          status: "Paid",
          amount: "72.00",
          memberShare: "20.00",
          claimId: stands,
          transaction: hash,
          gasUsed,
        },
      ]);
      expect(await balanceOf(system, system.clinic)).to.equal(72n * UNIT);
      const sent = (await ethers.provider.getTransaction(hash))!;
      expect(sent.data.slice(0, 10)).to.equal(system.claims.interface.getFunction("submit").selector);
      expect((await ethers.provider.getTransactionReceipt(hash))!.gasUsed.toString()).to.equal(gasUsed);

      for (const key of [system.clinicKey, system.stranger]) {
        const nonce = await ethers.provider.getTransactionCount(key.address);
        const again = await submit(system, key, [claimJson(proven)]);
        expect(again.code).to.equal(0);
        expect(resultOf(again).transactions).to.deep.equal([]);
        expect(claimsOf(again)[0]).to.deep.include({ answer: "alreadySubmitted", claimId: stands, status: "Paid" });
        expect(await ethers.provider.getTransactionCount(key.address)).to.equal(nonce);
      }
      expect(await balanceOf(system, system.clinic)).to.equal(72n * UNIT);
    });

    it("several by submitMany, and says of each what became of it; what is wrong with one stops no other", async () => {
      const system = await loadFixture(deployInsurance);
      const paid = await prepare(system);
      const pended = await prepare(system, { receipt: { family: IMAGING }, lines: [[SCAN, 1_300]] });
      const denied = await prepare(system, { receipt: { family: NOT_COVERED } });
      const good = claimByCodes((await prepare(system)).proven, VISIT);
      const [line] = good.lines;
      const forged = await proveClaim(system);
      const stranger = await system.stranger.signTypedData(
        claimsDomain(31_337, await system.claims.getAddress()),
        CLAIM_SUBMISSION_TYPES,
        submissionMessage(forged.claim),
      );
      const elsewhere = await system.clinicKey.signTypedData(
        claimsDomain(1, await system.claims.getAddress()),
        CLAIM_SUBMISSION_TYPES,
        submissionMessage(forged.claim),
      );
      const otherProof = claimJson(await proveClaim(system, { lines: [[LONG_VISIT, 180]] }));
      const claims = [
        claimByCodes(paid.proven, VISIT),
        { ...good, lines: [{ ...line, procedure: { qualifier: "HC", code: "99499" } }] },
        claimJson(pended.proven),
        { ...good, lines: [{ ...line, billed: "-1.00" }] },
        { ...good, lines: [{ ...line, billed: "18446744073709.551616" }] },
        { ...good, lines: [line, { ...line, billed: "281474976.710656" }] },
        { ...good, lines: [] },
        { ...good, lines: [{ ...line, units: 0 }] },
        claimJson(denied.proven),
        { ...claimJson(forged), claimSignature: stranger },
        { ...claimJson(forged), claimSignature: elsewhere },
        { ...good, receipt: { ...good.receipt, salt: ZeroHash } },
        { ...otherProof, lines: otherProof.lines.map((one) => ({ ...one, fee: "181.00" })) },
        { ...good, deadline: 1_000_000_000 },
        { ...good, receipt: { ...good.receipt, serviceDay: Number(good.receipt.serviceDay) + 1 } },
        { ...good, issuedAt: 2_000_000_000 },
        { ...good, terms: { ...termsJson(system.terms), appealDays: 10 } },
        { ...good, colour: "red" },
        claimByCodes(paid.proven, VISIT),
        { ...otherProof, receipt: { ...otherProof.receipt, family: IMAGING } },
        claimByCodes(
          {
            ...paid.proven,
            claim: { ...paid.proven.claim, receipt: { ...paid.proven.claim.receipt, family: IMAGING } },
          },
          VISIT,
        ),
      ];
      const schedule = write(feeScheduleJson(system));
      const ran = await submit(system, system.clinicKey, claims, "--fee-schedule", schedule);
      expect(ran.code).to.equal(1);
      const { claims: answers, transactions } = resultOf(ran);
      expect(answers.map(({ code, at }) => (code === undefined ? "" : `${code} ${at}`))).to.deep.equal([
        "",
        "FEE_MISSING claims[1].lines[0].procedure",
        "",
        "AMOUNT_NEGATIVE claims[3].lines[0].billed",
        "AMOUNT_OVERFLOW claims[4].lines[0].billed",
        "AMOUNT_OVERFLOW claims[5].lines",
        "CLAIM_INVALID claims[6].lines",
        "CLAIM_INVALID claims[7].lines[0].units",
        "",
        "SIGNATURE_INVALID claims[9].claimSignature",
        "SIGNATURE_INVALID claims[10].claimSignature",
        "SIGNATURE_INVALID claims[11].receiptSignature",
        "FEE_PROOF_INVALID claims[12].lines[0].feeProof",
        "DEADLINE_PASSED claims[13].deadline",
        "RECEIPT_TIME_INVALID claims[14].receipt.receiptAt",
        "ISSUED_IN_FUTURE claims[15].issuedAt",
        "TERMS_INVALID claims[16].terms.appealDays",
        "CLAIMS_FILE_INVALID claims[17].colour",
        "CLAIM_DUPLICATE claims[18].receipt",
        "FEE_PROOF_INVALID claims[19].lines[0].feeProof",
        "FEE_MISSING claims[20].lines[0].procedure",
      ]);
      expect(answers[9]!.problem).to.include(system.clinicKey.address).and.to.include("chain 31337");
      const { timestamp } = (await ethers.provider.getBlock("latest"))!;
      expect(answers[0]).to.include({ answer: "paid", amount: "72.00", claimId: paid.id });
      // 1,200 allowed: 100 deductible, a fifth of the rest.
      expect(answers[2]).to.include({
        answer: "pended",
        status: "Pended",
        reason: "AboveCeiling",
        amount: "880.00",
        memberShare: "320.00",
        deadline: timeOf(timestamp + 30 * DAY),
        claimId: pended.id,
      });
      expect(answers[8]).to.include({
        answer: "denied",
        group: "PR",
        reasonCode: "204",
        amount: "0.00",
        deadline: timeOf(timestamp + 180 * DAY),
        claimId: denied.id,
      });
      expect(transactions).to.have.length(1);
      expect(transactions[0]!.claims).to.deep.equal([0, 2, 8]);
      const sent = (await ethers.provider.getTransaction(transactions[0]!.hash))!;
      expect(sent.data.slice(0, 10)).to.equal(system.claims.interface.getFunction("submitMany").selector);
      expect(sent.gasLimit).to.be.lessThan(1n << 24n);
      for (const [{ id: stands }, status] of [
        [paid, STATUS.Paid],
        [pended, STATUS.Pended],
        [denied, STATUS.Denied],
      ] as const) {
        expect((await system.claims.claimOf(stands)).claim.status).to.equal(status);
      }
    });

    it("a service before and after the policy, which the plan's terms deny", async () => {
      const system = await loadFixture(deployInsurance);
      const firstDay = await dayNow();
      const yearBefore = new Date(firstDay * DAY * 1000).getUTCFullYear() - 1;
      await system.policies.connect(system.enrolment).declareSubjectTag(1, yearBefore, system.subjectTag, 0);
      await system.policies.connect(system.insurerKey).cancel(1, system.terms as never, firstDay);
      await time.increase(DAY);
      const claims = await Promise.all(
        [firstDay - 1, firstDay + 1].map(async (serviceDay) =>
          claimJson(await proveClaim(system, { receipt: { serviceDay } })),
        ),
      );
      const ran = await submit(system, system.insurerKey, claims);
      expect(ran.code).to.equal(0);
      expect(claimsOf(ran).map(({ answer, group, reasonCode }) => ({ answer, group, reasonCode }))).to.deep.equal([
        { answer: "denied", group: "PR", reasonCode: "26" },
        { answer: "denied", group: "PR", reasonCode: "27" },
      ]);
    });

    it("a claim whose primary is in the same file, after it", async () => {
      const { system, terms } = await loadFixture(deployTwice);
      const primary = await prepare(system);
      const { receipt } = primary.proven.claim;
      const secondary = await prepare(
        system,
        {
          receipt,
          terms,
          claim: { policyId: 2, receiptPolicyId: 1, primaryClaim: primary.id },
        },
        1,
      );
      const claims = [claimJson(secondary.proven), claimJson(primary.proven)];
      const { claims: answers, transactions } = resultOf(await submit(system, system.clinicKey, claims));
      expect(transactions.map((one) => one.claims)).to.deep.equal([[1], [0]]);
      // Of the 92 that the plan allows the first paid 72: 20 are left.
      expect(answers.map(({ answer, amount, claimId }) => [answer, amount, claimId])).to.deep.equal([
        ["paid", "20.00", secondary.id],
        ["paid", "72.00", primary.id],
      ]);
    });

    it("more than twenty in groups, each with the gas it needs below the limit of a transaction", async () => {
      const system = await loadFixture(deployInsurance);
      const days = Array.from({ length: 21 }, (_, i) => i);
      await time.increase(30 * DAY);
      const today = await dayNow();
      const claims = await Promise.all(
        days.map(async (i) => claimJson(await proveClaim(system, { receipt: { serviceDay: today - i } }))),
      );
      const { claims: answers, transactions } = resultOf(await submit(system, system.clinicKey, claims));
      expect(transactions.map((one) => one.claims)).to.deep.equal([days.slice(0, 20), [20]]);
      expect(new Set(answers.map(({ answer, amount }) => `${answer} ${amount}`))).to.deep.equal(
        new Set(["paid 72.00"]),
      );
      expect(await balanceOf(system, system.clinic)).to.equal(21n * 72n * UNIT);
      for (const { hash, gasUsed } of transactions) {
        const { gasLimit } = (await ethers.provider.getTransaction(hash))!;
        expect(gasLimit > BigInt(gasUsed) && gasLimit < 1n << 24n).to.equal(true);
      }
    });

    it("a claim whose fees one multiproof proves", async () => {
      const system = await loadFixture(deployInsurance);
      const proven = await proveClaim(system, {
        lines: [
          [VISIT, 92],
          [LONG_VISIT, 180],
        ],
      });
      const { feeProofs, feeProofFlags } = feesTogether(system, [VISIT, LONG_VISIT]);
      const multiProof = { proof: feeProofs[0]!, flags: feeProofFlags };
      const { lines, ...claim } = claimJson(proven);
      const bare = lines.map((line) => ({ ...line, feeProof: undefined }));
      const [paid] = claimsOf(await submit(system, system.stranger, [{ ...claim, lines: bare, multiProof }]));
      expect(paid).to.include({ answer: "paid", billed: "272.00", amount: "232.00" });
      const wrong = { ...claim, lines: bare, multiProof: { proof: ["0x12"], flags: [true, false] } };
      const [refused] = claimsOf(await submit(system, system.stranger, [wrong]));
      expect(refused).to.include({ code: "CLAIMS_FILE_INVALID", at: "claims[0].multiProof.proof[0]" });
    });

    it("again what was voided, by a later signature only", async () => {
      const system = await loadFixture(deployInsurance);
      const { proven, key, id: stands } = await prepare(system);
      await submit(system, system.clinicKey, [claimJson(proven)]);
      await (system.currency.connect(system.clinic) as Contract).getFunction("approve")(system.claims, 72n * UNIT);
      await system.claims.connect(system.clinicKey).void(key, system.terms as never);
      const [old] = claimsOf(await submit(system, system.clinicKey, [claimJson(proven)]));
      expect(old).to.include({ answer: "alreadySubmitted", status: "Voided", claimId: stands });
      await time.increase(10);
      const { receipt } = proven.claim;
      const corrected = await proveClaim(system, { receipt, lines: [[LONG_VISIT, 180]] });
      const [again] = claimsOf(await submit(system, system.clinicKey, [claimJson(corrected)]));
      expect(again).to.include({ answer: "paid", amount: "160.00", claimId: stands });
    });
  });

  describe("says why the contract refuses", () => {
    it("a claim that it is asked about: with the error, what can be done, and the claim", async () => {
      const system = await loadFixture(deployInsurance);
      const named = await proveClaim(system, { claim: { submitter: system.clinicKey.address } });
      await system.consents.connect(system.member).revoke(system.insurer, 1n << 2n);
      await time.increase(10);
      const unwanted = await proveClaim(system);
      const ran = await submit(system, system.stranger, [claimJson(unwanted), claimJson(named)]);
      expect(ran.code).to.equal(1);
      const [consent, submitter] = claimsOf(ran);
      expect(consent).to.include({
        answer: "refused",
        code: "CONTRACT_REVERTED",
        error: "ConsentDenied",
        at: "claims[0]",
      });
      expect(consent!.remedy).to.include("consent");
      expect(submitter).to.include({ error: "NotTheSubmitter", at: "claims[1]" });
      expect(resultOf(ran).transactions).to.deep.equal([]);
    });

    it("a signature of a contract wallet, which only the chain can judge", async () => {
      const system = await loadFixture(deployInsurance);
      const wallet = await ethers.deployContract("ERC1271Wallet", [system.clinicKey.address]);
      const proven = await proveClaim(system, { claim: { signedBy: await wallet.getAddress() } });
      const [refused] = claimsOf(await submit(system, system.clinicKey, [claimJson(proven)]));
      expect(refused).to.include({ answer: "refused", error: "NotTheProvider", at: "claims[0]" });
    });

    it("one that it takes alone, but not after another of the same transaction", async () => {
      const system = await loadFixture(deployInsurance);
      // A second policy of the same person and plan.
      await insure(system, system.stranger, system.subjectTag);
      const first = await prepare(system);
      const { receipt } = first.proven.claim;
      const second = await proveClaim(system, { receipt, claim: { policyId: 2, receiptPolicyId: 1 } });
      const ran = await submit(system, system.clinicKey, [claimJson(first.proven), claimJson(second)]);
      expect(ran.code).to.equal(1);
      const [paid, refused] = claimsOf(ran);
      expect(paid).to.include({ answer: "paid" });
      expect(refused).to.include({ answer: "refused", error: "AlreadyClaimed", at: "claims[1]" });
      expect(refused!.problem).to.include(first.id);
      expect(refused!.transaction).to.equal(paid!.transaction);
    });

    it("one that it takes alone, but not after another of the same file, at another payer", async () => {
      const { system, terms } = await loadFixture(deployTwice);
      const first = await prepare(system);
      const { receipt } = first.proven.claim;
      const second = await proveClaim(system, { receipt, terms, claim: { policyId: 2, receiptPolicyId: 1 } });
      const ran = await submit(system, system.clinicKey, [claimJson(first.proven), claimJson(second)]);
      const [paid, refused] = claimsOf(ran);
      expect(paid).to.include({ answer: "paid" });
      expect(refused).to.include({ answer: "refused", error: "AlreadyClaimed", at: "claims[1]" });
      expect(refused!.transaction).to.equal(undefined);
    });
  });

  it("tells people what became of each", async () => {
    const system = await loadFixture(deployInsurance);
    const { proven, id: stands } = await prepare(system);
    const claim = { ...claimByCodes(proven, VISIT), terms: undefined };
    const other = { ...claim, lines: [{ procedure: { qualifier: "HC", code: "99499" }, billed: "1.00" }] };
    const input = { terms: termsJson(system.terms), claims: [claim, other] };
    const schedule = write(feeScheduleJson(system));
    const contract = await system.claims.getAddress();
    const args = ["claims", "submit", "-", "--rpc", url, "--contract", contract, "--fee-schedule", schedule];
    const env = { CAREPROOF_PRIVATE_KEY: (system.stranger as Wallet).privateKey };
    const ran = await careproof(args, { env, stdin: JSON.stringify(input) });
    expect(ran.code).to.equal(1);
    const [head, first, at, transaction, second, summary] = ran.stdout.split("\n");
    expect(head).to.equal(`claims by ${system.stranger.address} to ${contract} on chain 31337`);
    expect(first).to.equal("claims[0]  paid 72.00 of 120.00");
    expect(at).to.equal(`  claim        ${stands}`);
    expect(transaction).to.match(/^ {2}transaction {2}0x[0-9a-f]{64}, \d+ gas$/);
    expect(second).to.match(
      /^claims\[1\] {2}REFUSED \(FEE_MISSING\) claims\[1\]\.lines\[0\]\.procedure: the schedule has/,
    );
    expect(summary).to.match(/^1 paid, 1 refused; 1 sent, \d+ gas$/);
  });

  it("sends nothing with --dry-run, for which it needs no key", async () => {
    const system = await loadFixture(deployInsurance);
    const { proven, id: stands } = await prepare(system, { claim: { submitter: system.clinicKey.address } });
    const file = write({ claims: [claimJson(proven)] });
    const block = await ethers.provider.getBlockNumber();
    const args = ["claims", "submit", file, "--rpc", url, "--contract", await system.claims.getAddress()];
    const ran = await careproof([...args, "--dry-run", "--json"]);
    expect(ran.code, ran.stderr).to.equal(0);
    expect(claimsOf(ran)[0]).to.include({ answer: "wouldSubmit", status: "Paid", claimId: stands });
    expect(await ethers.provider.getBlockNumber()).to.equal(block);
  });

  describe("sends nothing twice", () => {
    it("where the node goes away after it took the transaction", async () => {
      const system = await loadFixture(deployInsurance);
      const claims = [claimJson(await proveClaim(system)), claimJson((await prepare(system)).proven)];
      const proxy = await proxyUntilSent(url);
      const lost = errorOf(await submit(system, system.clinicKey, claims, "--rpc", proxy.url, "--timeout", "1"));
      await proxy.close();
      expect(lost.code).to.equal("NODE_LOST");
      const again = claimsOf(await submit(system, system.clinicKey, claims));
      expect(again.map(({ answer, status }) => [answer, status])).to.deep.equal([
        ["alreadySubmitted", "Paid"],
        ["alreadySubmitted", "Pended"],
      ]);
    });

    it("where a transaction of the key is waiting", async () => {
      const system = await loadFixture(deployInsurance);
      const claims = [claimJson(await proveClaim(system))];
      await hre.network.provider.send("evm_setAutomine", [false]);
      try {
        const waiting = errorOf(await submit(system, system.clinicKey, claims, "--timeout", "1"));
        expect(waiting.code).to.equal("TRANSACTION_PENDING");
        expect(errorOf(await submit(system, system.clinicKey, claims, "--timeout", "1")).code).to.equal(
          "NONCE_PENDING",
        );
        await hre.network.provider.send("evm_mine");
      } finally {
        await hre.network.provider.send("evm_setAutomine", [true]);
      }
      expect(claimsOf(await submit(system, system.clinicKey, claims))[0]).to.include({ answer: "alreadySubmitted" });
    });
  });

  it("refuses an account without funds, another chain, what is no ClaimsProcessor, and no key", async () => {
    const system = await loadFixture(deployInsurance);
    const claims = [claimJson(await proveClaim(system))];
    const poor = Wallet.createRandom() as unknown as Account;
    await setBalance(poor.address, 1n);
    const funds = errorOf(await submit(system, poor, claims));
    expect(funds.code).to.equal("FUNDS_INSUFFICIENT");
    expect(funds.message).to.include(poor.address);
    const other = await nodeOfChain(5);
    for (const [args, code] of [
      [["--chain-id", "1"], "CHAIN_MISMATCH"],
      [["--rpc", other.url, "--chain-id", "31337"], "CHAIN_MISMATCH"],
      [["--contract", system.stranger.address], "CONTRACT_MISSING"],
      [["--contract", await system.plans.getAddress()], "CONTRACT_UNEXPECTED"],
    ] as const) {
      expect(errorOf(await submit(system, system.clinicKey, claims, ...args)).code).to.equal(code);
    }
    await other.close();
    const args = ["claims", "submit", write({ claims }), "--rpc", url, "--json"];
    expect(errorOf(await careproof(args)).code).to.equal("KEY_MISSING");
  });

  it("refuses a file that is none, and a fee schedule that is none, with the place", async () => {
    const system = await loadFixture(deployInsurance);
    const terms = termsJson(system.terms);
    const claim = claimByCodes(await proveClaim(system), VISIT);
    for (const [content, code, path] of [
      ["{", "JSON_INVALID", undefined],
      [[], "CLAIMS_FILE_INVALID", undefined],
      [{}, "CLAIMS_FILE_INVALID", "claims"],
      [{ claims: [], more: 1 }, "CLAIMS_FILE_INVALID", "more"],
      [{ claims: [], terms: { ...terms, payer: "0x12" } }, "ADDRESS_INVALID", "terms.payer"],
      [{ claims: [], terms: { ...terms, deductible: 5 } }, "CLAIMS_FILE_INVALID", "terms.deductible"],
      [{ claims: [], terms: { ...terms, benefits: ["0x1"] } }, "BENEFIT_INVALID", "terms.benefits[0]"],
    ] as const) {
      const error = errorOf(await submitFile(system, system.clinicKey, write(content)));
      expect(error.code).to.equal(code);
      if (path !== undefined) expect(error.path).to.equal(path);
    }
    const bare = { ...claim, terms: undefined };
    const [none, missing, both] = claimsOf(
      await submit(system, system.clinicKey, [bare, claim, { ...claim, lines: [{ ...claim.lines[0], fee: "92.00" }] }]),
    );
    expect(none).to.include({ code: "CLAIMS_FILE_INVALID", at: "claims[0].terms" });
    expect(missing).to.include({ code: "FEE_SCHEDULE_MISSING", at: "claims[1].lines[0].procedure" });
    expect(both).to.include({ code: "CLAIMS_FILE_INVALID", at: "claims[2].lines[0].procedure" });

    const { entries } = feeScheduleJson(system) as { entries: object[] };
    for (const [content, code, place] of [
      [{ fees: [] }, "FEE_SCHEDULE_INVALID", "fees"],
      [{ entries: [{ ...entries[0], salt: undefined }] }, "FEE_SCHEDULE_INVALID", "entries[0].salt"],
      [{ entries: [entries[0], entries[0]] }, "FEE_SCHEDULE_DUPLICATE", "entries[1]"],
      [{ entries: [{ ...entries[0], fee: "-1.00" }] }, "AMOUNT_NEGATIVE", "entries[0].fee"],
    ] as const) {
      const file = write(content);
      const error = errorOf(await submit(system, system.clinicKey, [claim], "--fee-schedule", file));
      expect([error.code, error.path]).to.deep.equal([code, `${file} ${place}`]);
    }
  });
});
