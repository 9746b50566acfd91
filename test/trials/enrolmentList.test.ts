import { expect } from "chai";

import { readEnrolmentList } from "../../src/trials/enrolmentList.js";
import { splitLines } from "../../src/utils/lines.js";
import { expectError, subjectOf } from "./batches.js";

const SUBJECT = subjectOf("1");
const read = (...lines: object[]): ReturnType<typeof readEnrolmentList> =>
  readEnrolmentList(splitLines([Buffer.from(lines.map((line) => JSON.stringify(line)).join("\n"))]), "list");

describe("readEnrolmentList", () => {
  it("reads subjects by their keys", async () => {
    const list = await read({ subjectKey: "001", subject: SUBJECT, signedAt: 1, withdrawnAt: 2 });
    expect(list.size).to.equal(1);
    expect(list.get("001")).to.deep.equal({ subjectKey: "001", subject: SUBJECT, signedAt: 1, withdrawnAt: 2 });
    expect(list.get("002")).to.equal(undefined);
  });

  const first = { subjectKey: "001", subject: SUBJECT };
  const refused: [string, object][] = [
    ["a subject twice", first],
    ["no key", { subject: SUBJECT }],
    ["a commitment that is no hash", { subjectKey: "002", subject: "0x12" }],
    ["a zero commitment", { subjectKey: "002", subject: `0x${"00".repeat(32)}` }],
    ["a time in words", { subjectKey: "002", subject: SUBJECT, withdrawnAt: "2026-01-01" }],
    ["a withdrawal before the enrolment", { subjectKey: "002", subject: SUBJECT, signedAt: 5, withdrawnAt: 4 }],
    ["a member without a meaning", { subjectKey: "002", subject: SUBJECT, withdrawn: 4 }],
  ];
  for (const [name, line] of refused) {
    it(`refuses ${name}, with the line`, async () => {
      await expectError(() => read(first, line), "ENROLMENT_INVALID", "list:2");
    });
  }
});
