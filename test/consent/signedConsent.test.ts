import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { PURPOSES, type Category } from "../../src/consent/codes.js";
import { formatDateTime } from "../../src/consent/fhir/dateTime.js";
import { readConsent } from "../../src/consent/fhir/readConsent.js";
import { writeConsent } from "../../src/consent/fhir/writeConsent.js";
import { categoriesToMask, flagsToMask, purposesToMask } from "../../src/consent/masks.js";
import { typedData } from "../../src/consent/typedData.js";
import { accredit, deployCareProof } from "../support/careproof";

const EVIDENCE = ethers.id("commitment of the consent document");

describe("a FHIR Consent, signed by the patient and relayed", () => {
  async function deployed() {
    const system = await loadFixture(deployCareProof);
    const [patient, clinic, relayer] = system.others;
    if (patient === undefined || clinic === undefined || relayer === undefined) throw new Error("too few accounts");
    await accredit(system, clinic, "PROVIDER");
    const { chainId } = await ethers.provider.getNetwork();
    const deployment = { chainId, verifyingContract: await system.consents.getAddress() };
    return { ...system, patient, clinic, relayer, deployment };
  }

  it("permits what it says, and a signed revocation ends it", async () => {
    const { consents, patient, clinic, relayer, deployment } = await loadFixture(deployed);
    const now = await time.latest();
    const written = writeConsent(
      {
        kind: "grant",
        patient: { address: patient.address },
        grantee: { address: clinic.address },
        purposes: ["TREAT"],
        categories: ["LABORATORY", "HIV"],
        flags: ["NORDSCLCD"],
        notBefore: now,
        expiresAt: now + 86_400,
        issuedAt: now,
        inexact: [],
        path: "",
      },
      { chainId: deployment.chainId },
    );
    expect(written.dateTime).to.equal(formatDateTime(now));
    const [terms] = readConsent(written, { chainId: deployment.chainId });
    if (terms?.kind !== "grant") return expect.fail("no grant was read");

    const grant = typedData("ConsentGrant", deployment, {
      patient: terms.patient.address ?? "",
      decidedBy: patient.address,
      grantee: terms.grantee.address ?? "",
      purposes: purposesToMask(terms.purposes),
      categories: categoriesToMask(terms.categories),
      notBefore: terms.notBefore,
      expiresAt: terms.expiresAt,
      flags: flagsToMask(terms.flags),
      evidence: EVIDENCE,
      issuedAt: terms.issuedAt,
      deadline: now + 3600,
    });
    const signature = await patient.signTypedData(grant.domain, grant.types, grant.message);
    await consents.connect(relayer).grantBySig(grant.message, signature);

    const check = async (...names: Category[]) =>
      (await consents.check(patient, clinic, PURPOSES.TREAT, categoriesToMask(names)))[0];
    expect(await check("LABORATORY", "HIV")).to.equal(true);
    expect(await check("LABORATORY", "PSY")).to.equal(false);

    const revocation = typedData("ConsentRevocation", deployment, {
      patient: patient.address,
      decidedBy: patient.address,
      grantee: clinic.address,
      purposes: grant.message.purposes,
      issuedAt: now,
      deadline: now + 3600,
    });
    await consents
      .connect(relayer)
      .revokeBySig(
        revocation.message,
        await patient.signTypedData(revocation.domain, revocation.types, revocation.message),
      );
    expect(await check("LABORATORY")).to.equal(false);
  });
});
