import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { AbiCoder, encodeBytes32String, id, keccak256, toUtf8Bytes } from "ethers";

import type { RegisterResult } from "../../src/cli/trialsRegister.js";
import { openedLeaves, parseProtocolOpening } from "../../src/trials/protocolOpening.js";
import { serveChain } from "../support/chainServer";
import { nodeOfChain, proxyUntilSent } from "../support/proxyNode";
import { careproof, type Ran } from "../support/terminal";
import { ALLOCATION, deployTrialParties, type Trial } from "../support/trialParties";
import { PROMISED, recordOf } from "../support/trialRecord";

const NUMBER = "NCT09990001";

describe("careproof trials register", () => {
  let url: string;
  let close: () => Promise<void>;
  let folder: string;
  let record: string;
  let documents: string;
  let opening: string;

  before(async () => {
    ({ url, close } = await serveChain());
  });

  after(() => close());

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "careproof-"));
    record = write("record.json", recordOf(NUMBER));
    write("protocol.txt", "Invented protocol");
    write("consent.txt", "Invented consent form");
    documents = write("documents.json", { protocol: "protocol.txt", consentForm: "consent.txt" });
    opening = join(folder, "record.opening.json");
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function write(name: string, content: string | object): string {
    const path = join(folder, name);
    writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
    return path;
  }

  const keyOf = (account: unknown): string => (account as { privateKey: string }).privateKey;
  const register = async (trial: Trial, more: string[] = [], key = trial.sponsorKey, rpc = url): Promise<Ran> =>
    careproof(
      [
        "trials",
        "register",
        record,
        "--rpc",
        rpc,
        "--documents",
        documents,
        "--json",
        "--contract",
        await trial.trials.getAddress(),
        ...more,
      ],
      { env: { CAREPROOF_PRIVATE_KEY: keyOf(key) } },
    );
  const resultOf = ({ code, stdout, stderr }: Ran): RegisterResult => {
    expect(code, stderr).to.equal(0);
    return JSON.parse(stdout) as RegisterResult;
  };
  const errorOf = ({ code, stdout, stderr }: Ran): { code: string; message: string; path?: string } => {
    expect({ code, stdout }).to.deep.equal({ code: 1, stdout: "" });
    return (JSON.parse(stderr) as { error: { code: string; message: string } }).error;
  };

  it("registers the outcomes and documents of a record by a key of the sponsor", async () => {
    const trial = await loadFixture(deployTrialParties);
    const result = resultOf(await register(trial, ["--chain-id", "31337"]));
    const trialId = keccak256(
      AbiCoder.defaultAbiCoder().encode(["bytes32", "address"], [encodeBytes32String(NUMBER), trial.sponsor.address]),
    );
    expect(result).to.deep.include({
      status: "registered",
      chainId: "31337",
      trialId,
      registrationNumber: NUMBER,
      sponsor: trial.sponsor.address,
      primaries: 2,
      others: 1,
      plannedEnrolment: 120,
      // The last day of the month that the record has.
      primaryCompletion: "2031-02-28T00:00:00Z",
      opening,
    });
    const facts = await trial.trials.factsOf(trialId);
    expect([facts.sponsor, facts.primaries, facts.others]).to.deep.equal([trial.sponsor.address, 2n, 1n]);
    expect((await trial.trials.versionOf(trialId, 1)).hash).to.equal(result.versionHash);
  });

  it("keeps what opens the commitments in a file that only its owner may read", async () => {
    const trial = await loadFixture(deployTrialParties);
    resultOf(await register(trial));
    expect(statSync(opening).mode & 0o777).to.equal(0o600);
    const opened = parseProtocolOpening(readFileSync(opening, "utf8"));
    expect(opened.outcomes.map(({ kind, measure }) => [kind, measure])).to.deep.equal([
      ["primary", "Overall survival"],
      ["primary", "Pain at rest"],
      ["secondary", "Days in hospital"],
    ]);
    expect(new Set(opened.outcomes.map(({ salt }) => salt)).size).to.equal(3);
    // As docs/records.md has it, by ethers: tag, form 2, salt, hash of the content.
    const content = `{"description":"Numeric rating scale, 0 to 10","measure":"Pain at rest","timeFrame":"12 weeks"}`;
    const commitment = keccak256(
      AbiCoder.defaultAbiCoder().encode(
        ["bytes32", "uint16", "bytes32", "bytes32"],
        [id("CareProof.TrialOutcome"), 2, opened.outcomes[1]!.salt, keccak256(toUtf8Bytes(content))],
      ),
    );
    expect(openedLeaves(opened).primaries[1]).to.deep.equal({ index: 1, count: 2, kind: 0, commitment });
  });

  it("takes commitments that are given, and the root of an allocation list", async () => {
    const trial = await loadFixture(deployTrialParties);
    const list = write("allocation.ndjson", ALLOCATION.map((row) => JSON.stringify(row)).join("\n"));
    documents = write("documents.json", {
      protocol: id("protocol"),
      consentForm: id("form"),
      statisticalAnalysisPlan: id("plan"),
      allocation: list,
    });
    const { trialId } = resultOf(await register(trial));
    const opened = parseProtocolOpening(readFileSync(opening, "utf8"));
    expect(opened.documents).to.deep.equal({
      protocol: { commitment: id("protocol") },
      statisticalAnalysisPlan: { commitment: id("plan") },
      consentForm: { commitment: id("form") },
    });
    expect((await trial.trials.versionOf(trialId, 1)).hasStatisticalAnalysisPlan).to.equal(true);
    expect(opened.allocationRoot).to.equal(trial.protocol.documents.allocationRoot);
  });

  it("sends nothing when run again", async () => {
    const trial = await loadFixture(deployTrialParties);
    const first = resultOf(await register(trial));
    const nonce = await trial.deployer.provider.getTransactionCount(trial.sponsorKey);
    const second = resultOf(await register(trial));
    expect(second).to.deep.include({
      status: "already-registered",
      trialId: first.trialId,
      versionHash: first.versionHash,
    });
    expect(second).not.to.have.property("transaction");
    expect(await trial.deployer.provider.getTransactionCount(trial.sponsorKey)).to.equal(nonce);
  });

  it("finds the registration of a run whose node was lost between send and answer", async () => {
    const trial = await loadFixture(deployTrialParties);
    const proxy = await proxyUntilSent(url);
    const lost = await register(trial, ["--timeout", "2"], trial.sponsorKey, proxy.url);
    await proxy.close();
    expect(errorOf(lost).code).to.equal("NODE_LOST");
    expect(resultOf(await register(trial)).status).to.equal("already-registered");
  });

  it("refuses a record or document that was changed since, and a registration of another protocol", async () => {
    const trial = await loadFixture(deployTrialParties);
    resultOf(await register(trial));
    const [first, second] = PROMISED.primaryOutcomes;
    const swapped = { ...PROMISED, primaryOutcomes: [{ ...first!, timeFrame: "12 months" }, second!] };
    record = write("record.json", recordOf(NUMBER, swapped));
    expect(errorOf(await register(trial))).to.include({ code: "OPENING_MISMATCH", path: opening });
    expect(errorOf(await register(trial, ["--opening", join(folder, "new.json")])).code).to.equal("TRIAL_DIFFERS");
    record = write("record.json", recordOf(NUMBER));
    write("consent.txt", "Another consent form");
    expect(errorOf(await register(trial)).code).to.equal("OPENING_MISMATCH");
  });

  it("refuses a key that is no sponsor's", async () => {
    const trial = await loadFixture(deployTrialParties);
    const { code, message } = errorOf(await register(trial, [], trial.siteKey));
    expect(code).to.equal("CONTRACT_REVERTED");
    expect(message).to.contain("NotInGoodStanding");
  });

  it("refuses a node of another chain, and what is no registry", async () => {
    const trial = await loadFixture(deployTrialParties);
    const other = await nodeOfChain(5);
    expect(errorOf(await register(trial, ["--chain-id", "31337"], trial.sponsorKey, other.url)).code).to.equal(
      "CHAIN_MISMATCH",
    );
    await other.close();
    expect(errorOf(await register(trial, ["--contract", await trial.trialData.getAddress()])).code).to.equal(
      "CONTRACT_UNEXPECTED",
    );
    expect(errorOf(await register(trial, ["--contract", trial.stranger.address])).code).to.equal("CONTRACT_MISSING");
  });

  it("refuses a registration number of a wrong form, and a record that lacks what is registered", async () => {
    const trial = await loadFixture(deployTrialParties);
    record = write("record.json", recordOf("NCT123"));
    expect(errorOf(await register(trial)).code).to.equal("REGISTRATION_NUMBER_INVALID");
    record = write(
      "record.json",
      recordOf(NUMBER, { primaryOutcomes: [], secondaryOutcomes: PROMISED.secondaryOutcomes }),
    );
    expect(errorOf(await register(trial))).to.include({ code: "REGISTRATION_INCOMPLETE", path: `${record} outcomes` });
    record = write("record.json", recordOf(NUMBER, PROMISED, undefined, { statusModule: {} }));
    expect(errorOf(await register(trial))).to.include({
      code: "REGISTRATION_INCOMPLETE",
      path: `${record} primaryCompletion`,
    });
    const many = Array.from({ length: 257 }, (_, i) => ({ measure: `Measure ${i}` }));
    record = write("record.json", recordOf(NUMBER, { primaryOutcomes: many, secondaryOutcomes: [] }));
    expect(errorOf(await register(trial))).to.include({ code: "REGISTRATION_INCOMPLETE", path: `${record} outcomes` });
  });

  it("refuses documents that are missing or unknown, and an opening that is none", async () => {
    const trial = await loadFixture(deployTrialParties);
    documents = write("documents.json", { protocol: "protocol.txt" });
    expect(errorOf(await register(trial))).to.include({ code: "DOCUMENTS_INVALID", path: `${documents} consentForm` });
    documents = write("documents.json", { protocol: "protocol.txt", consentForm: "consent.txt", plan: "x" });
    expect(errorOf(await register(trial))).to.include({ code: "DOCUMENTS_INVALID", path: `${documents} plan` });
    documents = write("documents.json", { protocol: "nowhere.txt", consentForm: "consent.txt" });
    expect(errorOf(await register(trial)).code).to.equal("FILE_UNREADABLE");
    documents = write("documents.json", { protocol: "protocol.txt", consentForm: "consent.txt" });
    write("record.opening.json", { format: "something else" });
    expect(errorOf(await register(trial))).to.include({ code: "OPENING_INVALID", path: opening });
  });
});
