import type { Server } from "node:http";
import { WebSocketServer } from "ws";

/** One client's conversation, without its socket. */
export interface Session {
  readonly onMessage: (text: string) => void;
  readonly onClose: () => void;
}

export type OpenSession = (send: (text: string) => boolean) => Session;

const MAX_MESSAGE = 4 * 1024 * 1024;
/** A client that does not read is cut off at this many bytes waiting. */
const MAX_WAITING = 16 * 1024 * 1024;

/** Takes WebSocket upgrades of one path of an HTTP server. */
export function serveWebSocket(server: Server, path: string, open: OpenSession): { close(): void } {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE, perMessageDeflate: false });
  server.on("upgrade", (request, socket, head) => {
    if ((request.url ?? "").split("?")[0] !== path) {
      socket.end("HTTP/1.1 404 Not Found\r\n\r\n");
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      const session = open((text) => {
        if (client.readyState !== client.OPEN) return false;
        if (client.bufferedAmount > MAX_WAITING) {
          client.terminate();
          return false;
        }
        client.send(text);
        return true;
      });
      client.on("message", (data) => session.onMessage(String(data)));
      client.on("close", () => session.onClose());
      client.on("error", () => client.terminate());
    });
  });
  return {
    close() {
      for (const client of sockets.clients) client.terminate();
      sockets.close();
    },
  };
}
