/** Nodes of a chain as processes of their own, on free ports of this machine. */
import { spawn, type ChildProcess } from "node:child_process";
import { createServer, type AddressInfo, type Server } from "node:net";

/** A server on a free port of this machine. */
export async function occupy(): Promise<{ server: Server; port: number }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, port: (server.address() as AddressInfo).port };
}

/** A port of this machine that nobody uses. */
export async function freePort(): Promise<number> {
  const { server, port } = await occupy();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The command that starts anvil, from the binary that npm installed. */
export function anvilCommand(port: number): [string, string[]] {
  const platform = `${process.platform}-${process.arch === "x64" ? "amd64" : process.arch}`;
  const anvil = require.resolve(`@foundry-rs/anvil-${platform}/bin/anvil`);
  return [anvil, ["--port", String(port), "--hardfork", "osaka", "--silent"]];
}

/** Waits until a node answers. */
export async function answers(url: string, node: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    if (node.exitCode !== null) throw new Error(`the node ended with ${node.exitCode}`);
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] });
    const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body }).catch(
      () => undefined,
    );
    if (response?.ok === true) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`nothing answers at ${url}`);
}

/** Starts anvil and waits until it answers. */
export async function startAnvil(): Promise<{ url: string; stop: () => Promise<void> }> {
  const port = await freePort();
  const node = spawn(...anvilCommand(port), { stdio: "ignore" });
  const url = `http://127.0.0.1:${port}`;
  await answers(url, node);
  const stop = async (): Promise<void> => {
    const ended = new Promise((resolve) => node.once("exit", resolve));
    node.kill("SIGKILL");
    await ended;
  };
  return { url, stop };
}
