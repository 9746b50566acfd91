const SIGNATURE = "a signature over the other arguments, checked and forgotten";

/**
 * What may carry `bytes` or `string` in our contracts, and why that holds nothing about a person. Each entry is a decision
 * of a review: add one only with a reason that a data protection officer would accept.
 */
export const ALLOWED: Readonly<Record<string, string>> = {
  "multicall(bytes[])": "calls of the contract's own functions, each under these same rules",
  "constructor(string)": "the resolver in front of every GS1 Digital Link, set once at deployment",
  resolver: "the resolver in front of every GS1 Digital Link, set once at deployment",
  "safeTransferFrom(address,address,uint256,bytes)": "of ERC-721: it always reverts, and the data goes nowhere",
  "StringTooLong(string)": "OpenZeppelin's error about the contract's own EIP-712 name, thrown at deployment only",

  "appointRepresentative((address,address,address,uint32,bool,uint40,bytes32,uint40,uint40),bytes)": SIGNATURE,
  "decideAppointment((address,address,address,bool,uint40,uint40),bytes)": SIGNATURE,
  "grantBySig((address,address,address,uint32,uint64,uint40,uint40,uint8,bytes32,uint40,uint40),bytes)": SIGNATURE,
  "nameGuardianBySig(address,address,uint40,uint40,bytes)": SIGNATURE,
  "nameOperator(address,uint56,uint40,uint40,bytes)": SIGNATURE,
  "nameRepresentativeBySig(address,address,uint32,uint40,uint40,uint40,bytes)": SIGNATURE,
  "objectToRetirementBySig(address,uint40,uint40,bytes)": SIGNATURE,
  "removeRepresentativeBySig(address,address,uint40,uint40,bytes)": SIGNATURE,
  "reportUnlogged((address,address,bytes32,uint40),bytes)": SIGNATURE,
  "retireBySig(address,address,uint40,uint40,bytes)": SIGNATURE,
  "revokeAllBySig(address,address,uint40,uint40,bytes)": SIGNATURE,
  "revokeBySig((address,address,address,uint32,uint40,uint40),bytes)": SIGNATURE,
  "setBreakGlassPreferenceBySig(address,bool,uint40,uint40,bytes)": SIGNATURE,
  "setEmergencySourcePreferenceBySig(address,address,uint64,uint40,uint40,bytes)": SIGNATURE,

  // Claims, with the two signatures that they are proved by.
  "appeal((address,bytes31,uint32,uint8,uint8),(bytes32,address,uint8,bytes32,uint40),bytes)": SIGNATURE,
  "submit((((address,address,address,bytes32,uint32,uint8,uint40,bytes32),uint32,uint32,(bytes32,uint64,uint64,uint16)[],bytes32,address,address,uint40,uint40),bytes32[][],bool[],bytes,bytes),(address,address,bytes32,uint64,uint64,uint64,uint16,uint16,uint16,uint16,uint16,uint16,uint256[]))":
    SIGNATURE,
  "submitFor((((address,address,address,bytes32,uint32,uint8,uint40,bytes32),uint32,uint32,(bytes32,uint64,uint64,uint16)[],bytes32,address,address,uint40,uint40),bytes32[][],bool[],bytes,bytes),(address,address,bytes32,uint64,uint64,uint64,uint16,uint16,uint16,uint16,uint16,uint16,uint256[]),bytes32,address)":
    SIGNATURE,
  "submitMany((((address,address,address,bytes32,uint32,uint8,uint40,bytes32),uint32,uint32,(bytes32,uint64,uint64,uint16)[],bytes32,address,address,uint40,uint40),bytes32[][],bool[],bytes,bytes)[],(address,address,bytes32,uint64,uint64,uint64,uint16,uint16,uint16,uint16,uint16,uint16,uint256[]))":
    SIGNATURE,
  "attest(uint256,uint32,(address,address,bytes32,uint16,uint16,uint16,uint16,uint8,uint64,uint16,uint64),(address,address,bytes32,uint40,uint40,bytes)[])":
    SIGNATURE,
  "Attestation.signature": SIGNATURE,
  "ProvenClaim.receiptSignature": SIGNATURE,
  "ProvenClaim.claimSignature": SIGNATURE,

  // Trials.
  "approve(bytes32,(address,bytes32,uint8,uint40,uint40,bytes))": SIGNATURE,
  "unlock(bytes32,bytes32,(address,bytes32,uint8,uint40,uint40,bytes),(address,bytes32,uint8,uint40,uint40,bytes))":
    SIGNATURE,
  "enrol((bytes32,address,bytes32,uint8,address,uint40,uint40),bytes)": SIGNATURE,
  "enrolWithConsent((bytes32,address,bytes32,uint8,address,uint40,uint40),address,bytes32,bytes)": SIGNATURE,
  "enrolMany(bytes32,address,uint8,(bytes32,address,uint40,uint40,bytes)[])": SIGNATURE,
  "enrolManyByInvestigator((bytes32,address,uint8,address,bytes32[],uint40[],uint40),bytes)": SIGNATURE,
  "withdraw((bytes32,bytes32,address,uint40,uint40),bytes32,bytes)": SIGNATURE,
  "ElectronicSignature.signature": SIGNATURE,
  "EnrolmentItem.signature": SIGNATURE,
};
