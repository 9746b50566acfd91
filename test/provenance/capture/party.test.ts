import { expect } from "chai";

import { CareProofError } from "../../../src/errors.js";
import { partyKey, readParties } from "../../../src/provenance/capture/party.js";
import { parseJson } from "../../../src/utils/json.js";

const ADDRESS = "0x00000000000000000000000000000000000000A1";
const PARTY = { address: ADDRESS, role: "DISPENSER" };
const read = (value: unknown): ReturnType<typeof readParties> =>
  readParties(parseJson(JSON.stringify(value)), "parties.json");

describe("readParties", () => {
  it("finds a party by PGLN, SGLN of any extension, and Digital Link of the same GLN", () => {
    const parties = read({ "urn:epc:id:pgln:0614141.00003": PARTY });
    for (const uri of [
      "urn:epc:id:pgln:0614141.00003",
      "urn:epc:id:sgln:0614141.00003.0",
      "urn:epc:id:sgln:0614141.00003.dock7",
      "https://id.gs1.org/417/0614141000036",
      "https://example.org/414/0614141000036/254/dock7",
    ]) {
      expect(parties.get(partyKey(uri)), uri).to.deep.equal(PARTY);
    }
    expect(parties.get(partyKey("urn:epc:id:pgln:0614141.00004"))).to.equal(undefined);
  });

  it("finds a party by a URI of another scheme as it is, and takes an address in lower case", () => {
    const parties = read({ "https://example.org/us": { ...PARTY, address: ADDRESS.toLowerCase() } });
    expect(parties.get(partyKey("https://example.org/us"))).to.deep.equal(PARTY);
  });

  const failures: [name: string, value: unknown, code: string, path: string][] = [
    ["no object", [], "PARTIES_INVALID", "parties.json"],
    ["a key that is no URI", { us: PARTY }, "PARTIES_INVALID", 'parties.json "us"'],
    ["no party", { "a:b": "0x" }, "PARTIES_INVALID", 'parties.json "a:b"'],
    ["no address", { "a:b": { role: "DISPENSER" } }, "ADDRESS_INVALID", 'parties.json "a:b"'],
    [
      "a wrong checksum",
      { "a:b": { ...PARTY, address: "0xF39Fd6e51aad88F6F4ce6aB8827279cffFb92266" } },
      "ADDRESS_INVALID",
      'parties.json "a:b"',
    ],
    ["a role that has no part", { "a:b": { ...PARTY, role: "PAYER" } }, "PARTIES_INVALID", 'parties.json "a:b"'],
    ["another member", { "a:b": { ...PARTY, nmae: "x" } }, "PARTIES_INVALID", 'parties.json "a:b"'],
    [
      "one party twice in two ways",
      { "urn:epc:id:pgln:0614141.00003": PARTY, "urn:epc:id:sgln:0614141.00003.0": { ...PARTY, role: "MANUFACTURER" } },
      "PARTIES_INVALID",
      'parties.json "urn:epc:id:sgln:0614141.00003.0"',
    ],
  ];
  for (const [name, value, code, path] of failures) {
    it(`refuses ${name}`, () => {
      expect(() => read(value))
        .to.throw(CareProofError)
        .that.includes({ code, path });
    });
  }
});
