// SPDX-License-Identifier: Apache-2.0
import type { HttpRequest, HttpResponse, Refusal } from "@sotto/backend";
import { fromUtf8 } from "@sotto/bytes";
import { CONTENT_TYPE } from "@sotto/metrics";

/** What the endpoint tells of the node. */
export interface Observed {
  /** The text for Prometheus. */
  render(): string;
  /** Last height that clients can read. */
  height(): number;
  /** The reason why the node's threads do not run; undefined while they do. */
  failure(): string | undefined;
  /** The reason why the node does not serve the current state; undefined while it does. */
  delay(): Promise<string | undefined>;
}

const JSON_TYPE = "application/json";

function json(status: number, fields: Readonly<Record<string, unknown>>): HttpResponse {
  const headers = { "content-type": JSON_TYPE, "cache-control": "no-store" };
  return { status, headers, body: fromUtf8(`${JSON.stringify(fields)}\n`) };
}

export const refuseObserving = ({ status, message }: Refusal): HttpResponse => json(status, { error: message });

/** `/metrics`, `/healthz` and `/readyz`. */
export function createObserving({ render, height, failure, delay }: Observed) {
  const state = (reason: string | undefined): HttpResponse =>
    reason === undefined
      ? json(200, { status: "ok", height: height() })
      : json(503, { status: "unavailable", height: height(), reason });
  return async ({ method, url }: Pick<HttpRequest, "method" | "url">): Promise<HttpResponse> => {
    if (method !== "GET") return json(405, { error: "only GET and HEAD are served here" });
    switch (url.split("?")[0]) {
      case "/metrics":
        return { status: 200, headers: { "content-type": CONTENT_TYPE }, body: fromUtf8(render()) };
      case "/healthz":
        return state(failure());
      case "/readyz":
        return state(failure() ?? (await delay()));
      default:
        return json(404, { error: "the paths are /metrics, /healthz and /readyz" });
    }
  };
}
