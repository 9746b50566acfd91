import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { id } from "ethers";

import type { RegisterResult } from "../../src/cli/trialsRegister.js";
import type { TrialReport } from "../../src/trials/trialReport.js";
import { serveChain } from "../support/chainServer";
import { nodeOfChain } from "../support/proxyNode";
import { careproof, type Ran } from "../support/terminal";
import { liveThroughTrial } from "../support/trialLife";
import { deployTrialParties, NUMBER, type Trial } from "../support/trialParties";
import { type Measure, PROMISED, recordOf } from "../support/trialRecord";

const RECORDED = "NCT09990001";

/** What the record reports: the first primary outcome as promised, the second as a secondary one, and another in its place. */
const SWAPPED = [
  { type: "PRIMARY", title: "Overall survival", timeFrame: "24 months" },
  { type: "PRIMARY", title: "Quality of sleep", timeFrame: "12 weeks" },
  { type: "SECONDARY", title: "Pain at rest", timeFrame: "12 weeks" },
  { type: "SECONDARY", title: "Days in hospital", timeFrame: "12 weeks" },
] as const;

describe("careproof trials report", () => {
  let url: string;
  let close: () => Promise<void>;
  let folder: string;

  before(async () => {
    ({ url, close } = await serveChain());
  });

  after(() => close());

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "careproof-"));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const write = (name: string, content: object): string => {
    const path = join(folder, name);
    writeFileSync(path, JSON.stringify(content));
    return path;
  };
  const contractsOf = async ({ trialData, trialSafety }: Trial): Promise<string[]> => [
    "--contract",
    await trialData.getAddress(),
    "--safety",
    await trialSafety.getAddress(),
  ];
  const report = async (trial: Trial, name: string, ...more: string[]): Promise<Ran> =>
    careproof(["trials", "report", name, "--rpc", url, ...(await contractsOf(trial)), ...more]);
  const resultOf = ({ code, stdout, stderr }: Ran): TrialReport => {
    expect(code, stderr).to.equal(0);
    return JSON.parse(stdout) as TrialReport;
  };
  const errorOf = ({ code, stdout, stderr }: Ran): { code: string; path?: string } => {
    expect({ code, stdout }).to.deep.equal({ code: 1, stdout: "" });
    return (JSON.parse(stderr) as { error: { code: string; path?: string } }).error;
  };

  /** A trial registered from a record, and the file that opens it. */
  async function registered(trial: Trial): Promise<{ trialId: string; opening: string }> {
    const { privateKey } = trial.sponsorKey as unknown as { privateKey: string };
    const record = write("record.json", recordOf(RECORDED));
    const documents = write("documents.json", { protocol: id("protocol"), consentForm: id("form") });
    const contract = await trial.trials.getAddress();
    const { stdout, stderr } = await careproof(
      ["trials", "register", record, "--rpc", url, "--documents", documents, "--contract", contract, "--json"],
      { env: { CAREPROOF_PRIVATE_KEY: privateKey } },
    );
    expect(stderr).to.equal("");
    return JSON.parse(stdout) as RegisterResult;
  }

  it("answers what a reader wants to know, by the trial's id or its number with the sponsor", async () => {
    const trial = await loadFixture(liveThroughTrial);
    const found = resultOf(await report(trial, trial.trialId, "--json"));
    expect(found.answers.map(({ code, answer }) => [code, answer])).to.deep.equal([
      ["registeredFirst", "yes"],
      ["primaryOutcomesKept", "no"],
      ["primaryOutcomesReported", "no"],
      ["dataComplete", "yes"],
      ["dataUntouchedAfterLock", "no"],
      ["subjectsConsented", "no"],
      ["safetyOnTime", "no"],
      ["resultsOnTime", "notYet"],
    ]);
    const named = resultOf(await report(trial, NUMBER, "--sponsor", trial.sponsor.address, "--json"));
    expect(named.trialId).to.equal(trial.trialId);
    expect(found).not.to.have.property("record");
  });

  it("prints the answers, warnings and timeline as text, with names that are given", async () => {
    const trial = await loadFixture(liveThroughTrial);
    const parties = write("parties.json", { [trial.site.address]: { name: "Invented Clinic" } });
    const { code, stdout } = await report(trial, trial.trialId, "--parties", parties);
    expect(code).to.equal(0);
    expect(stdout).to.contain("WARNING   version 2 changed the primary outcomes after the first enrolment");
    expect(stdout).to.contain("Were all primary outcomes reported? NO\n  Primary outcome 1 of 2 not reported.");
    expect(stdout).to.match(/^\S+Z {2}! batch 3 of Invented Clinic \(0x.* AFTER THE DATA WERE LOCKED ONCE$/m);
    expect(stdout).to.match(/^\d{4}-\d\d-\d\d {12}3 subjects enrolled at 2 sites$/m);
  });

  it("writes a page that has no scripts, loads nothing and escapes what it is given", async () => {
    const trial = await loadFixture(liveThroughTrial);
    const parties = write("parties.json", { [trial.sponsor.address]: { name: "<script>alert(1)</script> & Sons" } });
    const out = join(folder, "report.html");
    const { code, stdout } = await report(trial, trial.trialId, "--html", "--out", out, "--parties", parties);
    expect({ code, stdout }).to.deep.equal({ code: 0, stdout: "" });
    expect(statSync(out).mode & 0o777).to.equal(0o600);
    const page = readFileSync(out, "utf8");
    expect(page).to.contain("&lt;script&gt;alert(1)&lt;/script&gt; &amp; Sons");
    expect(page).not.to.match(/<script|<img|<link|https?:|url\(|@import/);
    expect(page).to.contain('<ol class="timeline">').and.to.contain("@media print");
    expect(page.match(/<li class="against">/g)).to.have.length(5);
  });

  it("names a primary outcome that was silently swapped, against what was promised on the chain", async () => {
    const trial = await loadFixture(deployTrialParties);
    const { trialId, opening } = await registered(trial);
    // The sponsor also edited what the registry has as registered.
    const edited: { primaryOutcomes: Measure[]; secondaryOutcomes: Measure[] } = {
      primaryOutcomes: [PROMISED.primaryOutcomes[0]!, { measure: "Quality of sleep", timeFrame: "12 weeks" }],
      secondaryOutcomes: [...PROMISED.secondaryOutcomes, { measure: "Pain at rest", timeFrame: "12 weeks" }],
    };
    const record = write("later.json", recordOf(RECORDED, edited, [...SWAPPED]));
    const blind = resultOf(await report(trial, trialId, "--record", record, "--json"));
    expect(blind.record?.promisedBy).to.equal("record");
    expect(blind.warnings.map(({ code }) => code)).not.to.include("PRIMARY_OUTCOME_SWITCHED");
    const found = resultOf(await report(trial, trialId, "--record", record, "--opening", opening, "--json"));
    expect(found.record).to.deep.include({ promisedBy: "chain", version: 1, hasResults: true });
    expect(
      found.record?.outcomes.map(({ fate, registered: promised, reported }) => [
        fate,
        promised?.measure,
        reported?.measure,
      ]),
    ).to.deep.equal([
      ["kept", "Overall survival", "Overall survival"],
      ["demoted", "Pain at rest", "Pain at rest"],
      ["kept", "Days in hospital", "Days in hospital"],
      ["added", undefined, "Quality of sleep"],
    ]);
    const switched = found.warnings
      .filter(({ code }) => code === "PRIMARY_OUTCOME_SWITCHED")
      .map(({ message }) => message);
    expect(switched).to.deep.equal([
      'the primary outcome "Pain at rest" is reported as "Pain at rest", which is a secondary outcome',
      '"Quality of sleep" is reported as a primary outcome, and was never promised',
    ]);
    expect(found.warnings.map(({ code }) => code)).to.include("RECORD_EDITED");
    const { stdout } = await report(trial, trialId, "--record", record, "--opening", opening);
    expect(stdout).to.contain("  added     - -> Quality of sleep (primary)");
    const page = (await report(trial, trialId, "--record", record, "--opening", opening, "--html")).stdout;
    expect(page).to.contain("promised as primary, reported as another");
  });

  it("has nothing to say against a record that reports what was promised, or has no results yet", async () => {
    const trial = await loadFixture(deployTrialParties);
    const { trialId, opening } = await registered(trial);
    const kept = [SWAPPED[0], { ...SWAPPED[2], type: "PRIMARY" as const }, SWAPPED[3]];
    const options = [
      "--record",
      write("later.json", recordOf(RECORDED, PROMISED, kept)),
      "--opening",
      opening,
      "--json",
    ];
    const found = resultOf(await report(trial, trialId, ...options));
    expect(found.warnings).to.deep.equal([]);
    expect(found.record?.edited).to.deep.equal([]);
    const none = write("none.json", recordOf(RECORDED));
    const early = resultOf(await report(trial, trialId, "--record", none, "--opening", opening, "--json"));
    expect(early.record).to.deep.include({ hasResults: false, outcomes: [] });
  });

  it("refuses a record of another trial, and an opening that was edited", async () => {
    const trial = await loadFixture(deployTrialParties);
    const { trialId, opening } = await registered(trial);
    const other = write("other.json", recordOf("NCT09990002"));
    expect(errorOf(await report(trial, trialId, "--record", other, "--json"))).to.include({
      code: "RECORD_OF_ANOTHER_TRIAL",
      path: other,
    });
    writeFileSync(opening, readFileSync(opening, "utf8").replace("Pain at rest", "Quality of sleep"));
    const record = write("record.json", recordOf(RECORDED));
    const refused = await report(trial, trialId, "--record", record, "--opening", opening, "--json");
    expect(errorOf(refused).code).to.equal("OPENING_MISMATCH");
  });

  it("refuses an unknown trial, a number without its sponsor, another chain, and options that do not go together", async () => {
    const trial = await loadFixture(deployTrialParties);
    expect(errorOf(await report(trial, id("none"), "--json")).code).to.equal("TRIAL_UNKNOWN");
    expect(errorOf(await report(trial, NUMBER, "--json")).code).to.equal("SPONSOR_MISSING");
    const sponsor = ["--sponsor", trial.otherSponsor.address, "--json"];
    expect(errorOf(await report(trial, NUMBER, ...sponsor)).code).to.equal("TRIAL_UNKNOWN");
    const wrong = "a number of more than thirty-one characters";
    expect(errorOf(await report(trial, wrong, ...sponsor)).code).to.equal("REGISTRATION_NUMBER_INVALID");
    const other = await nodeOfChain(5);
    const far = await careproof(["trials", "report", id("none"), "--rpc", other.url, "--chain-id", "31337", "--json"]);
    await other.close();
    expect(errorOf(far).code).to.equal("CHAIN_MISMATCH");
    expect((await report(trial, id("none"), "--json", "--html")).code).to.equal(2);
    expect((await report(trial, id("none"), "--opening", "x")).code).to.equal(2);
  });
});
