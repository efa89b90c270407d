import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { existsSync, writeFileSync } from "node:fs";
import { WebSocketServer } from "ws";
import { it } from "vitest";
import { openNode, payment } from "./node.ts";
import { createRest, createRoutes, createRpc, createRpcSession } from "../src/index.ts";

it("serves", async () => {
  const node = openNode();
  const routes = createRoutes(node.backend);
  const rest = createRest(node.backend, routes);
  const rpc = createRpc(node.backend, routes);
  node.produce([]);
  const serve = (handle: (r: any) => Promise<any>) => (req: IncomingMessage, res: ServerResponse) => {
    const chunks: Buffer[] = [];
    req.on("data", (c) => chunks.push(c));
    req.on("end", async () => {
      const out = await handle({ method: req.method, url: req.url, headers: req.headers, body: new Uint8Array(Buffer.concat(chunks)) });
      res.writeHead(out.status, { ...out.headers, "access-control-allow-origin": "*" });
      res.end(out.body);
    });
  };
  const s1 = createServer(serve(rest)).listen(21317, "127.0.0.1");
  const s2 = createServer(serve(rpc.handle)).listen(26659, "127.0.0.1");
  const wss = new WebSocketServer({ server: s2, path: "/websocket" });
  wss.on("connection", (ws) => {
    const session = createRpcSession(rpc.context, (t) => { ws.send(t); return true; });
    ws.on("message", (m) => session.receive(String(m)));
    ws.on("close", () => session.close());
  });
  let n = 0n;
  for (let i = 0; i < 10; i++) {
    const txs = [];
    for (let k = 0; k < i % 4; k++) txs.push(payment(n++, { amount: i === 5 ? 10n ** 30n : 5n }));
    node.produce(txs);
  }
  const timer = setInterval(() => node.produce(), 200);
  writeFileSync("/tmp/apifacts/ready", "1");
  while (!existsSync("/tmp/apifacts/stop")) await new Promise((r) => setTimeout(r, 200));
  clearInterval(timer);
  wss.close(); s1.close(); s2.close(); s1.closeAllConnections(); s2.closeAllConnections();
  console.log(node.faults);
  node.close();
}, 3_600_000);
