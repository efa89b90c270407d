//! JSON of messages and answers. A `padding` field is allowed everywhere and ignored.

use common::amount::{Amount, Id};
use common::bind::Bind;
use common::hook::Receive;
use common::json::Ignored;
use common::permit::Permit;
use common::status::Level;
use common::vault::TokenRef;
use common::witness::{WitnessTerms, WitnessView};
use cosmwasm_std::{Binary, Uint64};

use crate::outcome::Outcome;

common::json! { [strict]
    #[derive(Debug)]
    pub struct InstantiateMsg {
        /// The token of all polls whose weights are locked amounts; without it there are only lists.
        pub token: Option<TokenRef>,
        /// At least 32 random bytes.
        pub entropy: Binary,
        /// May stop new polls and new locks; nobody when absent.
        pub admin: Option<String>,
        /// The shortest phase in seconds; 600 when absent. Shorter is for tests.
        pub min_phase: Option<u32>,
        pub padding: Ignored,
    }
}

common::json! { [read]
    #[derive(Debug)]
    pub enum ExecuteMsg {
        CreatePoll(Box<CreatePoll>),
        AddVoters {
            poll_id: Id,
            voters: Vec<ListedVoter>,
            bind: Bind,
        },
        SealList {
            poll_id: Id,
        },
        Receive(Receive),
        Unlock {
            poll_id: Id,
            gas_target: Option<Uint64>,
        },
        /// `start` is that of the poll, which the sender has seen; see `Poll::open`.
        Act {
            poll_id: Id,
            start: Binary,
            r#do: Do,
            entry: Ballot,
            bind: Bind,
            gas_target: Option<Uint64>,
        },
        Freeze {
            poll_id: Id,
        },
        Confirm {
            poll_id: Id,
            n: Id,
            head: Binary,
        },
        Tally {
            poll_id: Id,
        },
        ExecuteOutcome {
            poll_id: Id,
        },
        SetContractStatus {
            level: Level,
        },
        RevokePermit {
            permit_name: String,
        },
        Evaporate {
            gas_target: Uint64,
        },
    }
}

common::json! { [read]
    /// The message that the token's hook carries.
    #[derive(Debug)]
    pub enum HookMsg {
        Lock { poll_id: Id, bind: Bind },
    }
}

common::json! { [strict]
    /// An unknown field is refused: a misspelt `threshold_bps` would make another poll.
    #[derive(Debug)]
    pub struct CreatePoll {
        pub title: String,
        pub options: Vec<String>,
        pub ballot: BallotKind,
        /// The option that meets the quorum and weighs in no threshold.
        pub abstain: Option<u8>,
        pub weights: Weights,
        pub max_weight: Option<Amount>,
        /// A smaller weight cannot register; 1 when absent.
        pub min_weight: Option<Amount>,
        pub max_voters: u16,
        pub register_until: u64,
        pub ends_at: u64,
        pub quorum_bps: Option<u16>,
        pub quorum: Option<Amount>,
        pub threshold_bps: Option<u16>,
        /// 5 when absent.
        pub min_counted: Option<u16>,
        pub publish: Option<Publish>,
        /// Accounts that confirm the head of the frozen log before it is tallied; nobody when absent.
        pub witnesses: Option<WitnessTerms>,
        pub on_pass: Option<OnPass>,
        /// Not checked: terms are public.
        pub bind: Ignored,
        pub padding: Ignored,
    }
}

common::json! { [read write]
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub enum BallotKind {
        Single,
        Approval,
    }
}

common::json! { [read write]
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub enum Weights {
        List,
        TokenLock,
    }
}

common::json! { [read write]
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub enum Publish {
        Totals,
        Shares,
        Outcome,
    }
}

common::json! { [read write]
    #[derive(Clone, PartialEq, Eq, Debug)]
    pub struct OnPass {
        pub contract: String,
        pub code_hash: String,
        pub msg: Binary,
    }
}

common::json! { [read]
    #[derive(Debug)]
    pub struct ListedVoter {
        pub address: String,
        pub weight: Amount,
    }
}

common::json! { [read]
    /// Two words of one length, which take the same work to read.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub enum Do {
        /// Registers the sender.
        Join,
        /// Votes, changes a credential, or both, for whoever has the credential.
        Vote,
    }
}

common::json! { [read]
    /// Each binary has 32 bytes, 44 characters in base64.
    #[derive(Debug)]
    pub struct Ballot {
        /// To join the SHA-256 of a new credential, to vote the credential.
        pub credential: Binary,
        /// SHA-256 of the next credential, or zeros. Not read when joining.
        pub new_credential: Binary,
        /// Sum of 2^i over the chosen options; 0 is no vote. Not read when joining.
        pub choice: Id,
    }
}

common::json! { [write]
    /// Of all messages but `act` and `unlock`, whose answers have a text for each outcome.
    #[derive(Debug)]
    pub enum Answer {
        CreatePoll { poll_id: Id },
        AddVoters { status: &'static str },
        SealList { status: &'static str },
        Lock { status: &'static str },
        Freeze { status: &'static str },
        Confirm { status: &'static str },
        Tally { status: &'static str, next: Id },
        ExecuteOutcome { status: &'static str },
        SetContractStatus { status: &'static str },
        RevokePermit { status: &'static str },
        Evaporate { status: &'static str },
    }
}

common::json! { [read]
    #[derive(Debug)]
    pub enum QueryMsg {
        Poll { poll_id: Id },
        Polls { page: Option<u32>, page_size: Option<u32> },
        Info {},
        WithPermit { permit: Permit, query: PermitQuery },
    }
}

common::json! { [read]
    #[derive(Debug)]
    pub enum PermitQuery {
        Registered { poll_id: Id },
    }
}

common::json! { [write]
    #[derive(Debug)]
    pub enum QueryAnswer {
        Polls { polls: Vec<PollLine>, total: Id },
        Info { token: Option<TokenRef>, admin: Option<String>, min_phase: u32, status: Level },
        Registered { registered: bool, weight: Amount },
    }
}

common::json! { [sparse]
    /// The terms of a poll, as its row keeps them. All of it is public.
    #[derive(Debug)]
    pub struct Terms {
        pub title: String,
        pub options: Vec<String>,
        pub ballot: BallotKind,
        pub abstain: Option<u8>,
        pub weights: Weights,
        pub max_weight: Amount,
        pub min_weight: Amount,
        pub max_voters: u16,
        pub register_until: u64,
        pub ends_at: u64,
        pub quorum_bps: Option<u16>,
        pub quorum: Option<Amount>,
        pub threshold_bps: Option<u16>,
        pub min_counted: u16,
        pub witnesses: Option<WitnessTerms>,
        pub on_pass: Option<OnPass>,
        pub organiser: String,
    }
}

common::json! { [sparse]
    /// A poll without its terms: their row goes into the answer as it is.
    #[derive(Debug)]
    pub struct PollView {
        pub poll_id: Id,
        pub status: &'static str,
        /// Of a list, once it is sealed.
        pub listed: Option<Listed>,
        /// Fixed when voting begins.
        pub publish: Option<Publish>,
        /// The head of the empty log: see `Poll::open`.
        pub start: String,
        pub n: Id,
        pub head: String,
        pub witnesses: Option<WitnessView>,
        pub result: Option<ResultView>,
        pub outcome_sent: bool,
    }
}

common::json! { [write]
    #[derive(Debug)]
    pub struct Listed {
        pub voters: u16,
        pub weight: Amount,
    }
}

common::json! { [write]
    #[derive(Debug)]
    pub struct PollLine {
        pub poll_id: Id,
        pub status: &'static str,
        pub ends_at: u64,
    }
}

common::json! { [sparse]
    /// Only what the poll publishes is in the row of the result, so nothing else can be asked.
    #[derive(Debug)]
    pub struct ResultView {
        pub outcome: Outcome,
        pub totals: Option<Vec<Amount>>,
        /// The weight of all that voted.
        pub counted: Option<Amount>,
        /// Whole percent of it, rounded down.
        pub shares: Option<Vec<u8>>,
        /// What rounding took from the shares of a single ballot.
        pub rest: Option<u8>,
    }
}
