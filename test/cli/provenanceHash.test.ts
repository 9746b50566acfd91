import { createHash } from "node:crypto";

import { expect } from "chai";

import { careproof } from "../support/terminal.js";

const PREHASHES = ["2017", "2018"].map(
  (serial) =>
    "eventType=ObjectEventeventTime=2026-03-01T08:30:00.000ZeventTimeZoneOffset=+01:00" +
    `epcListepc=https://id.gs1.org/01/09521141012345/21/${serial}action=OBSERVE`,
);
const HASHES = PREHASHES.map((text) => `ni:///sha-256;${createHash("sha256").update(text).digest("hex")}?ver=CBV2.0`);

const JSON_EVENTS = JSON.stringify(
  ["2017", "2018"].map((serial) => ({
    type: "ObjectEvent",
    eventTime: "2026-03-01T09:30:00+01:00",
    eventTimeZoneOffset: "+01:00",
    epcList: [`urn:epc:id:sgtin:9521141.001234.${serial}`],
    action: "OBSERVE",
  })),
);

const XML_DOCUMENT = `<e:EPCISDocument xmlns:e="urn:epcglobal:epcis:xsd:2" schemaVersion="2.0" creationDate="2026-03-01T10:00:00Z">
  <EPCISBody><EventList>${["2017", "2018"]
    .map(
      (
        serial,
      ) => `<ObjectEvent><eventTime>2026-03-01T08:30:00Z</eventTime><eventTimeZoneOffset>+01:00</eventTimeZoneOffset>
  <epcList><epc>https://example.com/01/9521141012345/21/${serial}</epc></epcList><action>OBSERVE</action></ObjectEvent>`,
    )
    .join("")}</EventList></EPCISBody></e:EPCISDocument>`;

describe("careproof provenance hash", () => {
  for (const [format, stdin] of Object.entries({ JSON: JSON_EVENTS, XML: XML_DOCUMENT })) {
    it(`prints the hash of each event of ${format}, one a line, in the document's order`, async () => {
      const ran = await careproof(["provenance", "hash", "-"], { stdin });
      expect(ran).to.deep.equal({ code: 0, stdout: `${HASHES.join("\n")}\n`, stderr: "" });
    });

    it(`prints the hashes of ${format} as an array of strings with --json`, async () => {
      const ran = await careproof(["provenance", "hash", "-", "--json"], { stdin });
      expect(ran.code).to.equal(0);
      expect(JSON.parse(ran.stdout)).to.deep.equal(HASHES);
    });
  }

  it("prints what is hashed with --prehash", async () => {
    const ran = await careproof(["provenance", "hash", "-", "--prehash"], { stdin: JSON_EVENTS });
    expect(ran).to.deep.equal({ code: 0, stdout: `${PREHASHES.join("\n")}\n`, stderr: "" });
  });

  it("says in one line what is wrong and where, and prints no hash of the events before", async () => {
    const ran = await careproof(["provenance", "hash", "-"], {
      stdin: JSON_EVENTS.replace(/OBSERVE(?!.*OBSERVE)/, "CREATE"),
    });
    expect(ran).to.deep.equal({
      code: 1,
      stdout: "",
      stderr: 'careproof: [1].action: "CREATE" is none of OBSERVE, ADD, DELETE\n',
    });
  });

  it("names the line of a truncated file, as JSON too", async () => {
    const ran = await careproof(["provenance", "hash", "-", "--json"], { stdin: '[{"type":' });
    expect(ran.code).to.equal(1);
    expect(JSON.parse(ran.stderr)).to.deep.equal({
      error: { code: "JSON_INVALID", message: "stdin:1:10: not JSON: the text ends too early", path: "stdin:1:10" },
    });
  });
});
