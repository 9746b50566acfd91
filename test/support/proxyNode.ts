/** Nodes for tests: one that goes away, and one of another chain. */
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A node that passes everything on until it has taken a number of transactions, and from then on answers nothing. */
export async function proxyUntilSent(
  target: string,
  transactions = 1,
): Promise<{ url: string; close: () => Promise<unknown> }> {
  let sent = 0;
  const proxy: Server = createServer((incoming, outgoing) => {
    if (sent >= transactions) {
      incoming.socket.destroy();
      return;
    }
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const body = Buffer.concat(chunks);
      const forwarded = request(
        target,
        { method: "POST", headers: { "content-type": "application/json" } },
        (answer) => {
          if (body.includes("eth_sendRawTransaction")) sent++;
          outgoing.writeHead(answer.statusCode ?? 500);
          answer.pipe(outgoing);
        },
      );
      forwarded.end(body);
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => proxy.close(resolve)),
  };
}

interface RpcRequest {
  id: number;
}

/** A node of the chain `chainId`, which answers that to whatever it is asked. */
export async function nodeOfChain(chainId: number): Promise<{ url: string; close: () => Promise<unknown> }> {
  const node: Server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const asked = JSON.parse(Buffer.concat(chunks).toString()) as RpcRequest | RpcRequest[];
      const answer = ({ id }: RpcRequest): object => ({ jsonrpc: "2.0", id, result: `0x${chainId.toString(16)}` });
      outgoing.writeHead(200, { "content-type": "application/json" });
      outgoing.end(JSON.stringify(Array.isArray(asked) ? asked.map(answer) : answer(asked)));
    });
  });
  await new Promise<void>((resolve) => node.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(node.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => node.close(resolve)),
  };
}
