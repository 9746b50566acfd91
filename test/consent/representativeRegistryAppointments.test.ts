import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { Wallet } from "ethers";
import { ethers } from "hardhat";

import { ROLES, STANDINGS } from "../../src/participants/index.js";
import { YEAR, enlist } from "../support/careproof";
import {
  CASE,
  DELAY,
  DOMAIN,
  REPRESENTATION_STATUSES,
  SCOPE,
  TYPES,
  deployRepresentatives,
  statusCode,
  type Appointment,
  type Decision,
  type RepresentationStatus,
} from "../support/representatives";
import {
  impersonated,
  itRefusesTheFuture,
  itTakesOnlySignedDecisions,
  type SignedRoute,
} from "../support/signedDecisions";

const { GUARDIANSHIP_AUTHORITY, OVERSIGHT_AUTHORITY } = ROLES;
const standingCode = (standing: (typeof STANDINGS)[number]): bigint => BigInt(STANDINGS.indexOf(standing));

type System = Awaited<ReturnType<typeof deployRepresentatives>>;

/** Makes `address` an officer of the court, whoever holds its key. */
async function enlistOfficer({ participants, court, expiresAt }: System, address: string): Promise<void> {
  const mask = 1n << BigInt(GUARDIANSHIP_AUTHORITY);
  await participants.connect(court).offerOperator(address, mask, expiresAt);
  await participants.connect(await impersonated(address)).acceptOperator(court.address);
}

async function readyForAppointment(): Promise<SignedRoute> {
  const system = await loadFixture(deployRepresentatives);
  const { representatives, relayed, patient, other, representative, officer, expiresAt, deadline, latest } = system;
  const [signer, second] = [Wallet.createRandom(), Wallet.createRandom()];
  return {
    contract: representatives,
    domainName: DOMAIN,
    type: TYPES.appointment,
    signedBy: "officer",
    signer: new Wallet(signer.privateKey),
    other: new Wallet(second.privateKey),
    decisionOf: async (address) => {
      await enlistOfficer(system, address);
      return {
        // Each officer appoints for another patient, so that both decisions can stand.
        patient: address === second.address ? other.address : patient.address,
        representative: representative.address,
        officer: address,
        purposes: SCOPE,
        mayOverride: false,
        expiresAt,
        caseCommitment: CASE,
        issuedAt: await latest(),
        deadline,
      };
    },
    altered: {
      patient: officer.address,
      representative: other.address,
      purposes: SCOPE << 1n,
      mayOverride: true,
      expiresAt: expiresAt + 1n,
      caseCommitment: ethers.id("another case"),
    },
    relay: async (message, signature) => relayed.appointRepresentative(message as Appointment, signature),
    stands: async (m) =>
      (await representatives.representationOf(m.patient as string, m.representative as string)).status ===
      statusCode("Appointed"),
  };
}

/** `decideAppointment`, each decision about a vetoed appointment of its own. */
async function readyToDecide(inForce: boolean): Promise<SignedRoute> {
  const system = await loadFixture(deployRepresentatives);
  const { representatives, relayed, representative, officer, relayer, court, deadline, latest, appoint } = system;
  /** Appoints both representatives for `patient`, who vetoes both. */
  const appointBoth = async (patient: string) => {
    for (const { address } of [representative, relayer]) {
      await appoint({ patient, representative: address }, court);
      await representatives.connect(await impersonated(patient)).removeRepresentative(address);
    }
  };
  await appointBoth(officer.address);
  return {
    contract: representatives,
    domainName: DOMAIN,
    type: TYPES.decision,
    signedBy: "officer",
    signer: new Wallet(Wallet.createRandom().privateKey),
    other: new Wallet(Wallet.createRandom().privateKey),
    decisionOf: async (address) => {
      await enlistOfficer(system, address);
      const patient = Wallet.createRandom().address;
      await appointBoth(patient);
      await time.increase(2);
      return {
        patient,
        representative: representative.address,
        officer: address,
        inForce,
        issuedAt: await latest(),
        deadline,
      };
    },
    altered: { patient: officer.address, representative: relayer.address, inForce: !inForce },
    relay: async (message, signature) => relayed.decideAppointment(message as Decision, signature),
    stands: async (m) =>
      (await representatives.representationOf(m.patient as string, m.representative as string)).status ===
      statusCode(inForce ? "Confirmed" : "Ended"),
  };
}

async function readyToUphold(): Promise<SignedRoute> {
  return readyToDecide(true);
}

async function readyToEnd(): Promise<SignedRoute> {
  return readyToDecide(false);
}

describe("RepresentativeRegistry: by an authority", () => {
  describe("appointRepresentative", () => {
    itTakesOnlySignedDecisions(readyForAppointment);
    itRefusesTheFuture(readyForAppointment);

    for (const [who, mayOverride] of [
      ["the authority itself", false],
      ["an officer, with the power to override the patient", true],
    ] as const) {
      it(`appoints by ${who}, with effect after 72 hours`, async () => {
        const { representatives, patient, representative, court, officer, expiresAt, appoint, latest, stateOf } =
          await loadFixture(deployRepresentatives);
        const signer = mayOverride ? officer : court;
        const issuedAt = await latest();
        const appointing = appoint({ mayOverride, issuedAt }, signer);
        await appointing;
        const since = (await latest()) + DELAY;
        await expect(appointing)
          .to.emit(representatives, "RepresentativeAppointed")
          .withArgs(
            patient.address,
            representative.address,
            court.address,
            signer.address,
            SCOPE,
            mayOverride,
            since,
            expiresAt,
            CASE,
            issuedAt,
          );
        expect([...(await stateOf())]).to.deep.equal([
          since,
          expiresAt,
          SCOPE,
          statusCode("Appointed"),
          mayOverride,
          0n,
          issuedAt,
          court.address,
          signer.address,
        ]);
        const counts = (at: bigint) => representatives.counts(patient.address, representative.address, at);
        expect(await counts(await latest())).to.equal(false);
        expect(await counts(since - 1n)).to.equal(false);
        expect(await counts(since)).to.equal(true);
      });
    }

    it("waits 72 hours", async () => {
      const { representatives } = await loadFixture(deployRepresentatives);
      expect(await representatives.APPOINTMENT_DELAY()).to.equal(DELAY);
    });

    it("names the registry of participants that it asks", async () => {
      const { representatives, participants } = await loadFixture(deployRepresentatives);
      expect(await representatives.participants()).to.equal(await participants.getAddress());
    });

    it("replaces whom the patient named", async () => {
      const { representatives, patient, representative, name, appoint, latest, stateOf } =
        await loadFixture(deployRepresentatives);
      await name();
      const namedAt = await latest();
      await time.increase(1);
      await appoint();
      expect((await stateOf()).status).to.equal(statusCode("Appointed"));
      expect(await representatives.counts(patient.address, representative.address, namedAt)).to.equal(false);
    });

    it("refuses nobody and the patient as representative", async () => {
      const { representatives, patient, appoint } = await loadFixture(deployRepresentatives);
      for (const representative of [ethers.ZeroAddress, patient.address]) {
        await expect(appoint({ representative }))
          .to.be.revertedWithCustomError(representatives, "InvalidRepresentative")
          .withArgs(representative);
      }
    });

    it("refuses no purpose and bits that stand for none", async () => {
      const { representatives, appoint } = await loadFixture(deployRepresentatives);
      for (const purposes of [0n, SCOPE | (1n << 16n)]) {
        await expect(appoint({ purposes }))
          .to.be.revertedWithCustomError(representatives, "UnknownPurposes")
          .withArgs(purposes);
      }
    });

    it("refuses an expiry that is not in the future", async () => {
      const { representatives, appoint, latest } = await loadFixture(deployRepresentatives);
      const expiresAt = await latest();
      await expect(appoint({ expiresAt }))
        .to.be.revertedWithCustomError(representatives, "ExpiryNotInFuture")
        .withArgs(expiresAt);
    });

    it("refuses an officer of no guardianship authority in good standing", async () => {
      const system = await loadFixture(deployRepresentatives);
      const { representatives, participants, accreditors, relayer, court, officer, oversight, appoint } = system;
      for (const stranger of [relayer, oversight]) {
        await expect(appoint({}, stranger))
          .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
          .withArgs(stranger.address, GUARDIANSHIP_AUTHORITY, standingCode("Unaccredited"));
      }
      await participants.connect(accreditors.justiceMinistry).suspend(court.address, GUARDIANSHIP_AUTHORITY);
      await expect(appoint({}, officer))
        .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
        .withArgs(officer.address, GUARDIANSHIP_AUTHORITY, standingCode("Suspended"));
      expect(
        (await representatives.representationOf(system.patient.address, system.representative.address)).status,
      ).to.equal(statusCode("None"));
    });

    it("attack: an authority, or a key of it in whatever role, cannot be the guardian itself", async () => {
      const system = await loadFixture(deployRepresentatives);
      const { representatives, court, colleague, officer, other, appoint } = system;
      // A key that the court uses for something else.
      await enlist(system, court, other, "OVERSIGHT_AUTHORITY");
      for (const representative of [court, officer, colleague, other]) {
        for (const signer of [court, officer]) {
          await expect(appoint({ representative: representative.address }, signer))
            .to.be.revertedWithCustomError(representatives, "AuthorityCannotRepresent")
            .withArgs(court.address, representative.address);
        }
      }
    });

    it("attack: an appointment relayed twice, or signed before a later decision, is refused", async () => {
      const { representatives, patient, representative, officer, relayed, expiresAt, deadline, ...system } =
        await loadFixture(deployRepresentatives);
      const appointment: Appointment = {
        patient: patient.address,
        representative: representative.address,
        officer: officer.address,
        purposes: SCOPE,
        mayOverride: true,
        expiresAt,
        caseCommitment: CASE,
        issuedAt: await system.latest(),
        deadline,
      };
      const signature = await system.signed(officer, "appointment", appointment);
      await relayed.appointRepresentative(appointment, signature);
      await expect(relayed.appointRepresentative(appointment, signature))
        .to.be.revertedWithCustomError(representatives, "RepresentationSuperseded")
        .withArgs(appointment.issuedAt, appointment.issuedAt);
      await system.decide(false);
      const { appointedAt } = await system.stateOf();
      await expect(relayed.appointRepresentative(appointment, signature))
        .to.be.revertedWithCustomError(representatives, "RepresentationSuperseded")
        .withArgs(appointedAt, appointment.issuedAt);
      expect((await system.stateOf()).status).to.equal(statusCode("Ended"));
    });

    it("lets another authority appoint the same once the first appointment has run out, not before", async () => {
      const { representatives, patient, representative, otherCourt, appoint, latest, stateOf } =
        await loadFixture(deployRepresentatives);
      const runsOut = (await latest()) + 4n * 86_400n;
      await appoint({ expiresAt: runsOut });
      await time.increaseTo(runsOut - 2n);
      await expect(appoint({}, otherCourt))
        .to.be.revertedWithCustomError(representatives, "WrongRepresentationStatus")
        .withArgs(patient.address, representative.address, statusCode("Appointed"));
      await appoint({}, otherCourt);
      expect((await stateOf()).authority).to.equal(otherCourt.address);
    });
  });

  describe("an appointment that would end before it takes effect", () => {
    it("is refused", async () => {
      const { representatives, appoint, latest } = await loadFixture(deployRepresentatives);
      const expiresAt = (await latest()) + 72n * 3600n;
      await expect(appoint({ expiresAt }))
        .to.be.revertedWithCustomError(representatives, "ExpiryNotInFuture")
        .withArgs(expiresAt);
    });
  });

  describe("decideAppointment", () => {
    for (const [what, ready] of [
      ["to uphold", readyToUphold],
      ["to end", readyToEnd],
    ] as const) {
      describe(what, () => {
        itTakesOnlySignedDecisions(ready);
        itRefusesTheFuture(ready);
      });
    }

    it("upholds by another officer what the patient vetoed, as it was", async () => {
      const { representatives, patient, representative, court, officer, colleague, expiresAt, ...system } =
        await loadFixture(deployRepresentatives);
      await system.appoint({ mayOverride: true });
      const { since } = await system.stateOf();
      await system.remove();
      const vetoedAt = await system.latest();
      await time.increase(10);
      const issuedAt = await system.latest();
      await expect(system.decide(true, colleague, { issuedAt }))
        .to.emit(representatives, "AppointmentConfirmed")
        .withArgs(patient.address, representative.address, colleague.address, issuedAt);
      expect([...(await system.stateOf())]).to.deep.equal([
        since,
        expiresAt,
        SCOPE,
        statusCode("Confirmed"),
        true,
        vetoedAt,
        issuedAt,
        court.address,
        officer.address,
      ]);
    });

    it("lets the authority itself uphold what its officer appointed", async () => {
      const { court, appoint, remove, decide, stateOf } = await loadFixture(deployRepresentatives);
      await appoint();
      await remove();
      await time.increase(1);
      await decide(true, court);
      expect((await stateOf()).status).to.equal(statusCode("Confirmed"));
    });

    it("attack: the officer who appointed cannot uphold it", async () => {
      const { representatives, officer, appoint, remove, decide, stateOf } = await loadFixture(deployRepresentatives);
      await appoint();
      await remove();
      await time.increase(1);
      await expect(decide(true, officer))
        .to.be.revertedWithCustomError(representatives, "SameOfficer")
        .withArgs(officer.address);
      expect((await stateOf()).status).to.equal(statusCode("Vetoed"));
    });

    it("attack: neither another authority nor an oversight authority upholds it", async () => {
      const { representatives, court, otherCourt, oversight, relayer, appoint, remove, decide } =
        await loadFixture(deployRepresentatives);
      await appoint();
      await remove();
      await time.increase(1);
      for (const stranger of [otherCourt, oversight, relayer]) {
        await expect(decide(true, stranger))
          .to.be.revertedWithCustomError(representatives, "NotOfficerOf")
          .withArgs(court.address, stranger.address);
      }
    });

    it("attack: an officer dismissed since cannot uphold it", async () => {
      const { representatives, participants, court, colleague, appoint, remove, decide } =
        await loadFixture(deployRepresentatives);
      await appoint();
      await remove();
      await participants.connect(court).removeOperator(colleague.address);
      await expect(decide(true, colleague))
        .to.be.revertedWithCustomError(representatives, "NotOfficerOf")
        .withArgs(court.address, colleague.address);
    });

    for (const who of ["officer", "colleague", "court", "oversight"] as const) {
      it(`ends an appointment by ${who === "oversight" ? "an oversight authority" : `the ${who}`}`, async () => {
        const system = await loadFixture(deployRepresentatives);
        const { representatives, patient, representative, appoint, decide, latest, stateOf } = system;
        await appoint();
        await time.increase(1);
        const issuedAt = await latest();
        await expect(decide(false, system[who], { issuedAt }))
          .to.emit(representatives, "RepresentationEnded")
          .withArgs(patient.address, representative.address, system[who].address, issuedAt);
        const state = await stateOf();
        expect([state.status, state.appointedAt]).to.deep.equal([statusCode("Ended"), issuedAt]);
        expect(await representatives.counts(patient.address, representative.address, state.since)).to.equal(false);
      });
    }

    it("refuses to end by who is of no such authority, another guardianship authority included", async () => {
      const { participants, otherCourt, relayer, appoint, decide } = await loadFixture(deployRepresentatives);
      await appoint();
      await time.increase(1);
      for (const stranger of [otherCourt, relayer]) {
        await expect(decide(false, stranger))
          .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
          .withArgs(stranger.address, OVERSIGHT_AUTHORITY, standingCode("Unaccredited"));
      }
    });

    it("oversight ends the appointment of an authority that lost its accreditation, which itself cannot", async () => {
      const system = await loadFixture(deployRepresentatives);
      const { representatives, participants, accreditors, court, officer, colleague, oversight } = system;
      await system.appoint();
      await system.remove();
      await participants.connect(accreditors.justiceMinistry).withdraw(court.address, GUARDIANSHIP_AUTHORITY);
      await expect(system.decide(true, colleague))
        .to.be.revertedWithCustomError(representatives, "NotOfficerOf")
        .withArgs(court.address, colleague.address);
      await expect(system.decide(false, officer))
        .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
        .withArgs(officer.address, OVERSIGHT_AUTHORITY, standingCode("OperatorRoleMissing"));
      await system.decide(false, oversight);
      expect((await system.stateOf()).status).to.equal(statusCode("Ended"));
    });

    it("attack: a decision signed before the veto, or in its second, does not overrule it", async () => {
      const { representatives, remove, appoint, decide, latest, stateOf } = await loadFixture(deployRepresentatives);
      await appoint();
      const before = await latest();
      await remove();
      const vetoedAt = await latest();
      for (const issuedAt of [before, vetoedAt]) {
        await expect(decide(true, undefined, { issuedAt }))
          .to.be.revertedWithCustomError(representatives, "RepresentationSuperseded")
          .withArgs(vetoedAt, issuedAt);
      }
      expect((await stateOf()).status).to.equal(statusCode("Vetoed"));
    });

    it("attack: a decision relayed twice is refused, for an earlier appointment and for a later one", async () => {
      const { representatives, patient, representative, colleague, relayed, deadline, ...system } =
        await loadFixture(deployRepresentatives);
      await system.appoint();
      await time.increase(1);
      const decision: Decision = {
        patient: patient.address,
        representative: representative.address,
        officer: colleague.address,
        inForce: false,
        issuedAt: await system.latest(),
        deadline,
      };
      const signature = await system.signed(colleague, "decision", decision);
      await relayed.decideAppointment(decision, signature);
      await expect(relayed.decideAppointment(decision, signature))
        .to.be.revertedWithCustomError(representatives, "WrongRepresentationStatus")
        .withArgs(patient.address, representative.address, statusCode("Ended"));
      await system.appoint();
      const { appointedAt } = await system.stateOf();
      await expect(relayed.decideAppointment(decision, signature))
        .to.be.revertedWithCustomError(representatives, "RepresentationSuperseded")
        .withArgs(appointedAt, decision.issuedAt);
    });
  });

  describe("every action in every status", () => {
    const ACTIONS = ["name", "remove", "appoint", "uphold", "end"] as const;
    type Action = (typeof ACTIONS)[number];
    const TRANSITIONS: Record<RepresentationStatus, Partial<Record<Action, RepresentationStatus>>> = {
      None: { name: "Named", remove: "Ended", appoint: "Appointed" },
      Named: { name: "Named", remove: "Ended", appoint: "Appointed" },
      Appointed: { remove: "Vetoed", end: "Ended" },
      Vetoed: { uphold: "Confirmed", end: "Ended" },
      Confirmed: { end: "Ended" },
      Ended: { name: "Named", remove: "Ended", appoint: "Appointed" },
    };
    const perform: Record<Action, (system: System) => Promise<unknown>> = {
      name: ({ name }) => name(),
      remove: ({ remove }) => remove(),
      appoint: ({ appoint }) => appoint(),
      uphold: ({ decide }) => decide(true),
      end: ({ decide }) => decide(false),
    };
    for (const from of REPRESENTATION_STATUSES) {
      for (const action of ACTIONS) {
        const to = TRANSITIONS[from][action];
        it(`${from}: ${action} ${to === undefined ? "is refused" : `leads to ${to}`}`, async () => {
          const system = await loadFixture(deployRepresentatives);
          const { representatives, patient, representative, bringTo, stateOf } = system;
          await bringTo(from);
          await time.increase(1);
          if (to === undefined) {
            await expect(perform[action](system))
              .to.be.revertedWithCustomError(representatives, "WrongRepresentationStatus")
              .withArgs(patient.address, representative.address, statusCode(from));
          } else {
            await perform[action](system);
          }
          expect((await stateOf()).status).to.equal(statusCode(to ?? from));
        });
      }
    }

    it("an appointment that has run out, whatever its status, keeps nobody from a new one", async () => {
      for (const status of ["Appointed", "Vetoed", "Confirmed"] as const) {
        const { expiresAt, bringTo, byPatient, representative, stateOf } = await loadFixture(deployRepresentatives);
        await bringTo(status);
        await time.increaseTo(expiresAt);
        await byPatient.nameRepresentative(representative.address, SCOPE, expiresAt + YEAR);
        expect((await stateOf()).status, status).to.equal(statusCode("Named"));
      }
    });
  });
});
