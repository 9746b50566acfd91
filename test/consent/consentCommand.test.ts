import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";

import { expect } from "chai";
import { CommanderError } from "commander";

import { consentCommand, type ReadResult } from "../../src/cli/consent.js";
import { CareProofError } from "../../src/errors.js";

const CLINIC = "0x00000000000000000000000000000000000000A1";

const consent = {
  resourceType: "Consent",
  status: "active",
  scope: { coding: [{ system: "http://terminology.hl7.org/CodeSystem/consentscope", code: "patient-privacy" }] },
  category: [{ coding: [{ system: "http://loinc.org", code: "59284-0" }] }],
  patient: { reference: "Patient/example" },
  dateTime: "2026-01-01T00:00:00Z",
  policyRule: { coding: [{ system: "http://terminology.hl7.org/CodeSystem/v3-ActCode", code: "OPTIN" }] },
  provision: {
    period: { start: "2026-01-01", end: "2026-12-31" },
    actor: [
      {
        role: { coding: [{ system: "http://terminology.hl7.org/CodeSystem/v3-ParticipationType", code: "PRCP" }] },
        reference: { reference: "Organization/clinic" },
      },
    ],
    securityLabel: [{ system: "http://terminology.hl7.org/CodeSystem/v3-ActCode", code: "HIV" }],
    purpose: [
      { system: "http://terminology.hl7.org/CodeSystem/v3-ActReason", code: "TREAT" },
      { system: "http://terminology.hl7.org/CodeSystem/v3-ActReason", code: "HRESCH" },
    ],
    class: [{ system: "http://hl7.org/fhir/resource-types", code: "Immunization" }],
  },
};

describe("careproof consent", () => {
  let folder: string;
  const file = (name: string, content: unknown): string => {
    const path = join(folder, name);
    writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
    return path;
  };

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "careproof-"));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  async function run(args: string[], stdin = ""): Promise<string> {
    let output = "";
    const sink = new Writable({
      write(chunk: Buffer, _encoding, done) {
        output += chunk.toString();
        done();
      },
    });
    const command = consentCommand({ stdin: Readable.from([Buffer.from(stdin)]), stdout: sink, stderr: sink, env: {} });
    for (const child of command.commands) child.exitOverride().configureOutput({ writeErr: () => undefined });
    await command.parseAsync(args, { from: "user" });
    return output;
  }

  async function failure(args: string[], stdin?: string): Promise<CareProofError> {
    try {
      await run(args, stdin);
    } catch (error) {
      expect(error).to.be.instanceOf(CareProofError);
      expect((error as CareProofError).message).not.to.include("\n");
      return error as CareProofError;
    }
    return expect.fail("the command succeeded");
  }

  it("reads a consent for people", async () => {
    const output = await run(["read", file("consent.json", consent)]);
    expect(output).to.equal(
      [
        "Patient/example lets Organization/clinic use",
        "  data       immunizations (IMMUNIZATIONS), HIV or AIDS data (HIV)",
        "  for        treatment (TREAT), research (HRESCH)",
        "  from       2026-01-01T00:00:00Z",
        "  until      2027-01-01T00:00:00Z",
        "  decided    2026-01-01T00:00:00Z",
        "  stands in  Consent.provision",
        "  inexact    Consent.provision.class[0] is not exactly the kinds of data it was read as",
        "",
      ].join("\n"),
    );
  });

  it("reads a consent for programs, with the bitmasks and addresses that the contract takes", async () => {
    const directory = file("directory.json", { "Organization/clinic": CLINIC.toLowerCase() });
    const output = await run(["read", "-", "--json", "--directory", directory], JSON.stringify(consent));
    expect(JSON.parse(output) as ReadResult).to.deep.equal({
      decisions: [
        {
          kind: "grant",
          patient: { reference: "Patient/example" },
          grantee: { reference: "Organization/clinic", address: CLINIC },
          purposes: ["TREAT", "HRESCH"],
          categories: ["IMMUNIZATIONS", "HIV"],
          flags: [],
          notBefore: 1_767_225_600,
          expiresAt: 1_798_761_600,
          issuedAt: 1_767_225_600,
          inexact: ["Consent.provision.class[0]"],
          path: "Consent.provision",
          // Bits 0 and 4; bits 4 and 50.
          masks: { purposes: 17, categories: "0x4000000000010", flags: 0 },
        },
      ],
    });
  });

  it("writes what it read", async () => {
    const read = await run(["read", "--json", file("consent.json", consent)]);
    const written = await run(["write", "-", "--id", "copy"], read);
    expect(JSON.parse(written)).to.include({ resourceType: "Consent", id: "copy" });
    const again = JSON.parse(await run(["read", "--json", "-"], written)) as ReadResult;
    const [before] = (JSON.parse(read) as ReadResult).decisions;
    expect(again.decisions).to.deep.equal([{ ...before, inexact: [] }]);
  });

  it("gives a consent without an end the expiry that is asked for", async () => {
    const path = file("endless.json", { ...consent, provision: { ...consent.provision, period: undefined } });
    expect((await failure(["read", path])).path).to.equal("Consent.provision.period");
    expect(await run(["read", path, "--default-expiry", "2027-06"])).to.include("until      2027-07-01T00:00:00Z");
  });

  it("refuses what is not exactly a kind of data where that is asked for", async () => {
    const error = await failure(["read", file("consent.json", consent), "--exact"]);
    expect(error).to.include({ code: "CONSENT_INEXACT", path: "Consent.provision.class[0]" });
  });

  it("writes one of several decisions", async () => {
    const decision = { kind: "revocationOfAll", patient: { reference: "Patient/a" }, issuedAt: 0 };
    const two = JSON.stringify([decision, { ...decision, issuedAt: 86_400 }]);
    expect((await failure(["write", "-"], two)).message).to.equal("terms: holds 2 decisions; choose one by --decision");
    expect((await failure(["write", "-", "--decision", "2"], two)).code).to.equal("TERMS_INVALID");
    const written = JSON.parse(await run(["write", "-", "--decision", "1", "--json"], two)) as { dateTime: string };
    expect(written.dateTime).to.equal("1970-01-02T00:00:00Z");
  });

  it("refuses bad input in one line that says what and where", async () => {
    const cases: [string[], string, string, string][] = [
      [["read", "-"], "{", "JSON_INVALID", "stdin:1:"],
      [["read", "-"], '{"resourceType":"Consent","resourceType":"Consent"}', "JSON_INVALID", "stdin:1:"],
      [["read", "-"], '{"resourceType":"Patient"}', "CONSENT_INVALID", "Consent.resourceType"],
      [["read", join(folder, "missing.json")], "", "FILE_UNREADABLE", "missing.json: cannot be read"],
      [["read", "-", "--directory", file("list.json", "[]")], "{}", "DIRECTORY_INVALID", "list.json: must be"],
      [
        ["read", "-", "--directory", file("bad.json", '{"A/1":"0x1"}')],
        "{}",
        "ADDRESS_INVALID",
        'bad.json "A/1": "0x1"',
      ],
      [["write", "-"], "{}", "TERMS_INVALID", "terms."],
      [["write", "-"], "[]", "TERMS_INVALID", "holds 0 decisions"],
    ];
    for (const [args, stdin, code, text] of cases) {
      const error = await failure(args, stdin);
      expect(error.code, text).to.equal(code);
      expect(error.message).to.include(text);
    }
  });

  it("refuses arguments that are none", async () => {
    for (const args of [["read"], ["read", "-", "--default-expiry", "soon"], ["write", "-", "--id", "a b"]]) {
      let error: unknown;
      await run(args).catch((caught: unknown) => (error = caught));
      expect(error, args.join(" ")).to.be.instanceOf(CommanderError);
    }
  });
});
