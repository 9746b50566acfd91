import { createHash } from "node:crypto";

import { expect } from "chai";

import { CareProofError } from "../../../src/errors.js";
import {
  eventHash,
  eventHashBytes32,
  eventPreHash,
  niUri,
  niUriBytes32,
  readEpcis,
  type EpcisEvent,
} from "../../../src/provenance/index.js";

type Json = Record<string, unknown>;

const CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld";

const observation: Json = {
  type: "ObjectEvent",
  eventTime: "2026-03-01T09:30:00+01:00",
  eventTimeZoneOffset: "+01:00",
  epcList: ["urn:epc:id:sgtin:9521141.001234.2017"],
  action: "OBSERVE",
};

/** What is hashed of `observation`, but for its end. */
const OBSERVATION =
  "eventType=ObjectEventeventTime=2026-03-01T08:30:00.000ZeventTimeZoneOffset=+01:00" +
  "epcListepc=https://id.gs1.org/01/09521141012345/21/2017action=OBSERVE";

function events(more: Json[], document: Json = {}): readonly EpcisEvent[] {
  const context = [CONTEXT, { ext: "https://ext.example/" }];
  const eventList = more.map((fields) => ({ ...observation, ...fields }));
  const text = {
    "@context": context,
    type: "EPCISDocument",
    schemaVersion: "2.0",
    epcisBody: { eventList },
    ...document,
  };
  return readEpcis(JSON.stringify(text)).events;
}

/** The pre-hash string of `observation` with other fields. */
function preHash(fields: Json): string {
  const [event] = events([fields]);
  return eventPreHash(event!);
}

function xmlPreHash(fields: string, namespaces = ""): string {
  const [event] = readEpcis(`<ObjectEvent ${namespaces}>
    <eventTime>2026-03-01T09:30:00+01:00</eventTime><eventTimeZoneOffset>+01:00</eventTimeZoneOffset>
    <epcList><epc>urn:epc:id:sgtin:9521141.001234.2017</epc></epcList><action>OBSERVE</action>${fields}</ObjectEvent>`).events;
  return eventPreHash(event!);
}

describe("EPCIS event hash (CBV 2.0, section 8.9)", () => {
  it("is the SHA-256 of the pre-hash string in a named-information URI", () => {
    const [event] = events([{}]);
    const digits = createHash("sha256").update(OBSERVATION).digest("hex");
    expect(eventPreHash(event!)).to.equal(OBSERVATION);
    expect(eventHash(event!)).to.equal(`ni:///sha-256;${digits}?ver=CBV2.0`);
    expect(eventHashBytes32(event!)).to.equal(`0x${digits}`);
  });

  it("hashes UTF-8", () => {
    const [event] = events([{ "ext:note": "Kühlkette 💊" }]);
    const digits = createHash("sha256")
      .update(`${OBSERVATION}{https://ext.example/}note=Kühlkette 💊`, "utf8")
      .digest("hex");
    expect(eventHashBytes32(event!)).to.equal(`0x${digits}`);
  });

  it("turns between the URI and the 32 bytes of a contract", () => {
    const hash = `0x${"ab".repeat(32)}`;
    expect(niUri(hash)).to.equal(`ni:///sha-256;${"ab".repeat(32)}?ver=CBV2.0`);
    expect(niUriBytes32(niUri(hash))).to.equal(hash);
    for (const wrong of ["0xab", `ni:///sha-512;${"ab".repeat(32)}?ver=CBV2.0`, `ni:///sha-256;${"ab".repeat(32)}`]) {
      expect(() => niUriBytes32(wrong))
        .to.throw(CareProofError)
        .with.property("code", "EVENT_HASH_INVALID");
    }
    expect(() => niUri("0xab"))
      .to.throw(CareProofError)
      .with.property("code", "EVENT_HASH_INVALID");
  });

  it("says nothing of recordTime, eventID and errorDeclaration", () => {
    const fields = {
      recordTime: "2026-03-01T10:00:00Z",
      eventID: "urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8",
      errorDeclaration: { declarationTime: "2026-03-02T10:00:00Z", reason: "incorrect_data" },
      "rdfs:comment": "a note",
    };
    expect(preHash(fields)).to.equal(OBSERVATION);
    const rdfs = 'xmlns:rdfs="http://www.w3.org/2000/01/rdf-schema#"';
    expect(xmlPreHash("<rdfs:comment>a note</rdfs:comment><!-- another -->", rdfs)).to.equal(OBSERVATION);
  });

  it("orders the fields of an event as CBV and the reference implementation do, not as the text does", () => {
    const fields = {
      "ext:b": "2",
      "ext:a": "1",
      sensorElementList: [
        {
          sensorReport: [{ uom: "CEL", value: 5.5, type: "Temperature" }],
          sensorMetadata: { time: "2026-03-01T08:00:00Z" },
        },
      ],
      ilmd: { "ext:batch": "XYZ" },
      sourceList: [{ source: "urn:epc:id:pgln:9521141.00001", type: "owning_party" }],
      destinationList: [{ destination: "urn:epc:id:pgln:9521141.00001", type: "possessing_party" }],
      bizTransactionList: [
        { bizTransaction: "https://example.com/po/2" },
        { bizTransaction: "https://example.com/po/1", type: "po" },
      ],
      bizLocation: { id: "urn:epc:id:sgln:9521141.00001.0" },
      readPoint: { "ext:gate": "3", id: "urn:epc:id:sgln:9521141.00001.5" },
      persistentDisposition: { unset: ["expired"], set: ["recalled", "damaged"] },
      disposition: "in_transit",
      bizStep: "shipping",
      quantityList: [{ uom: "KGM", quantity: 10, epcClass: "urn:epc:class:lgtin:9521141.001234.L1" }],
      certificationInfo: ["https://example.com/b", "https://example.com/a"],
    };
    expect(preHash(fields)).to.equal(
      "eventType=ObjectEventeventTime=2026-03-01T08:30:00.000ZeventTimeZoneOffset=+01:00" +
        "certificationInfo=https://example.com/acertificationInfo=https://example.com/b" +
        "epcListepc=https://id.gs1.org/01/09521141012345/21/2017" +
        "quantityListquantityElementepcClass=https://id.gs1.org/01/09521141012345/10/L1quantity=10uom=KGM" +
        "action=OBSERVEbizStep=https://ref.gs1.org/cbv/BizStep-shippingdisposition=https://ref.gs1.org/cbv/Disp-in_transit" +
        "persistentDispositionset=https://ref.gs1.org/cbv/Disp-damagedset=https://ref.gs1.org/cbv/Disp-recalled" +
        "unset=https://ref.gs1.org/cbv/Disp-expired" +
        "readPointid=https://id.gs1.org/414/9521141000014/254/5{https://ext.example/}gate=3" +
        "bizLocationid=https://id.gs1.org/414/9521141000014" +
        "sensorElementListsensorElementsensorMetadatatime=2026-03-01T08:00:00.000Z" +
        "sensorReporttype=https://gs1.org/voc/Temperaturevalue=5.5uom=CEL" +
        "bizTransactionListbizTransaction=https://example.com/po/2" +
        "type=https://ref.gs1.org/cbv/BTT-pobizTransaction=https://example.com/po/1" +
        "destinationListtype=https://ref.gs1.org/cbv/SDT-possessing_partydestination=https://id.gs1.org/417/9521141000014" +
        "ilmd{https://ext.example/}batch=XYZ" +
        "sourceListtype=https://ref.gs1.org/cbv/SDT-owning_partysource=https://id.gs1.org/417/9521141000014" +
        "{https://ext.example/}a=1{https://ext.example/}b=2",
    );
  });

  const TIMES: Record<string, string> = {
    "2026-03-01T08:30:00Z": "2026-03-01T08:30:00.000Z",
    "2026-03-01T08:30:00.1234Z": "2026-03-01T08:30:00.123Z",
    "2026-03-01T08:30:00.12345Z": "2026-03-01T08:30:00.123Z",
    "2026-03-01T08:30:00.1235Z": "2026-03-01T08:30:00.124Z",
    "2026-03-01T08:30:00.1225Z": "2026-03-01T08:30:00.123Z",
    "2026-12-31T23:59:59.9995Z": "2027-01-01T00:00:00.000Z",
    "2026-01-01T00:30:00-14:00": "2026-01-01T14:30:00.000Z",
  };
  for (const [written, canonical] of Object.entries(TIMES)) {
    it(`takes the time ${written} as ${canonical}`, () => {
      expect(preHash({ eventTime: written })).to.contain(`eventTime=${canonical}eventTimeZoneOffset`);
    });
  }

  const NUMBERS: Record<string, string> = {
    "1.0": "1",
    "+1.50": "1.5",
    "007": "7",
    "-0.0": "0",
    "1e3": "1000",
    "0.00010": "0.0001",
    // As Python writes it, which the reference implementation is in.
    "0.00001": "1e-05",
    "0.00000000015": "1.5e-10",
    "100000000000000000000000": "99999999999999991611392",
    "1.0.0": "1.0.0",
    "12 kg": "12 kg",
  };
  for (const [written, canonical] of Object.entries(NUMBERS)) {
    it(`takes the number ${written} as ${canonical}`, () => {
      expect(preHash({ "ext:n": written })).to.equal(`${OBSERVATION}{https://ext.example/}n=${canonical}`);
    });
  }

  it("keeps the digits of JSON numbers until they are canonical", () => {
    const text = JSON.stringify({ ...observation, "@context": { ext: "https://ext.example/" }, "ext:n": 0 });
    const [event] = readEpcis(text.replace('"ext:n":0', '"ext:n":12.500')).events;
    expect(event?.extensions?.[0]?.value).to.equal("12.500");
    expect(eventPreHash(event!)).to.equal(`${OBSERVATION}{https://ext.example/}n=12.5`);
  });

  it("expands compact URIs and URNs of CBV 1.2 alike", () => {
    const expected = preHash({ bizStep: "receiving" });
    expect(expected).to.equal(`${OBSERVATION}bizStep=https://ref.gs1.org/cbv/BizStep-receiving`);
    expect(preHash({ bizStep: "cbv:BizStep-receiving" })).to.equal(expected);
    expect(preHash({ bizStep: "urn:epcglobal:cbv:bizstep:receiving" })).to.equal(expected);
    expect(xmlPreHash("<bizStep>cbv:BizStep-receiving</bizStep>")).to.equal(expected);
  });

  it("gives JSON and XML with nested extensions one hash", () => {
    const json = { "ext:a": { "ext:list": ["3", "1", true], plain: { deeper: "x" } }, "ext:empty": "" };
    const xml = `<e:empty/><e:a><plain><deeper> x </deeper></plain><e:list>3</e:list><e:list>1</e:list><e:list>true</e:list></e:a>`;
    const expected =
      `${OBSERVATION}{https://ext.example/}aplaindeeper=x{https://ext.example/}list=1` +
      `{https://ext.example/}list=3{https://ext.example/}list=true{https://ext.example/}empty`;
    expect(preHash(json)).to.equal(expected);
    expect(xmlPreHash(xml, 'xmlns:e="https://ext.example/"')).to.equal(expected);
  });

  it("sorts by code point, not by UTF-16 unit", () => {
    // U+FF5E comes before U+1F48A, whose first UTF-16 unit is D83D.
    expect(preHash({ "ext:x": ["💊", "～"] })).to.equal(
      `${OBSERVATION}{https://ext.example/}x=～{https://ext.example/}x=💊`,
    );
  });

  it("leaves out what the document's ignoreFields names", () => {
    const context = [CONTEXT, { ext: "https://ext.example/", repo: "https://repo.example/" }];
    const document = {
      "@context": context,
      type: "EPCISDocument",
      schemaVersion: "2.0",
      "repo:ignoreFields": ["repo:hash"],
      epcisBody: { eventList: [{ ...observation, "repo:hash": "x", "ext:kept": "y" }] },
    };
    const read = readEpcis(JSON.stringify(document));
    expect(eventPreHash(read.events[0]!, read)).to.equal(`${OBSERVATION}{https://ext.example/}kept=y`);
  });

  it("changes with every value", () => {
    const changed = [
      {},
      { action: "ADD" },
      { "ext:a": "1" },
      { "ext:a": "2" },
      { ilmd: { "ext:a": "1" } },
      { eventTimeZoneOffset: "+02:00" },
    ];
    const hashes = events(changed).map((event) => eventHash(event));
    expect(new Set(hashes).size).to.equal(changed.length);
  });
});
