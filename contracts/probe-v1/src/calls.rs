use cosmwasm_std::{to_vec, BankMsg, Binary, CosmosMsg, Empty, ReplyOn, SubMsg, WasmMsg};

use crate::contract::then_key;
use crate::error::ProbeError;
use crate::msg::{Op, Sub};
use crate::run::Run;

impl Run<'_> {
    pub fn message_op(&mut self, op: Op) -> Result<(), ProbeError> {
        let (msg, sub): (CosmosMsg, Option<Sub>) = match op {
            Op::Send { to, amount, sub } => (BankMsg::Send { to_address: to, amount }.into(), sub),
            Op::Burn { amount, sub } => (BankMsg::Burn { amount }.into(), sub),
            Op::Call { contract, code_hash, msg, funds, sub } => {
                let msg = Binary(msg.into_bytes());
                (WasmMsg::Execute { contract_addr: contract, code_hash, msg, funds }.into(), sub)
            }
            Op::Create { code_id, code_hash, label, msg, funds, admin, sub } => {
                let msg = Binary(msg.into_bytes());
                (WasmMsg::Instantiate { admin, code_id, code_hash, msg, funds, label }.into(), sub)
            }
            Op::MigrateOther { contract, code_hash, code_id, msg, sub } => {
                let msg = Binary(msg.into_bytes());
                (WasmMsg::Migrate { contract_addr: contract, code_hash, code_id, msg }.into(), sub)
            }
            Op::UpdateAdmin { contract, admin, sub } => {
                (WasmMsg::UpdateAdmin { contract_addr: contract, admin }.into(), sub)
            }
            Op::ClearAdmin { contract, sub } => (WasmMsg::ClearAdmin { contract_addr: contract }.into(), sub),
            Op::Stargate { type_url, value, sub } => (CosmosMsg::Stargate { type_url, value }, sub),
            Op::Message { message, sub } => (message, sub),
            Op::Custom { sub } => (CosmosMsg::Custom(Empty {}), sub),
            Op::FinalizeTx {} => (CosmosMsg::finalize_tx(), None),
            Op::SelfCall { depth: 0, then, .. } => return self.op(Op::Batch { ops: then }),
            Op::SelfCall { depth, then, reply_on } => self.self_call(depth, then, reply_on)?,
            _ => return Err(ProbeError::Text("not a message".to_string())),
        };
        self.send(msg, sub)
    }

    fn self_call(
        &self,
        depth: u32,
        then: Vec<Op>,
        reply_on: Option<ReplyOn>,
    ) -> Result<(CosmosMsg, Option<Sub>), ProbeError> {
        let sub = reply_on.clone().map(|reply_on| Sub {
            id: depth.into(),
            reply_on,
            gas_limit: None,
            then: vec![],
        });
        let msg = WasmMsg::Execute {
            contract_addr: self.env.contract.address.to_string(),
            code_hash: self.env.contract.code_hash.clone(),
            msg: Binary(to_vec(&Op::SelfCall { depth: depth - 1, then, reply_on })?),
            funds: vec![],
        };
        Ok((msg.into(), sub))
    }

    fn send(&mut self, msg: CosmosMsg, sub: Option<Sub>) -> Result<(), ProbeError> {
        let message = match sub {
            None => SubMsg::new(msg),
            Some(Sub { id, reply_on, gas_limit, then }) => {
                if !then.is_empty() {
                    self.storage.set(&then_key(id), &to_vec(&then)?);
                }
                SubMsg { id, msg, gas_limit, reply_on }
            }
        };
        self.response.messages.push(message);
        Ok(())
    }
}
