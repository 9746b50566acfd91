import { expect } from "chai";

import { clearSigningDescriptor } from "../../src/trials/clearSigning.js";
import { DEPLOYMENT, source, typeStrings } from "../consent/messages.js";

/** How a member of each type is shown, but for the meaning. */
const FORMATS: Readonly<Record<string, string>> = {
  address: "addressName",
  uint40: "date",
  "uint40[]": "date",
  uint8: "raw",
  bytes32: "raw",
  "bytes32[]": "raw",
};

describe("trials.clearSigningDescriptor", () => {
  const descriptor = clearSigningDescriptor("TrialRegistry", [{ chainId: 1, address: DEPLOYMENT.verifyingContract }]);

  it("is bound to the contract's domain and deployments", () => {
    const name = /SignedDecisions\("([^"]+)"\)/.exec(source("trials/TrialRegistry.sol"))?.[1];
    expect(descriptor.context.eip712).to.deep.equal({
      domain: { name, version: "1" },
      deployments: [{ chainId: 1, address: DEPLOYMENT.verifyingContract }],
    });
  });

  it("shows every member of every message, each item of a list too, in a form fit for it", () => {
    const { formats } = descriptor.display;
    const strings = [...typeStrings(source("trials/TrialTypes.sol")).values()];
    expect(strings).to.have.length(4);
    expect(Object.keys(formats)).to.have.members(strings);
    for (const [encoded, { intent, fields }] of Object.entries(formats)) {
      expect(intent).to.match(/^[A-Z][a-z ]{3,29}$/);
      const members = encoded
        .slice(encoded.indexOf("(") + 1, -1)
        .split(",")
        .map((member) => member.split(" ") as [type: string, name: string]);
      expect(fields.map(({ path }) => path)).to.deep.equal(
        members.map(([type, name]) => (type.endsWith("[]") ? `${name}.[]` : name)),
      );
      for (const [index, { label, format, visible }] of fields.entries()) {
        const [type, name] = members[index]!;
        expect(label, name).to.match(/^[A-Z].{1,19}$/);
        expect(visible).to.equal("always");
        expect(format, name).to.equal(name === "meaning" ? "enum" : FORMATS[type]);
      }
    }
  });

  it("has the words of 21 CFR 11.50 for what a signature means", () => {
    expect(descriptor.metadata.enums).to.deep.equal({
      meaning: { "1": "authorship", "2": "review", "3": "approval", "4": "responsibility" },
    });
  });
});
