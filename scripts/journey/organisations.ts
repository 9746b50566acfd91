/** Steps that every chapter begins with: organisations are accredited by whoever accredits for their role. */
import type { Wallet } from "ethers";

import type { CareProofSystem, Contracts } from "./deployment";
import type { Report } from "./report";
import { ROLES, type RoleName } from "../../src/participants/roles";

/** Where and until when organisations are accredited. */
export interface AccreditationOptions {
  readonly system: CareProofSystem;
  /** The contracts as another provider sees them. */
  readonly observed: Contracts;
  readonly report: Report;
  /** Unix seconds. */
  readonly validUntil: number;
}

/** Accredits an organisation for each of its roles, one step a role. */
export function accreditation({ system, observed, report, validUntil }: AccreditationOptions) {
  return async (name: string, who: Wallet, ...roles: RoleName[]): Promise<void> => {
    for (const role of roles) {
      const [body, { wallet }] = Object.entries(system.accreditors).find(([, { roles: given }]) =>
        given.includes(role),
      )!;
      await report.take({
        step: `${name} is accredited for ${role}`,
        signs: spoken(body),
        pays: spoken(body),
        send: () => system.contracts.participants.connect(wallet).accredit(who.address, ROLES[role], validUntil),
        outcome: async () => {
          const { standing } = await observed.participants.tryResolve(who.address, ROLES[role]);
          return { found: standing === 0n ? "good" : "not good", expected: "good" };
        },
      });
    }
  };
}

/** `dataProtectionAuthority` as "data protection authority". */
function spoken(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
