/** What a contract key is made of (protocol.md 3.3). */
export interface ContractIdentity {
  /** Who instantiated it, or migrated it. */
  readonly sender: Uint8Array;
  readonly height: number;
  readonly codeHash: Uint8Array;
  readonly address: Uint8Array;
  /** Only when the key is made by a migration. */
  readonly ogKey?: Uint8Array | undefined;
}

/** A contract key, and what it must have been made for. */
export interface ContractKeyClaim {
  readonly key: Uint8Array;
  readonly codeHash: Uint8Array;
  readonly address: Uint8Array;
  readonly ogKey?: Uint8Array | undefined;
}

/** What a migration is proven with (protocol.md 3.4). */
export interface KeyProofClaim {
  readonly address: Uint8Array;
  readonly codeHash: Uint8Array;
  readonly ogKey: Uint8Array;
  readonly newKey: Uint8Array;
}

/** What calls need of the consensus keys. `verify*` compare in constant time. */
export interface CallKeys {
  /** The secret shared with a client; undefined for points of low order. */
  agreeIo(clientPublicKey: Uint8Array): Uint8Array | undefined;
  createContractKey(identity: ContractIdentity): Uint8Array;
  verifyContractKey(claim: ContractKeyClaim): boolean;
  createKeyProof(claim: KeyProofClaim): Uint8Array;
  verifyKeyProof(proof: Uint8Array, claim: KeyProofClaim): boolean;
  /** `admin` is empty for none (protocol.md 3.5). */
  createAdminProof(admin: Uint8Array, ogKey: Uint8Array): Uint8Array;
  verifyAdminProof(proof: Uint8Array, admin: Uint8Array, ogKey: Uint8Array): boolean;
  /** Key of the names of a contract's state (protocol.md 4.1). */
  stateNameKey(ogKey: Uint8Array): Uint8Array;
  /** Key of the values of a contract's state under one seed (protocol.md 4.2); undefined for a seed that does not exist. */
  stateValueKey(ogKey: Uint8Array, seedId: number): Uint8Array | undefined;
  /** How many seeds there are: the last one is the current one. */
  readonly seedCount: number;
}
