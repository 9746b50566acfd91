import { expect } from "chai";
import fc from "fast-check";

import { formatDecimal, parseDecimal, toTokenUnits } from "../../src/claims/index.js";

describe("exact decimals", () => {
  for (const [text, written] of [
    ["541.00", "541.00"],
    ["500", "500.00"],
    [".5", "0.50"],
    ["12.", "12.00"],
    ["0012.3400", "12.34"],
    ["12.345", "12.345"],
    ["-9.00", "-9.00"],
    ["-0", "0.00"],
    ["-.000000000000000001", "-0.000000000000000001"],
    ["99999999999999999999999.99", "99999999999999999999999.99"],
  ] as const) {
    it(`reads ${text} as ${written}`, () => {
      expect(formatDecimal(parseDecimal(text)!)).to.equal(written);
    });
  }

  for (const text of ["", "-", ".", "-.", "+1", "1e3", "1,000", " 1", "0x1", "1.2.3", "--1", "0.0000000000000000001"]) {
    it(`takes ${JSON.stringify(text)} for no decimal`, () => {
      expect(parseDecimal(text)).to.equal(undefined);
    });
  }

  it("adds up without rounding, whatever the decimals", () => {
    const cents = fc.bigInt({ min: -(10n ** 16n), max: 10n ** 16n });
    fc.assert(
      fc.property(cents, cents, (a, b) => {
        const text = (value: bigint): string => {
          const digits = (value < 0n ? -value : value).toString().padStart(3, "0");
          return `${value < 0n ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
        };
        expect(formatDecimal(parseDecimal(text(a))! + parseDecimal(text(b))!)).to.equal(text(a + b));
      }),
    );
  });
});

describe("amounts in units of a token of 6 decimals", () => {
  for (const [amount, units] of [
    ["541.00", 541_000_000n],
    ["0.000001", 1n],
    ["1.50000000", 1_500_000n],
    ["0.00", 0n],
    ["79228162514264337593543.950335", 2n ** 96n - 1n],
  ] as const) {
    it(`${amount} are ${units}`, () => {
      expect(toTokenUnits(amount)).to.equal(units);
    });
  }

  it("are negative only where that is asked for", () => {
    expect(toTokenUnits("-9.00", { signed: true })).to.equal(-9_000_000n);
    expect(toTokenUnits("-79228162514264337593543.950335", { signed: true })).to.equal(1n - 2n ** 96n);
  });

  for (const [amount, options, code] of [
    ["0.0000001", {}, "AMOUNT_TOO_PRECISE"],
    ["-0.0000001", { signed: true }, "AMOUNT_TOO_PRECISE"],
    ["-0.01", {}, "AMOUNT_NEGATIVE"],
    ["79228162514264337593543.950336", {}, "AMOUNT_OVERFLOW"],
    ["-79228162514264337593543.950336", { signed: true }, "AMOUNT_OVERFLOW"],
    ["one", {}, "AMOUNT_INVALID"],
    ["", {}, "AMOUNT_INVALID"],
  ] as const) {
    it(`refuses ${JSON.stringify(amount)}: ${code}`, () => {
      expect(() => toTokenUnits(amount, options))
        .to.throw(JSON.stringify(amount))
        .with.property("code", code);
    });
  }
});
