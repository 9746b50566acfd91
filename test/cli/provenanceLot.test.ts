import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { SimpleMerkleTree } from "@openzeppelin/merkle-tree";
import { expect } from "chai";

import type { LotFile } from "../../src/cli/lotFolder.js";
import type { LotResult } from "../../src/cli/provenanceLot.js";
import { readCountFile } from "../../src/provenance/countFile.js";
import { lotKey } from "../../src/provenance/lot.js";
import { proofOf, readProofFile } from "../../src/provenance/proofFile.js";
import {
  CASE as CASE_OF_EVENTS,
  documentText,
  EXPIRY,
  LOT_NUMBER,
  lotEvents,
  PALLET as PALLET_OF_EVENTS,
} from "../provenance/capture/documents";
import { CASE, GTIN, leaf, LEAVES, LONE_CASE, PALLET, rootOf, RUN, SALT, sgtin, ssccOf } from "../provenance/lotInput";
import * as events from "../support/provenanceParties";
import { careproof, type Ran } from "../support/terminal";

const CSV = [
  "serial,case,pallet",
  "loose2,,",
  `c,${ssccOf(CASE)},${ssccOf(PALLET)}`,
  `A,(00)${ssccOf(CASE)},00${ssccOf(PALLET)}`,
  `beside,,${ssccOf(PALLET)}`,
  "",
  `lone,${ssccOf(LONE_CASE)},`,
  "LOOSE,,",
  `"b""%,;z",${ssccOf(CASE)},"${ssccOf(PALLET)}"`,
  "",
].join("\n");

const ROOT = SimpleMerkleTree.of([...LEAVES], { sortLeaves: false }).root;

describe("careproof provenance lot", () => {
  let folder: string;
  let out: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "careproof-"));
    out = join(folder, "out");
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const file = (name: string, content: string): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  const options = (): string[] => [
    ...["--gtin", GTIN, "--lot", RUN.lotNumber, "--expiry", RUN.expirationDate],
    ...["--prefix-length", String(RUN.prefixLength), "--out", out, "--salt", SALT],
  ];
  const lot = (input: string, ...more: string[]): Promise<Ran> =>
    careproof(["provenance", "lot", input, ...options(), ...more]);
  const written = (name: string): string => readFileSync(join(out, name), "utf8");

  it("writes what commissions the run, the proofs of each top container, and the count, and nothing else", async () => {
    const { code, stdout, stderr } = await lot(file("lot.csv", CSV), "--run", "3", "--units", "28", "--json");
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: "" });
    const files = [ssccOf(PALLET), ssccOf(LONE_CASE), null].map((container) => {
      const name = `proofs/${container ?? "loose"}.ndjson`;
      return { container, file: name, sha256: `0x${createHash("sha256").update(written(name)).digest("hex")}` };
    });
    const lotNumber = String(lotKey(GTIN, RUN.lotNumber));
    const result: LotResult = { lot: lotNumber, root: ROOT, packages: 7, containers: 3, files };
    expect(JSON.parse(stdout)).to.deep.equal(result);
    const expected: LotFile = {
      format: "careproof-lot",
      version: 1,
      ...RUN,
      run: 3,
      lot: lotNumber,
      units: 28,
      root: ROOT,
      leafCount: 11,
      depth: 4,
      count: "count.json",
      proofs: files,
    };
    expect(JSON.parse(written("lot.json"))).to.deep.equal(expected);
    expect(readCountFile(written("count.json"))).to.include({ packages: 7, containers: 3, salt: SALT, run: 3 });
    expect(readdirSync(folder).sort()).to.deep.equal(["lot.csv", "out"]);
    expect(readdirSync(out).sort()).to.deep.equal(["count.json", "lot.json", "proofs"]);
    expect(readdirSync(join(out, "proofs"))).to.have.length(3);
    for (const path of [out, join(out, "count.json")]) {
      expect(statSync(path).mode & 0o077, `others may read ${path}`).to.equal(0);
    }
  });

  it("writes proof files with which each package is proved", async () => {
    expect(await lot(file("lot.csv", CSV))).to.include({ code: 0 });
    const bytes = readFileSync(join(out, `proofs/${ssccOf(PALLET)}.ndjson`));
    const { proof } = proofOf(await readProofFile(bytes), sgtin("A"));
    expect(rootOf(leaf(sgtin("A"), CASE, PALLET), proof)).to.equal(ROOT);
  });

  it("says in words what it wrote", async () => {
    const { code, stdout } = await lot(file("lot.csv", CSV));
    expect(code).to.equal(0);
    expect(stdout).to.equal(
      `7 packages in 3 containers\nlot     ${lotKey(GTIN, RUN.lotNumber)}\nroot    ${ROOT}\nfolder  ${out}: 3 proof files\n`,
    );
  });

  it("reads stdin, line ends of Windows, a byte order mark, and semicolons or tabs between columns", async () => {
    const plain = CSV.replace('"b""%,;z"', "b");
    await careproof(["provenance", "lot", "-", ...options()], { stdin: plain });
    const { root } = JSON.parse(written("lot.json")) as LotFile;
    for (const separator of [";", "\t"]) {
      rmSync(out, { recursive: true });
      const text = `\ufeff${plain.replaceAll(",", separator).replaceAll("\n", "\r\n")}`;
      expect(await careproof(["provenance", "lot", "-", ...options()], { stdin: text })).to.include({ code: 0 });
      expect((JSON.parse(written("lot.json")) as LotFile).root).to.equal(root);
    }
  });

  describe("of an EPCIS document", () => {
    const document = documentText(lotEvents());
    const run = (input: string, ...more: string[]): Promise<Ran> =>
      careproof(["provenance", "lot", input, "--out", out, "--salt", SALT, ...more]);

    it("needs no option that its events answer, and writes the same as from CSV", async () => {
      const { code, stderr } = await run(file("events.json", document));
      expect({ code, stderr }).to.deep.equal({ code: 0, stderr: "" });
      const fromEvents = written("lot.json");
      rmSync(out, { recursive: true });
      const [pallet, box] = [PALLET_OF_EVENTS, CASE_OF_EVENTS].map((reference) => events.sscc(reference).sscc);
      const csv = `serial,case,pallet\nP1,${box},${pallet}\nP2,${box},${pallet}\nBESIDE,,${pallet}\nALONE,,\n`;
      const terms = ["--gtin", events.GTIN, "--lot", LOT_NUMBER, "--expiry", EXPIRY, "--prefix-length", "7"];
      expect(await run(file("lot.csv", csv), ...terms)).to.include({ code: 0 });
      expect(written("lot.json")).to.equal(fromEvents);
    });

    it("reads it from stdin, and takes options that agree", async () => {
      const args = ["provenance", "lot", "-", "--out", out, "--lot", LOT_NUMBER, "--prefix-length", "7"];
      expect(await careproof(args, { stdin: `\ufeff\n ${document}` })).to.include({ code: 0 });
      expect((JSON.parse(written("lot.json")) as LotFile).gtin).to.equal(events.GTIN);
    });

    it("refuses an option that contradicts the events, and leaves nothing", async () => {
      const { code, stderr } = await run(file("events.json", document), "--expiry", "2098-01-01", "--json");
      expect(code).to.equal(1);
      expect((JSON.parse(stderr) as { error: object }).error).to.include({
        code: "LOT_MISMATCH",
        path: "events[0].epcList[0]",
      });
      expect(readdirSync(folder)).to.deep.equal(["events.json"]);
    });
  });

  describe("with earlier runs", () => {
    const later = "later";
    const second = (csv: string, ...more: string[]): Promise<Ran> => {
      const args = options().map((arg) => (arg === out ? join(folder, later) : arg));
      return careproof(["provenance", "lot", file("second.csv", csv), ...args, "--run", "1", "--json", ...more]);
    };
    const errorOf = ({ code, stderr }: Ran): object => {
      expect(code).to.equal(1);
      return (JSON.parse(stderr) as { error: object }).error;
    };

    it("takes what no earlier run has", async () => {
      await lot(file("lot.csv", CSV));
      expect(await second(`serial,case\nnew,${ssccOf(77)}\n`, "--earlier", out)).to.include({ code: 0 });
    });

    it("refuses a package and a container of an earlier run, with its line", async () => {
      await lot(file("lot.csv", CSV));
      const container = await second(`serial,case\nfine,\nnew,${ssccOf(CASE)}\n`, "--earlier", out);
      expect(errorOf(container)).to.include({ code: "LOT_IN_EARLIER_RUN", path: `${join(folder, "second.csv")}:3` });
      const serial = await second("serial\nLOOSE\n", "--earlier", out);
      expect(errorOf(serial)).to.include({ code: "LOT_IN_EARLIER_RUN", path: `${join(folder, "second.csv")}:2` });
      expect(existsSync(join(folder, later))).to.equal(false);
    });

    it("refuses the folder of another lot, of a later run, and one that was changed", async () => {
      await lot(file("lot.csv", CSV));
      const other = await second("serial\nnew\n", "--lot", "OTHER", "--earlier", out);
      expect(errorOf(other)).to.include({ code: "EARLIER_RUN_INVALID", path: out });
      const same = await second("serial\nnew\n", "--run", "0", "--earlier", out);
      expect(errorOf(same)).to.include({ code: "EARLIER_RUN_INVALID", path: out });
      writeFileSync(join(out, "lot.json"), written("lot.json").replace(ROOT, `0x${"00".repeat(32)}`));
      const changed = await second("serial\nnew\n", "--earlier", out);
      expect(errorOf(changed)).to.include({ code: "LOT_FOLDER_INVALID" });
    });
  });

  it("takes a salt of its own where none is given", async () => {
    const args = options().slice(0, -2);
    await careproof(["provenance", "lot", file("lot.csv", CSV), ...args]);
    expect(readCountFile(written("count.json")).salt).to.not.equal(SALT);
  });

  const bad = "395211410000000011";
  const failures: [name: string, content: string, message: string, code: string][] = [
    ["an empty file", "", "lot.csv: there is nothing in it", "INPUT_EMPTY"],
    ["a header alone", "serial\n", "there is no package to commission", "LOT_EMPTY"],
    ["no column of serials", "case\n", 'lot.csv:1: the first column must be "serial"', "CSV_INVALID"],
    ["a column without a name", "serial,,pallet\n", "lot.csv:1: column 2 has no name of its own", "CSV_INVALID"],
    ["two columns of one name", "serial,a,a\n", "lot.csv:1: column 3 has no name of its own", "CSV_INVALID"],
    ["six containers", "serial,a,b,c,d,e,f\n", "lot.csv:1: names 6 containers, at most 5", "CSV_INVALID"],
    ["a column too many", "serial,a\nx,,\n", "lot.csv:2: has 3 columns, the header has 2", "CSV_INVALID"],
    ["a column too few", "serial,a\n\nx\n", "lot.csv:3: has 1 columns, the header has 2", "CSV_INVALID"],
    ["no serial", "serial,a\n,\n", 'lot.csv:2 column "serial": is empty', "CSV_INVALID"],
    [
      "a quotation mark without end",
      'serial,a\n"x,\n',
      "lot.csv:2 column 1: the quotation mark has no end",
      "CSV_INVALID",
    ],
    ["text after a quoted field", 'serial,a\n"x"y,\n', "lot.csv:2 column 1: there is text after", "CSV_INVALID"],
    [
      "a quotation mark inside",
      'serial,a\nx,y"z\n',
      "lot.csv:2 column 2: a field with a quotation mark",
      "CSV_INVALID",
    ],
    [
      "a wrong check digit",
      `serial,case\nx,${bad}\n`,
      `lot.csv:2 column "case": the check digit of ${bad}`,
      "SSCC_INVALID",
    ],
    ["an SSCC out of a spreadsheet", "serial,case\nx,3.95E+17\n", 'column "case": expected 18 digits', "SSCC_INVALID"],
    [
      "a serial of 21 characters",
      `serial\n${"a".repeat(21)}\n`,
      "lot.csv:2: a serial number has 1 to 20",
      "SERIAL_INVALID",
    ],
    [
      "a character outside set 82",
      "serial\nok\na b\n",
      "lot.csv:3: character 2 of the serial number",
      "SERIAL_INVALID",
    ],
    ["a serial twice", "serial\na\nb\na\n", 'serial "a" was given before, at', "LOT_DUPLICATE"],
    [
      "a case on two pallets",
      `serial,case,pallet\na,${ssccOf(1)},${ssccOf(2)}\nb,${ssccOf(1)},${ssccOf(3)}\n`,
      `lot.csv:3: container ${ssccOf(1)} is in ${ssccOf(3)} here, but in ${ssccOf(2)} at`,
      "LOT_CONTAINER_MOVED",
    ],
  ];
  for (const [name, content, message, errorCode] of failures) {
    it(`refuses ${name} in one line, and leaves nothing`, async () => {
      const input = file("lot.csv", content);
      const plain = await lot(input);
      expect(plain).to.include({ code: 1, stdout: "" });
      expect(plain.stderr)
        .to.match(/^careproof: [^\n]+\n$/)
        .and.to.include(message);
      const { error } = JSON.parse((await lot(input, "--json")).stderr) as { error: Record<string, string> };
      expect(error.code).to.equal(errorCode);
      expect(readdirSync(folder)).to.deep.equal(["lot.csv"]);
    });
  }

  it("refuses a file that is not there, and one that is not UTF-8", async () => {
    expect((await lot(join(folder, "none.csv"))).stderr).to.include(
      "none.csv: cannot be read (no such file or folder)",
    );
    writeFileSync(join(folder, "bad.csv"), new Uint8Array([0x73, 0xff]));
    expect((await lot(join(folder, "bad.csv"))).stderr).to.include("bad.csv: cannot be read (it is not UTF-8)");
    expect(existsSync(out)).to.equal(false);
  });

  it("refuses to overwrite a folder, and one that another run writes or left", async () => {
    const input = file("lot.csv", CSV);
    await lot(input);
    const before = written("count.json");
    const again = await lot(input);
    expect(again.code).to.equal(1);
    expect(again.stderr).to.include("out: exists already");
    expect(written("count.json")).to.equal(before);
    rmSync(out, { recursive: true });
    writeFileSync(`${out}.partial`, "another run's");
    expect((await lot(input)).stderr).to.include("out.partial: cannot be written (it exists already)");
    expect(readFileSync(`${out}.partial`, "utf8")).to.equal("another run's");
  });

  for (const [name, args, message] of [
    ["a GTIN with a wrong check digit", ["--gtin", "09521141123455"], "--gtin: the check digit"],
    ["a GTIN of 13 digits", ["--gtin", "9521141123454"], "--gtin: expected 14 digits"],
    ["a bad lot number", ["--lot", "a b"], "--lot: character 2 of the lot number"],
    ["a day that is none", ["--expiry", "2027-02-29"], "--expiry: expected a day"],
    ["a short prefix", ["--prefix-length", "3"], "--prefix-length: a GS1 company prefix has 4 to 12 digits"],
    ["run 64", ["--run", "64"], "--run: a lot has runs 0 to 63"],
    ["no units", ["--units", "0"], "expected 1 to 65535"],
    ["a short salt", ["--salt", "0x12"], "expected 32 bytes as 0x-hex"],
    ["words for a number", ["--run", "first"], "expected a whole number"],
  ] as const) {
    it(`exits with 2 for ${name}`, async () => {
      const { code, stderr } = await lot(file("lot.csv", CSV), ...args);
      expect(code).to.equal(2);
      expect(stderr)
        .to.match(/^careproof: [^\n]+\n$/)
        .and.to.include(message);
      expect(existsSync(out)).to.equal(false);
    });
  }

  it("exits with 2 where an option is missing", async () => {
    const input = file("lot.csv", CSV);
    const { code, stderr } = await careproof(["provenance", "lot", input, "--gtin", GTIN, "--out", out]);
    expect(code).to.equal(2);
    expect(stderr).to.include("required option '--lot <number>' not specified");
  });

  it("documents its JSON in its help", async () => {
    const { stdout } = await careproof(["provenance", "lot", "--help"]);
    expect(stdout).to.include('With --json: {"lot","root","packages","containers","files"');
  });

  for (const [signal, exitCode] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const) {
    it(`leaves nothing half-written when ended by ${signal}`, async () => {
      const child = spawn(
        process.execPath,
        [
          ...["-r", "ts-node/register/transpile-only", join(__dirname, "../../src/cli/bin.ts")],
          ...["provenance", "lot", "-", ...options()],
        ],
        { stdio: ["pipe", "ignore", "ignore"] },
      );
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.stdin.write(CSV);
      while (readdirSync(folder).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
      expect(readdirSync(folder)).to.deep.equal(["out.partial"]);
      child.kill(signal);
      expect(await ended).to.equal(exitCode);
      expect(readdirSync(folder)).to.deep.equal([]);
    });
  }

  it("leaves nothing when ended while it writes proof files", async () => {
    // Each package in a case of its own: thousands of files.
    const lines = Array.from({ length: 4000 }, (_, i) => `s${i},${ssccOf(i)}`);
    const input = file("many.csv", ["serial,case", ...lines].join("\n"));
    const child = spawn(
      process.execPath,
      [
        ...["-r", "ts-node/register/transpile-only", join(__dirname, "../../src/cli/bin.ts")],
        ...["provenance", "lot", input, ...options()],
      ],
      { stdio: "ignore" },
    );
    const ended = new Promise((resolve) => child.once("exit", resolve));
    while (!existsSync(`${out}.partial/proofs`)) await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill("SIGTERM");
    expect(await ended).to.equal(143);
    expect(readdirSync(folder)).to.deep.equal(["many.csv"]);
  });
});
