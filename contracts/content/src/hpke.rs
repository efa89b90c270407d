//! HPKE base mode, one message: RFC 9180 with X25519 (0x20), HKDF-SHA256 (0x1), ChaCha20-Poly1305 (0x3).
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::ChaCha20Poly1305;
use hkdf::Hkdf;
use sha2::Sha256;
use x25519_dalek::{PublicKey, StaticSecret, X25519_BASEPOINT_BYTES};

const VERSION: &[u8] = b"HPKE-v1";
const KEM_SUITE: &[u8] = b"KEM\x00\x20";
const SUITE: &[u8] = b"HPKE\x00\x20\x00\x01\x00\x03";
const MODE_BASE: u8 = 0;
/// Bytes that the authentication adds to a text.
pub const TAG: usize = 16;

pub struct Sealed {
    /// The ephemeral public key.
    pub enc: [u8; 32],
    pub ciphertext: Vec<u8>,
}

/// False for the keys whose shared secret is zero with every other key, and for zero itself.
pub fn is_usable(public: &[u8; 32]) -> bool {
    // Any scalar shows it: clamping makes each a multiple of eight.
    StaticSecret::from([1; 32]).diffie_hellman(&PublicKey::from(*public)).was_contributory()
}

/// Hazard: `ephemeral` may serve for one (receiver, info) only, or a key and nonce repeat.
pub fn seal(
    ephemeral: [u8; 32],
    receiver: &[u8; 32],
    info: &[u8],
    aad: &[u8],
    text: &[u8],
) -> Option<Sealed> {
    let secret = StaticSecret::from(ephemeral);
    // The same as `PublicKey::from(&secret)`, without the code of Edwards points.
    let enc = secret.diffie_hellman(&PublicKey::from(X25519_BASEPOINT_BYTES)).to_bytes();
    let shared = secret.diffie_hellman(&PublicKey::from(*receiver));
    if !shared.was_contributory() {
        return None;
    }
    let context = [&enc[..], &receiver[..]].concat();
    let (_, eae) = labeled_extract(KEM_SUITE, &[], b"eae_prk", shared.as_bytes());
    let shared: [u8; 32] = labeled_expand(KEM_SUITE, &eae, b"shared_secret", &context);
    let (key, nonce) = schedule(&shared, info);
    let cipher = ChaCha20Poly1305::new(&key.into());
    let ciphertext = cipher.encrypt(&nonce.into(), Payload { msg: text, aad }).ok()?;
    Some(Sealed { enc, ciphertext })
}

fn schedule(shared: &[u8], info: &[u8]) -> ([u8; 32], [u8; 12]) {
    let (psk_id_hash, _) = labeled_extract(SUITE, &[], b"psk_id_hash", &[]);
    let (info_hash, _) = labeled_extract(SUITE, &[], b"info_hash", info);
    let context = [&[MODE_BASE][..], &psk_id_hash, &info_hash].concat();
    let (_, secret) = labeled_extract(SUITE, shared, b"secret", &[]);
    (
        labeled_expand(SUITE, &secret, b"key", &context),
        labeled_expand(SUITE, &secret, b"base_nonce", &context),
    )
}

fn labeled_extract(suite: &[u8], salt: &[u8], label: &[u8], input: &[u8]) -> ([u8; 32], Hkdf<Sha256>) {
    let (prk, expander) = Hkdf::extract(Some(salt), &[VERSION, suite, label, input].concat());
    (prk.into(), expander)
}

fn labeled_expand<const N: usize>(suite: &[u8], from: &Hkdf<Sha256>, label: &[u8], info: &[u8]) -> [u8; N] {
    let mut out = [0; N];
    let size = (N as u16).to_be_bytes();
    // The limit of HKDF is 8,160 bytes; N is 12 or 32.
    from.expand_multi_info(&[&size, VERSION, suite, label, info], &mut out).expect("short output");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex<const N: usize>(text: &str) -> [u8; N] {
        bytes(text).try_into().unwrap()
    }

    fn bytes(text: &str) -> Vec<u8> {
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
    }

    // RFC 9180, A.2.1: base setup, the first encryption.
    const INFO: &str = "4f6465206f6e2061204772656369616e2055726e";
    const EPHEMERAL: &str = "f4ec9b33b792c372c1d2c2063507b684ef925b8c75a42dbcbf57d63ccd381600";
    const RECEIVER: &str = "4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a";
    const ENC: &str = "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a";
    const SHARED: &str = "0bbe78490412b4bbea4812666f7916932b828bba79942424abb65244930d69a7";
    const KEY: &str = "ad2744de8e17f4ebba575b3f5f5a8fa1f69c2a07f6e7500bc60ca6e3e3ec1c91";
    const NONCE: &str = "5c4d98150661b848853b547f";
    const TEXT: &str = "4265617574792069732074727574682c20747275746820626561757479";
    const AAD: &str = "436f756e742d30";
    const CIPHERTEXT: &str =
        "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28";

    #[test]
    fn the_key_schedule_equals_rfc_9180() {
        let (key, nonce) = schedule(&bytes(SHARED), &bytes(INFO));
        assert_eq!((key, nonce), (hex(KEY), hex(NONCE)));
    }

    #[test]
    fn a_sealed_message_equals_rfc_9180() {
        let sealed = seal(hex(EPHEMERAL), &hex(RECEIVER), &bytes(INFO), &bytes(AAD), &bytes(TEXT)).unwrap();
        assert_eq!(sealed.enc, hex(ENC));
        assert_eq!(sealed.ciphertext, bytes(CIPHERTEXT));
        assert_eq!(sealed.ciphertext.len(), bytes(TEXT).len() + TAG);
    }

    #[test]
    fn keys_of_low_order_are_not_usable() {
        let low = [
            "0000000000000000000000000000000000000000000000000000000000000000",
            "0100000000000000000000000000000000000000000000000000000000000000",
            "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
            "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            // The highest bit is ignored.
            "0000000000000000000000000000000000000000000000000000000000000080",
        ];
        for point in low {
            assert!(!is_usable(&hex(point)), "{point}");
            assert!(seal([7; 32], &hex(point), b"", b"", b"").is_none(), "{point}");
        }
        assert!(is_usable(&hex(RECEIVER)));
    }
}
