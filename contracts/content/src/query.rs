//! Queries. Those about a licence need a permit of its owner, and keys go only to the device.
use common::account::{address_of, Account};
use common::amount::{Amount, Id};
use common::answer::{fixed_query_answer, query_answer};
use common::vault::{Vault, MAX_TOKENS};
use common::admin::Powers;
use common::phase::Moment;
use common::{permit, seed, status};
use cosmwasm_std::{Binary, BlockInfo, Deps, Env, StdError, StdResult};

use crate::config::{load_info, Config};
use crate::hpke::{self, TAG};
use crate::keys::{ephemeral, info, Master};
use crate::msg::{
    ConfigAnswer, Confirmation, Delivery, ItemAnswer, Kind, LicenceAnswer, Price, PrivateQuery, QueryAnswer,
    QueryMsg, SalesAnswer, Share, Transferable,
};
use crate::rows::{
    self, find_licence, load_masters, load_owner, load_state, Item, Licence, State, Status, LISTED,
};
use crate::rules::{TRACES, WINDOW};
use crate::word::Words;

const BLOCK: usize = 256;
/// Fixed sizes of answers whose content is secret.
const LICENCES_SIZE: usize = LISTED * 384;
const BALANCE_SIZE: usize = 256;
const SALES_SIZE: usize = 32 * 160;
const PENDING_SIZE: usize = 4_096;
/// Licences that one query for pending purchases reads, and the most that it answers.
const PENDING_READ: u32 = 256;
const PENDING_MOST: usize = 32;

pub const PERMISSION: &str = "content";

pub fn answer(deps: Deps, env: &Env, msg: QueryMsg) -> StdResult<Binary> {
    match msg {
        QueryMsg::Config {} => query_answer(&QueryAnswer::Config(config(deps, env)?), BLOCK),
        QueryMsg::Items {} => {
            let state = load_state(deps.storage)?;
            let each = (0..state.listed).map(|at| item(deps, &state, at));
            query_answer(&QueryAnswer::Items(each.collect::<StdResult<_>>()?), BLOCK)
        }
        QueryMsg::WithPermit { permit, query } => {
            let contract = env.contract.address.as_str();
            let signer = permit::signer(deps, contract, Some(&env.block.chain_id), &permit)?;
            permit.require(PERMISSION)?;
            private(deps, env, signer, query)
        }
    }
}

pub fn private(deps: Deps, env: &Env, signer: Account, query: PrivateQuery) -> StdResult<Binary> {
    match query {
        PrivateQuery::Keys { licence } => {
            let config = Config::load(deps.storage)?;
            fixed_query_answer(&keys(deps, env, &config, signer, licence)?, keys_size(config.marked()))
        }
        PrivateQuery::Licences {} => {
            fixed_query_answer(&QueryAnswer::Licences(licences(deps, signer)?), LICENCES_SIZE)
        }
        PrivateQuery::Balance {} => {
            let amounts = balance(deps, signer)?;
            let coins = usize::from(Config::load(deps.storage)?.coin.is_some());
            let places = Vault::load(deps.storage)?.len() + coins;
            let amounts = amounts[..places].iter().map(|amount| Amount(*amount)).collect();
            fixed_query_answer(&QueryAnswer::Balance(amounts), BALANCE_SIZE)
        }
        PrivateQuery::Sales {} => {
            fixed_query_answer(&QueryAnswer::Sales(sales(deps, env, signer)?), SALES_SIZE)
        }
        PrivateQuery::Pending { from } => fixed_query_answer(&pending(deps, signer, from)?, PENDING_SIZE),
    }
}

/// Bytes of every answer to `keys`: base64 of all keys and the tag, and what stands around it.
pub fn keys_size(marked: usize) -> usize {
    let ciphertext = (32 + 32 * marked + TAG).div_ceil(3) * 4;
    (ciphertext + 192).div_ceil(BLOCK) * BLOCK
}

fn keys(deps: Deps, env: &Env, config: &Config, signer: Account, id: Id) -> StdResult<QueryAnswer> {
    let refused = |reason: &str| QueryAnswer::Keys {
        version: 0,
        enc: Binary::default(),
        ct: Binary::default(),
        refused: Some(reason.to_string()),
    };
    let number = u32::try_from(id.0).unwrap_or_default();
    let Some(licence) = find_licence(deps.storage, number)?.filter(|licence| licence.owner == signer) else {
        return Ok(refused("the licence is not yours"));
    };
    let state = load_state(deps.storage)?;
    let item = state.items[usize::from(licence.item)];
    if let Err(reason) = may_read(&item, &licence, &env.block) {
        return Ok(refused(reason));
    }
    let seed = seed::load(deps.storage)?;
    let secret = load_masters(deps.storage)?[usize::from(licence.item)];
    let master = Master::new(&secret);
    let set = master.set(&Words::new(&seed, config.colluders).of(number.into()));
    let info = info(env.contract.address.as_str(), number.into(), item.version);
    let sealed =
        hpke::seal(ephemeral(&seed, &info, &licence.device, &secret), &licence.device, &info, &[], &set)
            .ok_or_else(|| StdError::generic_err("the device key is of low order"))?;
    Ok(QueryAnswer::Keys {
        version: item.version,
        enc: Binary(sealed.enc.to_vec()),
        ct: Binary(sealed.ciphertext),
        refused: None,
    })
}

/// Hazard: a host may answer a query at any time and any height, so only what an execute wrote
/// protects: the status, and the session of a rent.
fn may_read(item: &Item, licence: &Licence, block: &BlockInfo) -> Result<(), &'static str> {
    if licence.status == Status::Pending {
        return Err("the purchase is not confirmed yet");
    }
    if licence.status != Status::Active {
        return Err("the licence is over");
    }
    if licence.device == [0; 32] {
        return Err("the licence has no device; set one first");
    }
    if item.rent > 0 && licence.session == 0 {
        return Err("open a session first");
    }
    if item.rent > 0 && licence.term.moment(block) != Moment::Within {
        return Err("the rent is over");
    }
    Ok(())
}

fn licences(deps: Deps, signer: Account) -> StdResult<Vec<LicenceAnswer>> {
    let mut found = vec![];
    for number in load_owner(deps.storage, &signer)?.latest() {
        let Some(licence) = find_licence(deps.storage, number)?.filter(|licence| licence.owner == signer)
        else {
            continue;
        };
        found.push(LicenceAnswer {
            licence: Id(number.into()),
            item_id: Id(licence.item.into()),
            status: licence.status.name().to_string(),
            ends_at: licence.term.ends_at,
            refund_at: licence.hold.ends_at,
            offer: Amount(licence.offer),
            leaf: Binary(licence.leaf.to_vec()),
        });
    }
    Ok(found)
}

/// What `collect` would pay out.
fn balance(deps: Deps, account: Account) -> StdResult<[u128; MAX_TOKENS]> {
    let state = load_state(deps.storage)?;
    let powers = Powers::load(deps.storage)?;
    let mut amounts = load_owner(deps.storage, &account)?.purse;
    let mut add = |token: usize, amount: u128| amounts[token] = amounts[token].saturating_add(amount);
    for item in &state.items {
        let token = usize::from(item.token);
        if item.publisher == account {
            add(token, item.earned);
        }
        for (royalty, earned) in item.royalties.iter().zip(item.royalties_earned) {
            if royalty.to == account {
                add(token, earned);
            }
        }
    }
    if powers.fee_receiver == Some(account) {
        state.fees.into_iter().enumerate().for_each(|(token, fee)| add(token, fee));
    }
    Ok(amounts)
}

fn sales(deps: Deps, env: &Env, signer: Account) -> StdResult<Vec<SalesAnswer>> {
    let state = load_state(deps.storage)?;
    let now = env.block.time.seconds();
    let own = state.items.iter().enumerate().filter(|(_, item)| item.listed == 1 && item.publisher == signer);
    let each = own.map(|(at, item)| SalesAnswer {
        item_id: Id(at as u64),
        sold: item.sold,
        earned: Amount(item.earned),
        traces_left: if now >= item.traces_since.saturating_add(WINDOW) {
            TRACES
        } else {
            TRACES - item.traces
        },
    });
    Ok(each.collect())
}

/// For confirmers: pending purchases of all items, without item and buyer.
fn pending(deps: Deps, signer: Account, from: Option<Id>) -> StdResult<QueryAnswer> {
    if !Config::load(deps.storage)?.confirmers.contains(&signer) {
        return Err(StdError::generic_err("only a confirmer may ask for pending purchases"));
    }
    let last = load_state(deps.storage)?.next;
    let first = from.map_or(1, |from| u32::try_from(from.0).unwrap_or(u32::MAX).max(1));
    let end = last.min(first.saturating_add(PENDING_READ));
    let mut purchases = vec![];
    let mut number = first;
    while number < end && purchases.len() < PENDING_MOST {
        if let Some(licence) =
            find_licence(deps.storage, number)?.filter(|licence| licence.status == Status::Pending)
        {
            purchases.push(Confirmation { licence: Id(number.into()), leaf: Binary(licence.leaf.to_vec()) });
        }
        number += 1;
    }
    Ok(QueryAnswer::Pending { purchases, next: Id(number.max(first).into()), more: number < last })
}

fn item(deps: Deps, state: &State, at: u8) -> StdResult<ItemAnswer> {
    let item = &state.items[usize::from(at)];
    let tokens = Vault::load(deps.storage)?.len();
    let is_coin = usize::from(item.token) == tokens;
    let coin = if is_coin { Config::load(deps.storage)?.coin } else { None };
    let token = (!is_coin).then_some(item.token);
    let shares = item.royalties.iter().filter(|royalty| royalty.bps > 0);
    let share = |royalty: &rows::Royalty| -> StdResult<Share> {
        Ok(Share { to: address_of(deps.api, &royalty.to)?.to_string(), bps: royalty.bps })
    };
    Ok(ItemAnswer {
        item_id: Id(at.into()),
        publisher: address_of(deps.api, &item.publisher)?.to_string(),
        item: load_info(deps.storage, at)?,
        price: (item.for_sale == 1).then_some(Price { token, coin, amount: Amount(item.price) }),
        supply: item.supply,
        licence: if item.rent > 0 { Kind::Rent { seconds: item.rent } } else { Kind::Own },
        transfer: match item.transfer {
            rows::TRANSFER_FREE => Transferable::Free,
            rows::TRANSFER_RESALE => Transferable::ResaleOnly,
            _ => Transferable::None,
        },
        revocable: item.revocable == 1,
        royalties: shares.map(share).collect::<StdResult<_>>()?,
        delivery: match item.instant {
            1 => Delivery::Instant,
            _ => Delivery::Confirmed { refund_after: item.refund_after },
        },
        version: item.version,
    })
}

fn config(deps: Deps, env: &Env) -> StdResult<ConfigAnswer> {
    let config = Config::load(deps.storage)?;
    let address = |account: &Account| address_of(deps.api, account).map(|address| address.to_string());
    let powers = Powers::load(deps.storage)?;
    let share = |to: Account| address(&to).map(|to| Share { to, bps: config.fee_bps });
    let fee = powers.fee_receiver.map(share).transpose()?;
    Ok(ConfigAnswer {
        marked: config.marked() as u32,
        name: config.name,
        tokens: Vault::load(deps.storage)?.tokens(),
        coin: config.coin.clone(),
        fee,
        confirmers: config.confirmers.iter().map(address).collect::<StdResult<_>>()?,
        publishers: config.publishers.iter().map(address).collect::<StdResult<_>>()?,
        colluders: config.colluders,
        admin: powers.admin.as_ref().map(address).transpose()?.unwrap_or_default(),
        status: status::level(deps.storage, env)?,
        items: load_state(deps.storage)?.listed.into(),
    })
}
