use std::fmt;

use cosmwasm_std::StdError;

#[derive(Debug)]
pub enum ProbeError {
    Std(StdError),
    Text(String),
}

impl fmt::Display for ProbeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ProbeError::Std(err) => fmt::Display::fmt(err, f),
            ProbeError::Text(text) => f.write_str(text),
        }
    }
}

impl From<StdError> for ProbeError {
    fn from(err: StdError) -> Self {
        ProbeError::Std(err)
    }
}
