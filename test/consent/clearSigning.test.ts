import { expect } from "chai";

import { clearSigningDescriptor } from "../../src/consent/clearSigning.js";
import type { SigningContract } from "../../src/consent/typedData.js";
import { DEPLOYMENT, SOURCES, source, typeStrings } from "./messages.js";

describe("clearSigningDescriptor", () => {
  for (const [contract, [types, implementation]] of Object.entries(SOURCES) as [SigningContract, [string, string]][]) {
    const descriptor = clearSigningDescriptor(contract, [{ chainId: 1, address: DEPLOYMENT.verifyingContract }]);

    it(`of ${contract} is bound to the contract's domain and deployments`, () => {
      const name = /SignedDecisions\("([^"]+)"\)/.exec(source(implementation))?.[1];
      expect(descriptor.context.eip712).to.deep.equal({
        domain: { name, version: "1" },
        deployments: [{ chainId: 1, address: DEPLOYMENT.verifyingContract }],
      });
    });

    it(`of ${contract} shows every member of every message, in a form fit for it`, () => {
      const { formats } = descriptor.display;
      expect(Object.keys(formats)).to.have.members([...typeStrings(source(types)).values()]);
      for (const [encoded, { intent, fields }] of Object.entries(formats)) {
        const members = encoded
          .slice(encoded.indexOf("(") + 1, -1)
          .split(",")
          .map((member) => member.split(" "));
        expect(intent).to.match(/^[A-Z][a-z ]{3,29}$/);
        expect(fields.map((field) => field.path)).to.deep.equal(members.map(([, name]) => name));
        for (const [index, { label, format, visible, params }] of fields.entries()) {
          const [type, name] = members[index] ?? [];
          expect(label, name).to.match(/^[A-Z].{1,19}$/);
          expect(visible).to.equal("always");
          const fit = { address: "addressName", bool: "enum", bytes32: "raw", uint40: "date", uint256: "raw" }[
            type ?? ""
          ];
          expect(format, name).to.equal(fit ?? "enum");
          if (format === "enum") {
            const enumeration = (params as { $ref: string }).$ref.replace("$.metadata.enums.", "");
            expect(descriptor.metadata.enums[enumeration], name).not.to.equal(undefined);
          }
        }
      }
    });

    it(`of ${contract} is JSON`, () => {
      expect(JSON.parse(JSON.stringify(descriptor))).to.deep.equal(descriptor);
    });
  }

  it("has words for every purpose, category and role alone, and every set of flags", () => {
    const { purposes = {}, categories = {}, flags = {} } = clearSigningDescriptor("ConsentRegistry", []).metadata.enums;
    expect(purposes["1"]).to.equal("treatment (TREAT)");
    expect(purposes["2147483648"]).to.equal("training artificial intelligence (AI_TRAINING)");
    // 1 << 50.
    expect(categories["1125899906842624"]).to.equal("HIV or AIDS data");
    expect(Object.keys(flags)).to.deep.equal(["0", "1", "2", "3", "4", "5", "6", "7"]);
    expect(flags["0"]).to.equal("none");
  });
});
