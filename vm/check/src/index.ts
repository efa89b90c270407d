export interface CheckedModule {
  readonly bytes: Uint8Array;
}
