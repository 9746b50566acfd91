import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { formatTokenUnits, readX12 } from "../../src/claims/index.js";
import type { RemitResult } from "../../src/cli/claimsRemit.js";
import { dayOf } from "../../src/utils/time.js";
import { serveChain } from "../support/chainServer";
import { feeScheduleJson } from "../support/claimsFile";
import { type ClaimsLife, liveThroughClaims } from "../support/claimsLife";
import { careproof, type Ran } from "../support/terminal";

const PAYER = { name: "TEST PAYER", id: "1999999999", reference: "Organization/payer" };

describe("careproof claims remit", () => {
  let system: ClaimsLife;
  let close: () => Promise<void>;
  let url: string;
  let folder: string;
  let out: string;
  /** The days of the first event and of today. */
  let from: string;
  let to: string;
  /** What was sent to the clinic by claims that can be told, and of these what for being late. */
  let sent: bigint;
  let interest: bigint;

  before(async () => {
    system = await loadFixture(liveThroughClaims);
    ({ url, close } = await serveChain());
    folder = mkdtempSync(join(tmpdir(), "careproof-"));
    out = join(folder, "remittance");
    from = dayOf(system.today * 86_400);
    to = dayOf((await ethers.provider.getBlock("latest"))!.timestamp);
    const vault = await system.vault.getAddress();
    const transfers = await system.currency.queryFilter(
      system.currency.filters.Transfer!(vault, system.clinic.address),
    );
    const all = transfers.map((log) => ("args" in log ? (log.args.value as bigint) : 0n));
    // The last but one payment, by another contract, cannot be told.
    sent = all.reduce((sum, one) => sum + one, 0n) - 72_000_000n;
    const [paid] = await system.claims.queryFilter(system.claims.filters.ClaimPaid(system.stored.reviewed.id));
    interest = paid!.args.interest;
  });

  after(async () => {
    await close();
    rmSync(folder, { recursive: true });
  });

  afterEach(() => {
    rmSync(out, { force: true });
  });

  const write = (name: string, content: unknown): string => {
    const path = join(folder, name);
    writeFileSync(path, JSON.stringify(content));
    return path;
  };
  const remit = async (...more: string[]): Promise<Ran> =>
    careproof([
      ...["claims", "remit", "--rpc", url, "--contract", await system.claims.getAddress()],
      ...["--payer", system.insurer.address, "--from", from, "--to", to, "--out", out, ...more],
    ]);
  const partiesFile = (): string =>
    write("parties.json", {
      payer: PAYER,
      providers: { [system.clinic.address]: { name: "TEST CLINIC", npi: "1234567893", taxId: "123456789" } },
      claims: {
        [system.stored.paid.id]: { patientControlNumber: "VISIT-1", patient: "Patient/p1", kind: "institutional" },
      },
      receiver: { qualifier: "30", id: "RECEIVER" },
    });
  const resultOf = ({ stdout, stderr }: Ran): RemitResult => {
    expect(stdout, stderr).not.to.equal("");
    return JSON.parse(stdout) as RemitResult;
  };

  it("writes an 835 that balances and is what was sent, with the numbers and codes that are given", async () => {
    const fees = write("fees.json", feeScheduleJson(system));
    const ran = await remit("--parties", partiesFile(), "--fee-schedule", fees, "--json");
    // One claim was submitted through another contract: its lines are not known.
    expect(ran.code, ran.stderr).to.equal(1);
    const text = readFileSync(out, "utf8");
    const { summary, payments, problems } = await readX12([text]);
    expect(problems).to.deep.equal([]);
    expect(summary).to.deep.include({ transactions: 1, claims: 7, balanced: true });
    const payment = payments[0]!;
    expect(payment).to.deep.include({
      amount: formatTokenUnits(sent),
      payer: { name: "TEST PAYER", id: "1999999999" },
      payee: { npi: "1234567893", taxId: "123456789" },
      date: to,
      balanced: true,
    });
    expect(payment.claims.map(({ status, charge, paid }) => [status, charge, paid])).to.deep.equal([
      ["1", "120.00", "72.00"],
      ["1", "100.00", "72.00"],
      ["22", "-100.00", "-72.00"],
      ["1", "180.00", "160.00"],
      ["4", "1200.00", "0.00"],
      ["4", "120.00", "0.00"],
      ["1", "1200.00", "880.00"],
    ]);
    expect(payment.providerAdjustments.map(({ reason, amount }) => [reason, amount])).to.deep.equal([
      ["72", "-72.00"],
      ["L6", formatTokenUnits(-interest)],
    ]);
    expect(payment.claims[0]).to.deep.include({
      patientControlNumber: "VISIT-1",
      patientResponsibility: "20.00",
      serviceDates: { from, to: from },
    });
    expect(payment.claims[0]!.lines[0]).to.deep.include({
      procedure: { qualifier: "HC", code: "99213", modifiers: [] },
      quantity: "1",
      adjustments: [
        { group: "CO", reason: "45", amount: "28.00" },
        { group: "PR", reason: "3", amount: "20.00" },
      ],
    });
    expect(text).to.match(/^ISA\*00\* {10}\*00\* {10}\*ZZ\*1999999999 {5}\*30\*RECEIVER {7}\*/);

    const result = resultOf(ran);
    expect(result).to.deep.include({
      format: "x12",
      file: out,
      chainId: "31337",
      contract: await system.claims.getAddress(),
      payer: system.insurer.address,
      period: { from, to },
      summary: { claims: 7, paid: 4, denied: 2, reversals: 1, amount: formatTokenUnits(sent), leftOut: 1 },
      assumed: ["patient control numbers are not given for 6 of 7: the claims' ids stand for them"],
    });
    expect(result.leftOut.map(({ claimId, code }) => [claimId, code])).to.deep.equal([
      [system.stored.relayed.id, "SUBMISSION_UNKNOWN"],
    ]);
    expect(result.remittances[0]).to.deep.include({ provider: system.clinic.address, amount: formatTokenUnits(sent) });
    expect(result.remittances[0]!.claims[4]).to.deep.include({
      claimId: system.stored.upheld.id,
      settled: "denied",
      denial: { group: "CO", reason: "50" },
      paid: "0.00",
    });
  });

  it("is read by careproof claims read", async () => {
    await remit();
    const { code, stdout } = await careproof(["claims", "read", out, "--json"]);
    expect(code).to.equal(0);
    const { summary } = JSON.parse(stdout) as { summary: object };
    // 72 + 72 - 72 + 160 + 880.
    expect(summary).to.deep.include({ claims: 7, totalPaid: "1112.00", balanced: true });
  });

  it("takes addresses, ids and commitments for what is not given, and says so", async () => {
    const ran = await remit("--json");
    const result = resultOf(ran);
    expect(result.assumed).to.deep.equal([
      `the payer's name and number are not given: ${system.insurer.address} stands for them`,
      `the provider's name and number are not given: ${system.clinic.address} stands for them`,
      "patient control numbers are not given for 7 of 7: the claims' ids stand for them",
      "procedure codes are not given for 7 of 7 lines: commitments stand for them",
    ]);
    const { payments } = await readX12([readFileSync(out, "utf8")]);
    const hex = (text: string): string => text.slice(2).toUpperCase();
    expect(payments[0]!.payer).to.deep.equal({
      name: system.insurer.address,
      id: `1${hex(system.insurer.address).slice(0, 9)}`,
    });
    expect(payments[0]!.payee).to.deep.equal({ taxId: hex(system.clinic.address) });
    const { paid } = system.stored;
    expect(payments[0]!.claims[0]!.patientControlNumber).to.equal(hex(paid.id).slice(0, 20));
    expect(payments[0]!.claims[0]!.lines[0]!.procedure).to.deep.equal({
      qualifier: "ZZ",
      code: hex(paid.proven.claim.lines[0]!.procedure).slice(0, 48),
      modifiers: [],
    });
  });

  it("prints a table with what was left out and why", async () => {
    const { code, stdout } = await remit("--parties", partiesFile());
    expect(code).to.equal(1);
    expect(stdout).to.match(/^settled +number +billed +paid +member +interest +reason +at +provider\n/);
    expect(stdout).to.match(/^paid +VISIT-1 +120\.00 +72\.00 +20\.00 +0\.00 /m);
    expect(stdout).to.match(/^reversal +\w+ +-100\.00 +-72\.00 +-20\.00 /m);
    expect(stdout).to.include(
      `7 settled: 4 paid, 2 denied, 1 reversed; ${formatTokenUnits(sent)} sent; written to ${out}\n`,
    );
    expect(stdout).to.include("note  procedure codes are not given for 7 of 7 lines: commitments stand for them\n");
    expect(stdout).to.match(new RegExp(`^LEFT OUT  ${system.stored.relayed.id}  .*SUBMISSION_UNKNOWN: `, "m"));
  });

  it("writes FHIR, a resource a line, by the references that are given or by addresses", async () => {
    await remit("--format", "fhir-eob", "--parties", partiesFile(), "--currency", "EUR");
    const lines = readFileSync(out, "utf8").trimEnd().split("\n");
    const eobs = lines.map((line) => JSON.parse(line) as fhir4.ExplanationOfBenefit);
    expect(eobs.map(({ resourceType, status }) => `${resourceType} ${status}`)).to.deep.equal([
      "ExplanationOfBenefit active",
      "ExplanationOfBenefit active",
      "ExplanationOfBenefit cancelled",
      ...Array.from({ length: 4 }, () => "ExplanationOfBenefit active"),
    ]);
    expect(eobs[0]).to.deep.include({
      patient: { reference: "Patient/p1" },
      insurer: { reference: "Organization/payer" },
      provider: { identifier: { system: "http://hl7.org/fhir/sid/us-npi", value: "1234567893" } },
    });
    expect(eobs[0]!.type.coding![0]!.code).to.equal("institutional");
    expect(eobs[0]!.total!.at(-1)!.amount).to.deep.equal({ value: 72, currency: "EUR" });
    const did = (address: string): object => ({
      identifier: { system: "urn:ietf:rfc:3986", value: `did:pkh:eip155:31337:${address}` },
    });
    expect(eobs[1]!.patient).to.deep.equal(did(system.member.address));

    await remit("--format", "fhir-claimresponse");
    const responses = readFileSync(out, "utf8").trimEnd().split("\n");
    const last = JSON.parse(responses.at(-1)!) as fhir4.ClaimResponse;
    expect(last.resourceType).to.equal("ClaimResponse");
    expect([last.insurer, last.requestor]).to.deep.equal([did(system.insurer.address), did(system.clinic.address)]);
    expect(last.payment!.amount.value).to.equal(Number(formatTokenUnits(880_000_000n + interest)));
  });

  it("writes what was settled on the days that are asked for, and no file where there is nothing", async () => {
    const first = resultOf(await remit("--to", from, "--json"));
    expect(first.remittances[0]!.claims.map(({ claimId }) => claimId)).to.deep.equal([system.stored.paid.id]);
    rmSync(out);

    const ran = await remit("--from", "2020-01-01", "--to", "2020-12-31");
    expect(ran).to.deep.equal({
      code: 0,
      stdout: "nothing was settled from 2020-01-01 to 2020-12-31: no file is written\n",
      stderr: "",
    });
    expect(existsSync(out)).to.equal(false);
    const other = await remit("--provider", system.otherClinic.address, "--json");
    expect(other.code).to.equal(0);
    expect(resultOf(other)).to.deep.include({ remittances: [], leftOut: [] });
    expect(resultOf(other)).not.to.have.property("file");
  });

  const wrong: [name: string, content: unknown, code: string, place: string][] = [
    ["a member that there is not", { payers: {} }, "PARTIES_INVALID", "payers"],
    ["a payer without an id", { payer: { name: "A" } }, "PARTIES_INVALID", "payer.id"],
    [
      "a provider without a number",
      { providers: { "0x1111111111111111111111111111111111111111": { name: "A" } } },
      "PARTIES_INVALID",
      'providers["0x1111111111111111111111111111111111111111"]',
    ],
    [
      "a provider that is no address",
      { providers: { a: { name: "A", npi: "1" } } },
      "ADDRESS_INVALID",
      'providers["a"]',
    ],
    ["a claim that is no id", { claims: { a: {} } }, "PARTIES_INVALID", 'claims["a"]'],
    [
      "a kind that there is not",
      { claims: { [`0x${"00".repeat(32)}`]: { kind: "vision" } } },
      "PARTIES_INVALID",
      `claims["0x${"00".repeat(32)}"].kind`,
    ],
    ["a receiver without an id", { receiver: { qualifier: "ZZ" } }, "PARTIES_INVALID", "receiver.id"],
  ];
  for (const [name, content, code, place] of wrong) {
    it(`refuses parties with ${name}`, async () => {
      const file = write("wrong.json", content);
      const ran = await remit("--parties", file, "--json");
      expect(ran.code).to.equal(1);
      expect((JSON.parse(ran.stderr) as { error: object }).error).to.include({ code, path: `${file} ${place}` });
      expect(existsSync(out)).to.equal(false);
    });
  }

  it("refuses days that are none, a period that ends before it begins, and another format", async () => {
    for (const more of [
      ["--from", "2026-02-30"],
      ["--to", "today"],
      ["--from", "2999-01-01"],
      ["--format", "837"],
    ]) {
      expect((await remit(...more)).code, more.join(" ")).to.equal(2);
    }
  });

  it("shows an example and the shape of the JSON with --help", async () => {
    const { code, stdout } = await careproof(["claims", "remit", "--help"]);
    expect(code).to.equal(0);
    expect(stdout).to.include("careproof claims remit --rpc");
    expect(stdout).to.include('{"format","file","chainId","contract","payer","period"');
  });
});
