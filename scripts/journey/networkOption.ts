/**
 * Connects Hardhat to the node of `--rpc <url>`, or to the network of `--network <name>`. Import this before Hardhat, which
 * reads its network when it is loaded.
 */
function option(name: string): string | undefined {
  const position = process.argv.findIndex((argument) => argument === name || argument.startsWith(`${name}=`));
  return position === -1 ? undefined : (process.argv[position]?.split("=", 2)[1] ?? process.argv[position + 1]);
}

const url = option("--rpc");
if (url !== undefined) process.env.HARDHAT_VAR_LOCAL_RPC_URL = url;
const network = url === undefined ? option("--network") : "local";
if (network !== undefined) process.env.HARDHAT_NETWORK = network;
