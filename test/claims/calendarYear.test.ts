import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { toBeHex } from "ethers";

import { dayNow, deployInsurer } from "../support/claimsParties";

/** Every year that CareProof may see, and some of a later cycle of 400 years: 2400 has a leap day, 2100 to 2300 have none. */
const YEARS = [...Array.from({ length: 231 }, (_, index) => 1970 + index), 2299, 2300, 2301, 2399, 2400, 2401, 9999];

const tagOf = (year: number): string => toBeHex(year, 31);

/** The day on which a year begins, by JavaScript's own calendar. */
const newYear = (year: number): number => Date.UTC(year, 0, 1) / 86_400_000;

/** A policy whose subject tag of each year is the year, so that the cover of a day tells its year. */
async function deployTagged() {
  const system = await loadFixture(deployInsurer);
  const { policies, insurerKey, enrolment, member, terms } = system;
  const today = await dayNow();
  await policies.connect(insurerKey).issue(terms as never, member, today + 1, today + 365, 0);
  for (const year of YEARS) await policies.connect(enrolment).declareSubjectTag(1, year, tagOf(year), 0);
  return system;
}

describe("CalendarYear", () => {
  it("has the first and the last day of every year in it, as JavaScript's calendar has", async () => {
    const { policies } = await loadFixture(deployTagged);
    for (const year of YEARS) {
      for (const day of [newYear(year), newYear(year + 1) - 1]) {
        expect((await policies.coverOn(1, day, 0)).subjectTag, `day ${day} of ${year}`).to.equal(tagOf(year));
      }
    }
  });

  it("has every day of leap years and of those around them in its year", async () => {
    const { policies } = await loadFixture(deployTagged);
    for (const year of [1971, 1972, 1973, 2000, 2096, 2100, 2400]) {
      const wrong: number[] = [];
      for (let day = newYear(year); day < newYear(year + 1); day += 1) {
        if ((await policies.coverOn(1, day, 0)).subjectTag !== tagOf(year)) wrong.push(day);
      }
      expect(wrong, `days of ${year}`).to.deep.equal([]);
    }
  });
});
