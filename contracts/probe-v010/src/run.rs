use cosmwasm_std::{
    log, plaintext_log, to_binary, to_vec, Api, Binary, Env, HandleResponse, Querier, StdError, StdResult,
    Storage,
};

use crate::msg::Op;
use crate::{host, hostile};

/// One call: runs ops in order, collects what the response will hold.
pub struct Run<'a, S: Storage, A: Api, Q: Querier> {
    pub storage: &'a mut S,
    pub api: A,
    pub querier: &'a Q,
    pub env: Option<Env>,
    pub response: HandleResponse,
    outputs: Vec<Option<String>>,
}

impl<'a, S: Storage, A: Api, Q: Querier> Run<'a, S, A, Q> {
    pub fn new(storage: &'a mut S, api: A, querier: &'a Q, env: Option<Env>) -> Self {
        Run { storage, api, querier, env, response: HandleResponse::default(), outputs: vec![] }
    }

    pub fn output(&mut self, text: impl Into<String>) {
        self.outputs.push(Some(text.into()));
    }

    /// Explicit data wins, else the outputs as a JSON array of strings, else no data.
    pub fn into_response(mut self) -> StdResult<HandleResponse> {
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

    /// Queries of this generation get no env.
    pub fn environment(&self) -> StdResult<&Env> {
        self.env.as_ref().ok_or_else(|| StdError::generic_err("a query has no env"))
    }

    pub fn op(&mut self, op: Op) -> StdResult<()> {
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
            Op::Get { key } => {
                let value = self.storage.get(key.as_bytes()).map(text).transpose()?;
                self.outputs.push(value);
            }
            Op::Remove { key } => self.storage.remove(key.as_bytes()),
            Op::Attr { key, value, plaintext } => {
                let line = if plaintext { plaintext_log(key, value) } else { log(key, value) };
                self.response.log.push(line);
            }
            Op::Data { data } => self.response.data = Some(data),
            Op::DataBytes { size } => self.response.data = Some(Binary(vec![b'x'; size as usize])),
            Op::Output { text } => self.output(text),
            Op::Env {} => {
                let env = to_vec(self.environment()?)?;
                self.output(text(env)?);
            }
            Op::Fail { error } => return Err(hostile::failure(error)),
            Op::Panic { text } => panic!("{}", text),
            Op::Loop { kind } => hostile::endless(self.storage, kind),
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

    fn far_op(&mut self, op: Op) -> StdResult<()> {
        match op {
            Op::Balance { .. }
            | Op::AllBalances { .. }
            | Op::Smart { .. }
            | Op::Query { .. }
            | Op::NestedQuery { .. } => self.query_op(op),
            Op::CanonicalAddress { .. }
            | Op::HumanAddress { .. }
            | Op::Secp256k1Verify { .. }
            | Op::Secp256k1Recover { .. }
            | Op::Secp256k1Sign { .. }
            | Op::Ed25519Verify { .. }
            | Op::Ed25519BatchVerify { .. }
            | Op::Ed25519Sign { .. } => self.crypto_op(op),
            message => self.message_op(message),
        }
    }
}

pub fn text(bytes: Vec<u8>) -> StdResult<String> {
    String::from_utf8(bytes).map_err(StdError::invalid_utf8)
}
