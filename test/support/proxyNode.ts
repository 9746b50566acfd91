/** A node that goes away, for tests of what is sent. */
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
