/** Claims of `submitMany` at most: `MAX_CLAIMS` of the contract. */
export const MAX_CLAIMS = 20;

/** Gas that a transaction has at most (EIP-7825). */
export const MAX_TRANSACTION_GAS = 1n << 24n;

/** What `submitMany` gives each claim, and what has to be there besides so that it can (EIP-150): as `ClaimsProcessor` has them. */
const GAS_A_CLAIM = 2_000_000n;
const GAS_TO_HAVE = (GAS_A_CLAIM * 64n) / 63n + 50_000n;

/** Claims of one plan that go in one transaction. */
export interface SubmissionGroup<T> {
  readonly claims: readonly T[];
  /** The transaction's gas limit; undefined for a claim that goes alone, by `submit`, of which a node can estimate the gas. */
  readonly gasLimit?: bigint;
}

/**
 * Groups claims for `submitMany`, those of a plan in their order, so that each group finds the gas it needs under the limit of a transaction. A
 * claim that needs more than `submitMany` gives it, or that is left over alone, is a group of its own, for `submit`.
 *
 * @param claims With the id of each one's plan, and the gas that it takes alone.
 * @param mostGas Gas limit of a block.
 */
export function groupSubmissions<T>(
  claims: readonly { readonly claim: T; readonly planId: string; readonly gas: bigint }[],
  mostGas: bigint,
): SubmissionGroup<T>[] {
  const most = mostGas < MAX_TRANSACTION_GAS ? mostGas : MAX_TRANSACTION_GAS;
  const groups: { claims: T[]; gas: bigint }[] = [];
  /** The last group of each plan, while there is room in it. */
  const open = new Map<string, (typeof groups)[number]>();
  for (const { claim, planId, gas } of claims) {
    const last = open.get(planId);
    if (gas >= GAS_A_CLAIM || GAS_TO_HAVE + gas > most) {
      groups.push({ claims: [claim], gas });
      open.delete(planId);
    } else if (last === undefined || last.claims.length === MAX_CLAIMS || GAS_TO_HAVE + last.gas + gas > most) {
      const next = { claims: [claim], gas };
      groups.push(next);
      open.set(planId, next);
    } else {
      last.claims.push(claim);
      last.gas += gas;
    }
  }
  return groups.map((group) =>
    group.claims.length === 1 ? { claims: group.claims } : { claims: group.claims, gasLimit: GAS_TO_HAVE + group.gas },
  );
}
