import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import { id } from "ethers";

import { verifyDisclosure, type EventDisclosure } from "../../src/provenance/index.js";
import { careproof, type Ran } from "../support/terminal";

const event = (serial: string): object => ({
  type: "ObjectEvent",
  eventTime: "2026-03-01T09:30:00+01:00",
  eventTimeZoneOffset: "+01:00",
  epcList: [`urn:epc:id:sgtin:9521141.001234.${serial}`],
  action: "OBSERVE",
});

/** The fields of an event of these, its hash among them. */
const FIELD_COUNT = 6;

describe("careproof provenance disclose", () => {
  let folder: string;
  let secrets: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "careproof-"));
    secrets = join(folder, "salts.json");
    file = join(folder, "event.json");
    writeFileSync(file, JSON.stringify(event("2017")));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const disclose = (...args: string[]): Promise<Ran> => careproof(["provenance", "disclose", ...args]);

  async function rootOf(): Promise<string> {
    const { code, stdout } = await disclose(file, "--secrets", secrets, "--json");
    expect(code).to.equal(0);
    return (JSON.parse(stdout) as { root: string }).root;
  }

  it("makes the salts once, for their owner alone, and leads to the same root ever after", async () => {
    const root = await rootOf();
    const salts = readFileSync(secrets, "utf8");
    expect(statSync(secrets).mode & 0o777).to.equal(0o600);
    expect(readdirSync(folder)).to.have.members(["event.json", "salts.json"]);
    expect(await rootOf()).to.equal(root);
    expect(readFileSync(secrets, "utf8")).to.equal(salts);
  });

  it("lists the root and all fields without --show", async () => {
    const root = await rootOf();
    const { stdout } = await disclose(file, "--secrets", secrets);
    const lines = stdout.split("\n");
    expect(lines.slice(0, 2)).to.deep.equal([`root    ${root}`, `fields  ${FIELD_COUNT} fields`]);
    expect(lines).to.include("  /epcList/0            urn:epc:id:sgtin:9521141.001234.2017");
  });

  it("prints the redacted event, which verifies", async () => {
    const root = await rootOf();
    const { stdout } = await disclose(file, "--secrets", secrets, "--show", "/action", "--show", "/epcList");
    const disclosure = JSON.parse(stdout) as EventDisclosure;
    expect(await verifyDisclosure(disclosure, root)).to.deep.include({ hiddenCount: FIELD_COUNT - 2 });

    const redacted = join(folder, "redacted.json");
    writeFileSync(redacted, stdout);
    expect(await disclose("--verify", redacted, "--root", root)).to.deep.equal({
      code: 0,
      stdout: [
        `root    ${root}`,
        `fields  ${FIELD_COUNT} fields, ${FIELD_COUNT - 2} hidden`,
        "  /action     OBSERVE",
        "  /epcList/0  urn:epc:id:sgtin:9521141.001234.2017",
        "",
      ].join("\n"),
      stderr: "",
    });
    const other = await disclose("--verify", redacted, "--root", id("other"), "--json");
    expect(other.code).to.equal(1);
    expect(other.stderr).to.include("DISCLOSURE_ROOT_MISMATCH");
  });

  it("shows the event's hash with --verify where it was shown", async () => {
    const root = await rootOf();
    const { stdout } = await disclose(file, "--secrets", secrets, "--show", "eventHash");
    const ran = await careproof(["provenance", "disclose", "--verify", "-", "--root", root], { stdin: stdout });
    const hash = await careproof(["provenance", "hash", file]);
    expect(ran.stdout).to.include(`  eventHash  ${hash.stdout}`);
  });

  it("takes the event that is named of several", async () => {
    writeFileSync(file, JSON.stringify([event("2017"), event("2018")]));
    const { stdout } = await disclose(file, "--secrets", secrets, "--event", "2", "--show", "/epcList/0");
    expect((JSON.parse(stdout) as EventDisclosure).fields[0]).to.include({
      value: "urn:epc:id:sgtin:9521141.001234.2018",
    });
    const failures: [args: string[], code: string][] = [
      [[], "EVENT_AMBIGUOUS"],
      [["--event", "3"], "EVENT_MISSING"],
      [["--event", "0"], "EVENT_MISSING"],
    ];
    for (const [args, code] of failures) {
      const ran = await disclose(file, "--secrets", join(folder, "none.json"), ...args, "--json");
      expect(ran.code).to.equal(1);
      expect(JSON.parse(ran.stderr)).to.have.nested.include({ "error.code": code, "error.path": file });
    }
    expect(existsSync(join(folder, "none.json"))).to.equal(false);
  });

  const broken: [name: string, change: () => void, code: string][] = [
    [
      "another value",
      () => {
        writeFileSync(file, JSON.stringify(event("2018")));
      },
      "SALTS_MISMATCH",
    ],
    [
      "another field",
      () => {
        writeFileSync(file, JSON.stringify({ ...event("2017"), recordTime: "2026-03-01T10:00:00Z" }));
      },
      "SALTS_MISMATCH",
    ],
    [
      "a file that is cut off",
      () => {
        writeFileSync(secrets, "{");
      },
      "SALTS_INVALID",
    ],
    [
      "a file of something else",
      () => {
        writeFileSync(secrets, '{"format":"other"}');
      },
      "SALTS_INVALID",
    ],
    [
      "a salt that is none",
      () => {
        writeFileSync(secrets, readFileSync(secrets, "utf8").replace(/"salt":"0x../, '"salt":"0x'));
      },
      "SALTS_INVALID",
    ],
  ];
  for (const [name, change, code] of broken) {
    it(`refuses the salts with ${name}, and prints nothing`, async () => {
      await rootOf();
      change();
      const ran = await disclose(file, "--secrets", secrets, "--show", "/action", "--json");
      expect(ran).to.include({ code: 1, stdout: "" });
      expect(JSON.parse(ran.stderr)).to.have.nested.include({ "error.code": code, "error.path": secrets });
    });
  }

  it("refuses a redacted event that has a key twice, which another reader may take otherwise", async () => {
    const root = await rootOf();
    const { stdout } = await disclose(file, "--secrets", secrets, "--show", "/action");
    const stdin = stdout.replace('"value":"OBSERVE"', '"value":"ADD","value":"OBSERVE"');
    const ran = await careproof(["provenance", "disclose", "--verify", "-", "--root", root, "--json"], { stdin });
    expect(ran.code).to.equal(1);
    expect(JSON.parse(ran.stderr)).to.have.nested.include({ "error.code": "DISCLOSURE_INVALID" });
  });

  it("prints nothing where the salts cannot be written, or another run writes them", async () => {
    writeFileSync(`${secrets}.partial`, "");
    const ran = await disclose(file, "--secrets", secrets, "--show", "/action", "--json");
    expect(ran).to.include({ code: 1, stdout: "" });
    expect(JSON.parse(ran.stderr)).to.have.nested.include({ "error.code": "FILE_UNWRITABLE" });
    expect(existsSync(secrets)).to.equal(false);
  });

  const usages: [name: string, args: string[], message: string][] = [
    ["neither --secrets nor --verify", [], "give --secrets, or --verify"],
    ["--root without --verify", ["--secrets", "s", "--root", id("a")], "--root needs --verify"],
    ["--verify without --root", ["--verify"], "--verify needs --root"],
    ["--verify with --show", ["--verify", "--root", id("a"), "--show", "/action"], "cannot be used with --verify"],
    ["a root that is none", ["--verify", "--root", "0x12"], "expected 32 bytes as 0x-hex"],
  ];
  for (const [name, args, message] of usages) {
    it(`refuses ${name}`, async () => {
      const ran = await disclose(file, ...args);
      expect(ran.code).to.equal(2);
      expect(ran.stderr).to.include(message);
    });
  }
});
