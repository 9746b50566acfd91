import { expect } from "chai";

import { eventFields, eventHash, readEpcis, type EpcisEvent } from "../../../src/provenance/index.js";

function read(fields: Record<string, unknown>): EpcisEvent {
  const event = {
    type: "ObjectEvent",
    eventTime: "2026-03-01T09:30:00+01:00",
    eventTimeZoneOffset: "+01:00",
    action: "OBSERVE",
    epcList: [],
    ...fields,
  };
  const text = {
    "@context": { a: "https://a.example/x~y/" },
    type: "EPCISDocument",
    schemaVersion: "2.0",
    epcisBody: { eventList: [event] },
  };
  return readEpcis(JSON.stringify(text)).events[0]!;
}

/** The paths and values beside those that every event of `read` has. */
function more(fields: Record<string, unknown>): [path: string, value: string][] {
  const common = ["eventHash", "/type", "/eventTime", "/eventTimeZoneOffset", "/action"];
  return eventFields(read(fields)).flatMap(({ path, value }) => (common.includes(path) ? [] : [[path, value]]));
}

describe("fields of an event", () => {
  it("are its values and its hash, sorted by path; an empty list is none", () => {
    const event = read({});
    expect(eventFields(event)).to.deep.equal([
      { path: "/action", value: "OBSERVE" },
      { path: "/eventTime", value: "2026-03-01T09:30:00+01:00" },
      { path: "/eventTimeZoneOffset", value: "+01:00" },
      { path: "/type", value: "ObjectEvent" },
      { path: "eventHash", value: eventHash(event) },
    ]);
  });

  it("have the document's hash where the document excludes fields from it", () => {
    const event = read({ "a:b": "1" });
    const context = { ignoredFields: ["{https://a.example/x~y/}b"] };
    expect(eventFields(event, context).at(-1)).to.deep.equal({ path: "eventHash", value: eventHash(read({})) });
  });

  it("of lists and objects stand at JSON Pointers", () => {
    const fields = {
      quantityList: [{ epcClass: "urn:epc:class:lgtin:9521141.012345.A", quantity: 1.5, uom: "KGM" }],
      readPoint: { id: "urn:epc:id:sgln:9521141.00001.0" },
    };
    expect(more(fields)).to.deep.equal([
      ["/quantityList/0/epcClass", "urn:epc:class:lgtin:9521141.012345.A"],
      ["/quantityList/0/quantity", "1.5"],
      ["/quantityList/0/uom", "KGM"],
      ["/readPoint/id", "urn:epc:id:sgln:9521141.00001.0"],
    ]);
  });

  it("of other vocabularies stand under their escaped names, repeated ones by number, within each other, and without a value", () => {
    const fields = {
      "a:list": ["1", "2"],
      "a:outer": { "a:inner": "3", plain: "" },
      ilmd: { "a:lot": "4" },
      readPoint: { id: "urn:epc:id:sgln:9521141.00001.0", "a:door": "5" },
    };
    const name = (local: string): string => `{https:~1~1a.example~1x~0y~1}${local}`;
    expect(more(fields)).to.have.deep.members([
      [`/${name("list")}/0`, "1"],
      [`/${name("list")}/1`, "2"],
      [`/${name("outer")}/0/${name("inner")}/0`, "3"],
      [`/${name("outer")}/0/plain/0`, ""],
      [`/ilmd/${name("lot")}/0`, "4"],
      ["/readPoint/id", "urn:epc:id:sgln:9521141.00001.0"],
      [`/readPoint/${name("door")}/0`, "5"],
    ]);
  });
});
