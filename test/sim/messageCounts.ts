// SPDX-License-Identifier: Apache-2.0
/**
 * Counts what the handlers of messages do, also for messages of proposals, grants and contracts.
 */
import type { ChainDefinition } from "@sotto/app";
import type { AnyModule, ModuleService, Modules, WriteCtx } from "@sotto/kernel";

/** By type URL. */
export interface MessageCounts {
  readonly done: Map<string, number>;
  readonly refused: Map<string, number>;
}

export const noCounts = (): MessageCounts => ({ done: new Map(), refused: new Map() });

export const count = (counts: Map<string, number>, key: string) => counts.set(key, (counts.get(key) ?? 0) + 1);

/** Adds the second counts to the first. */
export function addCounts(sum: MessageCounts, { done, refused }: MessageCounts): void {
  for (const [type, times] of done) sum.done.set(type, (sum.done.get(type) ?? 0) + times);
  for (const [type, times] of refused) sum.refused.set(type, (sum.refused.get(type) ?? 0) + times);
}

/** Every message that modules of a chain declare, by the name of the module. */
export const messageTypes = (modules: Modules): readonly (readonly [module: string, typeUrl: string])[] =>
  Object.values(modules).flatMap(({ name, services = [] }) =>
    services.flatMap(({ kind, service }) =>
      kind === "messages" ? service.methods.map(({ input }) => [name, `/${input.typeName}`] as const) : [],
    ),
  );

/** The same chain; handlers of messages count their outcomes in blocks. */
export function counted(definition: ChainDefinition, counts: MessageCounts): ChainDefinition {
  const modules: Record<string, AnyModule> = {};
  for (const [key, module] of Object.entries<AnyModule>(definition.modules)) {
    const { services } = module;
    modules[key] =
      services === undefined ? module : { ...module, services: services.map((each) => counting(each, counts)) };
  }
  return { ...definition, modules };
}

function counting(service: ModuleService<never>, counts: MessageCounts): ModuleService<never> {
  if (service.kind === "queries") return service;
  const names = new Map(service.service.methods.map(({ localName, input }) => [localName, `/${input.typeName}`]));
  return {
    ...service,
    bind(keeper) {
      const entry = service.bind(keeper);
      const handlers = Object.entries(entry.handlers).map(([name, handle]) => {
        const type = names.get(name) ?? name;
        const wrapped = (ctx: WriteCtx, request: never) => {
          let isDone = false;
          try {
            const response = handle(ctx, request);
            isDone = true;
            return response;
          } finally {
            if (ctx.mode === "deliver") count(isDone ? counts.done : counts.refused, type);
          }
        };
        return [name, wrapped] as const;
      });
      return { ...entry, handlers: Object.fromEntries(handlers) };
    },
  };
}
