//! The JSON of the SNIP standards. A `padding` field is allowed everywhere and ignored.

use common::amount::Amount;
use common::bind::Bind;
use common::json::{field, object, FromJson, Parsed, Text};
use common::notify::SignedDoc;
use common::permit::{Permit, Signature};
use cosmwasm_std::{Binary, Uint128, Uint64};

common::json! { [read]
    #[derive(Clone, Debug)]
    pub struct InstantiateMsg {
        pub name: String,
        /// The sender when absent.
        pub admin: Option<String>,
        pub symbol: String,
        pub decimals: u8,
        pub initial_balances: Option<Vec<InitialBalance>>,
        pub prng_seed: Binary,
        pub config: Option<InitConfig>,
        /// Native denominations that deposit takes, 1 to 1.
        pub supported_denoms: Option<Vec<String>>,
    }
}

common::json! { [read]
    #[derive(Clone, Debug)]
    pub struct InitialBalance {
        pub address: String,
        pub amount: Uint128,
    }
}

common::json! { [read]
    #[derive(Clone, Debug, Default)]
    pub struct InitConfig {
        pub public_total_supply: Option<bool>,
        pub enable_deposit: Option<bool>,
        pub enable_redeem: Option<bool>,
        pub enable_mint: Option<bool>,
        pub enable_burn: Option<bool>,
        pub can_modify_denoms: Option<bool>,
    }
}

common::json! { [read]
    #[derive(Clone, Debug)]
    pub struct MigrateMsg {}
}

common::json! { [read]
    #[derive(Clone, Debug)]
    pub enum ExecuteMsg {
        Transfer(Transfer),
        Send(Send),
        BatchTransfer(Batch<Transfer>),
        BatchSend(Batch<Send>),

        IncreaseAllowance(ChangeAllowance),
        DecreaseAllowance(ChangeAllowance),
        TransferFrom(TransferFrom),
        SendFrom(SendFrom),
        BurnFrom(BurnFrom),
        BatchTransferFrom(Batch<TransferFrom>),
        BatchSendFrom(Batch<SendFrom>),
        BatchBurnFrom(Batch<BurnFrom>),

        Mint(Mint),
        BatchMint(Batch<Mint>),
        Burn(Burn),
        Deposit(Deposit),
        Redeem(Redeem),

        RegisterReceive {
            code_hash: String,
            gas_target: Option<Uint64>,
        },
        CreateViewingKey {
            entropy: Option<String>,
            gas_target: Option<Uint64>,
        },
        SetViewingKey {
            key: String,
            gas_target: Option<Uint64>,
        },
        RevokePermit {
            permit_name: String,
            gas_target: Option<Uint64>,
        },
        UpdateSeed(UpdateSeedMsg),
        /// SNIP-50: does nothing and burns gas up to the target.
        Evaporate {
            gas_target: Uint64,
        },

        ChangeAdmin {
            address: String,
            gas_target: Option<Uint64>,
        },
        SetContractStatus {
            level: Status,
            gas_target: Option<Uint64>,
        },
        AddMinters {
            minters: Vec<String>,
            gas_target: Option<Uint64>,
        },
        RemoveMinters {
            minters: Vec<String>,
            gas_target: Option<Uint64>,
        },
        SetMinters {
            minters: Vec<String>,
            gas_target: Option<Uint64>,
        },
        AddSupportedDenoms {
            denoms: Vec<String>,
            gas_target: Option<Uint64>,
        },
        RemoveSupportedDenoms {
            denoms: Vec<String>,
            gas_target: Option<Uint64>,
        },
    }
}

common::json! { [read]
    /// SNIP-52. The standard shows the signature inside of `signed_doc` and beside it; both are taken.
    #[derive(Clone, Debug)]
    pub struct UpdateSeedMsg {
        pub signed_doc: SignedDoc,
        pub signature: Option<Signature>,
        pub gas_target: Option<Uint64>,
    }
}

/// In a batch, `entropy` and `gas_target` belong to the batch and are ignored in its actions.
#[derive(Clone, Debug)]
pub struct Batch<Action> {
    pub actions: Vec<Action>,
    pub entropy: Option<Binary>,
    pub gas_target: Option<Uint64>,
    pub bind: Option<Bind>,
}

impl<Action: FromJson> FromJson for Batch<Action> {
    fn from_json(text: Text) -> Parsed<Self> {
        let names = ["actions", "entropy", "gas_target", "bind"];
        let [actions, entropy, gas_target, bind] = object(text, &names, false)?;
        Ok(Batch {
            actions: field(actions, "actions")?,
            entropy: field(entropy, "entropy")?,
            gas_target: field(gas_target, "gas_target")?,
            bind: field(bind, "bind")?,
        })
    }
}

common::json! { [read]
    #[derive(Clone, Debug)]
    pub struct Transfer {
        pub recipient: String,
        pub amount: Amount,
        pub memo: Option<String>,
        pub decoys: Option<Vec<String>>,
        pub entropy: Option<Binary>,
        pub gas_target: Option<Uint64>,
        pub bind: Option<Bind>,
    }
}

common::json! { [read]
    #[derive(Clone, Debug)]
    pub struct Send {
        pub recipient: String,
        pub recipient_code_hash: Option<String>,
        pub amount: Amount,
        pub msg: Option<Binary>,
        pub memo: Option<String>,
        pub decoys: Option<Vec<String>>,
        pub entropy: Option<Binary>,
        pub gas_target: Option<Uint64>,
        pub bind: Option<Bind>,
    }
}

common::json! { [read]
    #[derive(Clone, Debug)]
    pub struct TransferFrom {
        pub owner: String,
        pub recipient: String,
        pub amount: Amount,
        pub memo: Option<String>,
        pub decoys: Option<Vec<String>>,
        pub entropy: Option<Binary>,
        pub gas_target: Option<Uint64>,
        pub bind: Option<Bind>,
    }
}

common::json! { [read]
    #[derive(Clone, Debug)]
    pub struct SendFrom {
        pub owner: String,
        pub recipient: String,
        pub recipient_code_hash: Option<String>,
        pub amount: Amount,
        pub msg: Option<Binary>,
        pub memo: Option<String>,
        pub decoys: Option<Vec<String>>,
        pub entropy: Option<Binary>,
        pub gas_target: Option<Uint64>,
        pub bind: Option<Bind>,
    }
}

common::json! { [read]
    #[derive(Clone, Debug)]
    pub struct BurnFrom {
        pub owner: String,
        pub amount: Amount,
        pub memo: Option<String>,
        pub decoys: Option<Vec<String>>,
        pub entropy: Option<Binary>,
        pub gas_target: Option<Uint64>,
        pub bind: Option<Bind>,
    }
}

common::json! { [read]
    #[derive(Clone, Debug)]
    pub struct ChangeAllowance {
        pub spender: String,
        pub amount: Amount,
        /// Seconds since 1970. Absent: the expiration does not change.
        pub expiration: Option<u64>,
        pub gas_target: Option<Uint64>,
    }
}

common::json! { [read]
    #[derive(Clone, Debug)]
    pub struct Mint {
        pub recipient: String,
        pub amount: Amount,
        pub memo: Option<String>,
        pub decoys: Option<Vec<String>>,
        pub entropy: Option<Binary>,
        pub gas_target: Option<Uint64>,
        pub bind: Option<Bind>,
    }
}

common::json! { [read]
    #[derive(Clone, Debug)]
    pub struct Burn {
        pub amount: Amount,
        pub memo: Option<String>,
        pub decoys: Option<Vec<String>>,
        pub entropy: Option<Binary>,
        pub gas_target: Option<Uint64>,
    }
}

common::json! { [read]
    #[derive(Clone, Debug)]
    pub struct Deposit {
        pub decoys: Option<Vec<String>>,
        pub entropy: Option<Binary>,
        pub gas_target: Option<Uint64>,
    }
}

common::json! { [read]
    #[derive(Clone, Debug)]
    pub struct Redeem {
        pub amount: Amount,
        /// Needed only when more than one denomination is supported.
        pub denom: Option<String>,
        pub decoys: Option<Vec<String>>,
        pub entropy: Option<Binary>,
        pub gas_target: Option<Uint64>,
    }
}

common::json! { [read write]
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Status {
        NormalRun,
        StopAllButRedeems,
        StopAll,
    }
}

common::json! { [read]
    #[derive(Clone, Debug)]
    pub enum QueryMsg {
        TokenInfo {},
        TokenConfig {},
        ContractStatus {},
        ExchangeRate {},
        Minters {},
        Balance {
            address: String,
            key: String,
        },
        TransferHistory {
            address: String,
            key: String,
            page: Option<u32>,
            page_size: u32,
            should_filter_decoys: Option<bool>,
        },
        TransactionHistory {
            address: String,
            key: String,
            page: Option<u32>,
            page_size: u32,
            should_filter_decoys: Option<bool>,
        },
        Allowance {
            owner: String,
            spender: String,
            key: String,
        },
        AllowancesGiven {
            owner: String,
            key: String,
            page: Option<u32>,
            page_size: u32,
        },
        AllowancesReceived {
            spender: String,
            key: String,
            page: Option<u32>,
            page_size: u32,
        },
        ListChannels {},
        ChannelInfo {
            channels: Vec<String>,
            txhash: Option<String>,
            viewer: Viewer,
        },
        WithPermit {
            permit: Permit,
            query: PermitQuery,
        },
    }
}

common::json! { [read]
    #[derive(Clone, Debug)]
    pub enum PermitQuery {
        Balance {},
        TransferHistory { page: Option<u32>, page_size: u32, should_filter_decoys: Option<bool> },
        TransactionHistory { page: Option<u32>, page_size: u32, should_filter_decoys: Option<bool> },
        Allowance { owner: String, spender: String },
        AllowancesGiven { owner: String, page: Option<u32>, page_size: u32 },
        AllowancesReceived { spender: String, page: Option<u32>, page_size: u32 },
        ChannelInfo { channels: Vec<String>, txhash: Option<String> },
    }
}

common::json! { [read]
    #[derive(Clone, Debug)]
    pub struct Viewer {
        pub address: String,
        pub viewing_key: String,
    }
}

common::json! { [write]
    /// What a contract that registered itself is called with after a send.
    #[derive(Clone, Debug)]
    pub enum ReceiverMsg {
        Receive { sender: String, from: String, amount: Amount, memo: Option<String>, msg: Option<Binary> },
    }
}
