import { expect } from "chai";

import { clearSigningDescriptor } from "../../src/claims/clearSigning.js";
import { DEPLOYMENT, source, typeStrings } from "../consent/messages.js";

/** The Solidity sources of the types and of the contract of each EIP-712 domain. */
const SOURCES = {
  ClaimsProcessor: ["claims/ClaimTypes.sol", "claims/ClaimsProcessor.sol"],
  ParametricPolicy: ["claims/ParametricTypes.sol", "claims/ParametricPolicy.sol"],
} as const;

type SigningContract = keyof typeof SOURCES;

/** Structs that are signed as part of a message only. */
const PARTS = ["ClaimLine"];

/** Type and path of every member of a message, those of its parts behind the path of the part. */
function membersOf(encoded: string): [type: string, path: string][] {
  const structs = new Map(
    [...encoded.matchAll(/(\w+)\(([^)]*)\)/g)].map(([, name = "", members = ""]) => [
      name,
      members.split(",").map((member) => member.split(" ") as [string, string]),
    ]),
  );
  const walk = (name: string, prefix: string): [string, string][] =>
    structs
      .get(name)!
      .flatMap(([type, member]): [string, string][] =>
        type.endsWith("[]") ? walk(type.slice(0, -2), `${prefix}${member}.[].`) : [[type, `${prefix}${member}`]],
      );
  return walk(/^\w+/.exec(encoded)![0], "");
}

describe("claims.clearSigningDescriptor", () => {
  for (const contract of Object.keys(SOURCES) as SigningContract[]) {
    const [types, implementation] = SOURCES[contract];
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
      const strings = typeStrings(source(types));
      for (const part of PARTS) strings.delete(part);
      expect(Object.keys(formats)).to.have.members([...strings.values()]);
      for (const [encoded, { intent, fields }] of Object.entries(formats)) {
        const members = membersOf(encoded);
        expect(intent).to.match(/^[A-Z][a-z ]{3,29}$/);
        expect(fields.map((field) => field.path)).to.deep.equal(members.map(([, path]) => path));
        for (const [index, { label, format, visible }] of fields.entries()) {
          const [type, path] = members[index]!;
          expect(label, path).to.match(/^[A-Z].{1,19}$/);
          expect(visible).to.equal("always");
          const fit = { address: "addressName", uint40: "date" }[type] ?? (path === "purpose" ? "enum" : "raw");
          expect(format, path).to.equal(fit);
        }
      }
    });
  }

  it("has words for the purpose of a receipt, and no others", () => {
    expect(clearSigningDescriptor("ClaimsProcessor", []).metadata.enums).to.deep.equal({
      purpose: { "2": "payment for care (HPAYMT)" },
    });
    expect(clearSigningDescriptor("ParametricPolicy", []).metadata.enums).to.deep.equal({});
  });
});
