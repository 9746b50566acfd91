/** What each operation may cost (gas). A limit is a promise to users: raising one needs a reason in the changelog. */
export const LIMITS: Readonly<Record<string, number>> = {
  "consent.grant.first": 52_000,
  "consent.grant.again": 35_000,
  "consent.grantBySig.first": 64_000,
  "consent.revoke": 33_000,
  "consent.revoke.never": 50_000,
  "consent.revokeBySig": 42_000,
  "consent.revokeAll.first": 47_000,
  "consent.revokeAll.later": 30_000,
  "consent.check.principal": 15_000,
  "consent.check.operator": 19_500,
  "consent.check.emergency": 22_500,
  "consent.breakGlass": 140_000,
  "records.anchor.first": 82_000,
  "records.anchor.later": 66_000,
  "records.supersede": 96_000,
  "records.retract": 78_000,
};

/** How many times faster than OpenZeppelin's tree ours must build one million leaves, and its peak memory (bytes). */
export const MERKLE_LIMITS = { ratio: 60, maxRssBytes: 250_000_000 };

/** Longest time on two cores (seconds) and peak memory (bytes) of building the tree and all proof files of a million packages. */
export const LOT_TREE_LIMITS = { seconds: 60, maxRssBytes: 1_000_000_000 };
