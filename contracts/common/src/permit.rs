//! SNIP-24: a query signed off chain, as an amino sign document that wallets know how to show.

use cosmwasm_std::{Api, Binary, Deps, StdError, StdResult, Storage};
use ripemd::Ripemd160;
use sha2::{Digest, Sha256};

use crate::account::Account;
use crate::json::ToJson;
use crate::rows::key;
use crate::space;

crate::json! { [read]
    #[derive(Clone, Debug)]
    pub struct Permit {
        pub params: PermitParams,
        pub signature: Signature,
    }
}

crate::json! { [read]
    #[derive(Clone, Debug)]
    pub struct PermitParams {
        pub allowed_tokens: Vec<String>,
        pub permit_name: String,
        /// A part of the signed bytes. The standard accepts any value.
        pub chain_id: String,
        /// Text, because a permit for several contracts may name permissions that are not ours.
        pub permissions: Vec<String>,
    }
}

crate::json! { [read]
    /// Over a document as wallets show it; also of other documents than permits.
    #[derive(Clone, Debug)]
    pub struct Signature {
        pub pub_key: PubKey,
        pub signature: Binary,
    }
}

crate::json! { [read]
    #[derive(Clone, Debug)]
    pub struct PubKey {
        pub r#type: String,
        pub value: Binary,
    }
}

/// Names of revoked permits, under one first byte of keys.
#[derive(Clone, Copy)]
pub struct Revoked(pub u8);

impl Revoked {
    pub fn revoke(&self, storage: &mut dyn Storage, account: &[u8], name: &str) {
        storage.set(&key(self.0, &[account, name.as_bytes()]), &[1]);
    }

    fn has(&self, storage: &dyn Storage, account: &[u8], name: &str) -> bool {
        storage.get(&key(self.0, &[account, name.as_bytes()])).is_some()
    }
}

const REVOKED: Revoked = Revoked(space::REVOKED_PERMITS);

/// The account's permits of this name count no more, also those that are signed later.
pub fn revoke(storage: &mut dyn Storage, account: &[u8], name: &str) {
    REVOKED.revoke(storage, account, name);
}

impl Permit {
    /// `owner` grants everything.
    pub fn require(&self, permission: &str) -> StdResult<()> {
        let granted = &self.params.permissions;
        if granted.iter().any(|name| name == permission || name == "owner") {
            return Ok(());
        }
        Err(StdError::generic_err(format!("the permit does not give the permission {permission:?}")))
    }
}

/// Answers the account that signed, after every check but that of permissions. With a chain id the permit
/// must name it; the standard takes any.
pub fn signer(deps: Deps, contract: &str, chain_id: Option<&str>, permit: &Permit) -> StdResult<Account> {
    signer_unless(&REVOKED, deps, contract, chain_id, permit)
}

/// The same with a contract's own place for revoked permits.
pub fn signer_unless(
    revoked: &Revoked,
    deps: Deps,
    contract: &str,
    chain_id: Option<&str>,
    permit: &Permit,
) -> StdResult<Account> {
    let params = &permit.params;
    if !params.allowed_tokens.iter().any(|allowed| allowed == contract) {
        return Err(StdError::generic_err("the permit is not for this token or contract"));
    }
    if chain_id.is_some_and(|chain_id| chain_id != params.chain_id) {
        return Err(StdError::generic_err("the permit is for another chain"));
    }
    let account = permit.signature.account()?;
    if revoked.has(deps.storage, &account, &params.permit_name) {
        return Err(StdError::generic_err("the permit was revoked"));
    }
    let value = Content {
        allowed_tokens: params.allowed_tokens.clone(),
        permissions: params.permissions.clone(),
        permit_name: params.permit_name.clone(),
    };
    let document = sign_document(&params.chain_id, "query_permit", &value);
    if is_signed(deps.api, &permit.signature, &document)? {
        return Ok(account);
    }
    Err(StdError::generic_err("the signature of the permit is wrong"))
}

impl Signature {
    /// The account of the key, as the chain makes it.
    pub fn account(&self) -> StdResult<Account> {
        let key = &self.pub_key;
        if key.r#type != "tendermint/PubKeySecp256k1" || key.value.len() != 33 {
            return Err(StdError::generic_err("the permit needs a compressed secp256k1 key"));
        }
        Ok(Ripemd160::digest(Sha256::digest(key.value.as_slice())).into())
    }
}

/// Signers that follow Go's JSON escape three characters, others sign them as they are: both count.
pub(crate) fn is_signed(api: &dyn Api, signature: &Signature, document: &[u8]) -> StdResult<bool> {
    let verify = |document: &[u8]| {
        let hash = Sha256::digest(document);
        api.secp256k1_verify(&hash, &signature.signature, &signature.pub_key.value)
            .map_err(|err| StdError::generic_err(err.to_string()))
    };
    if verify(document)? {
        return Ok(true);
    }
    let escaped = go_escapes(document);
    Ok(escaped != document && verify(&escaped)?)
}

crate::json! { [write]
    struct Content {
        allowed_tokens: Vec<String>,
        permissions: Vec<String>,
        permit_name: String,
    }
}

/// The bytes that a wallet signs for one message of this type and value: an amino sign document, whose fields
/// are in alphabetical order.
pub(crate) fn sign_document(chain_id: &str, r#type: &str, value: &dyn ToJson) -> Vec<u8> {
    let mut out = br#"{"account_number":"0","chain_id":"#.to_vec();
    chain_id.to_json(&mut out);
    out.extend_from_slice(br#","fee":{"amount":[{"amount":"0","denom":"uscrt"}],"gas":"1"},"memo":"","#);
    out.extend_from_slice(br#""msgs":[{"type":"#);
    r#type.to_json(&mut out);
    out.extend_from_slice(br#","value":"#);
    value.to_json(&mut out);
    out.extend_from_slice(br#"}],"sequence":"0"}"#);
    out
}

fn go_escapes(document: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(document.len());
    for byte in document {
        match byte {
            b'&' => out.extend_from_slice(b"\\u0026"),
            b'<' => out.extend_from_slice(b"\\u003c"),
            b'>' => out.extend_from_slice(b"\\u003e"),
            other => out.push(*other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use cosmwasm_std::testing::{mock_dependencies, MOCK_CONTRACT_ADDR};

    #[test]
    fn the_document_is_the_one_wallets_sign() {
        let value = Content {
            allowed_tokens: vec!["secret18vd8fpwxzck93qlwghaj6arh4p7c5n8978vsyg".to_string()],
            permit_name: "test".to_string(),
            permissions: vec!["balance".to_string()],
        };
        let expected = concat!(
            r#"{"account_number":"0","chain_id":"secret-3","fee":{"amount":[{"amount":"0","denom":"uscrt"}],"gas":"1"},"#,
            r#""memo":"","msgs":[{"type":"query_permit","value":{"allowed_tokens":["#,
            r#""secret18vd8fpwxzck93qlwghaj6arh4p7c5n8978vsyg"],"permissions":["balance"],"permit_name":"test"}}],"#,
            r#""sequence":"0"}"#
        );
        let document = sign_document("secret-3", "query_permit", &value);
        assert_eq!(String::from_utf8(document).unwrap(), expected);
    }

    /// Signed by the public LocalSecret key `a` with secretjs 1.22.1.
    fn signed(name: &str, permissions: &[&str], signature: &str) -> Permit {
        Permit {
            params: PermitParams {
                allowed_tokens: vec![MOCK_CONTRACT_ADDR.to_string()],
                permit_name: name.to_string(),
                chain_id: "secretdev-1".to_string(),
                permissions: permissions.iter().map(|name| name.to_string()).collect(),
            },
            signature: Signature {
                pub_key: PubKey {
                    r#type: "tendermint/PubKeySecp256k1".to_string(),
                    value: Binary::from_base64("A07oJJ9n4TYTnD7ZStYyiPbB3kXOZvqIMkchGmmPRAzf").unwrap(),
                },
                signature: Binary::from_base64(signature).unwrap(),
            },
        }
    }

    fn reading() -> Permit {
        let signature =
            "xEGg1HjYgbT8uNbeerRf6xi4a3zMC0WXL749Y50vCbR3Arrhma6+tNMc0Q6HpGcPDwsrNWE2YiV9gqjF2G5Fow==";
        signed("reading", &["balance", "allowance"], signature)
    }

    fn account_a() -> Account {
        let bytes = "e855a00fe13ef005051a1d7ceac7ef21c5606cfd".as_bytes();
        bytes
            .chunks(2)
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect::<Vec<u8>>()
            .try_into()
            .unwrap()
    }

    fn refusal(permit: &Permit) -> String {
        signer(mock_dependencies().as_ref(), MOCK_CONTRACT_ADDR, None, permit).unwrap_err().to_string()
    }

    #[test]
    fn a_permit_names_its_signer() {
        let deps = mock_dependencies();
        assert_eq!(signer(deps.as_ref(), MOCK_CONTRACT_ADDR, None, &reading()).unwrap(), account_a());
        let name = "a <b> & c";
        let signature =
            "gtLgttNvmAz2aXOLp90pwcbp0cP6tB1Z//A8YTDHJ/97FO94JrXm66d7NYEHRkA3y0Oud1EUzXb6RTXrZOw1Bw==";
        let permit = signed(name, &["balance", "allowance"], signature);
        assert_eq!(signer(deps.as_ref(), MOCK_CONTRACT_ADDR, None, &permit).unwrap(), account_a());
    }

    #[test]
    fn nothing_signed_can_be_changed() {
        let changes: [fn(&mut Permit); 6] = [
            |permit| permit.params.permit_name.push('x'),
            |permit| permit.params.chain_id.push('x'),
            |permit| permit.params.permissions.push("history".to_string()),
            |permit| permit.params.allowed_tokens.push("another".to_string()),
            |permit| permit.signature.signature.0[5] ^= 1,
            |permit| permit.signature.pub_key.value = Binary([vec![2], vec![7; 32]].concat()),
        ];
        for change in changes {
            let mut permit = reading();
            change(&mut permit);
            refusal(&permit);
        }
    }

    #[test]
    fn a_permit_must_be_for_this_token_and_this_kind_of_key() {
        let deps = mock_dependencies();
        assert!(signer(deps.as_ref(), "another", None, &reading()).is_err());
        let mut permit = reading();
        permit.signature.pub_key.r#type = "tendermint/PubKeyEd25519".to_string();
        assert!(refusal(&permit).contains("compressed secp256k1"));
        let mut permit = reading();
        permit.signature.pub_key.value.0.pop();
        assert!(refusal(&permit).contains("compressed secp256k1"));
    }

    #[test]
    fn a_named_chain_must_be_the_permits() {
        let deps = mock_dependencies();
        signer(deps.as_ref(), MOCK_CONTRACT_ADDR, Some("secretdev-1"), &reading()).unwrap();
        let error = signer(deps.as_ref(), MOCK_CONTRACT_ADDR, Some("secret-4"), &reading()).unwrap_err();
        assert!(error.to_string().contains("another chain"));
    }

    #[test]
    fn a_revoked_permit_is_dead_for_its_signer_only() {
        let mut deps = mock_dependencies();
        revoke(&mut deps.storage, &[7; 20], "reading");
        revoke(&mut deps.storage, &account_a(), "other");
        signer(deps.as_ref(), MOCK_CONTRACT_ADDR, None, &reading()).unwrap();
        revoke(&mut deps.storage, &account_a(), "reading");
        let err = signer(deps.as_ref(), MOCK_CONTRACT_ADDR, None, &reading()).unwrap_err();
        assert!(err.to_string().contains("revoked"));
    }

    #[test]
    fn permissions_are_what_was_granted() {
        assert!(reading().require("balance").is_ok());
        assert!(reading().require("allowance").is_ok());
        assert!(reading().require("history").is_err());
        let all = signed("all", &["owner"], "");
        assert!(all.require("history").is_ok());
    }

    #[test]
    fn escapes_as_go_does() {
        assert_eq!(go_escapes(b"a<b>&c"), b"a\\u003cb\\u003e\\u0026c");
    }
}
