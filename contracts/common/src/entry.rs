//! The exports of a contract: what `entry_point` of `cosmwasm_std` makes, with the readers and writers of
//! `json`, and without a querier, because no contract here asks another.

use cosmwasm_std::{
    Attribute, BankMsg, BlockInfo, ContractInfo, CosmosMsg, Env, Event, MessageInfo, ReplyOn, Response,
    StdError, SubMsg, TransactionInfo, WasmMsg,
};

use crate::json::{field, object, Fields, FromJson, Parsed, Text, ToJson};

/// `common::export!(instantiate: crate::contract::instantiate);`, also for `execute`, `query` and `migrate`. The
/// gas of an execute is evened as the very last act. Before it, what follows (the answer becomes JSON,
/// memory is freed) would cost by the content and by all earlier allocations.
#[macro_export]
macro_rules! export {
    (instantiate: $function:path) => {
        #[cfg(target_arch = "wasm32")]
        mod exported_instantiate {
            #[no_mangle]
            extern "C" fn instantiate(env: u32, info: u32, msg: u32) -> u32 {
                $crate::entry::wasm::with_sender(&$function, env, info, msg)
            }
        }
    };
    (execute: $function:path) => {
        #[cfg(target_arch = "wasm32")]
        mod exported_execute {
            #[no_mangle]
            extern "C" fn execute(env: u32, info: u32, msg: u32) -> u32 {
                $crate::gas::begin();
                let answer = $crate::entry::wasm::with_sender(&$function, env, info, msg);
                $crate::gas::end();
                answer
            }
        }
    };
    (query: $function:path) => {
        #[cfg(target_arch = "wasm32")]
        mod exported_query {
            #[no_mangle]
            extern "C" fn query(env: u32, msg: u32) -> u32 {
                $crate::entry::wasm::query(&$function, env, msg)
            }
        }
    };
    (migrate: $function:path) => {
        #[cfg(target_arch = "wasm32")]
        mod exported_migrate {
            #[no_mangle]
            extern "C" fn migrate(env: u32, msg: u32) -> u32 {
                $crate::entry::wasm::migrate(&$function, env, msg)
            }
        }
    };
}

#[cfg(target_arch = "wasm32")]
pub mod wasm {
    use cosmwasm_std::{
        Binary, Deps, DepsMut, Env, ExternalApi, ExternalStorage, MessageInfo, Querier, QuerierResult,
        QuerierWrapper, Response, StdResult, SystemError, SystemResult,
    };

    use super::{answer, Context};
    use crate::json::{from_slice, FromJson, ToJson};

    /// Owned memory that host and contract hand to each other, as the interface defines it.
    #[repr(C)]
    struct Region {
        offset: u32,
        capacity: u32,
        length: u32,
    }

    /// Takes what the host gave to `allocate`.
    fn taken(pointer: u32) -> Vec<u8> {
        // Safety: `allocate` of cosmwasm_std made both boxes, and the host hands each over once.
        unsafe {
            let region = Box::from_raw(pointer as *mut Region);
            Vec::from_raw_parts(region.offset as *mut u8, region.length as usize, region.capacity as usize)
        }
    }

    /// Leaves the bytes to the host.
    fn given(bytes: Vec<u8>) -> u32 {
        let bytes = bytes.into_boxed_slice();
        let length = bytes.len() as u32;
        let offset = Box::into_raw(bytes) as *mut u8 as u32;
        Box::into_raw(Box::new(Region { offset, capacity: length, length })) as u32
    }

    struct NoQuerier;

    impl Querier for NoQuerier {
        fn raw_query(&self, _: &[u8]) -> QuerierResult {
            SystemResult::Err(SystemError::Unknown {})
        }
    }

    #[inline(never)]
    fn changing(env: u32, run: &mut dyn FnMut(DepsMut, Env) -> StdResult<Response>) -> u32 {
        let (mut storage, api) = (ExternalStorage::new(), ExternalApi::new());
        let deps = DepsMut { storage: &mut storage, api: &api, querier: QuerierWrapper::new(&NoQuerier) };
        let result = from_slice(&taken(env)).and_then(|Context(env)| run(deps, env));
        given(answer(result.as_ref().map(|response| response as &dyn ToJson)))
    }

    pub fn with_sender<Msg: FromJson>(
        run: &dyn Fn(DepsMut, Env, MessageInfo, Msg) -> StdResult<Response>,
        env: u32,
        info: u32,
        msg: u32,
    ) -> u32 {
        changing(env, &mut |deps, env| {
            let info = from_slice(&taken(info))?;
            run(deps, env, info, from_slice(&taken(msg))?)
        })
    }

    pub fn migrate<Msg: FromJson>(
        run: &dyn Fn(DepsMut, Env, Msg) -> StdResult<Response>,
        env: u32,
        msg: u32,
    ) -> u32 {
        changing(env, &mut |deps, env| run(deps, env, from_slice(&taken(msg))?))
    }

    pub fn query<Msg: FromJson>(
        run: &dyn Fn(Deps, Env, Msg) -> StdResult<Binary>,
        env: u32,
        msg: u32,
    ) -> u32 {
        let (storage, api) = (ExternalStorage::new(), ExternalApi::new());
        let deps = Deps { storage: &storage, api: &api, querier: QuerierWrapper::new(&NoQuerier) };
        let result =
            from_slice(&taken(env)).and_then(|Context(env)| run(deps, env, from_slice(&taken(msg))?));
        given(answer(result.as_ref().map(|binary| binary as &dyn ToJson)))
    }
}

/// The result of an entry as the host reads it.
#[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
fn answer(result: Result<&dyn ToJson, &StdError>) -> Vec<u8> {
    let mut out = vec![];
    let mut fields = Fields::open(&mut out, false);
    match result {
        Ok(value) => fields.field("Ok", &value),
        Err(error) => fields.field("Err", &error.to_string()),
    }
    fields.end();
    out
}

/// A wrapper, because the trait and the type belong to other crates than a contract.
#[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
struct Context(Env);

impl FromJson for Context {
    fn from_json(text: Text) -> Parsed<Self> {
        let [block, transaction, contract] = object(text, &["block", "transaction", "contract"], false)?;
        Ok(Context(Env {
            block: field(block, "block")?,
            transaction: field(transaction, "transaction")?,
            contract: field(contract, "contract")?,
        }))
    }
}

impl FromJson for BlockInfo {
    fn from_json(text: Text) -> Parsed<Self> {
        let [height, time, chain_id, random] =
            object(text, &["height", "time", "chain_id", "random"], false)?;
        Ok(BlockInfo {
            height: field(height, "height")?,
            time: field(time, "time")?,
            chain_id: field(chain_id, "chain_id")?,
            random: field(random, "random")?,
        })
    }
}

impl FromJson for TransactionInfo {
    fn from_json(text: Text) -> Parsed<Self> {
        let [index, hash] = object(text, &["index", "hash"], false)?;
        let hash = field::<Option<String>>(hash, "hash")?.unwrap_or_default();
        Ok(TransactionInfo { index: field(index, "index")?, hash })
    }
}

impl FromJson for ContractInfo {
    fn from_json(text: Text) -> Parsed<Self> {
        let [address, code_hash] = object(text, &["address", "code_hash"], false)?;
        let code_hash = field::<Option<String>>(code_hash, "code_hash")?.unwrap_or_default();
        Ok(ContractInfo { address: field(address, "address")?, code_hash })
    }
}

impl FromJson for MessageInfo {
    fn from_json(text: Text) -> Parsed<Self> {
        let [sender, funds] = object(text, &["sender", "funds"], false)?;
        Ok(MessageInfo { sender: field(sender, "sender")?, funds: field(funds, "funds")? })
    }
}

impl ToJson for Response {
    fn to_json(&self, out: &mut Vec<u8>) {
        let mut fields = Fields::open(out, false);
        fields.field("messages", &self.messages);
        fields.field("attributes", &self.attributes);
        fields.field("events", &self.events);
        fields.field("data", &self.data);
        fields.end();
    }
}

impl ToJson for SubMsg {
    fn to_json(&self, out: &mut Vec<u8>) {
        let mut fields = Fields::open(out, false);
        fields.field("id", &self.id);
        fields.field("msg", &self.msg);
        fields.field("gas_limit", &self.gas_limit);
        let reply_on = match self.reply_on {
            ReplyOn::Always => "always",
            ReplyOn::Error => "error",
            ReplyOn::Success => "success",
            ReplyOn::Never => "never",
        };
        fields.field("reply_on", &reply_on);
        fields.end();
    }
}

/// Only the messages that the contracts here send: others have no JSON.
impl ToJson for CosmosMsg {
    fn to_json(&self, out: &mut Vec<u8>) {
        let (name, content): (_, &dyn ToJson) = match self {
            CosmosMsg::Bank(message) => ("bank", message),
            CosmosMsg::Wasm(message) => ("wasm", message),
            CosmosMsg::FinalizeTx(_) => ("finalize_tx", &Nothing),
            _ => unsent(),
        };
        let mut fields = Fields::open(out, false);
        fields.field(name, content);
        fields.end();
    }
}

#[cold]
fn unsent() -> ! {
    panic!("a message of a kind that no contract sends")
}

struct Nothing;

impl ToJson for Nothing {
    fn to_json(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{}");
    }
}

impl ToJson for BankMsg {
    fn to_json(&self, out: &mut Vec<u8>) {
        let BankMsg::Send { to_address, amount } = self else { unsent() };
        let mut fields = Fields::open_variant(out, "send", false);
        fields.field("to_address", to_address);
        fields.field("amount", amount);
        fields.end_variant();
    }
}

impl ToJson for WasmMsg {
    fn to_json(&self, out: &mut Vec<u8>) {
        let WasmMsg::Execute { contract_addr, code_hash, msg, funds } = self else { unsent() };
        let mut fields = Fields::open_variant(out, "execute", false);
        fields.field("contract_addr", contract_addr);
        fields.field("code_hash", code_hash);
        fields.field("msg", msg);
        fields.field("send", funds);
        fields.end_variant();
    }
}

impl ToJson for Attribute {
    fn to_json(&self, out: &mut Vec<u8>) {
        let mut fields = Fields::open(out, false);
        fields.field("key", &self.key);
        fields.field("value", &self.value);
        fields.field("encrypted", &self.encrypted);
        fields.end();
    }
}

impl ToJson for Event {
    fn to_json(&self, out: &mut Vec<u8>) {
        let mut fields = Fields::open(out, false);
        fields.field("type", &self.ty);
        fields.field("attributes", &self.attributes);
        fields.end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::from_slice;
    use cosmwasm_std::testing::{mock_env, mock_info};
    use cosmwasm_std::{coins, Binary, ContractResult, Empty};

    fn response() -> Response {
        let msg = Binary(b"{}".to_vec());
        let call = WasmMsg::Execute {
            contract_addr: "token".to_string(),
            code_hash: "ab".repeat(32),
            msg,
            funds: coins(7, "uscrt"),
        };
        let send = BankMsg::Send { to_address: "alice".to_string(), amount: coins(u128::MAX, "uscrt") };
        Response::new()
            .add_message(call)
            .add_submessage(SubMsg::reply_always(send, 5).with_gas_limit(9))
            .add_message(CosmosMsg::<Empty>::FinalizeTx(Empty {}))
            .add_attribute_plaintext("leaf", "\"00\"")
            .add_event(Event::new("wasm").add_attribute("a", "b"))
            .set_data(b"data")
    }

    #[test]
    fn results_are_the_bytes_that_cosmwasm_std_writes() {
        for response in [Response::new(), response()] {
            let expected = cosmwasm_std::to_vec(&ContractResult::Ok(response.clone())).unwrap();
            assert_eq!(answer(Ok(&response)), expected);
        }
        let binary = Binary(vec![1, 2, 3, 250]);
        let expected = cosmwasm_std::to_vec(&ContractResult::Ok(binary.clone())).unwrap();
        assert_eq!(answer(Ok(&binary)), expected);
        let error = StdError::generic_err("not \"this\"\n");
        let expected = cosmwasm_std::to_vec(&ContractResult::<Empty>::Err(error.to_string())).unwrap();
        assert_eq!(answer(Err(&error)), expected);
    }

    #[test]
    fn the_context_is_what_cosmwasm_std_reads() {
        let mut env = mock_env();
        for random in [None, Some(Binary(vec![7; 32]))] {
            env.block.random = random;
            let Context(read) = from_slice(&cosmwasm_std::to_vec(&env).unwrap()).unwrap();
            assert_eq!(read, env);
            env.transaction = None;
        }
        let info = mock_info("alice", &coins(u128::MAX, "uscrt"));
        assert_eq!(from_slice::<MessageInfo>(&cosmwasm_std::to_vec(&info).unwrap()).unwrap(), info);
        let short = br#"{"block":{"height":1,"time":"2","chain_id":"c"},"contract":{"address":"a"}}"#;
        let Context(read) = from_slice(short).unwrap();
        assert_eq!((read.contract.code_hash.as_str(), read.block.random), ("", None));
        assert!(from_slice::<Context>(b"{}").is_err());
    }
}
