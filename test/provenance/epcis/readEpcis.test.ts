import { expect } from "chai";

import { CareProofError } from "../../../src/errors.js";
import { readEpcis } from "../../../src/provenance/index.js";

type Json = Record<string, unknown>;

const CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld";

const object: Json = {
  type: "ObjectEvent",
  eventTime: "2026-03-01T09:30:00+01:00",
  eventTimeZoneOffset: "+01:00",
  epcList: ["urn:epc:id:sgtin:9521141.001234.2017"],
  action: "OBSERVE",
};

const time = { eventTime: object.eventTime, eventTimeZoneOffset: object.eventTimeZoneOffset };

const document = (eventList: unknown, more: Json = {}): Json => ({
  "@context": [CONTEXT, { ext: "https://ext.example/" }],
  type: "EPCISDocument",
  schemaVersion: "2.0",
  creationDate: "2026-03-01T10:00:00Z",
  epcisBody: { eventList },
  ...more,
});

const EVENT_XML = `<ObjectEvent><eventTime>2026-03-01T09:30:00+01:00</eventTime>
  <eventTimeZoneOffset>+01:00</eventTimeZoneOffset>
  <epcList><epc>urn:epc:id:sgtin:9521141.001234.2017</epc></epcList><action>OBSERVE</action></ObjectEvent>`;

const xmlDocument = (list: string, version = "2.0"): string =>
  `<?xml version="1.0" encoding="UTF-8"?>
<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:2" schemaVersion="${version}" creationDate="2026-03-01T10:00:00Z">
<EPCISBody><EventList>${list}</EventList></EPCISBody></epcis:EPCISDocument>`;

function refusal(input: unknown): { code: string; path: string | undefined; message: string } {
  try {
    readEpcis(typeof input === "string" ? input : JSON.stringify(input), { name: "events" });
  } catch (error) {
    if (error instanceof CareProofError) return { code: error.code, path: error.path, message: error.message };
    throw error;
  }
  return expect.fail("the text was read");
}

describe("readEpcis: JSON", () => {
  it("reads an event by the standard's names, with bare words and compact URIs expanded", () => {
    const { format, schemaVersion, events } = readEpcis(
      JSON.stringify(
        document([
          {
            ...object,
            bizStep: "shipping",
            disposition: "cbv:Disp-in_transit",
            readPoint: { id: "urn:epc:id:sgln:9521141.00001.0" },
            quantityList: [{ epcClass: "urn:epc:class:lgtin:9521141.001234.L1", quantity: 1.5, uom: "KGM" }],
            sourceList: [{ type: "owning_party", source: "urn:epc:id:pgln:9521141.00001" }],
            "ext:note": { "ext:line": ["a", "b"] },
          },
        ]),
      ),
    );
    expect(format).to.equal("JSON");
    expect(schemaVersion).to.equal("2.0");
    expect(events).to.deep.equal([
      {
        ...object,
        bizStep: "https://ref.gs1.org/cbv/BizStep-shipping",
        disposition: "https://ref.gs1.org/cbv/Disp-in_transit",
        readPoint: { id: "urn:epc:id:sgln:9521141.00001.0" },
        quantityList: [{ epcClass: "urn:epc:class:lgtin:9521141.001234.L1", quantity: "1.5", uom: "KGM" }],
        sourceList: [{ type: "https://ref.gs1.org/cbv/SDT-owning_party", source: "urn:epc:id:pgln:9521141.00001" }],
        extensions: [
          {
            name: "{https://ext.example/}note",
            value: "",
            children: [
              { name: "{https://ext.example/}line", value: "a", children: [] },
              { name: "{https://ext.example/}line", value: "b", children: [] },
            ],
          },
        ],
      },
    ]);
  });

  it("reads every type of event", () => {
    const list = [
      object,
      {
        ...time,
        type: "AggregationEvent",
        parentID: "urn:epc:id:sscc:9521141.0000000001",
        action: "ADD",
        childEPCs: [],
      },
      {
        ...time,
        type: "TransactionEvent",
        action: "ADD",
        bizTransactionList: [{ type: "po", bizTransaction: "https://example.com/po/1" }],
      },
      { ...time, type: "TransformationEvent", inputEPCList: ["urn:epc:id:sgtin:9521141.001234.2017"] },
      { ...time, type: "AssociationEvent", parentID: "urn:epc:id:grai:9521141.00001.1", action: "DELETE" },
    ];
    const { events } = readEpcis(JSON.stringify(document(list)));
    expect(events.map(({ type }) => type)).to.deep.equal(list.map(({ type }) => type));
  });

  it("reads a query document, an event, and an array of events", () => {
    const query = document(undefined, {
      type: "EPCISQueryDocument",
      epcisBody: { queryResults: { queryName: "SimpleEventQuery", resultsBody: { eventList: [object] } } },
    });
    for (const input of [query, object, [object], { "@context": CONTEXT, ...object }]) {
      expect(readEpcis(JSON.stringify(input)).events).to.deep.equal([object]);
    }
    expect(readEpcis(`\uFEFF${JSON.stringify(object)}`).events).to.deep.equal([object]);
  });

  it("takes the prefixes of an event's own @context", () => {
    const event = {
      ...object,
      "@context": [{ own: "https://own.example/" }],
      "own:a": "1",
      "https://own.example/b": "2",
    };
    const [read] = readEpcis(JSON.stringify(document([event]))).events;
    expect(read?.extensions?.map(({ name }) => name)).to.deep.equal([
      "{https://own.example/}a",
      "{https://own.example/}b",
    ]);
  });

  const AT = "epcisBody.eventList[0]";
  const event = (fields: Json): Json => document([{ ...object, ...fields }]);
  const REFUSED: Record<string, [input: unknown, code: string, path: string]> = {
    "a truncated text": ['{"type": "ObjectEvent",\n"action"', "JSON_INVALID", "events:2:9"],
    "a key given twice": ['{"type":"ObjectEvent","type":"ObjectEvent"}', "JSON_INVALID", "events:1:23"],
    "an empty text": [" \n", "INPUT_EMPTY", "events"],
    "another value": ["42", "EPCIS_INVALID", "$"],
    "another object": [{ eventType: ["ObjectEvent"] }, "EPCIS_INVALID", "type"],
    "version 1.2": [document([], { schemaVersion: "1.2" }), "EPCIS_VERSION_UNSUPPORTED", "schemaVersion"],
    "no version": [document([], { schemaVersion: undefined }), "EPCIS_INVALID", "schemaVersion"],
    "a document without @context": [document([], { "@context": undefined }), "EPCIS_INVALID", "@context"],
    "a document without events": [document(undefined), "EPCIS_INVALID", "epcisBody.eventList"],
    "an event that is no object": [document(["x"]), "EPCIS_INVALID", AT],
    "an unknown type of event": [event({ type: "QuantityEvent" }), "EPCIS_EVENT_TYPE_UNKNOWN", AT],
    "an event without a type": [event({ type: undefined }), "EPCIS_INVALID", `${AT}.type`],
    "an invalid action": [event({ action: "CREATE" }), "EPCIS_INVALID", `${AT}.action`],
    "no action": [event({ action: undefined }), "EPCIS_INVALID", `${AT}.action`],
    "no eventTime": [event({ eventTime: undefined }), "EPCIS_INVALID", `${AT}.eventTime`],
    "a malformed eventTime": [event({ eventTime: "01-03-2026" }), "EPCIS_INVALID", `${AT}.eventTime`],
    "an eventTime without a zone": [event({ eventTime: "2026-03-01T09:30:00" }), "EPCIS_INVALID", `${AT}.eventTime`],
    "a day that does not exist": [event({ eventTime: "2026-02-30T09:30:00Z" }), "EPCIS_INVALID", `${AT}.eventTime`],
    "no eventTimeZoneOffset": [event({ eventTimeZoneOffset: undefined }), "EPCIS_INVALID", `${AT}.eventTimeZoneOffset`],
    "a malformed offset": [event({ eventTimeZoneOffset: "+1:00" }), "EPCIS_INVALID", `${AT}.eventTimeZoneOffset`],
    "an unknown bare word": [event({ bizStep: "transforming" }), "EPCIS_INVALID", `${AT}.bizStep`],
    "a name of JavaScript as a bare word": [event({ bizStep: "constructor" }), "EPCIS_INVALID", `${AT}.bizStep`],
    "an unknown source type": [
      event({ sourceList: [{ type: "place", source: "urn:epc:id:pgln:9521141.00001" }] }),
      "EPCIS_INVALID",
      `${AT}.sourceList[0].type`,
    ],
    "an unknown field": [event({ colour: "red" }), "EPCIS_INVALID", `${AT}.colour`],
    "a field of JavaScript's objects": [event({ toString: "red" }), "EPCIS_INVALID", `${AT}.toString`],
    "a field of another type of event": [event({ inputEPCList: [] }), "EPCIS_INVALID", `${AT}.inputEPCList`],
    "an unknown field of a quantity": [
      event({ quantityList: [{ epcClass: "urn:epc:idpat:sgtin:9521141.001234.*", weight: 5 }] }),
      "EPCIS_INVALID",
      `${AT}.quantityList[0].weight`,
    ],
    "a quantity that is no number": [
      event({ quantityList: [{ epcClass: "urn:epc:idpat:sgtin:9521141.001234.*", quantity: "many" }] }),
      "EPCIS_INVALID",
      `${AT}.quantityList[0].quantity`,
    ],
    "an ilmd field without a namespace": [event({ ilmd: { lot: "1" } }), "EPCIS_INVALID", `${AT}.ilmd.lot`],
    "an undeclared prefix": [event({ "other:a": "1" }), "EPCIS_INVALID", `${AT}.other:a`],
    "two values where one is": [event({ bizStep: ["shipping", "packing"] }), "EPCIS_INVALID", `${AT}.bizStep[1]`],
    "an epcList that is no array": [event({ epcList: "x" }), "EPCIS_INVALID", `${AT}.epcList`],
    "an object event without objects": [event({ epcList: undefined }), "EPCIS_INVALID", `${AT}.epcList`],
    "an EPC that is no URI": [event({ epcList: ["2017"] }), "EPCIS_INVALID", `${AT}.epcList[0]`],
    "a read point that is no URI": [event({ readPoint: { id: "dock 3" } }), "EPCIS_INVALID", `${AT}.readPoint.id`],
    "an ilmd that is a text": [event({ ilmd: "L1" }), "EPCIS_INVALID", `${AT}.ilmd`],
    "a text that is an object": [event({ bizStep: { a: "shipping" } }), "EPCIS_INVALID", `${AT}.bizStep`],
    "a unit of measure that is no code": [
      event({ quantityList: [{ epcClass: "urn:epc:idpat:sgtin:9521141.001234.*", quantity: 1, uom: "kilograms" }] }),
      "EPCIS_INVALID",
      `${AT}.quantityList[0].uom`,
    ],
    "a measurement that is no number": [
      event({ sensorElementList: [{ sensorReport: [{ type: "Temperature", value: "warm" }] }] }),
      "EPCIS_INVALID",
      `${AT}.sensorElementList[0].sensorReport[0].value`,
    ],
    "a sensor element without a report": [
      event({ sensorElementList: [{ sensorMetadata: {} }] }),
      "EPCIS_INVALID",
      `${AT}.sensorElementList[0].sensorReport`,
    ],
    "an empty EPC": [event({ epcList: [""] }), "EPCIS_INVALID", `${AT}.epcList[0]`],
    "a transaction event without transactions": [
      event({ type: "TransactionEvent" }),
      "EPCIS_INVALID",
      `${AT}.bizTransactionList`,
    ],
    "an association event without a parent": [
      document([{ ...time, type: "AssociationEvent", action: "ADD" }]),
      "EPCIS_INVALID",
      `${AT}.parentID`,
    ],
  };
  for (const [what, [input, code, path]] of Object.entries(REFUSED)) {
    it(`refuses ${what} at ${path}`, () => {
      expect(refusal(input)).to.include({ code, path });
    });
  }
});

describe("readEpcis: XML", () => {
  it("reads what JSON says the same", () => {
    const fields = `<sourceList><source type="cbv:SDT-owning_party">urn:epc:id:pgln:9521141.00001</source></sourceList>
      <sensorElementList><sensorElement><sensorMetadata time="2026-03-01T08:00:00Z" e:by="x"/>
      <sensorReport type="gs1:Temperature" value="05.50" uom="CEL"/></sensorElement></sensorElementList>
      <ilmd><e:batch>A&amp;B &#x2264; <!-- note --><![CDATA[<C>]]></e:batch></ilmd><e:note xmlns:e="https://other.example/"/>`;
    const xml = EVENT_XML.replace("<ObjectEvent>", '<ObjectEvent xmlns:e="https://ext.example/">').replace(
      "</ObjectEvent>",
      `${fields}</ObjectEvent>`,
    );
    const { format, schemaVersion, events } = readEpcis(xmlDocument(xml));
    expect(format).to.equal("XML");
    expect(schemaVersion).to.equal("2.0");
    const batch = { name: "{https://ext.example/}batch", value: "A&B ≤ <C>", children: [] };
    expect(events).to.deep.equal([
      {
        ...object,
        sourceList: [{ type: "https://ref.gs1.org/cbv/SDT-owning_party", source: "urn:epc:id:pgln:9521141.00001" }],
        sensorElementList: [
          {
            sensorMetadata: {
              time: "2026-03-01T08:00:00Z",
              extensions: [{ name: "{https://ext.example/}by", value: "x", children: [] }],
            },
            sensorReport: [{ type: "https://gs1.org/voc/Temperature", value: "05.50", uom: "CEL" }],
          },
        ],
        ilmd: [batch],
        extensions: [{ name: "{https://other.example/}note", value: "", children: [] }],
      },
    ]);
  });

  it("reads EPCIS 1.2, whose wrappers it takes off, and says its version", () => {
    const transformation = `<extension><TransformationEvent><eventTime>2026-03-01T09:30:00+01:00</eventTime>
      <eventTimeZoneOffset>+01:00</eventTimeZoneOffset><baseExtension><eventID>urn:uuid:1</eventID></baseExtension>
      <outputEPCList><epc>urn:epc:id:sgtin:9521141.001234.2017</epc></outputEPCList></TransformationEvent></extension>`;
    const { schemaVersion, events } = readEpcis(xmlDocument(EVENT_XML + transformation, "1.2"));
    expect(schemaVersion).to.equal("1.2");
    expect(events).to.deep.equal([
      object,
      { ...time, type: "TransformationEvent", eventID: "urn:uuid:1", outputEPCList: object.epcList },
    ]);
  });

  it("reads an event that stands alone, and query results with and without a prefix", () => {
    expect(readEpcis(EVENT_XML).events).to.deep.equal([object]);
    for (const results of ["QueryResults", "q:QueryResults"]) {
      const xml = `<q:EPCISQueryDocument xmlns:q="urn:epcglobal:epcis-query:xsd:2" schemaVersion="2.0"><EPCISBody><${results}>
        <resultsBody><EventList>${EVENT_XML}</EventList></resultsBody></${results}></EPCISBody></q:EPCISQueryDocument>`;
      expect(readEpcis(xml).events).to.deep.equal([object]);
    }
  });

  const AT = "EPCISBody.EventList[0]";
  const event = (from: string, to: string): string => xmlDocument(EVENT_XML.replace(from, to));
  const REFUSED: Record<string, [input: string, code: string, path: string | undefined]> = {
    "a truncated text": ["<ObjectEvent>\n<action>ADD</action>\n", "XML_INVALID", "events:1:1"],
    "a text cut within an element": ["<ObjectEvent>\n<action>AD", "XML_INVALID", "events:1:1"],
    "a text cut within a tag": ["<ObjectEvent>\n<action>ADD</", "XML_INVALID", "events:2:14"],
    "a comment alone": ["<!-- none -->", "XML_INVALID", "events:1"],
    "a document type, which could declare entities": [
      `<!DOCTYPE a [<!ENTITY x "y">]>${EVENT_XML}`,
      "XML_INVALID",
      "events:1:1",
    ],
    "an unknown entity": [event("OBSERVE", "&x;"), "XML_INVALID", undefined],
    "a reference to no character": [event("OBSERVE", "&#xD800;"), "XML_INVALID", undefined],
    "an undeclared prefix": [event("</ObjectEvent>", "<e:a/></ObjectEvent>"), "XML_INVALID", undefined],
    "two roots": ["<ObjectEvent/><ObjectEvent/>", "XML_INVALID", "events"],
    "deep nesting": [xmlDocument("<a>".repeat(5000) + "</a>".repeat(5000)), "XML_INVALID", "events"],
    "no version": [xmlDocument("").replace(' schemaVersion="2.0"', ""), "EPCIS_INVALID", "EPCISDocument"],
    "version 1": [xmlDocument("", "1"), "EPCIS_VERSION_UNSUPPORTED", "EPCISDocument.schemaVersion"],
    "no event list": [
      '<e:EPCISDocument xmlns:e="urn:epcglobal:epcis:xsd:2" schemaVersion="2.0"><EPCISBody/></e:EPCISDocument>',
      "EPCIS_INVALID",
      "EPCISDocument.EPCISBody.EventList",
    ],
    "another document": ["<html/>", "EPCIS_EVENT_TYPE_UNKNOWN", "html"],
    "an unknown type of event": [xmlDocument("<QuantityEvent/>", "1.2"), "EPCIS_EVENT_TYPE_UNKNOWN", AT],
    "a near miss of an action": [event("OBSERVE", "OBSERV"), "EPCIS_INVALID", `${AT}.action`],
    "a malformed eventTime": [event("2026-03-01T09:30:00+01:00", "01-03-2026"), "EPCIS_INVALID", `${AT}.eventTime`],
    "text among the entries of a list": [event("<epc>", "x<epc>"), "EPCIS_INVALID", `${AT}.epcList`],
    "an unknown element": [event("</ObjectEvent>", "<colour/></ObjectEvent>"), "EPCIS_INVALID", `${AT}.colour`],
    "a second action": [
      event("</ObjectEvent>", "<action>ADD</action></ObjectEvent>"),
      "EPCIS_INVALID",
      `${AT}.action[1]`,
    ],
    "an empty EPC": [event("</epcList>", "<epc/></epcList>"), "EPCIS_INVALID", `${AT}.epcList.epc[1]`],
  };
  for (const [what, [input, code, path]] of Object.entries(REFUSED)) {
    it(`refuses ${what}`, () => {
      expect(refusal(input)).to.include({ code, path });
    });
  }

  it("says in one line which elements a truncated text is within", () => {
    expect(refusal("<ObjectEvent>\n<action>AD").message).to.equal(
      "events:1:1: not XML: the text ends within ObjectEvent, action",
    );
  });
});
