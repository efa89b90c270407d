use cosmwasm_std::{
    from_slice, to_vec, BankQuery, Binary, ContractResult, Empty, QueryRequest, StdError, StdResult,
    SystemResult, WasmQuery,
};

use crate::error::ProbeError;
use crate::msg::Op;
use crate::run::{text, Run};

impl Run<'_> {
    pub fn query_op(&mut self, op: Op) -> Result<(), ProbeError> {
        let request: QueryRequest<Empty> = match op {
            Op::Balance { address, denom } => BankQuery::Balance { address, denom }.into(),
            Op::AllBalances { address } => BankQuery::AllBalances { address }.into(),
            Op::Smart { contract, code_hash, msg } => {
                let msg = Binary(msg.into_bytes());
                WasmQuery::Smart { contract_addr: contract, code_hash, msg }.into()
            }
            Op::ContractInfo { contract } => WasmQuery::ContractInfo { contract_addr: contract }.into(),
            Op::Query { request } => {
                let answer = self.querier.raw_query(request.as_bytes());
                self.output(text(to_vec(&answer)?)?);
                return Ok(());
            }
            Op::SelfQuery { depth: 0 } => {
                self.output("bottom");
                return Ok(());
            }
            Op::SelfQuery { depth } => WasmQuery::Smart {
                contract_addr: self.env.contract.address.to_string(),
                code_hash: self.env.contract.code_hash.clone(),
                msg: Binary(to_vec(&Op::SelfQuery { depth: depth - 1 })?),
            }
            .into(),
            _ => return Err(ProbeError::Text("not a query".to_string())),
        };
        let nested = matches!(&request, QueryRequest::Wasm(WasmQuery::Smart { contract_addr, .. })
            if *contract_addr == self.env.contract.address);
        let answer = self.ask(&request)?;
        if nested {
            if let Ok(lines) = from_slice::<Vec<String>>(answer.as_bytes()) {
                lines.into_iter().for_each(|line| self.output(line));
                return Ok(());
            }
        }
        self.output(answer);
        Ok(())
    }

    /// Errors read as those of the standard library, but the answer stays text.
    fn ask(&self, request: &QueryRequest<Empty>) -> StdResult<String> {
        match self.querier.raw_query(&to_vec(request)?) {
            SystemResult::Err(err) => Err(StdError::generic_err(format!("Querier system error: {err}"))),
            SystemResult::Ok(ContractResult::Err(err)) => {
                Err(StdError::generic_err(format!("Querier contract error: {err}")))
            }
            SystemResult::Ok(ContractResult::Ok(value)) => text(value.0),
        }
    }
}
