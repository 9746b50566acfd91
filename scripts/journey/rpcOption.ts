/**
 * Connects Hardhat to the node of `--rpc <url>`. Import this before Hardhat, which reads its network when it is loaded.
 */
const position = process.argv.findIndex((argument) => argument === "--rpc" || argument.startsWith("--rpc="));
const url = process.argv[position]?.split("=", 2)[1] ?? process.argv[position + 1];
if (position !== -1 && url !== undefined) {
  process.env.HARDHAT_NETWORK = "local";
  process.env.HARDHAT_VAR_LOCAL_RPC_URL = url;
}
