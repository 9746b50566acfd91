import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { id } from "ethers";

import type { AnchorDataResult } from "../../src/cli/trialsAnchor.js";
import type { VerifyDataResult } from "../../src/cli/trialsVerify.js";
import { serveChain } from "../support/chainServer";
import { nodeOfChain, proxyUntilSent } from "../support/proxyNode";
import { careproof, type Ran } from "../support/terminal";
import { ANNA, BERT, deployEnrolled } from "../support/trialLife";
import { ALLOCATION, NUMBER, type Trial, withdraw } from "../support/trialParties";

const HEADER = "USUBJID,VISIT,PULSE";
const ROWS = ["anna,1,70", "anna,2,72", "bert,1,64"];

describe("careproof trials anchor and verify", () => {
  let url: string;
  let close: () => Promise<void>;
  let folder: string;
  let enrolment: string;

  before(async () => {
    ({ url, close } = await serveChain());
  });

  after(() => close());

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "careproof-"));
    const subjects = [
      { subjectKey: "anna", subject: ANNA },
      { subjectKey: "bert", subject: BERT },
      { subjectKey: "dora", subject: id("nobody enrolled her") },
    ];
    enrolment = write(
      "subjects.ndjson",
      subjects.map((subject) => JSON.stringify(subject)),
    );
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function write(name: string, lines: readonly string[]): string {
    const path = join(folder, name);
    writeFileSync(path, lines.join("\n"));
    return path;
  }

  const csv = (...rows: string[]): string => write("vs.csv", [HEADER, ...rows]);
  const shape = ["--dataset", "VS", "--key", "USUBJID", "--key", "VISIT"];
  const onChain = async (trial: Trial, rpc = url): Promise<string[]> => {
    const contract = await trial.trialData.getAddress();
    return ["--rpc", rpc, "--trial", trial.trialId, "--contract", contract, "--json", ...shape];
  };
  const anchor = async (
    trial: Trial,
    file: string,
    manifest: string,
    more: string[] = [],
    { key = trial.siteKey, rpc = url } = {},
  ): Promise<Ran> => {
    const options = [...(await onChain(trial, rpc)), "--enrolment", enrolment, "--manifest", manifest, ...more];
    const { privateKey } = key as unknown as { privateKey: string };
    return careproof(["trials", "anchor", file, ...options], { env: { CAREPROOF_PRIVATE_KEY: privateKey } });
  };
  const verify = async (trial: Trial, file: string, manifests: string[], more: string[] = []): Promise<Ran> => {
    const given = manifests.flatMap((manifest) => ["--manifest", manifest]);
    return careproof(["trials", "verify", file, ...(await onChain(trial)), ...given, ...more]);
  };
  const outputOf = ({ code, stdout, stderr }: Ran, expected: number): unknown => {
    expect(code, stderr).to.equal(expected);
    return JSON.parse(stdout) as unknown;
  };
  const resultOf = (ran: Ran): AnchorDataResult => outputOf(ran, 0) as AnchorDataResult;
  const verificationOf = (ran: Ran, expected = 0): VerifyDataResult => outputOf(ran, expected) as VerifyDataResult;
  const errorOf = ({ code, stdout, stderr }: Ran): { code: string; message: string; path?: string } => {
    expect({ code, stdout }).to.deep.equal({ code: 1, stdout: "" });
    return (JSON.parse(stderr) as { error: { code: string; message: string } }).error;
  };
  const manifestIn = (name: string): string => join(folder, `${name}.manifest.ndjson`);
  const nonceOf = (trial: Trial): Promise<number> => trial.deployer.provider.getTransactionCount(trial.siteKey);

  it("anchors the rows of a file in the stream of the site, by its key", async () => {
    const trial = await loadFixture(deployEnrolled);
    const now = await time.latest();
    const result = resultOf(await anchor(trial, csv(...ROWS), manifestIn("first"), ["--captured-at", `${now}`]));
    expect(result).to.deep.include({
      status: "anchored",
      trialId: trial.trialId,
      writer: trial.site.address,
      sequence: "1",
      kind: "Capture",
      count: 3,
      periodStart: now,
      periodEnd: now,
      corrections: 0,
      unchanged: 0,
      absent: 0,
    });
    expect(await trial.trialData.rootOf(trial.trialId, trial.site, 1)).to.equal(result.root);
    expect((await trial.trialData.headOf(trial.trialId, trial.site)).leaves).to.equal(3n);
  });

  it("anchors only what is new since the batches before, a change as a correction with its reason", async () => {
    const trial = await loadFixture(deployEnrolled);
    const now = ["--captured-at", `${await time.latest()}`];
    resultOf(await anchor(trial, csv(...ROWS), manifestIn("first"), now));
    const changed = csv("anna,1,71", ROWS[1]!, ROWS[2]!);
    const since = ["--since", manifestIn("first"), ...now];
    expect(errorOf(await anchor(trial, changed, manifestIn("second"), since)).code).to.equal("REASON_MISSING");
    const result = resultOf(await anchor(trial, changed, manifestIn("second"), [...since, "--reason", "typing error"]));
    expect(result).to.deep.include({
      status: "anchored",
      sequence: "2",
      kind: "Correction",
      count: 1,
      corrections: 1,
      unchanged: 2,
    });
    const nonce = await nonceOf(trial);
    const again = resultOf(
      await anchor(trial, changed, manifestIn("third"), [...since, "--since", manifestIn("second")]),
    );
    expect(again).to.deep.include({ status: "nothing-new", unchanged: 3 });
    expect(existsSync(manifestIn("third"))).to.equal(false);
    expect(await nonceOf(trial)).to.equal(nonce);
  });

  it("sends nothing when run again, and says so where the file has changed since", async () => {
    const trial = await loadFixture(deployEnrolled);
    const now = ["--captured-at", `${await time.latest()}`];
    const first = resultOf(await anchor(trial, csv(...ROWS), manifestIn("first"), now));
    const nonce = await nonceOf(trial);
    const again = resultOf(await anchor(trial, csv(...ROWS), manifestIn("first"), now));
    expect(again).to.deep.include({ status: "already-anchored", sequence: "1", root: first.root, count: 3 });
    const more = csv(...ROWS, "anna,3,75");
    const refused = errorOf(await anchor(trial, more, manifestIn("first"), now));
    expect(refused).to.include({ code: "MANIFEST_OUTDATED", path: manifestIn("first") });
    expect(existsSync(`${manifestIn("first")}.further`)).to.equal(false);
    expect(await nonceOf(trial)).to.equal(nonce);
  });

  it("finds the batch of a run whose node was lost between send and answer", async () => {
    const trial = await loadFixture(deployEnrolled);
    const now = ["--captured-at", `${await time.latest()}`];
    const proxy = await proxyUntilSent(url);
    const lost = await anchor(trial, csv(...ROWS), manifestIn("first"), [...now, "--timeout", "2"], { rpc: proxy.url });
    await proxy.close();
    expect(errorOf(lost).code).to.equal("NODE_LOST");
    const again = resultOf(await anchor(trial, csv(...ROWS), manifestIn("first"), now));
    expect(again).to.deep.include({ status: "already-anchored", sequence: "1" });
    expect((await trial.trialData.headOf(trial.trialId, trial.site)).sequence).to.equal(1n);
  });

  it("refuses rows of subjects who are not enrolled, or withdrew, whatever the list says", async () => {
    const trial = await loadFixture(deployEnrolled);
    const now = await time.latest();
    const captured = ["--captured-at", `${now}`];
    const unknown = await anchor(trial, csv(...ROWS, "dora,1,80"), manifestIn("first"), captured);
    expect(errorOf(unknown).code).to.equal("SUBJECT_NOT_ENROLLED");
    await withdraw(trial, BERT);
    const late = ["--captured-at", `${(await time.latest()) + 60}`];
    expect(errorOf(await anchor(trial, csv(...ROWS), manifestIn("first"), late)).code).to.equal(
      "CAPTURED_AFTER_WITHDRAWAL",
    );
    const withdrawnAt = Number((await trial.trials.subjectOf(trial.trialId, BERT)).withdrawnAt);
    const tie = await anchor(trial, csv(...ROWS), manifestIn("first"), ["--captured-at", `${withdrawnAt}`]);
    expect(errorOf(tie).code).to.equal("CAPTURED_AFTER_WITHDRAWAL");
    const early = await anchor(trial, csv(...ROWS), manifestIn("first"), ["--captured-at", "1000"]);
    expect(errorOf(early).code).to.equal("CAPTURED_BEFORE_ENROLMENT");
    expect(existsSync(manifestIn("first"))).to.equal(false);
    expect((await trial.trialData.headOf(trial.trialId, trial.site)).sequence).to.equal(0n);
  });

  it("refuses a manifest before that was edited or never anchored, an unknown trial, another chain and another key", async () => {
    const trial = await loadFixture(deployEnrolled);
    const now = ["--captured-at", `${await time.latest()}`];
    resultOf(await anchor(trial, csv(...ROWS), manifestIn("first"), now));
    const text = readFileSync(manifestIn("first"), "utf8");
    const edited = join(folder, "edited.manifest.ndjson");
    writeFileSync(edited, text.replace('"anna","1"', '"anna","9"'));
    const more = csv(...ROWS, "anna,3,75");
    const since = (path: string): string[] => [...now, "--since", path];
    writeFileSync(edited, text.replace(/"0x[0-9a-f]{64}",1/, `"${id("other")}",1`));
    expect(errorOf(await anchor(trial, more, manifestIn("second"), since(edited))).code).to.equal("MANIFEST_MISMATCH");
    const root = (JSON.parse(text.split("\n", 1)[0]!) as { root: string }).root;
    writeFileSync(edited, text.replace(root, id("root")));
    expect(errorOf(await anchor(trial, more, manifestIn("second"), since(edited)))).to.include({
      code: "MANIFEST_NOT_ANCHORED",
      path: edited,
    });
    const wrongKey = await anchor(trial, more, manifestIn("second"), now, { key: trial.sponsorKey });
    expect(errorOf(wrongKey).message).to.contain("NotInGoodStanding");
    const unknown = await anchor({ ...trial, trialId: id("none") }, more, manifestIn("third"), now);
    expect(errorOf(unknown).code).to.equal("TRIAL_UNKNOWN");
    const named = await anchor({ ...trial, trialId: NUMBER }, more, manifestIn("third"), now);
    expect(errorOf(named).code).to.equal("SPONSOR_MISSING");
    const other = await nodeOfChain(5);
    const far = await anchor(trial, more, manifestIn("third"), [...now, "--chain-id", "31337"], { rpc: other.url });
    await other.close();
    expect(errorOf(far).code).to.equal("CHAIN_MISMATCH");
  });

  it("verifies a file row by row against the roots on the chain", async () => {
    const trial = await loadFixture(deployEnrolled);
    const now = ["--captured-at", `${await time.latest()}`];
    const file = csv(...ROWS);
    const { root } = resultOf(await anchor(trial, file, manifestIn("first"), now));
    const exact = verificationOf(await verify(trial, file, [manifestIn("first")]));
    expect(exact).to.deep.include({ verified: true, rows: 3, exact: 3 });
    expect(exact.onChain?.batches).to.deep.equal([
      {
        manifest: manifestIn("first"),
        writer: trial.site.address,
        sequence: 1,
        kind: "Capture",
        root,
        count: 3,
        unlocks: 0,
      },
    ]);
    const altered = csv("anna,1,99", ROWS[1]!, "anna,7,1");
    const found = verificationOf(await verify(trial, altered, [manifestIn("first")]), 1);
    expect(found).to.deep.include({ verified: false, rows: 3, exact: 1 });
    expect(found.altered.rows.map(({ row, columns }) => [row, columns])).to.deep.equal([
      ['VS {"USUBJID":"anna","VISIT":"1"}', ["PULSE"]],
    ]);
    expect(found.missing.rows.map(({ row }) => row)).to.deep.equal(['VS {"USUBJID":"bert","VISIT":"1"}']);
    expect(found.added.rows.map(({ row }) => row)).to.deep.equal(['VS {"USUBJID":"anna","VISIT":"7"}']);
  });

  it("names batches of the site that it did not look at", async () => {
    const trial = await loadFixture(deployEnrolled);
    const now = ["--captured-at", `${await time.latest()}`];
    resultOf(await anchor(trial, csv(...ROWS), manifestIn("first"), now));
    const changed = csv("anna,1,71", ROWS[1]!, ROWS[2]!);
    const more = [...now, "--since", manifestIn("first"), "--reason", "typing error"];
    resultOf(await anchor(trial, changed, manifestIn("second"), more));
    const old = csv(...ROWS);
    const blind = verificationOf(await verify(trial, old, [manifestIn("first")]));
    expect(blind.onChain?.otherBatches.map(({ sequence }) => sequence)).to.deep.equal([2]);
    // In whatever order they are given.
    const manifests = [manifestIn("second"), manifestIn("first")];
    const seeing = verificationOf(await verify(trial, old, manifests), 1);
    expect([seeing.superseded.count, seeing.onChain?.otherBatches]).to.deep.equal([1, []]);
    const corrected = csv("anna,1,71", ROWS[1]!, ROWS[2]!);
    expect(verificationOf(await verify(trial, corrected, manifests)).verified).to.equal(true);
  });

  it("refuses a manifest that is not on the chain, and options that do not go together", async () => {
    const trial = await loadFixture(deployEnrolled);
    const file = csv(...ROWS);
    const now = ["--captured-at", `${await time.latest()}`];
    resultOf(await anchor(trial, file, manifestIn("first"), now));
    const text = readFileSync(manifestIn("first"), "utf8");
    const root = (JSON.parse(text.split("\n", 1)[0]!) as { root: string }).root;
    const edited = write("edited.ndjson", [text.replace(root, id("root")).trimEnd()]);
    expect(errorOf(await verify(trial, file, [edited]))).to.include({ code: "MANIFEST_NOT_ANCHORED", path: edited });
    expect(
      (await careproof(["trials", "verify", file, "--manifest", manifestIn("first"), "--rpc", url])).code,
    ).to.equal(2);
    expect((await careproof(["trials", "verify", file, "--allocation", file])).code).to.equal(2);
    expect((await careproof(["trials", "verify", "--allocation", file])).code).to.equal(2);
    expect((await careproof(["trials", "verify", file])).code).to.equal(2);
  });

  it("compares an opened allocation list with the one committed to", async () => {
    const trial = await loadFixture(deployEnrolled);
    const list = (rows: readonly object[]): string =>
      write(
        "list.ndjson",
        rows.map((row) => JSON.stringify(row)),
      );
    const check = async (path: string): Promise<Ran> =>
      careproof(["trials", "verify", "--allocation", path, ...(await onChain(trial))]);
    expect(verificationOf(await check(list(ALLOCATION)))).to.deep.include({
      verified: true,
      rows: ALLOCATION.length,
    });
    const swapped = ALLOCATION.map((row) => (row.index === 7 ? { ...row, arm: 0 } : row));
    expect(verificationOf(await check(list(swapped)), 1).verified).to.equal(false);
    expect(verificationOf(await check(list(ALLOCATION.slice(0, 9))), 1).verified).to.equal(false);
    const bad = list([...ALLOCATION.slice(0, 2), { ...ALLOCATION[3] }]);
    expect(errorOf(await check(bad))).to.include({ code: "ALLOCATION_INVALID", path: `${bad}:3` });
  });
});
