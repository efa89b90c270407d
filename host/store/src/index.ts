export type { Changes, CommitResult, KvRead, KvWrite, ProofOperation, Snapshot, StateStore } from "./types.ts";
