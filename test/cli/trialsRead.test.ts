import { expect } from "chai";

import { careproof } from "../support/terminal.js";
import { vitalSigns, vitalSignsLines, ROWS } from "../trials/datasets.js";
import { audit, odmDocument, subject } from "../trials/odm/documents.js";
import { STUDY_XML, studyV2 } from "../trials/registration/records.js";

const json = async (stdin: string, ...args: string[]): Promise<Record<string, unknown>> => {
  const ran = await careproof(["trials", "read", "-", "--json", ...args], { stdin });
  expect(ran.stderr).to.equal("");
  expect(ran.code).to.equal(0);
  return JSON.parse(ran.stdout) as Record<string, unknown>;
};

const error = async (stdin: string): Promise<unknown> => {
  const ran = await careproof(["trials", "read", "-", "--json"], { stdin });
  expect([ran.code, ran.stdout]).to.deep.equal([1, ""]);
  const { code, path } = (JSON.parse(ran.stderr) as { error: { code: string; path: string } }).error;
  return [code, path];
};

describe("careproof trials read", () => {
  it("prints a data set's rows, and what is wrong with it", async () => {
    const ran = await careproof(["trials", "read", "-"], { stdin: vitalSigns(ROWS, { records: 4 }) });
    expect(ran.code).to.equal(0);
    expect(ran.stdout).to.equal(
      [
        "data set  rows",
        "VS          11",
        "",
        "read         dataset-json",
        "rows         3, and 8 of definitions",
        "subjects     2",
        "corrections  0",
        "",
        "note  RECORDS_MISMATCH  records: 4 are announced, there are 3 rows: rows are missing, or too many",
        "",
      ].join("\n"),
    );
  });

  it("tells Dataset-JSON, NDJSON, ODM, CSV and registrations by what is in them", async () => {
    const dataset = { dataset: "VS", rows: 3, definitions: 8, subjects: 2 };
    expect(await json(vitalSigns())).to.have.property("format", "dataset-json");
    expect((await json(vitalSignsLines())).summary).to.deep.include(dataset);
    const odm = await json(odmDocument());
    expect(odm.format).to.equal("odm");
    expect(odm.summary).to.deep.include({
      version: "1.3.2",
      fileType: "Transactional",
      rows: 1,
      definitions: 7,
      subjects: 1,
    });
    const csv = await json("USUBJID,AGE\n001,30\n002,31\n", "--key", "USUBJID", "--dataset", "DM");
    expect(csv.summary).to.deep.include({ dataset: "DM", rows: 2, columns: ["USUBJID", "AGE"], key: ["USUBJID"] });
    for (const text of [JSON.stringify(studyV2()), STUDY_XML]) {
      const { format, summary } = await json(text);
      expect([format, summary]).to.deep.equal([
        "registration",
        { trials: 1, outcomes: 2, primaryOutcomes: 1, reportedOutcomes: 0 },
      ]);
    }
  });

  it("counts corrections, and notes one of a row in a file before", async () => {
    const update = subject({ transaction: "Update", value: "130", audit: audit("typing error") });
    expect((await json(odmDocument({ data: subject() + update }))).summary).to.include({ corrections: 1, rows: 2 });
    const root = 'xmlns="http://www.cdisc.org/ns/odm/v1.3" ODMVersion="1.3.2" FileOID="F.2" PriorFileOID="F.1"';
    const { problems } = await json(odmDocument({ root, data: update }));
    expect((problems as { code: string }[]).map(({ code }) => code)).to.deep.equal(["CORRECTION_OF_EARLIER_FILE"]);
  });

  it("prints a registration, and what became of its outcomes", async () => {
    const outcomeMeasures = [{ type: "PRIMARY", title: "Body weight", timeFrame: "24 weeks" }];
    const stdin = JSON.stringify(studyV2({ results: { outcomeMeasuresModule: { outcomeMeasures } } }));
    const ran = await careproof(["trials", "read", "-"], { stdin });
    expect(ran.code).to.equal(0);
    expect(ran.stdout.split("\n")).to.include.members([
      "NCT09999999  A trial",
      "sponsor             Example Pharma",
      "primary    Change in HbA1c  24 weeks",
      "MISSING   primary               Change in HbA1c",
      "PROMOTED  secondary   primary   Body weight      kind",
    ]);
  });

  const item = "ODM/ClinicalData[1]/SubjectData[2]/StudyEventData[1]/FormData[1]/ItemGroupData[1]/ItemData[1]";
  const refused: [string, string, string, string][] = [
    ["malformed XML", "<ODM><Study></ODM>", "XML_INVALID", "stdin line 1"],
    ["an entity bomb", '<!DOCTYPE ODM [<!ENTITY a "b">]><ODM/>', "XML_INVALID", "stdin line 1, column 1"],
    [
      "a wrong ODM version",
      odmDocument({ root: 'xmlns="http://www.cdisc.org/ns/odm/v1.3" ODMVersion="3.0"' }),
      "ODM_VERSION_UNSUPPORTED",
      "stdin ODM/@ODMVersion",
    ],
    ["a key twice", vitalSigns([...ROWS, ROWS[0]!]), "KEY_DUPLICATE", "stdin rows[3]"],
    [
      "a correction of nothing",
      odmDocument({ data: subject() + subject({ item: "X", transaction: "Update", audit: audit("why") }) }),
      "CORRECTION_UNKNOWN",
      `stdin ${item}`,
    ],
    [
      "a registration number of a wrong form",
      JSON.stringify(studyV2({ number: "NCT123" })),
      "REGISTRATION_NUMBER_INVALID",
      "stdin protocolSection.identificationModule.nctId",
    ],
    ["a SAS transport file", "HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!", "FORMAT_UNSUPPORTED", "stdin"],
    ["nothing", "", "INPUT_EMPTY", "stdin"],
  ];
  for (const [name, text, code, path] of refused) {
    it(`refuses ${name}, with its place`, async () => {
      expect(await error(text)).to.deep.equal([code, path]);
    });
  }

  it("says that a file cannot be read", async () => {
    const ran = await careproof(["trials", "read", "/nowhere/at/all.json"]);
    expect(ran).to.deep.equal({
      code: 1,
      stdout: "",
      stderr: "careproof: /nowhere/at/all.json: cannot be read (no such file or folder)\n",
    });
  });
});
