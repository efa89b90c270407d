// SPDX-License-Identifier: Apache-2.0
import { concat, equals, fromUtf8 } from "@sotto/bytes";
import { ProtoWriter } from "@sotto/codec";
import { sha256 } from "@sotto/crypto";
import { assert } from "@sotto/errors";
import {
  BLOCK_PROTOCOL,
  type Commit,
  type CommitSig,
  type Header,
  isNilBlockId,
  type SignedHeader,
  VoteFlag,
} from "../block.ts";
import { verifyConsensusSignature } from "../commit.ts";
import { headerHash } from "../hash.ts";
import { consensusAddress } from "../publicKey.ts";
import { compareTime, isZeroTime, type Time } from "../time.ts";
import {
  byPower,
  findValidator,
  proposerOf,
  type Validator,
  type ValidatorSet,
  validatorSetHash,
} from "../validatorSet.ts";
import { commitSignBytes } from "../vote.ts";
import { commitSigText, goTimeText, upperHex, validatorText } from "./text.ts";
import { blockIdFault, hashFault, type SentValidator, signatureFault, validatorAddressFault } from "./wellFormed.ts";

// Source of checks and texts: CometBFT v0.38.19, types/evidence.go, types/light.go, types/block.go,
// types/validation.go, evidence/verify.go. Its answers are facts that
// host/rpc/test/consensus.test.ts compares.

/**
 * A second block that validators signed, as received: not checked.
 */
export interface LightClientAttack {
  readonly block:
    | {
        readonly header: Header | undefined;
        readonly commit: Commit | undefined;
        readonly set:
          | {
              readonly validators: readonly (SentValidator | undefined)[];
              readonly proposer: SentValidator | undefined;
            }
          | undefined;
      }
    | undefined;
  /** Last height that both chains share. */
  readonly commonHeight: number;
  readonly byzantine: readonly (SentValidator | undefined)[];
  readonly totalVotingPower: bigint;
  readonly timestamp: Time;
}

/** The conflicting block of an attack that is well formed. */
export interface ConflictingBlock {
  readonly header: Header;
  readonly commit: Commit;
  readonly set: ValidatorSet;
}

/** Limit: CometBFT types/genesis.go MaxChainIDLen. */
const MAX_CHAIN_ID = 50;
const NOTHING = new Uint8Array(0);

function headerFault(header: Header): string | undefined {
  const { version, chainId, height, lastBlockId, proposerAddress } = header;
  if (version.block !== BLOCK_PROTOCOL) {
    return `block protocol is incorrect: got: ${version.block}, want: ${BLOCK_PROTOCOL} `;
  }
  const length = fromUtf8(chainId).length;
  if (length > MAX_CHAIN_ID) return `chainID is too long; got: ${length}, max: ${MAX_CHAIN_ID}`;
  if (height <= 0) return height === 0 ? "zero Height" : "negative Height";
  const last = blockIdFault(lastBlockId);
  if (last !== undefined) return `wrong LastBlockID: ${last}`;
  const own =
    hashFault("LastCommitHash", header.lastCommitHash) ??
    hashFault("DataHash", header.dataHash) ??
    hashFault("EvidenceHash", header.evidenceHash);
  if (own !== undefined) return own;
  if (proposerAddress.length !== 20) {
    return `invalid ProposerAddress length; got: ${proposerAddress.length}, expected: 20`;
  }
  return (
    hashFault("ValidatorsHash", header.validatorsHash) ??
    hashFault("NextValidatorsHash", header.nextValidatorsHash) ??
    hashFault("ConsensusHash", header.consensusHash) ??
    hashFault("LastResultsHash", header.lastResultsHash)
  );
}

function commitSigFault({ flag, validatorAddress, timestamp, signature }: CommitSig): string | undefined {
  if (flag === VoteFlag.absent) {
    if (validatorAddress.length > 0) return "validator address is present";
    if (!isZeroTime(timestamp)) return "time is present";
    return signature.length > 0 ? "signature is present" : undefined;
  }
  if (flag !== VoteFlag.commit && flag !== VoteFlag.nil) return `unknown BlockIDFlag: ${flag}`;
  return validatorAddressFault(validatorAddress) ?? signatureFault(signature);
}

function commitFault({ height, round, blockId, signatures }: Commit): string | undefined {
  if (height < 0) return "negative Height";
  if (round < 0) return "negative Round";
  if (height === 0) return undefined;
  if (isNilBlockId(blockId)) return "commit cannot be for nil block";
  if (signatures.length === 0) return "no signatures in commit";
  for (const [i, sig] of signatures.entries()) {
    const fault = commitSigFault(sig);
    if (fault !== undefined) return `wrong CommitSig #${i}: ${fault}`;
  }
  return undefined;
}

function signedHeaderFault(header: Header, commit: Commit | undefined): string | undefined {
  if (commit === undefined) return "missing commit";
  const ofHeader = headerFault(header);
  if (ofHeader !== undefined) return `invalid header: ${ofHeader}`;
  const ofCommit = commitFault(commit);
  if (ofCommit !== undefined) return `invalid commit: ${ofCommit}`;
  if (commit.height !== header.height) {
    return `header and commit height mismatch: ${header.height} vs ${commit.height}`;
  }
  const hash = headerHash(header) ?? NOTHING;
  return equals(hash, commit.blockId.hash)
    ? undefined
    : `commit signs block ${upperHex(commit.blockId.hash)}, header is block ${upperHex(hash)}`;
}

function validatorFault(validator: SentValidator | undefined): string | undefined {
  if (validator === undefined) return "nil validator";
  const { publicKey, votingPower, address } = validator;
  if (publicKey === undefined) return "validator does not have a public key";
  if (votingPower < 0n) return "validator has negative voting power";
  const derived = consensusAddress(publicKey);
  return equals(derived, address)
    ? undefined
    : `validator address is incorrectly derived from pubkey. Exp: ${upperHex(derived)}, got ${upperHex(address)}`;
}

type SentSet = NonNullable<NonNullable<LightClientAttack["block"]>["set"]>;

function setFault({ validators, proposer }: SentSet): string | undefined {
  if (validators.length === 0) return "validator set is nil or empty";
  for (const [i, validator] of validators.entries()) {
    const fault = validatorFault(validator);
    if (fault !== undefined) return `invalid validator #${i}: ${fault}`;
  }
  const fault = validatorFault(proposer);
  if (fault !== undefined) return `proposer failed validate basic, error: ${fault}`;
  return validators.some((each) => equals(each?.address ?? NOTHING, proposer?.address ?? NOTHING))
    ? undefined
    : "proposer not in validator set";
}

/** A received set whose validators have keys. */
function knownSet({ validators, proposer }: SentSet): ValidatorSet {
  const known = (each: SentValidator | undefined): Validator => {
    assert(each?.publicKey !== undefined, "a validator without key");
    return { ...each, publicKey: each.publicKey };
  };
  const list = validators.map(known);
  const totalPower = list.reduce((sum, { votingPower }) => sum + votingPower, 0n);
  return { validators: list, proposer: known(proposer), totalPower };
}

/**
 * Why evidence is not well formed (LightClientAttackEvidence.ValidateBasic), or the block of
 * evidence that is.
 */
export function attackBlock(evidence: LightClientAttack): string | ConflictingBlock {
  const { block, totalVotingPower, commonHeight } = evidence;
  if (block === undefined) return "conflicting block is nil";
  const { header, commit, set } = block;
  if (header === undefined) return "conflicting block missing header";
  if (totalVotingPower <= 0n) return "negative or zero total voting power";
  if (commonHeight <= 0) return "negative or zero common height";
  if (commonHeight > header.height) {
    return `common height is ahead of the conflicting block height (${commonHeight} > ${header.height})`;
  }
  const bad = (why: string): string => `invalid conflicting light block: ${why}`;
  if (set === undefined) return bad("missing validator set");
  const signed = signedHeaderFault(header, commit);
  if (signed !== undefined || commit === undefined) return bad(`invalid signed header: ${signed}`);
  const inSet = setFault(set);
  if (inSet !== undefined) return bad(`invalid validator set: ${inSet}`);
  const known = knownSet(set);
  const hash = validatorSetHash(known);
  if (equals(hash, header.validatorsHash)) return { header, commit, set: known };
  const hashes = `${upperHex(header.validatorsHash)} != ${upperHex(hash)}`;
  return bad(`expected validator hash of header to match validator set hash (${hashes})`);
}

/**
 * Hash of an attack: of 31 bytes of the block's hash, a zero, and the common height as a zigzag
 * varint.
 */
export function attackHash({ commonHeight }: LightClientAttack, { header }: ConflictingBlock): Uint8Array {
  const head = new Uint8Array(32);
  head.set((headerHash(header) ?? NOTHING).subarray(0, 31));
  return sha256(concat(head, new ProtoWriter(10).varint64(BigInt(commonHeight) * 2n).finish()));
}

interface Count {
  readonly chainId: string;
  readonly set: ValidatorSet;
  readonly commit: Commit;
  readonly needed: bigint;
  readonly byIndex: boolean;
  /**
   * Compat: whether power is counted before any signature is checked, which decides the reported
   * fault.
   */
  readonly batch: boolean;
}

/** Why the votes of a commit for its block are not enough; every one of them is checked. */
function countFault({ chainId, set, commit, needed, byIndex, batch }: Count): string | undefined {
  const seen = new Map<Validator, number>();
  const holds = (sig: CommitSig, { publicKey }: Validator): boolean =>
    verifyConsensusSignature(publicKey, commitSignBytes(chainId, commit, sig), sig.signature);
  const checks: { readonly sig: CommitSig; readonly i: number; readonly validator: Validator }[] = [];
  let power = 0n;
  for (const [i, sig] of commit.signatures.entries()) {
    if (sig.flag !== VoteFlag.commit) continue;
    const validator = byIndex ? set.validators[i] : findValidator(set, sig.validatorAddress);
    if (validator === undefined) continue;
    const first = seen.get(validator);
    if (first !== undefined) return `double vote from ${validatorText(validator)} (${first} and ${i})`;
    seen.set(validator, i);
    if (batch) checks.push({ sig, i, validator });
    else if (!holds(sig, validator)) return `wrong signature (#${i}): ${upperHex(sig.signature)}`;
    power += validator.votingPower;
  }
  if (power <= needed) return `invalid commit -- insufficient voting power: got ${power}, needed more than ${needed}`;
  const bad = checks.find(({ sig, validator }) => !holds(sig, validator));
  // Compat: the reference prints the text of the whole vote in hex.
  return bad === undefined ? undefined : `wrong signature (#${bad.i}): ${upperHex(fromUtf8(commitSigText(bad.sig)))}`;
}

/**
 * Whether the two headers differ in fields that the previous state determines: then no honest
 * execution made the block.
 */
const isInvented = (trusted: Header, { header }: ConflictingBlock): boolean =>
  !equals(trusted.validatorsHash, header.validatorsHash) ||
  !equals(trusted.nextValidatorsHash, header.nextValidatorsHash) ||
  !equals(trusted.consensusHash, header.consensusHash) ||
  !equals(trusted.appHash, header.appHash) ||
  !equals(trusted.lastResultsHash, header.lastResultsHash);

/** The guilty validators, by power; unknown when the rounds differ. */
function byzantineOf(block: ConflictingBlock, common: ValidatorSet, trusted: SignedHeader): Validator[] {
  const signed = (sig: CommitSig | undefined): sig is CommitSig => sig?.flag === VoteFlag.commit;
  const invented = isInvented(trusted.header, block);
  if (!invented && trusted.commit.round !== block.commit.round) return [];
  return block.commit.signatures
    .filter((sig, i) => signed(sig) && (invented || signed(trusted.commit.signatures[i])))
    .map((sig) => findValidator(invented ? common : block.set, sig.validatorAddress))
    .filter((each) => each !== undefined)
    .sort(byPower);
}

function accusedFault(accused: LightClientAttack["byzantine"], guilty: readonly Validator[]): string | undefined {
  if (guilty.length === 0 && accused.length > 0) {
    return `expected nil validators from an amnesia light client attack but got ${accused.length}`;
  }
  if (guilty.length !== accused.length) {
    return `expected ${guilty.length} byzantine validators from evidence but got ${accused.length}`;
  }
  for (const [i, { address, votingPower }] of guilty.entries()) {
    const given = accused[i];
    if (!equals(given?.address ?? NOTHING, address)) {
      const shown = `expected: ${upperHex(address)}, got: ${upperHex(given?.address ?? NOTHING)}`;
      return `evidence contained an unexpected byzantine validator address; ${shown}`;
    }
    if (given?.votingPower !== votingPower) {
      return `evidence contained unexpected byzantine validator power; expected ${votingPower}, got ${given?.votingPower}`;
    }
  }
  return undefined;
}

/**
 * Why the latest header of a chain cannot be held against a conflicting block of a height to come:
 * such a block breaks a rule only when its time is not after that of the latest.
 */
export function forwardFault(latest: Header, { header }: ConflictingBlock): string | undefined {
  if (compareTime(latest.time, header.time) >= 0) return undefined;
  const times = `${goTimeText(latest.time)}) is before conflicting block time (${goTimeText(header.time)}`;
  return `latest block time (${times})`;
}

/**
 * The reason why a well-formed attack does not prove a fault on this chain
 * (VerifyLightClientAttack).
 */
export function attackFault(
  evidence: LightClientAttack,
  block: ConflictingBlock,
  common: { readonly header: Header; readonly set: ValidatorSet },
  trusted: SignedHeader,
): string | undefined {
  const { header, commit, set } = block;
  const { chainId } = trusted.header;
  if (common.header.height !== header.height) {
    const type = proposerOf(common.set)?.publicKey.type;
    const batch =
      commit.signatures.length >= 2 &&
      type === "ed25519" &&
      common.set.validators.every(({ publicKey }) => publicKey.type === type);
    const needed = common.set.totalPower / 3n;
    const skipped = countFault({ chainId, set: common.set, commit, needed, byIndex: false, batch });
    if (skipped !== undefined) return `skipping verification of conflicting block failed: ${skipped}`;
  } else if (isInvented(trusted.header, block)) {
    return "common height is the same as conflicting block height so expected the conflicting block to be correctly derived yet it wasn't";
  }
  if (set.validators.length !== commit.signatures.length) {
    const sizes = `${set.validators.length} vs ${commit.signatures.length}`;
    return `invalid commit from conflicting block: Invalid commit -- wrong set size: ${sizes}`;
  }
  const needed = (set.totalPower * 2n) / 3n;
  const counted = countFault({ chainId, set, commit, needed, byIndex: true, batch: false });
  if (counted !== undefined) return `invalid commit from conflicting block: ${counted}`;
  if (evidence.totalVotingPower !== common.set.totalPower) {
    return `total voting power from the evidence and our validator set does not match (${evidence.totalVotingPower} != ${common.set.totalPower})`;
  }
  if (header.height > trusted.header.height && compareTime(header.time, trusted.header.time) > 0) {
    const times = `${goTimeText(header.time)} is after ${goTimeText(trusted.header.time)}`;
    return `conflicting block doesn't violate monotonically increasing time (${times})`;
  }
  const hash = headerHash(trusted.header) ?? NOTHING;
  if (equals(hash, headerHash(header) ?? NOTHING)) {
    return `trusted header hash matches the evidence's conflicting header hash: ${upperHex(hash)}`;
  }
  return accusedFault(evidence.byzantine, byzantineOf(block, common.set, trusted));
}
