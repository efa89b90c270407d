use cosmwasm_std::{
    to_vec, Api, BankMsg, Binary, CosmosMsg, Empty, Querier, StdError, StdResult, Storage, WasmMsg,
};

use crate::msg::Op;
use crate::run::Run;

impl<S: Storage, A: Api, Q: Querier> Run<'_, S, A, Q> {
    pub fn message_op(&mut self, op: Op) -> StdResult<()> {
        let msg: CosmosMsg = match op {
            Op::Send { to, amount, from } => {
                let from_address = match from {
                    Some(from) => from,
                    None => self.environment()?.contract.address.clone(),
                };
                BankMsg::Send { from_address, to_address: to, amount }.into()
            }
            Op::Call { contract, code_hash, msg, funds } => WasmMsg::Execute {
                contract_addr: contract,
                callback_code_hash: code_hash,
                msg: Binary(msg.into_bytes()),
                send: funds,
            }
            .into(),
            Op::Create { code_id, code_hash, label, msg, funds } => WasmMsg::Instantiate {
                code_id,
                callback_code_hash: code_hash,
                msg: Binary(msg.into_bytes()),
                send: funds,
                label,
            }
            .into(),
            Op::Message { message } => message,
            Op::Custom {} => CosmosMsg::Custom(Empty {}),
            Op::SelfCall { depth: 0, then } => return self.op(Op::Batch { ops: then }),
            Op::SelfCall { depth, then } => {
                let env = self.environment()?;
                WasmMsg::Execute {
                    contract_addr: env.contract.address.clone(),
                    callback_code_hash: env.contract_code_hash.clone(),
                    msg: Binary(to_vec(&Op::SelfCall { depth: depth - 1, then })?),
                    send: vec![],
                }
                .into()
            }
            _ => return Err(StdError::generic_err("not a message")),
        };
        self.response.messages.push(msg);
        Ok(())
    }
}
