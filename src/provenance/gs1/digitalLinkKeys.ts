/** AIs that name a thing, and which may qualify them in the path, in their order; some have two sequences. */
export const DIGITAL_LINK_KEYS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  "00": [],
  "01": [["22", "10", "21"], ["235"]],
  "253": [],
  "255": [],
  "401": [],
  "402": [],
  "414": [["254"], ["7040"]],
  "415": [["8020"]],
  "417": [["7040"]],
  "8003": [],
  "8004": [["7040"]],
  "8006": [["22", "10", "21"]],
  "8010": [["8011"]],
  "8013": [],
  "8017": [["8019"]],
  "8018": [["8019"]],
};

/** Words that GS1 Digital Link 1.1 and before allowed in place of AIs. */
export const DIGITAL_LINK_WORDS: Readonly<Record<string, string>> = {
  sscc: "00",
  gtin: "01",
  lot: "10",
  ser: "21",
  cpv: "22",
  itip: "8006",
};

const NOT_IN_QUERY = /^(03|21|22|235|254|7040|7041|8011|8014|8019|8020|804[0-3]|8200)$/;

/** Whether an AI in use may stand in the query: those with `?` in the GS1 Barcode Syntax Dictionary. */
export function mayStandInQuery(ai: string): boolean {
  return !NOT_IN_QUERY.test(ai);
}
