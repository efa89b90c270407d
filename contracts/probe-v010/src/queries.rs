use cosmwasm_std::{
    from_slice, to_vec, Api, BankQuery, Binary, Empty, Querier, QueryRequest, StdError, StdResult, Storage,
    WasmQuery,
};

use crate::msg::Op;
use crate::run::{text, Run};

impl<S: Storage, A: Api, Q: Querier> Run<'_, S, A, Q> {
    pub fn query_op(&mut self, op: Op) -> StdResult<()> {
        let request: QueryRequest<Empty> = match op {
            Op::Balance { address, denom } => BankQuery::Balance { address, denom }.into(),
            Op::AllBalances { address } => BankQuery::AllBalances { address }.into(),
            Op::Smart { contract, code_hash, msg } => {
                let msg = Binary(msg.into_bytes());
                WasmQuery::Smart { contract_addr: contract, callback_code_hash: code_hash, msg }.into()
            }
            Op::Query { request } => {
                let answer = self.querier.raw_query(request.as_bytes());
                self.output(text(to_vec(&answer)?)?);
                return Ok(());
            }
            Op::NestedQuery { depth: 0, .. } => {
                self.output("bottom");
                return Ok(());
            }
            Op::NestedQuery { depth, contract, code_hash } => {
                return self.nested_query(depth - 1, contract, code_hash)
            }
            _ => return Err(StdError::generic_err("not a query")),
        };
        let answer = text(self.ask(&request)?)?;
        self.output(answer);
        Ok(())
    }

    fn nested_query(
        &mut self,
        depth: u32,
        contract: cosmwasm_std::HumanAddr,
        code_hash: String,
    ) -> StdResult<()> {
        let inner = Op::NestedQuery { depth, contract: contract.clone(), code_hash: code_hash.clone() };
        let request: QueryRequest<Empty> = WasmQuery::Smart {
            contract_addr: contract,
            callback_code_hash: code_hash,
            msg: Binary(to_vec(&inner)?),
        }
        .into();
        let lines: Vec<String> = from_slice(&self.ask(&request)?)?;
        lines.into_iter().for_each(|line| self.output(line));
        Ok(())
    }

    /// Errors read as those of the standard library, but the answer stays bytes.
    fn ask(&self, request: &QueryRequest<Empty>) -> StdResult<Vec<u8>> {
        match self.querier.raw_query(&to_vec(request)?) {
            Err(err) => Err(StdError::generic_err(format!("Querier system error: {err}"))),
            Ok(answer) => answer.map(|value| value.0),
        }
    }
}
