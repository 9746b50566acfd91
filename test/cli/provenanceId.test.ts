import { expect } from "chai";

import { careproof } from "../support/terminal";

/** Bits by hand: 01, GTIN 80614141123458 in hex, serial 6789 in ASCII with 7 bits a character. */
const PACKAGE_ID = `0x01${"0".repeat(15)}4951713edb826cddc39${"0".repeat(28)}`;
const PALLET_ID = `0x02${"0".repeat(47)}179170d5ad28c3c`;

describe("careproof provenance id", () => {
  const id = (...args: string[]): ReturnType<typeof careproof> => careproof(["provenance", "id", ...args]);

  it("prints a scanned package in all notations", async () => {
    const ran = await id("]d201806141411234581727120010LOT\u001d216789", "--prefix-length", "7");
    expect(ran).to.include({ code: 0, stderr: "" });
    const lines = ran.stdout.trimEnd().split("\n");
    expect(lines.map((line) => line.slice(0, 16).trimEnd())).to.deep.equal([
      ...["token id", "decimal", "kind", "GTIN", "serial", "lot", "lot key", "expiry"],
      ...["element string", "bracketed", "Digital Link", "EPC URN"],
    ]);
    const values = lines.map((line) => line.slice(16));
    expect([...values.slice(0, 6), ...values.slice(7)]).to.deep.equal([
      PACKAGE_ID,
      `${BigInt(PACKAGE_ID)}`,
      "package (SGTIN)",
      "80614141123458",
      "6789",
      "LOT",
      "2027-12-31",
      "^01806141411234581727120010LOT^216789",
      "(01)80614141123458(17)271200(10)LOT(21)6789",
      "https://id.gs1.org/01/80614141123458/21/6789",
      "urn:epc:id:sgtin:0614141.812345.6789",
    ]);
    expect(values[6]).to.match(/^0x[0-9a-f]{14}$/);
  });

  it("prints a token id back as the key", async () => {
    const { stdout } = await id(PACKAGE_ID, "--json");
    expect(JSON.parse(stdout)).to.deep.equal({
      kind: "sgtin",
      gtin: "80614141123458",
      serial: "6789",
      tokenId: PACKAGE_ID,
      tokenIdDecimal: `${BigInt(PACKAGE_ID)}`,
      notation: "tokenId",
      elements: [
        { ai: "01", value: "80614141123458" },
        { ai: "21", value: "6789" },
      ],
      elementString: "^0180614141123458216789",
      bracketed: "(01)80614141123458(21)6789",
      digitalLink: "https://id.gs1.org/01/80614141123458/21/6789",
    });
  });

  it("prints a logistic unit", async () => {
    const { stdout } = await id("106141412345678908", "--json", "--prefix-length", "7");
    expect(JSON.parse(stdout)).to.deep.equal({
      kind: "sscc",
      sscc: "106141412345678908",
      tokenId: PALLET_ID,
      tokenIdDecimal: `${BigInt(PALLET_ID)}`,
      notation: "plain",
      elements: [{ ai: "00", value: "106141412345678908" }],
      elementString: "^00106141412345678908",
      bracketed: "(00)106141412345678908",
      digitalLink: "https://id.gs1.org/00/106141412345678908",
      epcUrn: "urn:epc:id:sscc:0614141.1234567890",
    });
  });

  it("takes GTIN and serial as two words", async () => {
    expect((await id("80614141123458", "6789")).stdout).to.include(PACKAGE_ID);
  });

  it("reads one identifier a line from stdin, in order", async () => {
    const stdin = `(01)80614141123458(21)6789\r\n\n106141412345678908\n]d20180614141123458216789\u001d\n`;
    const json = await careproof(["provenance", "id", "-", "--json"], { stdin });
    const ids = (JSON.parse(json.stdout) as { tokenId: string }[]).map(({ tokenId }) => tokenId);
    expect(ids).to.deep.equal([PACKAGE_ID, PALLET_ID, PACKAGE_ID]);
    const text = await careproof(["provenance", "id", "-"], { stdin });
    expect(text.stdout.split("\n\n").map((block) => block.split(/\s+/)[2])).to.deep.equal(ids);
  });

  it("prints an array for one line of stdin too", async () => {
    const { stdout } = await careproof(["provenance", "id", "-", "--json"], { stdin: "106141412345678908" });
    expect(JSON.parse(stdout)).to.be.an("array").of.length(1);
  });

  it("names the line of stdin that is wrong, and prints nothing", async () => {
    const stdin = "106141412345678908\n106141412345678909\n";
    expect(await careproof(["provenance", "id", "-"], { stdin })).to.deep.equal({
      code: 1,
      stdout: "",
      stderr: "careproof: stdin:2: AI 00: the check digit of 106141412345678909 is wrong\n",
    });
    const empty = await careproof(["provenance", "id", "-"], { stdin: "\n" });
    expect(empty).to.deep.equal({ code: 1, stdout: "", stderr: "careproof: stdin: there is no identifier\n" });
  });

  it("gives code and path of a wrong identifier with --json, and shows no control character", async () => {
    const { code, stdout, stderr } = await id(`(01)80614141123458(21)${"1".repeat(21)}`, "--json");
    expect({ code, stdout }).to.deep.equal({ code: 1, stdout: "" });
    expect(JSON.parse(stderr)).to.deep.equal({
      error: {
        code: "SERIAL_INVALID",
        message: "AI 21: expected 1 to 20 characters, found 21",
        path: "AI 21",
      },
    });
    const control = await id("(01)80614141123458(10)A\u001b[2J");
    expect(control.stderr).to.match(/^careproof: AI 10: [\x20-\x7e]+\n$/);
  });

  for (const [name, args, message] of [
    ["no identifier", [], "missing required argument 'text'"],
    ["a prefix of 5 digits", ["106141412345678908", "--prefix-length", "5"], "expected a number from 6 to 12"],
  ] as const) {
    it(`exits with 2 for ${name}`, async () => {
      const ran = await id(...args);
      expect(ran.code).to.equal(2);
      expect(ran.stderr).to.include(message);
    });
  }

  it("documents its JSON in its help", async () => {
    const { code, stdout } = await id("--help");
    expect(code).to.equal(0);
    expect(stdout).to.include('With --json: {"kind"').and.to.include("'(01)");
  });
});
