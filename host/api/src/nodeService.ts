// SPDX-License-Identifier: Apache-2.0
import { type ApiBackend, type ApiRoute, mustMeta, serviceRoutes } from "@sotto/backend";
import { Service } from "@sotto/proto/cosmos.base.node.v1beta1";

/** Routes of cosmos.base.node.v1beta1.Service (SDK client/grpc/node/service.go). */
export const nodeRoutes = (backend: ApiBackend): ApiRoute[] =>
  serviceRoutes(backend, Service, {
    config: async () => ({
      minimumGasPrice: backend.info.minimumGasPrice,
      pruningKeepRecent: backend.info.pruningKeepRecent,
      pruningInterval: backend.info.pruningInterval,
      haltHeight: 0n,
    }),
    async status(_request, height) {
      const { header } = await mustMeta(backend, height === 0 ? backend.latestHeight() : height);
      const { time, appHash, nextValidatorsHash } = header;
      return {
        earliestStoreHeight: BigInt(backend.earliestHeight()),
        height: BigInt(header.height),
        timestamp: { seconds: BigInt(time.seconds), nanos: time.nanos },
        appHash,
        validatorHash: nextValidatorsHash,
      };
    },
  });
