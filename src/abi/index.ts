/** ABIs of the contracts, `as const`: viem and wagmi infer names, arguments and results from them. */
export * from "./generated/index.js";
