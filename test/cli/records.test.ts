import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { SimpleMerkleTree } from "@openzeppelin/merkle-tree";
import { expect } from "chai";

import { CATEGORIES } from "../../src/consent/codes.js";
import { recordLeafDigest } from "../../src/consent/recordLeaf.js";
import type { ManifestHeader, ManifestRecord } from "../../src/consent/recordManifest.js";
import { VERSION } from "../../src/version.js";
import { careproof } from "../support/terminal";

const PATIENT = "0x00000000000000000000000000000000000000A1";
const OTHER_PATIENT = "0x00000000000000000000000000000000000000b2";
const URN = "urn:uuid:00000000-0000-4000-8000-00000000000a";

const observation = (id: string, value = "1.00"): string =>
  `{"resourceType":"Observation","id":"${id}","meta":{"versionId":"1"},"text":{"status":"empty"},` +
  `"category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory"}]}],` +
  `"subject":{"reference":"Patient/p"},"valueQuantity":{"value":${value}}}`;

describe("careproof records", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "careproof-"));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const file = (name: string, content: string): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  const readManifest = (path: string): { header: ManifestHeader; records: ManifestRecord[] } => {
    const [header, ...records] = readFileSync(path, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown);
    return { header: header as ManifestHeader, records: records as ManifestRecord[] };
  };
  const commitLines = async (name: string, ...lines: string[]): Promise<string> => {
    const input = file(name, lines.join("\n"));
    expect(await careproof(["records", "commit", input, "--patient", PATIENT])).to.include({ code: 0 });
    return `${input}.manifest.ndjson`;
  };
  /** A manifest with one line changed. */
  const edit = (path: string, line: number, change: (value: Record<string, unknown>) => object): string => {
    const lines = readFileSync(path, "utf8").trimEnd().split("\n");
    lines[line] = JSON.stringify(change(JSON.parse(lines[line]!) as Record<string, unknown>));
    return file("edited.ndjson", `${lines.join("\n")}\n`);
  };

  describe("commit", () => {
    it("writes a manifest whose proofs OpenZeppelin verifies, and nothing else", async () => {
      const input = file("in.ndjson", [observation("a"), observation("b"), "", observation("c")].join("\n"));
      const { code, stdout, stderr } = await careproof([
        ...["records", "commit", input, "--patient", PATIENT, "--recorded-at", "1767225600", "--json"],
      ]);
      expect({ code, stderr }).to.deep.equal({ code: 0, stderr: "" });
      const { header, records } = readManifest(`${input}.manifest.ndjson`);
      expect(JSON.parse(stdout)).to.deep.equal({
        manifest: `${input}.manifest.ndjson`,
        form: "json#data",
        root: header.root,
        count: 3,
        depth: 2,
        categories: { LABORATORY: 3 },
        bundles: {},
      });
      expect(header).to.include({
        format: "careproof-records-manifest",
        version: 1,
        form: "json#data",
        count: 3,
        depth: 2,
      });
      expect(records.map(({ index, reference }) => [index, reference])).to.deep.equal([
        [0, "Observation/a"],
        [1, "Observation/b"],
        [2, "Observation/c"],
      ]);
      for (const record of records) {
        expect(record).to.include({ patient: PATIENT, category: CATEGORIES.LABORATORY, recordedAt: 1_767_225_600 });
        expect(SimpleMerkleTree.verify(header.root, record.leaf, [...record.proof])).to.equal(true);
      }
      expect(new Set(records.map(({ salt }) => salt)).size).to.equal(3);
      expect(readdirSync(folder).sort()).to.deep.equal(["in.ndjson", "in.ndjson.manifest.ndjson"]);
      expect(statSync(`${input}.manifest.ndjson`).mode & 0o077, "others may read the salts").to.equal(0);
    });

    it("commits the same record twice to different leaves, so that equal records do not show", async () => {
      const { records } = readManifest(await commitLines("in.ndjson", observation("a"), observation("a")));
      expect(records[0]?.commitment).to.not.equal(records[1]?.commitment);
    });

    it("reads a folder in the order of its paths, splits Bundles, and passes over manifests", async () => {
      mkdirSync(join(folder, "in"));
      const bundle = {
        resourceType: "Bundle",
        type: "document",
        entry: [{ resource: { resourceType: "Device", id: "d" } }],
      };
      file("in/b.json", JSON.stringify(bundle, null, 2));
      file("in/a.ndjson", observation("a"));
      file("in/c.manifest.ndjson", "{}");
      file("in/readme.txt", "no resource");
      const out = join(folder, "out.ndjson");
      const { stdout } = await careproof(["records", "commit", join(folder, "in"), "--out", out, "--patient", PATIENT]);
      expect(readManifest(out).records.map(({ reference }) => reference)).to.deep.equal(["Observation/a", "Device/d"]);
      expect(stdout).to.include("2 records committed").and.to.include("document 1");
    });

    it("reads stdin, NDJSON or one resource over several lines", async () => {
      const out = join(folder, "out.ndjson");
      const one = JSON.stringify(JSON.parse(observation("a")), null, 2);
      await careproof(["records", "commit", "-", "--out", out, "--patient", PATIENT], { stdin: `\n${one}\n` });
      expect(readManifest(out).header.count).to.equal(1);
      rmSync(out);
      const two = `${observation("a")}\n${observation("b")}\n`;
      await careproof(["records", "commit", "-", "--out", out, "--patient", PATIENT], { stdin: two });
      expect(readManifest(out).header.count).to.equal(2);
    });

    it("takes each patient's address from a mapping, by reference, urn or * for none", async () => {
      const entries = [
        { fullUrl: URN, resource: { resourceType: "Patient", id: "p" } },
        { resource: { resourceType: "Condition", id: "c", subject: { reference: URN } } },
        { resource: { resourceType: "Coverage", id: "v", beneficiary: { reference: "https://x.example/Patient/q" } } },
        { resource: { resourceType: "Organization", id: "o" } },
      ];
      const input = file("in.json", JSON.stringify({ resourceType: "Bundle", type: "collection", entry: entries }));
      const patients = file(
        "patients.json",
        JSON.stringify({ [URN]: PATIENT, "Patient/q": OTHER_PATIENT, "*": PATIENT }),
      );
      expect(await careproof(["records", "commit", input, "--patients", patients])).to.include({ code: 0 });
      expect(
        readManifest(`${input}.manifest.ndjson`).records.map(({ patient }) => patient.toLowerCase()),
      ).to.deep.equal([PATIENT, PATIENT, OTHER_PATIENT, PATIENT].map((address) => address.toLowerCase()));
    });

    const failures: [name: string, content: string, message: string, code: string][] = [
      [
        "what is not JSON",
        `${observation("a")}\n{"resourceType":`,
        "in.ndjson:2:17: not JSON: the text ends too early",
        "JSON_INVALID",
      ],
      ["what is not FHIR", '{"a":1}', "in.ndjson:1: not FHIR: there is no resourceType", "FHIR_INVALID"],
      ["a resource of another FHIR version", '{"resourceType":"Ingredient"}', "no resource type of R4", "FHIR_INVALID"],
      ["no resource at all", "\n\n", "in.ndjson: there is nothing in it", "INPUT_EMPTY"],
      [
        "an empty Bundle",
        '{"resourceType":"Bundle","type":"collection"}',
        "there is no resource to commit",
        "INPUT_EMPTY",
      ],
      [
        "a missing reference",
        `{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Flag","subject":{"reference":"${URN}"}}}]}`,
        `in.ndjson:1 Bundle.entry[0].resource.subject.reference: the Bundle has no "${URN}"`,
        "REFERENCE_MISSING",
      ],
      [
        "a circular reference",
        '{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Task","id":"t","partOf":[{"reference":"Task/t"}]}}]}',
        "a resource is its own ancestor: Task/t -> Task/t",
        "REFERENCE_CIRCULAR",
      ],
      [
        "an unknown sensitivity code",
        '{"resourceType":"Flag","meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"XX"}]}}',
        'in.ndjson:1 Flag.meta.security[0]: unknown sensitivity code "XX"',
        "SENSITIVITY_UNKNOWN",
      ],
    ];
    for (const [name, content, message, errorCode] of failures) {
      it(`refuses ${name} in one line, and leaves no file`, async () => {
        const input = file("in.ndjson", content);
        const args = ["records", "commit", input, "--patient", PATIENT];
        const plain = await careproof(args);
        expect(plain).to.include({ code: 1, stdout: "" });
        expect(plain.stderr)
          .to.match(/^careproof: [^\n]+\n$/)
          .and.to.include(message);
        const json = await careproof([...args, "--json"]);
        expect(json.code).to.equal(1);
        const { error } = JSON.parse(json.stderr) as { error: Record<string, string> };
        expect(error.code).to.equal(errorCode);
        expect(error.message).to.include(message);
        expect(readdirSync(folder)).to.deep.equal(["in.ndjson"]);
      });
    }

    it("refuses to overwrite a manifest, whose salts exist nowhere else", async () => {
      const manifest = await commitLines("in.ndjson", observation("a"));
      const before = readFileSync(manifest, "utf8");
      const again = await careproof(["records", "commit", join(folder, "in.ndjson"), "--patient", PATIENT]);
      expect(again.code).to.equal(1);
      expect(again.stderr).to.include("exists already");
      expect(readFileSync(manifest, "utf8")).to.equal(before);
    });

    it("refuses a patient who is not in the mapping, naming the resource", async () => {
      const input = file("in.ndjson", observation("a"));
      const patients = file("patients.json", JSON.stringify({ "Patient/q": PATIENT }));
      const { code, stderr } = await careproof(["records", "commit", input, "--patients", patients]);
      expect(code).to.equal(1);
      expect(stderr).to.include("in.ndjson:1 Observation: no address for the patient Patient/p");
    });

    it("refuses a mapping that is none, naming the file and the reference", async () => {
      const input = file("in.ndjson", observation("a"));
      for (const [content, code, message] of [
        ["[]", "PATIENTS_INVALID", "patients.json: must be a JSON object of addresses by FHIR reference"],
        ["{}", "PATIENTS_INVALID", "patients.json: names no patient"],
        ['{"Patient/p":"0x12"}', "ADDRESS_INVALID", 'patients.json "Patient/p": "0x12" is not an address'],
        ['{"Patient/p":1}', "ADDRESS_INVALID", 'patients.json "Patient/p": must be an address'],
      ] as const) {
        const patients = file("patients.json", content);
        const refused = await careproof(["records", "commit", input, "--patients", patients, "--json"]);
        expect(refused).to.include({ code: 1, stdout: "" });
        const { error } = JSON.parse(refused.stderr) as { error: Record<string, string> };
        expect(error.code).to.equal(code);
        expect(error.message).to.include(message);
      }
    });

    for (const [name, args, message] of [
      ["no patient", ["x.json"], "--patient"],
      ["both kinds of patients", ["x.json", "--patient", PATIENT, "--patients", "y.json"], "--patient"],
      ["a bad address", ["x.json", "--patient", "0x12"], "expected an address"],
      ["a bad checksum", ["x.json", "--patient", `0xAb${"5".repeat(37)}F`], "expected an address"],
      ["stdin without --out", ["-", "--patient", PATIENT], "--out"],
      ["milliseconds", ["x.json", "--patient", PATIENT, "--recorded-at", "1767225600000"], "unix seconds"],
      ["no input", [], "missing required argument 'input'"],
      ["an unknown option", ["x.json", "--nope"], "unknown option '--nope'"],
    ] as const) {
      it(`exits with 2 for ${name}`, async () => {
        const { code, stderr } = await careproof(["records", "commit", ...args]);
        expect(code).to.equal(2);
        expect(stderr)
          .to.match(/^careproof: [^\n]+\n$/)
          .and.to.include(message);
      });
    }

    it("names the input, not the manifest, where there is no resource in it", async () => {
      const input = file("in.json", '{"resourceType":"Bundle","type":"collection"}');
      const { stderr } = await careproof(["records", "commit", input, "--patient", PATIENT]);
      expect(stderr).to.equal(`careproof: ${input}: there is no resource to commit\n`);
    });

    for (const [signal, exitCode] of [
      ["SIGINT", 130],
      ["SIGTERM", 143],
      ["SIGHUP", 129],
    ] as const) {
      it(`leaves no half-written file when ended by ${signal}`, async () => {
        const out = join(folder, "out.ndjson");
        const child = spawn(
          process.execPath,
          [
            ...["-r", "ts-node/register/transpile-only", join(__dirname, "../../src/cli/bin.ts")],
            ...["records", "commit", "-", "--out", out, "--patient", PATIENT],
          ],
          { stdio: ["pipe", "ignore", "ignore"] },
        );
        const ended = new Promise((resolve) => child.once("exit", resolve));
        child.stdin.write(`${observation("a")}\n`);
        while (readdirSync(folder).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
        expect(readdirSync(folder)).to.include("out.ndjson.partial");
        child.kill(signal);
        expect(await ended).to.equal(exitCode);
        expect(readdirSync(folder)).to.deep.equal([]);
      });
    }
  });

  describe("verify", () => {
    const verify = (...args: string[]): ReturnType<typeof careproof> => careproof(["records", "verify", ...args]);

    it("proves a resource, whatever the order of its keys and whatever servers rewrite", async () => {
      const manifest = await commitLines("in.ndjson", observation("a"), observation("b"));
      const changed = observation("b").replace('"versionId":"1"', '"versionId":"9"').replace("empty", "generated");
      const resource = file("b.json", JSON.stringify(JSON.parse(changed), null, 2).replace(/: 1\n/, ": 1.00\n"));
      const { code, stdout } = await verify(manifest, resource, "--json");
      expect(code).to.equal(0);
      const record = readManifest(manifest).records[1]!;
      expect(JSON.parse(stdout)).to.deep.equal({
        reference: "Observation/b",
        index: 1,
        form: "json#data",
        root: readManifest(manifest).header.root,
        commitment: record.commitment,
        leaf: record.leaf,
        digest: recordLeafDigest(record),
        patient: record.patient,
        category: CATEGORIES.LABORATORY,
        recordedAt: record.recordedAt,
        notCovered: ["text", "meta.versionId"],
      });
    });

    it("says with --original which uncovered parts differ", async () => {
      const manifest = await commitLines("in.ndjson", observation("a"));
      const resource = file("new.json", observation("a").replace('"versionId":"1"', '"versionId":"2"'));
      const { code, stdout } = await verify(
        manifest,
        resource,
        "--original",
        file("old.json", observation("a")),
        "--json",
      );
      expect(code).to.equal(0);
      expect(JSON.parse(stdout)).to.deep.include({ differs: ["Observation.meta.versionId"] });
    });

    it("refuses a changed resource, also where only the precision of a number changed", async () => {
      const manifest = await commitLines("in.ndjson", observation("a"));
      const { code, stderr } = await verify(manifest, file("a.json", observation("a", "1.0")));
      expect(code).to.equal(1);
      expect(stderr).to.include("a.json: the content of Observation/a differs from what was committed");
    });

    it("says with --original where a changed resource differs", async () => {
      const manifest = await commitLines("in.ndjson", observation("a"));
      const original = file("old.json", observation("a"));
      const { code, stderr } = await verify(manifest, file("a.json", observation("a", "2")), "--original", original);
      expect(code).to.equal(1);
      expect(stderr).to.include("differs from what was committed, at Observation.valueQuantity.value\n");
    });

    it("refuses a resource that was never committed", async () => {
      const manifest = await commitLines("in.ndjson", observation("a"));
      const { code, stderr } = await verify(manifest, file("z.json", observation("z")));
      expect(code).to.equal(1);
      expect(stderr).to.include("Observation/z is not in the manifest");
    });

    it("covers all of a resource committed with --exact", async () => {
      const input = file("in.json", observation("a"));
      await careproof(["records", "commit", input, "--patient", PATIENT, "--exact"]);
      const manifest = `${input}.manifest.ndjson`;
      const { code, stdout } = await verify(manifest, input, "--json");
      expect(code).to.equal(0);
      expect(JSON.parse(stdout)).to.deep.include({ form: "exact", notCovered: [] });
      const rewritten = file("b.json", observation("a").replace('"versionId":"1"', '"versionId":"2"'));
      expect(await verify(manifest, rewritten)).to.include({ code: 1 });
    });

    it("refuses a manifest of another batch: its header, one of its lines, or an edited field", async () => {
      const manifest = await commitLines("in.ndjson", observation("a"), observation("b"));
      const other = readManifest(await commitLines("other.ndjson", observation("a"), observation("c")));
      const resource = file("a.json", observation("a"));
      const edits: [line: number, change: (value: Record<string, unknown>) => object, message: string][] = [
        [0, (header) => ({ ...header, root: other.header.root }), "does not lead to the manifest's root"],
        [1, () => other.records[0]!, "does not lead to the manifest's root"],
        [1, (record) => ({ ...record, category: CATEGORIES.NOTES }), "is not the hash of its fields"],
        [1, (record) => ({ ...record, patient: OTHER_PATIENT }), "is not the hash of its fields"],
        [1, (record) => ({ ...record, index: 4 }), "expected record 0, found 4"],
        [1, (record) => ({ ...record, category: 64 }), '"category" is missing or invalid'],
        [1, (record) => ({ ...record, recordedAt: -1 }), '"recordedAt" is missing or invalid'],
        [1, (record) => ({ ...record, reference: "Observation/b" }), "names Observation/b, but is of Observation/a"],
        [1, (record) => ({ ...record, salt: "0x12" }), '"salt" is missing or invalid'],
        [0, (header) => ({ ...header, version: 2 }), "unknown manifest version 2"],
        [0, (header) => ({ ...header, form: "xml" }), '"form" is missing or invalid'],
      ];
      for (const [line, change, message] of edits) {
        const { code, stderr } = await verify(edit(manifest, line, change), resource);
        expect(code).to.equal(1);
        expect(stderr)
          .to.match(/^careproof: [^\n]+\n$/)
          .and.to.include("edited.ndjson:")
          .and.to.include(message);
      }
    });

    it("refuses a manifest with more records than its header names, or with a key given twice", async () => {
      const manifest = await commitLines("in.ndjson", observation("a"), observation("b"));
      const fewer = edit(manifest, 0, (header) => ({ ...header, count: 1 }));
      const { stderr } = await verify(fewer, file("b.json", observation("b")));
      expect(stderr).to.include("edited.ndjson:3: is one more than the 1 its header names");
      const [header, ...lines] = readFileSync(manifest, "utf8").split("\n");
      const twice = file("twice.ndjson", [header!.replace("{", '{"count":2,'), ...lines].join("\n"));
      const refused = await verify(twice, file("a.json", observation("a")));
      expect(refused).to.include({ code: 1, stdout: "" });
      expect(refused.stderr).to.match(/^careproof: [^\n]+twice\.ndjson:1: [^\n]+key "count" appears twice[^\n]*\n$/);
    });

    it("refuses a manifest that is cut off, and a file that is none", async () => {
      const manifest = await commitLines("in.ndjson", observation("a"), observation("b"));
      const text = readFileSync(manifest, "utf8");
      const resource = file("z.json", observation("z"));
      const cut = file("cut.ndjson", text.slice(0, -100));
      expect((await verify(cut, resource)).stderr).to.include("cut.ndjson:3: not JSON: the manifest is cut off");
      const short = file("short.ndjson", text.split("\n").slice(0, 2).join("\n"));
      expect((await verify(short, resource)).stderr).to.include("has 1 of the 2 records its header names");
      expect((await verify(resource, resource)).stderr).to.include("not a manifest of records");
      expect((await verify(join(folder, "none"), resource)).stderr).to.include("no such file");
    });

    it("reads the resource from stdin", async () => {
      const manifest = await commitLines("in.ndjson", observation("a"), observation("b"));
      const proved = await careproof(["records", "verify", manifest, "-"], { stdin: observation("b") });
      expect(proved).to.include({ code: 0, stderr: "" });
      expect(proved.stdout).to.include("Observation/b is record 1 of the batch");
      const bad = await careproof(["records", "verify", manifest, "-"], { stdin: "{" });
      expect(bad).to.include({ code: 1, stdout: "" });
      expect(bad.stderr).to.match(/^careproof: stdin:1:2: not JSON: [^\n]+\n$/);
      const twice = await careproof(["records", "verify", manifest, "-", "--original", "-"]);
      expect(twice.code).to.equal(2);
    });

    it("shows control characters of the input escaped, so that no name forges a line or moves the cursor", async () => {
      const forged = JSON.stringify({ resourceType: "Observation", id: "a\non chain     anchored\u001b[2J" });
      const escaped = "Observation/a\\u000aon chain     anchored\\u001b[2J";
      const manifest = await commitLines("in.ndjson", forged);
      const proved = await verify(manifest, file("r.json", forged));
      expect(proved.stdout.split("\n")[0]).to.equal(`${escaped} is record 0 of the batch, unchanged in form json#data`);
      const other = await commitLines("other.ndjson", observation("a"));
      const refused = await verify(other, join(folder, "r.json"));
      expect(refused.stderr).to.equal(`careproof: ${join(folder, "r.json")}: ${escaped} is not in the manifest\n`);
    });

    it("refuses a Bundle, which is committed as its resources", async () => {
      const manifest = await commitLines("in.ndjson", observation("a"));
      const { stderr } = await verify(manifest, file("b.json", '{"resourceType":"Bundle"}'));
      expect(stderr).to.include("give one of them");
    });
  });
});

describe("careproof", () => {
  it("says its version, which is the package's", async () => {
    const { version } = JSON.parse(readFileSync(join(__dirname, "../../package.json"), "utf8")) as { version: string };
    expect(VERSION).to.equal(version);
    expect(await careproof(["--version"])).to.deep.equal({ code: 0, stdout: `${version}\n`, stderr: "" });
  });

  it("exits with 2 and one line for an unknown command, also as JSON", async () => {
    expect(await careproof(["recods"])).to.deep.equal({
      code: 2,
      stdout: "",
      stderr: "careproof: unknown command 'recods' (Did you mean records?)\n",
    });
    expect(JSON.parse((await careproof(["recods", "--json"])).stderr)).to.deep.equal({
      error: { code: "USAGE", message: "unknown command 'recods' (Did you mean records?)" },
    });
  });

  it("documents the JSON of every command in its help", async () => {
    for (const command of ["commit", "verify", "anchor"]) {
      const { code, stdout } = await careproof(["records", command, "--help"]);
      expect(code).to.equal(0);
      expect(stdout).to.include('With --json: {"');
    }
  });
});
