//! Messages, queries and answers. Binary is base64; times are seconds since 1970.
use common::amount::{Amount, Id};
use common::bind::Bind;
use common::permit::Permit;
use common::status::Level;
use common::vault::TokenRef;
use cosmwasm_std::{Binary, Uint64};

common::json! { [read]
    #[derive(Clone, Debug)]
    pub struct InstantiateMsg {
        /// 3 to 30 bytes.
        pub name: String,
        /// SNIP-20 tokens in which prices may be, at most 4.
        pub tokens: Vec<TokenRef>,
        /// A denomination of native coins in which prices may be, too; then at most 3 tokens.
        pub coin: Option<String>,
        /// The operator's part of each sale.
        pub fee: Option<Share>,
        /// Accounts, 1 to 4, that confirm purchases which stand in a block.
        pub confirmers: Vec<String>,
        /// Accounts, 1 to 16, that may list items. Absent: everyone, so that anyone can take all 32 places.
        pub publishers: Option<Vec<String>>,
        /// 2, 3 or 4: how many owners may join their keys and still be found.
        pub colluders: u8,
        /// At least 32 random bytes.
        pub entropy: Binary,
        /// May stop new business for 14 days; the sender when absent.
        pub admin: Option<String>,
        /// Refused: confirmers do here what witnesses do elsewhere.
        pub witnesses: Option<Vec<String>>,
    }
}

common::json! { [read write]
    /// A part of a price in hundredths of a percent.
    #[derive(Clone, Debug)]
    pub struct Share {
        pub to: String,
        pub bps: u16,
    }
}

common::json! { [read write]
    #[derive(Clone, Debug, PartialEq)]
    pub struct ItemInfo {
        pub title: String,
        pub media_type: String,
        /// Bytes of the file.
        pub size: Id,
        /// Where the container can be fetched.
        pub uri: String,
        /// SHA-256 of the container's header.
        pub sha256: Binary,
        pub segments: u32,
    }
}

common::json! { [read sparse]
    /// In a token or in coins, never both.
    #[derive(Clone, Debug)]
    pub struct Price {
        /// Place in the contract's list of tokens.
        pub token: Option<u8>,
        /// The contract's denomination.
        pub coin: Option<String>,
        pub amount: Amount,
    }
}

common::json! { [read write]
    #[derive(Clone, Debug)]
    pub enum Kind {
        Own,
        Rent { seconds: u32 },
    }
}

common::json! { [read write]
    #[derive(Clone, Copy, Debug)]
    pub enum Transferable {
        None,
        Free,
        ResaleOnly,
    }
}

common::json! { [read write]
    #[derive(Clone, Debug)]
    pub enum Delivery {
        Confirmed { refund_after: u32 },
        Instant,
    }
}

common::json! { [read write]
    #[derive(Clone, Debug)]
    pub struct Confirmation {
        pub licence: Id,
        /// The leaf that the confirmer saw in a block, 32 bytes.
        pub leaf: Binary,
    }
}

common::json! { [read]
    #[derive(Clone, Debug)]
    pub struct ListItem {
        pub item: ItemInfo,
        /// 32 bytes.
        pub master: Binary,
        /// Absent: the item is only granted.
        pub price: Option<Price>,
        /// Absent: as many as there are numbers.
        pub supply: Option<u32>,
        pub licence: Kind,
        pub transfer: Transferable,
        pub revocable: bool,
        /// Parts of resales, at most 2.
        pub royalties: Vec<Share>,
        pub delivery: Delivery,
        /// Refused, as at instantiation.
        pub witnesses: Option<Vec<String>>,
        pub bind: Bind,
        pub gas_target: Option<Uint64>,
    }
}

common::json! { [read]
    /// The hook of SNIP-20.
    #[derive(Clone, Debug)]
    pub struct Hook {
        pub sender: String,
        pub from: String,
        pub amount: Amount,
        pub memo: Option<String>,
        pub msg: Option<Binary>,
        pub gas_target: Option<Uint64>,
    }
}

common::json! { [read]
    #[derive(Clone, Debug)]
    pub struct Confirm {
        pub purchases: Vec<Confirmation>,
        pub gas_target: Option<Uint64>,
    }
}

common::json! { [read]
    /// What an owner does unseen. All fields are there, whatever is done.
    #[derive(Clone, Debug)]
    pub struct Act {
        pub licence: Id,
        /// `device` sets the device, `access` opens the session of a rent, `resale` offers the licence for the
        /// amount (0 withdraws the offer), `delete` ends it for ever. Text, because the work of reading an
        /// enum depends on its words.
        pub r#do: String,
        /// 32 bytes.
        pub device: Binary,
        pub amount: Amount,
        pub bind: Bind,
        pub gas_target: Option<Uint64>,
    }
}

common::json! { [read]
    /// `to` belongs to transfer, `only` to refund: see `AccountAct`.
    #[derive(Clone, Debug)]
    pub struct LicenceAct {
        pub licence: Id,
        pub to: Option<String>,
        pub only: Option<u8>,
        pub bind: Bind,
        pub gas_target: Option<Uint64>,
    }
}

common::json! { [read]
    /// What a publisher does with an item. One form for all: `to` and `device` belong to grant, `uri`,
    /// `sha256` and `master` to new_version, `evidence` and `from` to trace.
    #[derive(Clone, Debug)]
    pub struct ItemAct {
        pub item_id: Id,
        pub to: Option<String>,
        pub device: Option<Binary>,
        pub uri: Option<String>,
        pub sha256: Option<Binary>,
        pub master: Option<Binary>,
        pub evidence: Option<Binary>,
        pub from: Option<Id>,
        pub bind: Bind,
        pub gas_target: Option<Uint64>,
    }
}

common::json! { [read]
    /// What an account does. `permit_name` belongs to revoke_permit, `level` to set_status, `only` to
    /// collect: the place of the one token, or of the coin, that pays. A token that refuses its payments
    /// blocks those of all others without it; with it, everybody sees which one is asked.
    #[derive(Clone, Debug)]
    pub struct AccountAct {
        pub only: Option<u8>,
        pub permit_name: Option<String>,
        pub level: Option<Level>,
        pub bind: Bind,
        pub gas_target: Option<Uint64>,
    }
}

common::json! { [read]
    /// What money comes for, in the message of a token's `send` or with coins. `item_id` and `device` belong
    /// to buy and buy_resale, `licence` to buy_resale and revoke, where the amount is what the owner gets back.
    #[derive(Clone, Debug)]
    pub struct Payment {
        pub item_id: Option<Id>,
        pub licence: Option<Id>,
        pub device: Option<Binary>,
        pub bind: Bind,
        /// With coins; the hook of a token has its own.
        pub gas_target: Option<Uint64>,
    }
}

common::json! { [read]
    /// Fields that are not named here are ignored: clients fill `padding`.
    #[derive(Clone, Debug)]
    pub enum ExecuteMsg {
        ListItem(Box<ListItem>),
        Receive(Hook),
        Buy(Payment),
        BuyResale(Payment),
        Revoke(Payment),
        Confirm(Confirm),
        Act(Act),
        Refund(LicenceAct),
        Transfer(LicenceAct),
        Grant(ItemAct),
        NewVersion(ItemAct),
        Trace(ItemAct),
        Collect(AccountAct),
        RevokePermit(AccountAct),
        SetStatus(AccountAct),
    }
}

common::json! { [read]
    #[derive(Clone, Debug)]
    pub enum TokenMsg {
        Buy(Payment),
        BuyResale(Payment),
        Revoke(Payment),
    }
}

common::json! { [read]
    #[derive(Clone, Debug)]
    pub enum QueryMsg {
        Config {},
        Items {},
        WithPermit { permit: Permit, query: PrivateQuery },
    }
}

common::json! { [read]
    #[derive(Clone, Debug)]
    pub enum PrivateQuery {
        Keys { licence: Id },
        Licences {},
        Balance {},
        Sales {},
        Pending { from: Option<Id> },
    }
}

common::json! { [write]
    #[derive(Clone, Debug)]
    pub struct ConfigAnswer {
        pub name: String,
        pub tokens: Vec<TokenRef>,
        pub coin: Option<String>,
        pub fee: Option<Share>,
        pub confirmers: Vec<String>,
        /// Empty: everyone.
        pub publishers: Vec<String>,
        pub colluders: u8,
        pub marked: u32,
        pub admin: String,
        pub status: Level,
        pub items: u32,
    }
}

common::json! { [write]
    #[derive(Clone, Debug)]
    pub struct ItemAnswer {
        pub item_id: Id,
        pub publisher: String,
        pub item: ItemInfo,
        pub price: Option<Price>,
        pub supply: u32,
        pub licence: Kind,
        pub transfer: Transferable,
        pub revocable: bool,
        pub royalties: Vec<Share>,
        pub delivery: Delivery,
        pub version: u32,
    }
}

common::json! { [write]
    #[derive(Clone, Debug)]
    pub struct LicenceAnswer {
        pub licence: Id,
        pub item_id: Id,
        pub status: String,
        pub ends_at: u64,
        pub refund_at: u64,
        pub offer: Amount,
        pub leaf: Binary,
    }
}

common::json! { [write]
    #[derive(Clone, Debug)]
    pub struct SalesAnswer {
        pub item_id: Id,
        pub sold: u32,
        pub earned: Amount,
        pub traces_left: u8,
    }
}

common::json! { [write]
    #[derive(Clone, Debug)]
    pub enum QueryAnswer {
        Config(ConfigAnswer),
        Items(Vec<ItemAnswer>),
        /// `refused` stands alone; `enc` and `ct` are HPKE.
        Keys {
            version: u32,
            enc: Binary,
            ct: Binary,
            refused: Option<String>,
        },
        Licences(Vec<LicenceAnswer>),
        /// One amount for each token, then that of the coin.
        Balance(Vec<Amount>),
        Sales(Vec<SalesAnswer>),
        /// `next` is where to go on: for now, or later when `more` is false.
        Pending {
            purchases: Vec<Confirmation>,
            next: Id,
            more: bool,
        },
    }
}
