use cosmwasm_std::Uint128;
use serde::{Deserialize, Serialize};

use crate::number::Number;

#[derive(Serialize, Deserialize)]
pub struct InstantiateMsg {}

/// The secret of a message, and which form of the message runs.
#[derive(Serialize, Deserialize)]
pub struct Act {
    pub secret: Number,
    pub cured: bool,
    /// Fills the message up to a fixed length. Nobody reads it.
    pub padding: Option<String>,
}

#[derive(Serialize, Deserialize)]
pub struct Text {
    pub text: String,
    pub padding: Option<String>,
}

#[derive(Serialize, Deserialize)]
pub struct Amount {
    pub amount: Uint128,
    pub cured: bool,
    pub padding: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExecuteMsg {
    /// The length of the answer.
    AnswerLength(Act),
    /// The length of the message. The client cures it with `padding`.
    MessageLength(Text),
    /// A branch with more work.
    Gas(Act),
    /// A branch with more work, which `gas_evaporate` evens: up to one unit, unless the gas is aligned.
    Evaporated(Act),
    /// The number of digits of an amount: reading them costs gas.
    Digits(Amount),
    /// The number of rows written.
    RowCount(Act),
    /// The length of a row.
    RowSize(Act),
    /// The order in which two rows are read.
    RowOrder(Act),
    /// Which of two rows is written.
    Branch(Act),
    /// Which of eight rows is written, by the random number of the call; leaking: four are of even secrets.
    RandomRow(Act),
    /// Success, or one of two errors.
    ErrorKind(Act),
    /// An attribute in clear.
    Attribute(Act),
    /// The length of an encrypted attribute.
    AttributeLength(Act),
    /// Whether another contract (this one, for the test) is called.
    SubMessage(Act),
    /// The length of the message to another contract.
    SubLength(Act),
    /// Whether another contract is queried.
    Query(Act),
    /// Stores the secret; `peek` shows it until `erase`.
    Put(Act),
    Erase {},
    /// A bid with a fixed deposit. A lower bid gets its deposit back at once, a higher one at `settle`.
    Bid(Act),
    Settle {},
    /// The target of the messages that this contract sends.
    Called {
        text: String,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueryMsg {
    /// The stored secret. Cured: only for the holder of the key.
    Peek { cured: bool, key: String },
}
