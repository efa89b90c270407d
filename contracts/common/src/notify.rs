//! SNIP-52 in TxHash mode: a receiver finds its notification in the clear attributes of a transaction,
//! nobody else can tell for whom it is, or whether it is for anybody.

use chacha20poly1305::{AeadInPlace, ChaCha20Poly1305, KeyInit};
use cosmwasm_std::{Api, Attribute, Binary, Env, StdError, StdResult, Uint64};
use hkdf::Hkdf;
use sha2::{Digest, Sha256};

use crate::account::Account;
use crate::head::hmac;
use crate::json::Fields;
use crate::permit::{self, Signature};
use crate::rows::{Reader, Row, Writer};
use crate::seed::Stream;
use crate::select::{equal, pick};

const PREFIX: &str = "snip52:";
const NONCE: usize = 12;

/// A kind of event for one receiver.
#[derive(Clone, Copy, Debug)]
pub struct Channel {
    pub id: &'static str,
    /// Describes the data in the words of RFC 8610.
    pub cddl: &'static str,
    /// Bytes of the data before encryption.
    pub size: usize,
    /// A bit of its own among the contract's channels.
    pub bit: u8,
}

/// The secret that all seeds of receivers come from, by the standard's derivation.
pub fn create_secret(env: &Env, sender: &str, entropy: &[u8]) -> StdResult<[u8; 32]> {
    let random = env.block.random.as_ref().ok_or_else(|| StdError::generic_err("the block has no random"))?;
    let entropy = Sha256::new()
        .chain_update(env.block.height.to_be_bytes())
        .chain_update(env.block.time.nanos().to_be_bytes())
        .chain_update(sender)
        .chain_update(entropy)
        .finalize();
    Ok(expand(&Hkdf::new(Some(&entropy), random), b"contract_internal_secret"))
}

fn expand(key: &Hkdf<Sha256>, info: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    // 32 bytes are one block of the 255 that HKDF gives.
    let _ = key.expand(info, &mut out);
    out
}

/// What a receiver's own row holds for notifications.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recipient {
    /// Set by `update_seed`; zeros before.
    own_seed: [u8; 32],
    /// The start of the hash of the last transaction that notified, and its channels as bits.
    transaction: [u8; 8],
    sent: u8,
}

impl Recipient {
    pub fn seed(&self, secret: &[u8; 32], account: &[u8]) -> [u8; 32] {
        let derived = expand(&Hkdf::new(None, secret), account);
        pick(equal(self.own_seed, [0; 32]), self.own_seed, derived)
    }

    pub fn set_seed(&mut self, seed: [u8; 32]) {
        self.own_seed = seed;
    }
}

impl Row for Recipient {
    const SIZE: usize = 41;

    fn write(&self, out: &mut Writer) {
        out.bytes(&self.own_seed);
        out.bytes(&self.transaction);
        out.u8(self.sent);
    }

    fn read(from: &mut Reader) -> StdResult<Self> {
        Ok(Recipient { own_seed: from.bytes()?, transaction: from.bytes()?, sent: from.u8()? })
    }
}

/// Makes the notifications of one execute.
pub struct Notifier {
    secret: [u8; 32],
    /// Upper-case hex, as clients see it.
    hash: String,
    height: u64,
    known: bool,
    decoys: Stream,
}

impl Notifier {
    pub fn new(secret: [u8; 32], env: &Env) -> Notifier {
        let hash = env.transaction.as_ref().map(|transaction| transaction.hash.to_ascii_uppercase());
        let known = hash.as_ref().is_some_and(|hash| salt(hash).is_some());
        let hash = hash.unwrap_or_default();
        let decoys = Stream::of_block(env, &[b"notifications", &secret]);
        Notifier { secret, hash, height: env.block.height, known, decoys }
    }

    /// True once for a receiver and channel in a transaction; the caller saves the row. A second notification would
    /// have the same id, key and nonce, and show that it is for the same account and how the data differ.
    pub fn claim(&self, recipient: &mut Recipient, channel: &Channel) -> bool {
        let salt = salt(&self.hash).unwrap_or_default();
        let mut mark = [0; 8];
        mark.copy_from_slice(&salt[..8]);
        if recipient.transaction != mark {
            recipient.transaction = mark;
            recipient.sent = 0;
        }
        let fresh = recipient.sent & channel.bit == 0;
        recipient.sent |= channel.bit;
        fresh & self.known
    }

    /// After `claim` answered true.
    pub fn notify(
        &self,
        channel: &Channel,
        recipient: &Recipient,
        account: &[u8],
        data: Vec<u8>,
    ) -> StdResult<Attribute> {
        self.sealed(channel, &recipient.seed(&self.secret, account), data)
    }

    /// For an account that does not exist. Not the contract's own as the standard advises: in a transaction
    /// with several messages its decoys would be equal, and so known as decoys.
    pub fn decoy(&mut self, channel: &Channel) -> StdResult<Attribute> {
        let account: Account = self.decoys.bytes();
        let seed = Recipient::default().seed(&self.secret, &account);
        self.sealed(channel, &seed, vec![0; channel.size])
    }

    fn sealed(&self, channel: &Channel, seed: &[u8; 32], data: Vec<u8>) -> StdResult<Attribute> {
        if data.len() != channel.size {
            return Err(StdError::generic_err("a notification does not have its channel's size"));
        }
        let id = Binary(notification_id(seed, channel.id, &self.hash).to_vec());
        let data = seal(seed, channel.id, &self.hash, self.height, data)?;
        Ok(Attribute::new_plaintext(format!("{PREFIX}{}", id.to_base64()), Binary(data).to_base64()))
    }
}

/// HMAC of channel and transaction under the receiver's seed.
pub fn notification_id(seed: &[u8; 32], channel: &str, hash: &str) -> [u8; 32] {
    hmac(seed, &[channel.as_bytes(), b":", hash.as_bytes()])
}

fn seal(seed: &[u8; 32], channel: &str, hash: &str, height: u64, mut data: Vec<u8>) -> StdResult<Vec<u8>> {
    let mut nonce = salt(hash).unwrap_or_default();
    for (byte, other) in nonce.iter_mut().zip(Sha256::digest(channel)) {
        *byte ^= other;
    }
    let aad = format!("{height}:{hash}");
    ChaCha20Poly1305::new(seed.into())
        .encrypt_in_place(&nonce.into(), aad.as_bytes(), &mut data)
        .map_err(|_| StdError::generic_err("a notification is too long"))?;
    Ok(data)
}

/// The first 12 bytes of a transaction's hash of 64 hex digits.
fn salt(hash: &str) -> Option<[u8; NONCE]> {
    if hash.len() != 64 || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut salt = [0; NONCE];
    for (byte, at) in salt.iter_mut().zip((0..).step_by(2)) {
        *byte = u8::from_str_radix(&hash[at..at + 2], 16).ok()?;
    }
    Some(salt)
}

crate::json! { [write]
    /// The answer of `list_channels` is `{"list_channels":{"channels":[…]}}`.
    #[derive(Debug)]
    pub struct Channels {
        pub channels: Vec<&'static str>,
    }
}

pub fn list(channels: &[Channel]) -> Channels {
    Channels { channels: channels.iter().map(|channel| channel.id).collect() }
}

crate::json! { [write]
    /// The answer of `channel_info`, for the account that proved itself.
    #[derive(Debug)]
    pub struct Info {
        pub as_of_block: Uint64,
        pub seed: Binary,
        pub channels: Vec<ChannelInfo>,
    }
}

crate::json! { [write]
    #[derive(Debug)]
    pub struct ChannelInfo {
        pub channel: &'static str,
        pub seed: Binary,
        pub mode: &'static str,
        pub cddl: &'static str,
        /// The id in the transaction that was asked for.
        pub answer_id: Option<Binary>,
    }
}

/// Fails for a channel that does not exist and for text that is no hash.
pub fn info(
    env: &Env,
    channels: &[Channel],
    wanted: &[String],
    hash: Option<&str>,
    seed: &[u8; 32],
) -> StdResult<Info> {
    let hash = hash.map(str::to_ascii_uppercase);
    if hash.as_ref().is_some_and(|hash| salt(hash).is_none()) {
        return Err(StdError::generic_err("txhash must have 64 hex digits"));
    }
    let mut list = vec![];
    for name in wanted {
        let channel = channels.iter().find(|channel| channel.id == name);
        let channel = channel.ok_or_else(|| StdError::generic_err(format!("there is no channel {name}")))?;
        let id = hash.as_ref().map(|hash| Binary(notification_id(seed, channel.id, hash).to_vec()));
        list.push(ChannelInfo {
            channel: channel.id,
            seed: Binary(seed.to_vec()),
            mode: "txhash",
            cddl: channel.cddl,
            answer_id: id,
        });
    }
    Ok(Info { as_of_block: env.block.height.into(), seed: Binary(seed.to_vec()), channels: list })
}

crate::json! { [read]
    /// The body of `update_seed`. The standard shows the signature in two places; both are taken.
    #[derive(Clone, Debug)]
    pub struct UpdateSeed {
        pub signed_doc: SignedDoc,
        pub signature: Option<Signature>,
    }
}

crate::json! { [read]
    #[derive(Clone, Debug)]
    pub struct SignedDoc {
        pub params: SeedParams,
        pub signature: Option<Signature>,
    }
}

crate::json! { [read]
    #[derive(Clone, Debug)]
    pub struct SeedParams {
        pub chain_id: String,
    }
}

crate::json! { [write]
    struct SeedDocument {
        contract: String,
        previous_seed: Binary,
    }
}

/// The new seed: SHA-256 of the sender's signature of contract and previous seed, so that nobody
/// chooses a weak one.
pub fn updated_seed(
    api: &dyn Api,
    env: &Env,
    sender: &[u8],
    previous_seed: &[u8; 32],
    message: &UpdateSeed,
) -> StdResult<[u8; 32]> {
    let signature = message.signature.as_ref().or(message.signed_doc.signature.as_ref());
    let signature = signature.ok_or_else(|| StdError::generic_err("update_seed needs a signature"))?;
    if message.signed_doc.params.chain_id != env.block.chain_id {
        return Err(StdError::generic_err("the signed document is for another chain"));
    }
    let value = SeedDocument {
        contract: env.contract.address.to_string(),
        previous_seed: Binary(previous_seed.to_vec()),
    };
    let document = permit::sign_document(&env.block.chain_id, "notification_seed", &value);
    if signature.account()?.as_slice() != sender || !permit::is_signed(api, signature, &document)? {
        return Err(StdError::generic_err("the sender did not sign the previous seed of this contract"));
    }
    Ok(Sha256::digest(signature.signature.as_slice()).into())
}

/// `{"NAME":{"seed":"…"}}` for the answer.
pub fn seed_answer(seed: &[u8; 32]) -> StdResult<Binary> {
    let mut out = vec![];
    let mut fields = Fields::open_variant(&mut out, "update_seed", false);
    fields.field("seed", &Binary(seed.to_vec()));
    fields.end_variant();
    Ok(Binary(out))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::from_slice;
    use cosmwasm_std::testing::{mock_dependencies, mock_env};

    const RECVD: Channel = Channel { id: "recvd", cddl: "recvd=[amount:biguint .size 8]", size: 34, bit: 1 };
    const SPENT: Channel = Channel { id: "spent", cddl: "spent=[amount:biguint .size 8]", size: 44, bit: 2 };
    const SECRET: [u8; 32] = [7; 32];
    const ALICE: Account = [1; 20];

    fn env_of(hash: &str) -> Env {
        let mut env = mock_env();
        env.transaction = Some(cosmwasm_std::TransactionInfo { index: 0, hash: hash.to_string() });
        env
    }

    /// Computed with Node's crypto module from the standard's pseudocode.
    #[test]
    fn notifications_are_those_of_the_standard() {
        let env = env_of(&"0123456789abcdef".repeat(4));
        let notifier = Notifier::new(SECRET, &env);
        let recipient = Recipient::default();
        let attribute = notifier.notify(&RECVD, &recipient, &ALICE, vec![3; 34]).unwrap();
        assert!(!attribute.encrypted);
        assert_eq!(attribute.key, "snip52:QHhMrayt/kVRM7WoZNM1EyNXT/477nsNYPO5bRrioXg=");
        let data = "C6V7GLoduuLs4PFhxacW+m2CWZgYS5gUoKC1UpKYdFwfFrm/CQ++QzxmaNHcbmA8Zb0=";
        assert_eq!(attribute.value, data);
        assert!(notifier.notify(&RECVD, &recipient, &ALICE, vec![3; 33]).is_err());
    }

    #[test]
    fn one_notification_for_a_receiver_channel_and_transaction() {
        let notifier = Notifier::new(SECRET, &env_of(&"a".repeat(64)));
        let mut recipient = Recipient::default();
        assert!(notifier.claim(&mut recipient, &RECVD));
        assert!(!notifier.claim(&mut recipient, &RECVD));
        assert!(notifier.claim(&mut recipient, &SPENT));
        assert!(!notifier.claim(&mut recipient, &SPENT));
        let later = Notifier::new(SECRET, &env_of(&"b".repeat(64)));
        assert!(later.claim(&mut recipient, &RECVD));
        let mut env = mock_env();
        env.transaction = None;
        assert!(!Notifier::new(SECRET, &env).claim(&mut Recipient::default(), &RECVD));
    }

    #[test]
    fn decoys_look_alike_and_never_repeat() {
        let mut notifier = Notifier::new(SECRET, &env_of(&"a".repeat(64)));
        let real = notifier.notify(&RECVD, &Recipient::default(), &ALICE, vec![0; 34]).unwrap();
        let decoys = [notifier.decoy(&RECVD).unwrap(), notifier.decoy(&RECVD).unwrap()];
        for decoy in &decoys {
            assert_eq!((decoy.key.len(), decoy.value.len()), (real.key.len(), real.value.len()));
            assert!(decoy.key != real.key && decoy.value != real.value && !decoy.encrypted);
        }
        assert!(decoys[0].key != decoys[1].key && decoys[0].value != decoys[1].value);
    }

    #[test]
    fn channel_info_gives_seed_and_ids() {
        let env = mock_env();
        let seed = Recipient::default().seed(&SECRET, &ALICE);
        let wanted = ["spent".to_string(), "recvd".to_string()];
        let hash = "0123456789abcdef".repeat(4);
        let found = info(&env, &[RECVD, SPENT], &wanted, Some(&hash), &seed).unwrap();
        assert_eq!(found.seed, Binary(seed.to_vec()));
        assert_eq!((found.channels[0].channel, found.channels[1].channel), ("spent", "recvd"));
        let id = found.channels[1].answer_id.as_ref().unwrap().to_base64();
        assert_eq!(id, "QHhMrayt/kVRM7WoZNM1EyNXT/477nsNYPO5bRrioXg=");
        assert!(info(&env, &[RECVD], &wanted[1..], None, &seed).unwrap().channels[0].answer_id.is_none());
        assert!(info(&env, &[RECVD], &wanted, None, &seed)
            .unwrap_err()
            .to_string()
            .contains("no channel spent"));
        for wrong in ["", "ab", &"g".repeat(64), &"a".repeat(66)] {
            assert!(info(&env, &[RECVD], &wanted[1..], Some(wrong), &seed).is_err());
        }
        assert_eq!(list(&[RECVD, SPENT]).channels, ["recvd", "spent"]);
    }

    /// Signed by the public LocalSecret key `a` with secretjs 1.22.1.
    const UPDATE: &str = concat!(
        r#"{"signed_doc":{"params":{"chain_id":"cosmos-testnet-14002"}},"signature":{"pub_key":{"#,
        r#""type":"tendermint/PubKeySecp256k1","value":"A07oJJ9n4TYTnD7ZStYyiPbB3kXOZvqIMkchGmmPRAzf"},"#,
        r#""signature":"CJW2K2fA6T6Absi8ggnVYT3Ug48UyVGX1Rz9mSQiekFXqtb17Qc0ZrWqgj1DLzF3UXWvPFKsIXGn9yzS1xqesQ=="}}"#
    );

    #[test]
    fn a_seed_is_the_hash_of_a_signature_of_the_last_one() {
        let deps = mock_dependencies();
        let message: UpdateSeed = from_slice(UPDATE.as_bytes()).unwrap();
        let sender = message.signature.as_ref().unwrap().account().unwrap();
        let seed = updated_seed(&deps.api, &mock_env(), &sender, &[9; 32], &message).unwrap();
        assert_eq!(
            crate::head::hex(&seed),
            "5da874f97dcdf75fa6a6ca03743393d454df5cab8b3255069af9fea5a80fd3b5"
        );
        let inside = UpdateSeed {
            signed_doc: SignedDoc { signature: message.signature.clone(), ..message.signed_doc.clone() },
            signature: None,
        };
        assert_eq!(updated_seed(&deps.api, &mock_env(), &sender, &[9; 32], &inside).unwrap(), seed);

        let mut recipient = Recipient::default();
        recipient.set_seed(seed);
        assert_eq!(recipient.seed(&SECRET, &sender), seed);

        let refused = |env: &Env, sender: &[u8], previous, message: &UpdateSeed| {
            updated_seed(&deps.api, env, sender, &previous, message).unwrap_err().to_string()
        };
        let env = mock_env();
        assert!(refused(&env, &sender, [8; 32], &message).contains("did not sign"));
        assert!(refused(&env, &ALICE, [9; 32], &message).contains("did not sign"));
        let mut other = env.clone();
        other.contract.address = cosmwasm_std::Addr::unchecked("another");
        assert!(refused(&other, &sender, [9; 32], &message).contains("did not sign"));
        other.block.chain_id = "another".to_string();
        assert!(refused(&other, &sender, [9; 32], &message).contains("another chain"));
        let unsigned = UpdateSeed { signature: None, ..message };
        assert!(refused(&env, &sender, [9; 32], &unsigned).contains("needs a signature"));
    }

    #[test]
    fn secrets_differ_by_creator_and_entropy() {
        let env = mock_env();
        let secret = create_secret(&env, "alice", b"x").unwrap();
        assert_ne!(secret, create_secret(&env, "alice", b"y").unwrap());
        assert_ne!(secret, create_secret(&env, "bob", b"x").unwrap());
        let mut dark = env;
        dark.block.random = None;
        assert!(create_secret(&dark, "alice", b"x").is_err());
    }
}
