import { loadFixture, mine, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import type { ContractTransactionResponse } from "ethers";
import { ethers } from "hardhat";

import { YEAR } from "../support/careproof";
import {
  DOMAIN,
  REPRESENTATION_STATUSES,
  SCOPE,
  TYPES,
  deployRepresentatives,
  mask,
  statusCode,
  type RepresentationStatus,
} from "../support/representatives";
import {
  impersonated,
  itRefusesTheFuture,
  itTakesOnlySignedDecisions,
  type Message,
  type SignedRoute,
} from "../support/signedDecisions";

const KNOWN_PURPOSES = 0x8000ffffn;

type System = Awaited<ReturnType<typeof deployRepresentatives>>;

interface Naming {
  representative?: string;
  purposes?: bigint;
  expiresAt?: bigint;
}

interface Route {
  name: (system: System, naming?: Naming) => Promise<ContractTransactionResponse>;
  remove: (system: System) => Promise<ContractTransactionResponse>;
}

/** The two ways in which a patient's word reaches the contract. Each is dated with the block that takes it. */
const ROUTES: Record<string, Route> = {
  "the patient's own transaction": {
    name: async ({ byPatient, representative, expiresAt }, naming = {}) =>
      byPatient.nameRepresentative(
        naming.representative ?? representative.address,
        naming.purposes ?? SCOPE,
        naming.expiresAt ?? expiresAt,
      ),
    remove: async ({ byPatient, representative }) => byPatient.removeRepresentative(representative.address),
  },
  "the patient's signature": {
    name: async (system, naming = {}) => {
      const { relayed, patient, deadline, signed } = system;
      const issuedAt = await nextSecond(system);
      const message = {
        patient: patient.address,
        representative: naming.representative ?? system.representative.address,
        purposes: naming.purposes ?? SCOPE,
        expiresAt: naming.expiresAt ?? system.expiresAt,
        issuedAt,
        deadline,
      };
      return relayed.nameRepresentativeBySig(
        message.patient,
        message.representative,
        message.purposes,
        message.expiresAt,
        issuedAt,
        deadline,
        await signed(patient, "naming", message),
      );
    },
    remove: async (system) => {
      const { relayed, patient, representative, deadline, signed } = system;
      const issuedAt = await nextSecond(system);
      const message = { patient: patient.address, representative: representative.address, issuedAt, deadline };
      return relayed.removeRepresentativeBySig(
        message.patient,
        message.representative,
        issuedAt,
        deadline,
        await signed(patient, "removal", message),
      );
    },
  },
};

/** Sets the time of the next block, and returns it. */
async function nextSecond({ latest }: System): Promise<bigint> {
  const second = (await latest()) + 1n;
  await time.setNextBlockTimestamp(second);
  return second;
}

async function readyForNaming(): Promise<SignedRoute> {
  const { representatives, relayed, patient, other, representative, officer, expiresAt, deadline, latest } =
    await loadFixture(deployRepresentatives);
  return {
    contract: representatives,
    domainName: DOMAIN,
    type: TYPES.naming,
    signedBy: "patient",
    signer: patient,
    other,
    decisionOf: async (address) => ({
      patient: address,
      representative: representative.address,
      purposes: SCOPE,
      expiresAt,
      issuedAt: await latest(),
      deadline,
    }),
    altered: { representative: officer.address, purposes: KNOWN_PURPOSES, expiresAt: expiresAt + 1n },
    relay: async (m: Message, signature) =>
      relayed.nameRepresentativeBySig(
        m.patient as string,
        m.representative as string,
        m.purposes as bigint,
        m.expiresAt as bigint,
        m.issuedAt as bigint,
        m.deadline as bigint,
        signature,
      ),
    stands: async (m) =>
      (await representatives.representationOf(m.patient as string, m.representative as string)).status ===
      statusCode("Named"),
  };
}

async function readyForRemoval(): Promise<SignedRoute> {
  const { representatives, relayed, patient, other, representative, officer, expiresAt, deadline, latest } =
    await loadFixture(deployRepresentatives);
  return {
    contract: representatives,
    domainName: DOMAIN,
    type: TYPES.removal,
    signedBy: "patient",
    signer: patient,
    other,
    decisionOf: async (address) => {
      await representatives
        .connect(await impersonated(address))
        .nameRepresentative(representative.address, SCOPE, expiresAt);
      return { patient: address, representative: representative.address, issuedAt: await latest(), deadline };
    },
    altered: { representative: officer.address },
    relay: async (m: Message, signature) =>
      relayed.removeRepresentativeBySig(
        m.patient as string,
        m.representative as string,
        m.issuedAt as bigint,
        m.deadline as bigint,
        signature,
      ),
    stands: async (m) =>
      (await representatives.representationOf(m.patient as string, m.representative as string)).status ===
      statusCode("Ended"),
  };
}

describe("RepresentativeRegistry: by the patient", () => {
  for (const [route, { name, remove }] of Object.entries(ROUTES)) {
    describe(`by ${route}`, () => {
      it("names a representative at once", async () => {
        const system = await loadFixture(deployRepresentatives);
        const { representatives, patient, representative, expiresAt, latest, stateOf } = system;
        const naming = name(system);
        await expect(naming).to.emit(representatives, "RepresentativeNamed");
        const now = await latest();
        await expect(naming)
          .to.emit(representatives, "RepresentativeNamed")
          .withArgs(patient.address, representative.address, SCOPE, expiresAt, now);
        expect([...(await stateOf())]).to.deep.equal([
          now,
          expiresAt,
          SCOPE,
          statusCode("Named"),
          false,
          now,
          0n,
          ethers.ZeroAddress,
          ethers.ZeroAddress,
        ]);
        expect(await representatives.counts(patient.address, representative.address, now)).to.equal(true);
      });

      it("replaces what the representative could do, and what it decided before counts no more", async () => {
        const system = await loadFixture(deployRepresentatives);
        const { representatives, patient, representative, expiresAt, latest, stateOf } = system;
        await name(system);
        const before = await latest();
        await name(system, { purposes: mask("TREAT"), expiresAt: expiresAt - 1n });
        const now = await latest();
        const state = await stateOf();
        expect([state.since, state.purposes, state.expiresAt]).to.deep.equal([now + 1n, mask("TREAT"), expiresAt - 1n]);
        expect(await representatives.counts(patient.address, representative.address, before)).to.equal(false);
        expect(await representatives.counts(patient.address, representative.address, now)).to.equal(false);
        expect(await representatives.counts(patient.address, representative.address, now + 1n)).to.equal(true);
      });

      it("takes every purpose in use", async () => {
        const system = await loadFixture(deployRepresentatives);
        await name(system, { purposes: KNOWN_PURPOSES });
        expect((await system.stateOf()).purposes).to.equal(KNOWN_PURPOSES);
      });

      it("refuses nobody and the patient as representative", async () => {
        const system = await loadFixture(deployRepresentatives);
        for (const representative of [ethers.ZeroAddress, system.patient.address]) {
          await expect(name(system, { representative }))
            .to.be.revertedWithCustomError(system.representatives, "InvalidRepresentative")
            .withArgs(representative);
        }
      });

      it("refuses no purpose and bits that stand for none", async () => {
        const system = await loadFixture(deployRepresentatives);
        for (const purposes of [0n, 1n << 16n, SCOPE | (1n << 30n), 2n ** 32n - 1n]) {
          await expect(name(system, { purposes }))
            .to.be.revertedWithCustomError(system.representatives, "UnknownPurposes")
            .withArgs(purposes);
        }
      });

      it("refuses an expiry that is not in the future, this second included", async () => {
        const system = await loadFixture(deployRepresentatives);
        const expiresAt = await nextSecond(system);
        await expect(name(system, { expiresAt }))
          .to.be.revertedWithCustomError(system.representatives, "ExpiryNotInFuture")
          .withArgs(expiresAt);
        expect((await system.stateOf()).status).to.equal(statusCode("None"));
      });

      it("removes a representative that the patient named, at once", async () => {
        const system = await loadFixture(deployRepresentatives);
        const { representatives, patient, representative, latest, stateOf } = system;
        await name(system);
        const namedAt = await latest();
        const removal = remove(system);
        await removal;
        const now = await latest();
        await expect(removal)
          .to.emit(representatives, "RepresentationEnded")
          .withArgs(patient.address, representative.address, patient.address, now);
        const state = await stateOf();
        expect([state.status, state.decidedAt]).to.deep.equal([statusCode("Ended"), now]);
        expect(await representatives.counts(patient.address, representative.address, namedAt)).to.equal(false);
        expect(await representatives.counts(patient.address, representative.address, now)).to.equal(false);
      });

      it("vetoes a representative that an authority appointed, which suspends it", async () => {
        const system = await loadFixture(deployRepresentatives);
        const { representatives, patient, representative, appoint, latest, stateOf } = system;
        await appoint();
        const { since } = await stateOf();
        await time.increaseTo(since);
        expect(await representatives.counts(patient.address, representative.address, since)).to.equal(true);
        const veto = remove(system);
        await veto;
        const now = await latest();
        await expect(veto)
          .to.emit(representatives, "AppointmentVetoed")
          .withArgs(patient.address, representative.address, now);
        const state = await stateOf();
        expect([state.status, state.decidedAt, state.since]).to.deep.equal([statusCode("Vetoed"), now, since]);
        expect(await representatives.counts(patient.address, representative.address, since)).to.equal(false);
      });

      it("may name again after removing", async () => {
        const system = await loadFixture(deployRepresentatives);
        await name(system);
        await remove(system);
        await name(system);
        expect((await system.stateOf()).status).to.equal(statusCode("Named"));
      });

      it("may name who was appointed once the appointment has run out, not a second earlier", async () => {
        const system = await loadFixture(deployRepresentatives);
        const { representatives, patient, representative, appoint, latest, stateOf } = system;
        const runsOut = (await latest()) + 4n * 86_400n;
        await appoint({ expiresAt: runsOut });
        await time.increaseTo(runsOut - 2n);
        await expect(name(system, { expiresAt: runsOut + YEAR }))
          .to.be.revertedWithCustomError(representatives, "WrongRepresentationStatus")
          .withArgs(patient.address, representative.address, statusCode("Appointed"));
        await name(system, { expiresAt: runsOut + YEAR });
        expect((await stateOf()).status).to.equal(statusCode("Named"));
      });
    });
  }

  describe("nameRepresentativeBySig", () => {
    itTakesOnlySignedDecisions(readyForNaming);
    itRefusesTheFuture(readyForNaming);
  });

  describe("removeRepresentativeBySig", () => {
    itTakesOnlySignedDecisions(readyForRemoval);
    itRefusesTheFuture(readyForRemoval);
  });

  describe("order of signed decisions", () => {
    /** Signs and relays a decision dated `issuedAt`. */
    async function relayNaming(system: System, issuedAt: bigint) {
      const { relayed, patient, representative, expiresAt, deadline, signed } = system;
      const message = {
        patient: patient.address,
        representative: representative.address,
        purposes: SCOPE,
        expiresAt,
        issuedAt,
        deadline,
      };
      const signature = await signed(patient, "naming", message);
      return relayed.nameRepresentativeBySig(
        patient.address,
        representative.address,
        SCOPE,
        expiresAt,
        issuedAt,
        deadline,
        signature,
      );
    }
    async function relayRemoval(system: System, issuedAt: bigint) {
      const { relayed, patient, representative, deadline, signed } = system;
      const message = { patient: patient.address, representative: representative.address, issuedAt, deadline };
      const signature = await signed(patient, "removal", message);
      return relayed.removeRepresentativeBySig(patient.address, representative.address, issuedAt, deadline, signature);
    }

    it("dates a naming with its decision, so that what was decided since counts", async () => {
      const system = await loadFixture(deployRepresentatives);
      const { representatives, patient, representative, latest } = system;
      const issuedAt = await latest();
      await time.increase(1000);
      await relayNaming(system, issuedAt);
      expect((await system.stateOf()).since).to.equal(issuedAt);
      const counts = (at: bigint) => representatives.counts(patient.address, representative.address, at);
      expect(await counts(issuedAt)).to.equal(true);
      expect(await counts(issuedAt - 1n)).to.equal(false);
    });

    it("attack: a naming relayed twice is refused", async () => {
      const system = await loadFixture(deployRepresentatives);
      const issuedAt = await system.latest();
      await relayNaming(system, issuedAt);
      await expect(relayNaming(system, issuedAt))
        .to.be.revertedWithCustomError(system.representatives, "RepresentationSuperseded")
        .withArgs(issuedAt, issuedAt);
    });

    for (const [what, first] of [
      ["a removal", (system: System) => system.remove()],
      ["a later naming", (system: System) => system.name()],
    ] as const) {
      it(`attack: a naming signed before ${what} is refused after it`, async () => {
        const system = await loadFixture(deployRepresentatives);
        const issuedAt = await system.latest();
        await time.increase(10);
        await first(system);
        const decidedAt = await system.latest();
        const before = [...(await system.stateOf())];
        await expect(relayNaming(system, issuedAt))
          .to.be.revertedWithCustomError(system.representatives, "RepresentationSuperseded")
          .withArgs(decidedAt, issuedAt);
        expect([...(await system.stateOf())]).to.deep.equal(before);
      });
    }

    it("attack: a naming signed in the second of a removal is refused: the removal wins the tie", async () => {
      const system = await loadFixture(deployRepresentatives);
      const issuedAt = await system.latest();
      await relayRemoval(system, issuedAt);
      await expect(relayNaming(system, issuedAt))
        .to.be.revertedWithCustomError(system.representatives, "RepresentationSuperseded")
        .withArgs(issuedAt, issuedAt);
      expect((await system.stateOf()).status).to.equal(statusCode("Ended"));
    });

    it("lets a removal of the same second undo a naming", async () => {
      const system = await loadFixture(deployRepresentatives);
      const issuedAt = await system.latest();
      await relayNaming(system, issuedAt);
      await relayRemoval(system, issuedAt);
      expect((await system.stateOf()).status).to.equal(statusCode("Ended"));
    });

    it("lets a removal in the block of a naming undo it", async () => {
      const system = await loadFixture(deployRepresentatives);
      await ethers.provider.send("evm_setAutomine", [false]);
      try {
        await system.name();
        await system.remove();
        await mine();
      } finally {
        await ethers.provider.send("evm_setAutomine", [true]);
      }
      expect((await system.stateOf()).status).to.equal(statusCode("Ended"));
    });

    it("changes nothing when a removal is relayed twice", async () => {
      const system = await loadFixture(deployRepresentatives);
      await system.name();
      const issuedAt = await system.latest();
      await relayRemoval(system, issuedAt);
      const after = [...(await system.stateOf())];
      await relayRemoval(system, issuedAt);
      expect([...(await system.stateOf())]).to.deep.equal(after);
    });

    it("attack: a veto relayed twice, or after it was overruled, is refused", async () => {
      const system = await loadFixture(deployRepresentatives);
      const { representatives, appoint, decide, latest, stateOf } = system;
      await appoint();
      const issuedAt = await latest();
      await relayRemoval(system, issuedAt);
      await expect(relayRemoval(system, issuedAt))
        .to.be.revertedWithCustomError(representatives, "RepresentationSuperseded")
        .withArgs(issuedAt, issuedAt);
      expect((await stateOf()).status).to.equal(statusCode("Vetoed"));
      await decide(true);
      await expect(relayRemoval(system, issuedAt))
        .to.be.revertedWithCustomError(representatives, "RepresentationSuperseded")
        .withArgs((await stateOf()).appointedAt, issuedAt);
      expect((await stateOf()).status).to.equal(statusCode("Confirmed"));
    });

    it("attack: an old veto, relayed again, does not veto a later appointment", async () => {
      const system = await loadFixture(deployRepresentatives);
      const { appoint, decide, latest, stateOf } = system;
      await appoint();
      const issuedAt = await latest();
      await relayRemoval(system, issuedAt);
      await decide(false);
      await appoint();
      await relayRemoval(system, issuedAt).catch(() => undefined);
      expect((await stateOf()).status).to.equal(statusCode("Appointed"));
    });

    it("attack: a removal signed before a later naming is refused", async () => {
      const system = await loadFixture(deployRepresentatives);
      const issuedAt = await system.latest();
      await system.name();
      await expect(relayRemoval(system, issuedAt))
        .to.be.revertedWithCustomError(system.representatives, "RepresentationSuperseded")
        .withArgs(await system.latest(), issuedAt);
      expect((await system.stateOf()).status).to.equal(statusCode("Named"));
    });

    it("removing what was never named keeps an unrelayed naming out", async () => {
      const system = await loadFixture(deployRepresentatives);
      const { representatives, patient, representative, latest } = system;
      const issuedAt = await latest();
      const removal = system.remove();
      await removal;
      const removedAt = await latest();
      await expect(removal)
        .to.emit(representatives, "RepresentationEnded")
        .withArgs(patient.address, representative.address, patient.address, removedAt);
      await expect(relayNaming(system, issuedAt))
        .to.be.revertedWithCustomError(representatives, "RepresentationSuperseded")
        .withArgs(removedAt, issuedAt);
    });

    it("attack: the signature of a naming is none of a removal, nor the other way round", async () => {
      const system = await loadFixture(deployRepresentatives);
      const { representatives, relayed, patient, representative, expiresAt, deadline, signed, latest } = system;
      const issuedAt = await latest();
      const removal = { patient: patient.address, representative: representative.address, issuedAt, deadline };
      const naming = { ...removal, purposes: SCOPE, expiresAt };
      await expect(
        relayed.removeRepresentativeBySig(
          patient.address,
          representative.address,
          issuedAt,
          deadline,
          await signed(patient, "naming", naming),
        ),
      )
        .to.be.revertedWithCustomError(representatives, "InvalidSignature")
        .withArgs(patient.address);
      await expect(
        relayed.nameRepresentativeBySig(
          patient.address,
          representative.address,
          SCOPE,
          expiresAt,
          issuedAt,
          deadline,
          await signed(patient, "removal", removal),
        ),
      )
        .to.be.revertedWithCustomError(representatives, "InvalidSignature")
        .withArgs(patient.address);
    });

    it("attack: nobody signs for the zero address", async () => {
      const system = await loadFixture(deployRepresentatives);
      const { representatives, relayed, representative, deadline, latest } = system;
      const unrecoverable = `0x${"00".repeat(64)}1b`;
      await expect(
        relayed.removeRepresentativeBySig(
          ethers.ZeroAddress,
          representative.address,
          await latest(),
          deadline,
          unrecoverable,
        ),
      )
        .to.be.revertedWithCustomError(representatives, "InvalidSignature")
        .withArgs(ethers.ZeroAddress);
    });
  });

  describe("counts", () => {
    const CASES: Record<RepresentationStatus, boolean> = {
      None: false,
      Named: true,
      Appointed: true,
      Vetoed: false,
      Confirmed: true,
      Ended: false,
    };
    for (const status of REPRESENTATION_STATUSES) {
      it(`${status}: ${CASES[status] ? "between its first second and its expiry" : "never"}`, async () => {
        const { representatives, patient, representative, expiresAt, bringTo, stateOf } =
          await loadFixture(deployRepresentatives);
        await bringTo(status);
        const { since } = await stateOf();
        const counts = (at: bigint) => representatives.counts(patient.address, representative.address, at);
        expect(await counts(since), "decided in the first second").to.equal(CASES[status]);
        expect(await counts(since === 0n ? 0n : since - 1n), "decided before").to.equal(false);
        await time.increaseTo(expiresAt - 1n);
        expect(await counts(since), "asked in the last second").to.equal(CASES[status]);
        await time.increaseTo(expiresAt);
        expect(await counts(since), "asked at expiry").to.equal(false);
      });
    }

    it("attack: a representative after removal, for one patient and not for another", async () => {
      const system = await loadFixture(deployRepresentatives);
      const { representatives, patient, other, representative, expiresAt, latest } = system;
      await system.name();
      await representatives.connect(other).nameRepresentative(representative.address, SCOPE, expiresAt);
      const now = await latest();
      await system.remove();
      expect(await representatives.counts(patient.address, representative.address, now)).to.equal(false);
      expect(await representatives.counts(other.address, representative.address, now)).to.equal(true);
    });
  });
});
