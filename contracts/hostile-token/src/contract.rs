#[cfg(target_arch = "wasm32")]
use cosmwasm_std::entry_point;
use cosmwasm_std::{
    from_slice, to_binary, to_vec, Binary, Deps, DepsMut, Env, MessageInfo, Reply, Response, StdError,
    StdResult, Storage, SubMsg, SubMsgResult, Uint128, WasmMsg,
};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

const ARMED: &[u8] = b"armed";
const CALLS: &[u8] = b"calls";
const PAID: &[u8] = b"paid";

#[derive(Deserialize)]
pub struct InstantiateMsg {}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExecuteMsg {
    RegisterReceive(IgnoredAny),
    /// A hook for tokens that nobody has: no balance is looked at. Answers as a SNIP-20 token does.
    Send {
        recipient: String,
        recipient_code_hash: String,
        amount: Uint128,
        msg: Option<Binary>,
    },
    /// A payment of the product. Runs what was armed, once.
    Transfer {
        recipient: String,
        amount: Uint128,
    },
    Arm(Armed),
    /// Any message to any contract, in the token's name. Fails when the call fails.
    Call(Call),
}

/// What the next transfer does.
#[derive(Serialize, Deserialize, Default)]
pub struct Armed {
    /// Made after the payment is booked; their failure is counted and does not fail the payment.
    pub calls: Vec<Call>,
    /// The transfer fails.
    pub fail: bool,
}

#[derive(Serialize, Deserialize)]
pub struct Call {
    pub contract: String,
    pub code_hash: String,
    pub msg: Binary,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueryMsg {
    /// The sum of all transfers to an address.
    Paid { address: String },
    /// Calls that were armed and made, by their result.
    Calls {},
}

#[derive(Serialize, Deserialize, Default)]
pub struct Calls {
    pub succeeded: u32,
    pub failed: u32,
    pub last_error: String,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum QueryAnswer {
    Paid { amount: Uint128 },
    Calls(Calls),
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Hook {
    Receive { sender: String, from: String, amount: Uint128, msg: Option<Binary> },
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    Send { status: &'static str },
}

#[cfg_attr(target_arch = "wasm32", entry_point)]
pub fn instantiate(_: DepsMut, _: Env, _: MessageInfo, _: InstantiateMsg) -> StdResult<Response> {
    Ok(Response::new())
}

#[cfg_attr(target_arch = "wasm32", entry_point)]
pub fn execute(deps: DepsMut, _: Env, info: MessageInfo, msg: ExecuteMsg) -> StdResult<Response> {
    match msg {
        ExecuteMsg::RegisterReceive(_) => Ok(Response::new()),
        ExecuteMsg::Send { recipient, recipient_code_hash, amount, msg } => {
            let from = info.sender.to_string();
            let hook = to_binary(&Hook::Receive { sender: from.clone(), from, amount, msg })?;
            let call = Call { contract: recipient, code_hash: recipient_code_hash, msg: hook };
            let data = to_binary(&Answer::Send { status: "success" })?;
            Ok(Response::new().add_message(message(call)).set_data(data))
        }
        ExecuteMsg::Transfer { recipient, amount } => transfer(deps.storage, &recipient, amount),
        ExecuteMsg::Arm(armed) => {
            deps.storage.set(ARMED, &to_vec(&armed)?);
            Ok(Response::new())
        }
        ExecuteMsg::Call(call) => Ok(Response::new().add_message(message(call))),
    }
}

fn transfer(storage: &mut dyn Storage, recipient: &str, amount: Uint128) -> StdResult<Response> {
    let armed: Armed = load(storage, ARMED)?;
    if armed.fail {
        return Err(StdError::generic_err("this token refuses the transfer"));
    }
    // Disarmed before the calls: they may end in another transfer.
    storage.remove(ARMED);
    let key = [PAID, recipient.as_bytes()].concat();
    let paid: Uint128 = load(storage, &key)?;
    storage.set(&key, &to_vec(&paid.checked_add(amount)?)?);
    let calls = armed.calls.into_iter().map(|call| SubMsg::reply_always(message(call), 0));
    Ok(Response::new().add_submessages(calls))
}

#[cfg_attr(target_arch = "wasm32", entry_point)]
pub fn reply(deps: DepsMut, _: Env, reply: Reply) -> StdResult<Response> {
    let mut calls: Calls = load(deps.storage, CALLS)?;
    match reply.result {
        SubMsgResult::Ok(_) => calls.succeeded += 1,
        SubMsgResult::Err(error) => {
            calls.failed += 1;
            calls.last_error = error;
        }
    }
    deps.storage.set(CALLS, &to_vec(&calls)?);
    Ok(Response::new())
}

#[cfg_attr(target_arch = "wasm32", entry_point)]
pub fn query(deps: Deps, _: Env, msg: QueryMsg) -> StdResult<Binary> {
    to_binary(&match msg {
        QueryMsg::Paid { address } => {
            QueryAnswer::Paid { amount: load(deps.storage, &[PAID, address.as_bytes()].concat())? }
        }
        QueryMsg::Calls {} => QueryAnswer::Calls(load(deps.storage, CALLS)?),
    })
}

fn message(Call { contract, code_hash, msg }: Call) -> WasmMsg {
    WasmMsg::Execute { contract_addr: contract, code_hash, msg, funds: vec![] }
}

/// The default for an absent row.
fn load<T: serde::de::DeserializeOwned + Default>(storage: &dyn Storage, key: &[u8]) -> StdResult<T> {
    storage.get(key).map_or(Ok(T::default()), |bytes| from_slice(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use cosmwasm_std::testing::{mock_dependencies, mock_env, mock_info};

    #[test]
    fn armed_calls_run_once_and_a_refusal_is_an_error() {
        let mut deps = mock_dependencies();
        let mut run = |json: &str| {
            execute(deps.as_mut(), mock_env(), mock_info("eve", &[]), from_slice(json.as_bytes()).unwrap())
        };
        let pay = r#"{"transfer":{"recipient":"bob","amount":"007","padding":" "}}"#;
        run(r#"{"arm":{"calls":[{"contract":"c","code_hash":"h","msg":"e30="}],"fail":false}}"#).unwrap();
        assert_eq!(run(pay).unwrap().messages.len(), 1);
        assert_eq!(run(pay).unwrap().messages.len(), 0);
        run(r#"{"arm":{"calls":[],"fail":true}}"#).unwrap();
        run(pay).unwrap_err();
        let answer = query(deps.as_ref(), mock_env(), QueryMsg::Paid { address: "bob".to_string() }).unwrap();
        assert_eq!(answer.as_slice(), br#"{"paid":{"amount":"14"}}"#);
    }
}
