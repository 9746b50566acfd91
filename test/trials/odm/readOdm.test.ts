import { expect } from "chai";

import { type DataRow, dataRowContent } from "../../../src/trials/dataRow.js";
import { isExact } from "../../../src/trials/dataVerification.js";
import { parseManifestRow } from "../../../src/trials/dataManifest.js";
import { readOdm } from "../../../src/trials/odm/readOdm.js";
import { anchoredOf, commit, expectError, odm, rowsOf, verify } from "../batches.js";
import { audit, type Document, METADATA, NAMESPACE, odmDocument, subject } from "./documents.js";

const ITEM = "ODM/ClinicalData[1]/SubjectData[1]/StudyEventData[1]/FormData[1]/ItemGroupData[1]/ItemData[1]";

async function items(document: string): Promise<DataRow[]> {
  return (await rowsOf(odm(document))).rows.filter(({ key }) => "ItemOID" in key);
}

describe("readOdm", () => {
  it("gives an item its keys, its value and the audit record of the form around it", async () => {
    const { rows, places } = await rowsOf(odm(odmDocument()));
    expect(dataRowContent(rows.at(-1)!)).to.equal(
      '{"audit":{"DateTimeStamp":"2026-01-05T10:00:00+01:00","LocationRef":"L.1","UserRef":"U.1"},"dataset":"ClinicalData","key":{"FormOID":"F.1","ItemGroupOID":"VS","ItemGroupRepeatKey":"1","ItemOID":"SBP","StudyEventOID":"SE.1","StudyOID":"S.1","SubjectKey":"001"},"values":{"TransactionType":"Insert","Value":"120"}}',
    );
    expect(places.at(-1)).to.equal(ITEM);
  });

  it("gives a row to the file, to each definition and to what holds them", async () => {
    const { rows } = await rowsOf(odm(odmDocument()));
    expect(rows.map(({ dataset, key }) => [dataset, key])).to.deep.equal([
      ["ODM", { FileOID: "FILE.1" }],
      ["Study", { StudyOID: "S.1", element: "Study" }],
      ["Study", { StudyOID: "S.1", element: "GlobalVariables", number: "1" }],
      ["MetaDataVersion", { StudyOID: "S.1", MetaDataVersionOID: "MDV.1", element: "MetaDataVersion" }],
      ["MetaDataVersion", { StudyOID: "S.1", MetaDataVersionOID: "MDV.1", element: "FormDef", OID: "F.1" }],
      ["MetaDataVersion", { StudyOID: "S.1", MetaDataVersionOID: "MDV.1", element: "ItemDef", OID: "SBP" }],
      ["ClinicalData", { StudyOID: "S.1", MetaDataVersionOID: "MDV.1", element: "ClinicalData" }],
      [
        "ClinicalData",
        {
          StudyOID: "S.1",
          SubjectKey: "001",
          StudyEventOID: "SE.1",
          FormOID: "F.1",
          ItemGroupOID: "VS",
          ItemGroupRepeatKey: "1",
          ItemOID: "SBP",
        },
      ],
    ]);
    expect(rows[5]!.values).to.deep.equal({
      XML: `<ItemDef ${NAMESPACE} DataType="integer" Name="Systolic" OID="SBP"></ItemDef>`,
    });
  });

  it("says what it read", () => {
    const sink = { datasets: () => undefined, problem: () => undefined, row: () => undefined };
    expect(readOdm(odmDocument({ data: subject() + subject({ subject: "002" }) }), sink)).to.deep.equal({
      version: "1.3.2",
      fileType: "Transactional",
      fileOid: "FILE.1",
      studies: ["S.1"],
      subjects: 2,
      items: 2,
      corrections: 0,
      definitions: 7,
    });
  });

  it("takes the audit record nearest to an item, also one named by its ID", async () => {
    const data = `<AuditRecords><AuditRecord ID="A.1"><UserRef UserOID="U.9"/><LocationRef LocationOID="L.1"/><DateTimeStamp>2026-01-06T00:00:00Z</DateTimeStamp></AuditRecord></AuditRecords><SubjectData SubjectKey="001" TransactionType="Insert">${audit()}<StudyEventData StudyEventOID="SE.1"><FormData FormOID="F.1"><ItemGroupData ItemGroupOID="VS"><ItemDataInteger ItemOID="SBP" AuditRecordID="A.1">120</ItemDataInteger><ItemDataString ItemOID="NOTE">x</ItemDataString></ItemGroupData></FormData></StudyEventData></SubjectData>`;
    const [first, second] = await items(odmDocument({ data }));
    expect(first!.audit).to.include({ UserRef: "U.9", DateTimeStamp: "2026-01-06T00:00:00Z" });
    expect(first!.values).to.deep.equal({ TransactionType: "Insert", element: "ItemDataInteger", Value: "120" });
    expect(second!.audit).to.include({ UserRef: "U.1" });
  });

  it("reads ODM 2.0: values as elements, and item groups in item groups", async () => {
    const data =
      '<SubjectData SubjectKey="001"><StudyEventData StudyEventOID="SE.1"><ItemGroupData ItemGroupOID="A" ItemGroupRepeatKey="1"><ItemGroupData ItemGroupOID="B"><ItemGroupData ItemGroupOID="C" ItemGroupRepeatKey="2"><ItemData ItemOID="I"><Value>1</Value></ItemData><ItemData ItemOID="M"><Value>1</Value><Value>2</Value></ItemData><ItemData ItemOID="N" IsNull="Yes"/></ItemGroupData></ItemGroupData></ItemGroupData></StudyEventData></SubjectData>';
    const root = 'xmlns="http://www.cdisc.org/ns/odm/v2.0" ODMVersion="2.0"';
    const found = await items(odmDocument({ root, data, fileType: "Snapshot", metadata: "" }));
    expect(found.map(({ key, values }) => [key, values])).to.deep.equal(
      [["I", { Value: "1" }] as const, ["M", { Value: ["1", "2"] }] as const, ["N", { IsNull: "Yes" }] as const].map(
        ([ItemOID, values]) => [
          {
            StudyOID: "S.1",
            SubjectKey: "001",
            StudyEventOID: "SE.1",
            OuterItemGroups: ["A", "1", "B", null],
            ItemGroupOID: "C",
            ItemGroupRepeatKey: "2",
            ItemOID,
          },
          values,
        ],
      ),
    );
  });

  it("reads a MetaDataVersion that stands alone, and an ODM 1.1 whose DTD it does not fetch", async () => {
    const alone = `<MetaDataVersion xmlns="http://www.cdisc.org/ns/odm/v2.0" OID="M" Name="N"><ItemDef OID="I" Name="X"/></MetaDataVersion>`;
    expect((await rowsOf(odm(alone))).rows).to.have.length(2);
    const old = `<?xml version="1.0"?>\n<!-- old --><!DOCTYPE ODM SYSTEM "https://example.invalid/odm1-1-0.dtd" >\n${odmDocument({ root: "" }).split("\n")[1]!}`;
    expect(await items(old)).to.have.length(1);
  });

  it("takes the time of capture from the audit record, in any time zone", async () => {
    const { lines, header } = await commit(odm(odmDocument()));
    // 09:00 UTC of 2026-01-05.
    expect(parseManifestRow(lines.at(-1)!, header!, () => "").capturedAt).to.equal(1_767_603_600);
  });

  for (const [written, time] of [
    ["2026-01-05-T10:00:00+01:00", 1_767_603_600],
    ["2026-01-05T9:00:00Z", 1_767_603_600],
    ["yesterday", 1_769_904_000],
    ["2026-02-30T10:00:00Z", 1_769_904_000],
  ] as const) {
    it(`notes that ${written} is no date and time of ISO 8601`, async () => {
      const { lines, header, problems } = await commit(
        odm(odmDocument({ data: subject({ audit: audit(undefined, written) }) })),
      );
      expect(problems.map(({ code, path }) => [code, path])).to.deep.equal([
        ["DATE_TIME_INVALID", `${ITEM.replace(/\/ItemGroup.*/, "")}/AuditRecord/DateTimeStamp`],
      ]);
      expect(parseManifestRow(lines.at(-1)!, header!, () => "").capturedAt).to.equal(time);
    });
  }

  describe("corrections", () => {
    const update = (changes: object = {}): string =>
      subject({ transaction: "Update", value: "130", audit: audit("typing error"), ...changes });

    it("corrects the leaf of the row before", async () => {
      const { header, corrections, lines } = await commit(odm(odmDocument({ data: subject() + update() })));
      expect([header!.count, corrections]).to.deep.equal([9, 1]);
      const [before, after] = lines.slice(-2).map((line) => parseManifestRow(line, header!, () => ""));
      const anchored = await anchoredOf(lines);
      expect(after!.key).to.equal(before!.key);
      expect(after!.corrects).to.equal(`0x${Buffer.from(anchored.digest(7)).toString("hex")}`);
    });

    it("corrects a row of an earlier batch, and adds nothing else again", async () => {
      const first = await commit(odm(odmDocument()));
      const earlier = await anchoredOf(first.lines);
      const next = odm(
        odmDocument({ root: `${NAMESPACE} ODMVersion="1.3.2" FileOID="FILE.2" PriorFileOID="FILE.1"`, data: update() }),
      );
      const second = await commit(next, { earlier });
      // The correction, and the row of the second file itself.
      expect([second.header!.count, second.corrections, second.unchanged]).to.deep.equal([2, 1, 6]);
      const removed = odm(
        odmDocument({
          root: `${NAMESPACE} FileOID="FILE.3"`,
          data: update({ transaction: "Remove", value: "", audit: audit("not this subject's") }),
        }),
      );
      const third = await commit(removed, { earlier: await anchoredOf(first.lines, second.lines) });
      expect([third.header!.count, third.corrections]).to.deep.equal([2, 1]);
      const without = odm(odmDocument({ data: "" }));
      expect((await verify(without, first.lines, second.lines, third.lines)).missing.count).to.equal(0);
      expect((await verify(without, first.lines, second.lines)).missing.count).to.equal(1);
    });

    it("refuses a correction that names nothing", async () => {
      const nothing = odm(odmDocument({ data: subject() + update({ item: "DBP" }) }));
      const path = ITEM.replace("SubjectData[1]", "SubjectData[2]");
      const { message } = await expectError(() => commit(nothing), "CORRECTION_UNKNOWN", path);
      expect(message).to.include('"ItemOID":"DBP"');
      const otherSubject = odm(odmDocument({ data: subject() + update({ subject: "002" }) }));
      await expectError(() => commit(otherSubject), "CORRECTION_UNKNOWN", path);
      const otherRepeat = odm(odmDocument({ data: subject() + update({ repeat: "2" }) }));
      await expectError(() => commit(otherRepeat), "CORRECTION_UNKNOWN", path);
    });

    it("takes one that names a form which is not defined for that of the only row it can mean, and says so", async () => {
      const slip = odm(odmDocument({ data: subject() + update({ form: "Form 1", repeat: "" }) }));
      const { corrections, problems } = await commit(slip);
      expect(corrections).to.equal(1);
      expect(problems.map(({ code }) => code)).to.deep.equal(["CORRECTION_KEY_DIFFERS"]);
      const two = odm(odmDocument({ data: subject() + subject({ repeat: "2" }) + update({ form: "Form 1" }) }));
      await expectError(() => commit(two), "CORRECTION_UNKNOWN");
    });

    it("refuses a correction without a reason", async () => {
      for (const transaction of ["Update", "Remove"]) {
        const data = subject() + subject({ transaction, value: "130" });
        const path = ITEM.replace("SubjectData[1]", "SubjectData[2]");
        await expectError(() => commit(odm(odmDocument({ data }))), "REASON_MISSING", path);
      }
    });

    it("refuses an item that is inserted twice, in a file and after an earlier batch", async () => {
      const twice = odm(odmDocument({ data: subject() + subject({ value: "130" }) }));
      await expectError(() => commit(twice), "KEY_DUPLICATE", ITEM.replace("SubjectData[1]", "SubjectData[2]"));
      const earlier = await anchoredOf((await commit(odm(odmDocument()))).lines);
      const again = odm(odmDocument({ data: subject({ value: "130" }) }));
      await expectError(() => commit(again, { earlier }), "KEY_DUPLICATE", ITEM);
    });
  });

  const refused: [string, Document, string, string][] = [
    ["a transactional file without an audit record", { data: subject({ audit: "" }) }, "AUDIT_RECORD_MISSING", ITEM],
    ["a transactional file without a transaction", { data: subject({ transaction: "" }) }, "ODM_INVALID", ITEM],
    [
      "an unknown transaction",
      { data: subject({ transaction: "Delete" }) },
      "ODM_INVALID",
      "ODM/ClinicalData[1]/SubjectData[1]/@TransactionType",
    ],
    ["a value in a context", { data: subject({ transaction: "Context" }) }, "ODM_INVALID", ITEM],
    ["an unknown kind of file", { fileType: "Other" }, "ODM_INVALID", "ODM/@FileType"],
    [
      "a version that is not of the namespace",
      { root: `${NAMESPACE} ODMVersion="2.0"` },
      "ODM_VERSION_UNSUPPORTED",
      "ODM/@ODMVersion",
    ],
    ["an unknown version", { root: `${NAMESPACE} ODMVersion="1.3.9"` }, "ODM_VERSION_UNSUPPORTED", "ODM/@ODMVersion"],
    ["another namespace", { root: 'xmlns="urn:other"' }, "ODM_VERSION_UNSUPPORTED", "ODM/@xmlns"],
    [
      "an item twice",
      { fileType: "Snapshot", data: subject({ transaction: "" }).repeat(2) },
      "KEY_DUPLICATE",
      ITEM.replace("SubjectData[1]", "SubjectData[2]"),
    ],
    [
      "a definition twice",
      { metadata: METADATA.replace("<FormDef", '<ItemDef OID="SBP"/><FormDef') },
      "KEY_DUPLICATE",
      "ODM/Study[1]/MetaDataVersion[1]/ItemDef[2]",
    ],
    [
      "an audit record that does not say who",
      { data: subject({ audit: "<AuditRecord><DateTimeStamp>2026-01-05T10:00:00Z</DateTimeStamp></AuditRecord>" }) },
      "ODM_INVALID",
      `${ITEM.replace(/\/ItemGroup.*/, "")}/AuditRecord/UserRef`,
    ],
    [
      "data without a subject's key",
      { data: subject().replace(' SubjectKey="001"', "") },
      "ODM_INVALID",
      "ODM/ClinicalData[1]/SubjectData[1]/@SubjectKey",
    ],
  ];
  for (const [name, document, code, path] of refused) {
    it(`refuses ${name}`, async () => {
      await expectError(() => commit(odm(odmDocument(document))), code, path);
    });
  }

  const bomb =
    '<!DOCTYPE ODM [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>';
  const malformed: [string, string][] = [
    ["a text that is cut off", odmDocument().slice(0, -30)],
    ["tags that do not fit", odmDocument().replace("</FormData>", "</Form>")],
    ["an entity bomb", odmDocument().replace("<ODM", `${bomb}<ODM`).replace('Value="120"', 'Value="&c;"')],
    [
      "an external entity",
      odmDocument().replace("<ODM", '<!DOCTYPE ODM [<!ENTITY x SYSTEM "file:///etc/passwd">]><ODM'),
    ],
    [
      "an external DTD with declarations of its own",
      odmDocument().replace("<ODM", '<!DOCTYPE ODM SYSTEM "odm.dtd" [<!ENTITY x "y">]><ODM'),
    ],
    ["an entity that is not declared", odmDocument().replace('Value="120"', 'Value="&x;"')],
    ["two document types", odmDocument().replace("<ODM", '<!DOCTYPE ODM SYSTEM "a"><!DOCTYPE ODM SYSTEM "b"><ODM')],
  ];
  for (const [name, text] of malformed) {
    it(`refuses ${name}`, async () => {
      await expectError(() => commit(odm(text)), "XML_INVALID");
    });
  }

  it("refuses another root", async () => {
    await expectError(() => commit(odm("<Other/>")), "ODM_INVALID", "Other");
  });

  const flips: [string, string][] = [
    ['Value="120"', 'Value="121"'],
    ['Name="Systolic"', 'Name="Diastolic"'],
    ["<StudyName>Test<", "<StudyName>Rest<"],
    ['Name="First"', 'Name="Other"'],
    ["U.1", "U.2"],
    ["2026-01-05T10", "2026-01-05T11"],
    ['FileOID="FILE.1"', 'FileOID="FILE.9"'],
    ['"1.3.2"', '"1.3.1"'],
    ['MetaDataVersionOID="MDV.1">', 'MetaDataVersionOID="MDV.2">'],
    ['ItemGroupRepeatKey="1"', 'ItemGroupRepeatKey="2"'],
    ["</FormData>", "<Annotation SeqNum='1'><Comment>c</Comment></Annotation></FormData>"],
  ];
  for (const [before, after] of flips) {
    it(`lets nothing change unnoticed: ${before}`, async () => {
      const { lines } = await commit(odm(odmDocument()));
      expect(isExact(await verify(odm(odmDocument()), lines))).to.equal(true);
      const found = await verify(odm(odmDocument().replace(before, after)), lines);
      expect(isExact(found)).to.equal(false);
      expect([...found.altered.rows, ...found.added.rows, ...found.missing.rows]).not.to.deep.equal([]);
    });
  }

  it("does not mind indentation, comments and the order of attributes", async () => {
    const { lines } = await commit(odm(odmDocument()));
    const other = odmDocument()
      .replaceAll("><", ">\n  <!-- a note -->\n<")
      .replace('OID="SBP" Name="Systolic"', "Name='Systolic' OID='SBP'");
    expect(isExact(await verify(odm(other), lines))).to.equal(true);
  });
});
