//! Entries: what is checked, which rows are read and written in which order. The rules are in `market.rs`.

use common::account::{account_of, address_of};
use common::admin::Powers;
use common::answer::{act_answer, answer, finish};
use common::bind::Bind;
use common::coins;
use common::head::Leaf;
use common::hook::Receive;
use common::rows::{key, load, save};
use common::select::{when, Choice};
use common::status::{self, Entry, Level};
use common::vault::Vault;
use common::{permit, seed};
use cosmwasm_std::{
    CosmosMsg, Deps, DepsMut, Empty, Env, MessageInfo, Response, StdError, StdResult, Storage,
};

use crate::market::{self, Context, Reason, Request, ACCEPTED, OUTCOMES};
use crate::msg::{
    ActMsg, ClearMsg, DepositMsg, ExecuteAnswer, ExecuteMsg, HookMsg, InstantiateMsg, RevokeMsg, StatusMsg,
    Success, Token, WithdrawMsg,
};
use crate::rows::{Account, Market, PriceRow, Terms, BASE, QUOTE};

/// Gas of the four families inside of the contract, 10 % above their most expensive path;
/// `clients/exchange/test/costs.test.ts` runs all paths.
const WORK_ACT: u64 = 45_000;
const WORK_DEPOSIT: u64 = 45_000;
const WORK_WITHDRAW: u64 = 45_000;
const WORK_CLEAR: u64 = 95_000;
/// Messages without a secret.
const WORK_PUBLIC: u64 = 0;

const MARKET: u8 = 1;
const ACCOUNTS: u8 = 2;
const NUMBERS: u8 = 3;
const PRICE: u8 = 4;
const PRICES: u8 = 5;
const TERMS: u8 = 6;

const DEPOSIT: u8 = 7;
const WITHDRAW: u8 = 8;
const CLEAR: u8 = 9;

/// A batch depends on hidden orders, so witnesses would belong to each. Why they do not fit: the README.
const NO_WITNESSES: &str =
    "witnesses are refused: they protect a result for as long as it waits for them, and a batch \
                            cannot wait; see the README, L1";

type Owner = common::account::Account;

fn error<T>(text: &str) -> StdResult<T> {
    Err(StdError::generic_err(text))
}

common::export!(instantiate: crate::contract::instantiate);
common::export!(execute: crate::contract::execute);

pub fn instantiate(deps: DepsMut, env: Env, info: MessageInfo, msg: InstantiateMsg) -> StdResult<Response> {
    coins::none(&info)?;
    let terms = terms_of(deps.as_ref(), &env, &msg)?;
    let own = seed::create(&env, msg.entropy.as_slice())?;
    let vault = Vault::create(deps.storage, deps.api, &[msg.base, msg.quote])?;
    seed::save(deps.storage, &own)?;
    save(deps.storage, &key(TERMS, &[]), &terms)?;
    save(deps.storage, &key(PRICE, &[]), &PriceRow::default())?;
    // Account 0 is the contract's own: the row that is touched when there is no other account yet.
    let mut market = Market::default();
    let dummy = account_of(deps.api, env.contract.address.as_str())?;
    let account = open_account(deps.storage, &mut market, &dummy)?;
    save_account(deps.storage, &dummy, &account)?;
    save(deps.storage, &key(MARKET, &[]), &market)?;
    Ok(Response::new().add_messages(vault.registrations(&env)?))
}

fn within<T: PartialOrd + std::fmt::Display>(name: &str, value: T, least: T, most: T) -> StdResult<T> {
    if value < least || value > most {
        return error(&format!("{name} must be {least} to {most}"));
    }
    Ok(value)
}

fn terms_of(deps: Deps, env: &Env, msg: &InstantiateMsg) -> StdResult<Terms> {
    let fees = [
        msg.lp_fee_bps.unwrap_or(25),
        msg.protocol_fee_bps.unwrap_or(if msg.admin.is_some() { 5 } else { 0 }),
    ];
    let sum = fees[0].checked_add(fees[1]).unwrap_or(u32::MAX);
    within("the sum of lp_fee_bps and protocol_fee_bps", sum, 0, 100)?;
    if msg.witnesses.is_some() {
        return error(NO_WITNESSES);
    }
    let admin = msg.admin.as_deref().map(|admin| account_of(deps.api, admin)).transpose()?;
    if admin.is_none() && fees[1] > 0 {
        return error("protocol_fee_bps needs an admin, who gets the fees");
    }
    let min = [msg.min_base.0, msg.min_quote.0];
    for (name, value) in ["min_base", "min_quote"].iter().zip(min) {
        within(name, value, 1, market::MOST_HELD - 1)?;
    }
    Ok(Terms {
        started_at: env.block.time.seconds(),
        epoch_seconds: within("epoch_seconds", msg.epoch_seconds.unwrap_or(30), 5, 86_400)?,
        unit: 10u128.pow(within("price_exponent", msg.price_exponent.unwrap_or(18), 0, 30)?),
        price_digits: within("price_digits", msg.price_digits.unwrap_or(4), 1, 9)?,
        lp_fee_bps: fees[0],
        protocol_fee_bps: fees[1],
        min_owners: within("min_owners", msg.min_owners.unwrap_or(3), 1, 32)?,
        max_wait: within("max_wait", msg.max_wait.unwrap_or(10), 1, 10_000)?,
        min,
        powers: Powers { admin, fee_receiver: admin },
    })
}

pub fn execute(deps: DepsMut, env: Env, info: MessageInfo, msg: ExecuteMsg) -> StdResult<Response> {
    let api = deps.api;
    let (work, target, result) = match msg {
        ExecuteMsg::Receive(receive) => (WORK_DEPOSIT, None, deposit(deps, env, info, &receive)),
        ExecuteMsg::Act(msg) => (WORK_ACT, msg.gas_target, act(deps, env, info, &msg)),
        ExecuteMsg::Withdraw(msg) => (WORK_WITHDRAW, msg.gas_target, withdraw(deps, env, info, &msg)),
        ExecuteMsg::Clear(msg) => (WORK_CLEAR, None, clear(deps, env, info, &msg)),
        ExecuteMsg::SetContractStatus(msg) => (WORK_PUBLIC, None, set_status(deps, env, info, &msg)),
        ExecuteMsg::RevokePermit(msg) => (WORK_PUBLIC, None, revoke_permit(deps, env, info, &msg)),
    };
    finish(api, work, target, result)
}

/// The state of one call: each row is read once and written once.
struct Call {
    terms: Terms,
    seed: [u8; 32],
    market: Market,
    owner: Owner,
    account: Account,
    now: u32,
}

pub fn terms(storage: &dyn Storage) -> StdResult<Terms> {
    load(storage, &key(TERMS, &[]))?.ok_or_else(|| StdError::not_found("terms"))
}

pub fn market(storage: &dyn Storage) -> StdResult<Market> {
    load(storage, &key(MARKET, &[]))?.ok_or_else(|| StdError::not_found("market"))
}

pub fn price(storage: &dyn Storage) -> StdResult<PriceRow> {
    load(storage, &key(PRICE, &[]))?.ok_or_else(|| StdError::not_found("price"))
}

pub fn past_price(storage: &dyn Storage, count: u64) -> StdResult<PriceRow> {
    load(storage, &key(PRICES, &[&count.to_be_bytes()]))?.ok_or_else(|| StdError::not_found("price"))
}

pub fn account(storage: &dyn Storage, owner: &Owner) -> StdResult<Option<Account>> {
    load(storage, &key(ACCOUNTS, &[owner]))
}

fn owner_of(storage: &dyn Storage, number: u32) -> StdResult<Owner> {
    load(storage, &key(NUMBERS, &[&number.to_be_bytes()]))?.ok_or_else(|| StdError::not_found("account"))
}

fn save_account(storage: &mut dyn Storage, owner: &Owner, account: &Account) -> StdResult<()> {
    save(storage, &key(NUMBERS, &[&account.number.to_be_bytes()]), owner)?;
    save(storage, &key(ACCOUNTS, &[owner]), account)
}

fn open_account(storage: &dyn Storage, market: &mut Market, owner: &Owner) -> StdResult<Account> {
    if let Some(account) = account(storage, owner)? {
        return Ok(account);
    }
    let account = Account { number: market.accounts, ..Account::default() };
    market.accounts += 1;
    Ok(account)
}

/// The number of the running epoch.
pub fn epoch(env: &Env, terms: &Terms) -> StdResult<u32> {
    let passed = env.block.time.seconds().saturating_sub(terms.started_at);
    u32::try_from(passed / terms.epoch_seconds).map_err(|_| StdError::generic_err("the time is too late"))
}

impl Call {
    fn load(deps: Deps, env: &Env, user: &str) -> StdResult<Call> {
        let terms = terms(deps.storage)?;
        let seed = seed::load(deps.storage)?;
        let mut market = market(deps.storage)?;
        let owner = account_of(deps.api, user)?;
        let account = open_account(deps.storage, &mut market, &owner)?;
        Ok(Call { terms, seed, market, owner, account, now: epoch(env, &terms)? })
    }

    fn receiver(&self) -> Choice {
        when(self.terms.powers.fee_receiver == Some(self.owner))
    }

    /// Appends the leaf of an act: see the README for the payload.
    fn leaf(&mut self, kind: u8, reason: u8, numbers: [u128; 3]) -> Leaf {
        let Call { account, .. } = self;
        let mut payload = Vec::with_capacity(2 + 20 + 6 * 16);
        payload.extend_from_slice(&self.owner);
        payload.extend_from_slice(&[kind, reason]);
        for number in numbers.into_iter().chain(account.free).chain([account.shares]) {
            payload.extend_from_slice(&number.to_be_bytes());
        }
        self.market.head.append(&self.seed, &self.owner, &payload)
    }

    fn save(&self, storage: &mut dyn Storage) -> StdResult<()> {
        save(storage, &key(MARKET, &[]), &self.market)?;
        save_account(storage, &self.owner, &self.account)
    }
}

/// The answer of a message with a leaf.
fn acted(name: &str, reason: Reason, leaf: &Leaf) -> StdResult<Response> {
    let data = act_answer(name, &OUTCOMES[usize::from(reason)], leaf)?;
    Ok(Response::new().add_attributes([leaf.attribute()]).set_data(data))
}

fn deposit(deps: DepsMut, env: Env, info: MessageInfo, receive: &Receive) -> StdResult<Response> {
    let HookMsg::Deposit(DepositMsg { bind, .. }) = receive.message()?;
    let vault = Vault::load(deps.storage)?;
    let received = receive.received(deps.api, &vault, &info)?;
    bind.check(&env, &received.from)?;
    status::check(deps.storage, &env, Entry::New)?;
    let mut call = Call::load(deps.as_ref(), &env, received.from.as_str())?;
    if !call.market.deposit(&mut call.account, received.token, received.amount) {
        return error("the exchange would hold 2^120 units or more of this token");
    }
    let mut numbers = [0; 3];
    numbers[received.token] = received.amount;
    let leaf = call.leaf(DEPOSIT, ACCEPTED, numbers);
    call.save(deps.storage)?;
    acted("deposit", ACCEPTED, &leaf)
}

fn request_of(msg: &ActMsg) -> Request {
    Request {
        kind: msg.kind.0,
        sells: msg.sells.0,
        numbers: msg.numbers.map(|number| number.0),
        // More than the most is refused, however much.
        epochs: u32::try_from(msg.epochs.0).unwrap_or(u32::MAX),
        id: msg.order_id.0,
    }
}

/// Reads and writes the market, the sender's account and one other account, whatever the act is.
fn act(deps: DepsMut, env: Env, info: MessageInfo, msg: &ActMsg) -> StdResult<Response> {
    msg.bind.check(&env, &info.sender)?;
    coins::none(&info)?;
    let stopped = status::level(deps.storage, &env)? == Level::StopNew;
    let mut call = Call::load(deps.as_ref(), &env, info.sender.as_str())?;
    let request = request_of(msg);
    // With the sender: else an own act on the same rows shows which row another's act draws.
    let place = call.market.head.n.to_be_bytes();
    let drawn: [&[u8]; 3] = [b"decoy", &place, &call.owner];
    let context = Context {
        epoch: call.now,
        min: call.terms.min,
        stopped: when(stopped),
        receiver: call.receiver(),
        decoy: seed::Stream::new(&call.seed, &drawn).below(u64::MAX),
    };
    let plan = call.market.begin(&mut call.account, request, &context);
    let owner = owner_of(deps.storage, plan.other)?;
    let mut other = account(deps.storage, &owner)?.ok_or_else(|| StdError::not_found("account"))?;
    let reason = call.market.finish(&mut call.account, &mut other, &plan, &context);
    let leaf = call.leaf(request.kind, reason, request.numbers);
    call.save(deps.storage)?;
    save_account(deps.storage, &owner, &other)?;
    acted("act", reason, &leaf)
}

fn withdraw(deps: DepsMut, env: Env, info: MessageInfo, msg: &WithdrawMsg) -> StdResult<Response> {
    msg.bind.check(&env, &info.sender)?;
    coins::none(&info)?;
    let to = match &msg.to {
        None => info.sender.clone(),
        Some(to) => address_of(deps.api, &account_of(deps.api, to)?)?,
    };
    let amounts = msg.amounts.map(|amount| amount.0);
    let left_out = match msg.only {
        None => 0,
        Some(Token::Base) => amounts[QUOTE],
        Some(Token::Quote) => amounts[BASE],
    };
    if left_out != 0 {
        return error("with only, the amount of the other token is 0");
    }
    let vault = Vault::load(deps.storage)?;
    let mut call = Call::load(deps.as_ref(), &env, info.sender.as_str())?;
    let receiver = call.receiver();
    let (enough, paid) = call.market.withdraw(&mut call.account, amounts, receiver);
    let reason = common::select::pick(enough, market::NOT_FREE, ACCEPTED);
    let leaf = call.leaf(WITHDRAW, reason, [paid[BASE], paid[QUOTE], 0]);
    call.save(deps.storage)?;
    let calls = vault.payout(&to, &paid)?.into_iter().zip([Token::Base, Token::Quote]);
    let calls = calls.filter(|(_, token)| msg.only.map_or(true, |only| only == *token));
    Ok(acted("withdraw", reason, &leaf)?.add_messages(calls.map(|(call, _)| call)))
}

fn check_public(env: &Env, info: &MessageInfo, bind: &Option<Bind>) -> StdResult<()> {
    if let Some(bind) = bind {
        bind.check(env, &info.sender)?;
    }
    coins::none(info)
}

/// Ends with `finalize_tx`: a keeper cannot undo a clear whose price it dislikes by a later message.
fn clear(deps: DepsMut, env: Env, info: MessageInfo, msg: &ClearMsg) -> StdResult<Response> {
    check_public(&env, &info, &msg.bind)?;
    let epoch = msg.epoch;
    let mut call = Call::load(deps.as_ref(), &env, info.sender.as_str())?;
    if epoch >= call.now {
        return error("the epoch is not over; clear it when it is");
    }
    if epoch < call.market.next_epoch {
        return error("the epoch is cleared already");
    }
    let last = price(deps.storage)?;
    let terms = call.terms;
    let go = call.market.clear(epoch, &terms);
    let new = PriceRow {
        count: last.count + 1,
        epoch,
        price: common::select::pick(
            go,
            last.price,
            market::rounded(call.market.last_price, terms.price_digits),
        ),
        depth: common::select::pick(go, last.depth, call.market.depth()),
    };
    let leaf = call.leaf(CLEAR, ACCEPTED, [epoch.into(), 0, 0]);
    call.save(deps.storage)?;
    save(deps.storage, &key(PRICE, &[]), &new)?;
    save(deps.storage, &key(PRICES, &[&last.count.to_be_bytes()]), &new)?;
    Ok(acted("clear", ACCEPTED, &leaf)?.add_message(CosmosMsg::<Empty>::FinalizeTx(Empty {})))
}

fn set_status(deps: DepsMut, env: Env, info: MessageInfo, msg: &StatusMsg) -> StdResult<Response> {
    check_public(&env, &info, &msg.bind)?;
    terms(deps.storage)?.powers.require_admin(&account_of(deps.api, info.sender.as_str())?)?;
    status::set(deps.storage, &env, msg.level)?;
    Ok(Response::new().set_data(answer(&ExecuteAnswer::SetContractStatus(Success { status: "success" }))?))
}

fn revoke_permit(deps: DepsMut, env: Env, info: MessageInfo, msg: &RevokeMsg) -> StdResult<Response> {
    check_public(&env, &info, &msg.bind)?;
    let owner = account_of(deps.api, info.sender.as_str())?;
    permit::revoke(deps.storage, &owner, &msg.permit_name);
    Ok(Response::new().set_data(answer(&ExecuteAnswer::RevokePermit(Success { status: "success" }))?))
}
