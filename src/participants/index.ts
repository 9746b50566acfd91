/** Participants: roles, standings, and what a key signs to act for an organisation. */
export * from "./roles.js";
export * from "./typedData.js";
