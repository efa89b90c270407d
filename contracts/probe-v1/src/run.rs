use cosmwasm_std::{
    to_binary, to_vec, Api, Attribute, Binary, Env, Event, MessageInfo, QuerierWrapper, Response, StdError,
    StdResult, Storage,
};

use crate::contract::replies;
use crate::error::ProbeError;
use crate::msg::{Op, Pair};
use crate::{host, hostile};

/// One call: runs ops in order, collects what the response will hold.
pub struct Run<'a> {
    pub storage: &'a mut dyn Storage,
    pub api: &'a dyn Api,
    pub querier: QuerierWrapper<'a>,
    pub env: Env,
    pub info: Option<MessageInfo>,
    pub response: Response,
    outputs: Vec<Option<String>>,
}

impl<'a> Run<'a> {
    pub fn new(
        storage: &'a mut dyn Storage,
        api: &'a dyn Api,
        querier: QuerierWrapper<'a>,
        env: Env,
        info: Option<MessageInfo>,
    ) -> Self {
        Run { storage, api, querier, env, info, response: Response::new(), outputs: vec![] }
    }

    pub fn output(&mut self, text: impl Into<String>) {
        self.outputs.push(Some(text.into()));
    }

    /// Explicit data wins, else the outputs as a JSON array of strings, else no data.
    pub fn into_response(mut self) -> StdResult<Response> {
        if self.response.data.is_none() && !self.outputs.is_empty() {
            self.response.data = Some(to_binary(&self.outputs)?);
        }
        Ok(self.response)
    }

    pub fn into_query_result(self) -> StdResult<Binary> {
        match self.response.data {
            Some(data) => Ok(data),
            None => to_binary(&self.outputs),
        }
    }

    pub fn op(&mut self, op: Op) -> Result<(), ProbeError> {
        match op {
            Op::Noop {} => {}
            Op::Batch { ops } => {
                for op in ops {
                    self.op(op)?;
                }
            }
            Op::Try { op } => {
                if let Err(err) = self.op(*op) {
                    self.output(format!("error: {err}"));
                }
            }
            Op::Set { key, value } => self.storage.set(key.as_bytes(), value.as_bytes()),
            Op::SetBytes { key, size } => self.storage.set(key.as_bytes(), &vec![b'x'; size as usize]),
            Op::Get { key } => self.get(&key)?,
            Op::Remove { key } => self.storage.remove(key.as_bytes()),
            Op::Attr { key, value, plaintext } => {
                self.response.attributes.push(attribute(Pair { key, value, plaintext }));
            }
            Op::Event { ty, attributes } => {
                let event = Event::new(ty).add_attributes(attributes.into_iter().map(attribute));
                self.response.events.push(event);
            }
            Op::Data { data } => self.response.data = Some(data),
            Op::DataBytes { size } => self.response.data = Some(Binary(vec![b'x'; size as usize])),
            Op::Output { text } => self.output(text),
            Op::Replies {} => {
                let records = replies(self.storage)?;
                self.output(text(to_vec(&records)?)?);
            }
            Op::Env {} => self.environment()?,
            Op::Random {} => self.random(),
            Op::Debug { text } => self.api.debug(&text),
            Op::CheckGas {} => {
                let gas = self.api.check_gas()?;
                self.output(gas.to_string());
            }
            Op::GasEvaporate { amount } => self.api.gas_evaporate(amount)?,
            Op::GasReach { amount } => self.reach_gas(amount)?,
            Op::Fail { error } => return Err(hostile::failure(error)),
            Op::Panic { text } => panic!("{text}"),
            Op::Loop { kind } => hostile::endless(self.storage, self.api, kind),
            Op::Count { rounds } => self.output(hostile::count(rounds).to_string()),
            Op::Recurse { depth, memory } => self.output(hostile::recurse(depth, memory).to_string()),
            Op::Alloc { bytes, times } => self.output(hostile::allocate(bytes, times).to_string()),
            Op::Grow { pages, times } => self.output(hostile::grow(pages, times).to_string()),
            Op::Host { name, args } => self.output(host::call(&name, &args)?.to_string()),
            Op::RawResult { bytes } => hostile::replace_by_bytes(bytes.0),
            Op::RawPointer { pointer } => hostile::replace_by_pointer(pointer),
            other => return self.far_op(other),
        }
        Ok(())
    }

    fn far_op(&mut self, op: Op) -> Result<(), ProbeError> {
        match op {
            Op::Balance { .. }
            | Op::AllBalances { .. }
            | Op::Smart { .. }
            | Op::ContractInfo { .. }
            | Op::Query { .. }
            | Op::SelfQuery { .. } => self.query_op(op),
            Op::AddrValidate { .. }
            | Op::AddrCanonicalize { .. }
            | Op::AddrHumanize { .. }
            | Op::Secp256k1Verify { .. }
            | Op::Secp256k1Recover { .. }
            | Op::Secp256k1Sign { .. }
            | Op::Ed25519Verify { .. }
            | Op::Ed25519BatchVerify { .. }
            | Op::Ed25519Sign { .. } => self.crypto_op(op),
            message => self.message_op(message),
        }
    }

    fn get(&mut self, key: &str) -> Result<(), ProbeError> {
        let value = match self.storage.get(key.as_bytes()) {
            Some(bytes) => Some(text(bytes)?),
            None => None,
        };
        self.outputs.push(value);
        Ok(())
    }

    fn environment(&mut self) -> Result<(), ProbeError> {
        self.output(text(to_vec(&self.env)?)?);
        if let Some(info) = &self.info {
            let info = text(to_vec(info)?)?;
            self.output(info);
        }
        Ok(())
    }

    fn random(&mut self) {
        let random = self.env.block.random.as_ref().map(Binary::to_base64);
        self.outputs.push(random);
    }

    fn reach_gas(&mut self, amount: u32) -> Result<(), ProbeError> {
        let used = self.api.check_gas()?;
        if let Some(rest) = u64::from(amount).checked_sub(used) {
            self.api.gas_evaporate(rest as u32)?;
        }
        Ok(())
    }
}

fn attribute(pair: Pair) -> Attribute {
    if pair.plaintext {
        Attribute::new_plaintext(pair.key, pair.value)
    } else {
        Attribute::new(pair.key, pair.value)
    }
}

pub fn text(bytes: Vec<u8>) -> StdResult<String> {
    String::from_utf8(bytes).map_err(StdError::invalid_utf8)
}
