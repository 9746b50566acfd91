/** The test's chain as a node over HTTP, for commands. */
import hre from "hardhat";
import { TASK_NODE_CREATE_SERVER } from "hardhat/builtin-tasks/task-names";
import type { JsonRpcServer } from "hardhat/types";

export async function serveChain(): Promise<{ url: string; close: () => Promise<void> }> {
  const options = { hostname: "127.0.0.1", port: 0, provider: hre.network.provider };
  const server = (await hre.run(TASK_NODE_CREATE_SERVER, options)) as JsonRpcServer;
  const { port } = await server.listen();
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() };
}
