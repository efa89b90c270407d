pub mod access;
mod admin;
mod allowance;
pub mod supply;
mod transfer;

use common::bind::Bind;
use cosmwasm_std::{Api, Binary, CosmosMsg, Env, MessageInfo, StdError, StdResult, Storage};

use crate::answer::success;
use crate::ledger::Cover;
use crate::msg::{Batch, ExecuteMsg};
use crate::notices::Notices;
use crate::store::config::Config;
use crate::store::{account_of, Account};

pub struct Call<'a> {
    pub storage: &'a mut dyn Storage,
    pub api: &'a dyn Api,
    pub env: Env,
    pub info: MessageInfo,
    pub sender: Account,
    pub messages: Vec<CosmosMsg>,
    pub notices: Notices,
}

impl Call<'_> {
    pub fn account(&self, address: &str) -> StdResult<Account> {
        account_of(self.api, address)
    }

    pub fn cover<'b>(
        &self,
        decoys: &Option<Vec<String>>,
        entropy: &'b Option<Binary>,
    ) -> StdResult<Cover<'b>> {
        Cover::new(self.api, decoys, entropy.as_ref().map(Binary::as_slice).unwrap_or_default())
    }

    pub fn require_admin(&self) -> StdResult<Config> {
        let config = Config::load(self.storage)?;
        if config.admin == self.sender {
            return Ok(config);
        }
        Err(StdError::generic_err("only the admin may do this"))
    }
}

pub fn dispatch(call: &mut Call, msg: ExecuteMsg) -> StdResult<Binary> {
    match msg {
        ExecuteMsg::Transfer(msg) => transfer::transfer(call, msg).map(|()| success("transfer")),
        ExecuteMsg::Send(msg) => transfer::send(call, msg).map(|()| success("send")),
        ExecuteMsg::BatchTransfer(batch) => each(call, "batch_transfer", batch, transfer::transfer),
        ExecuteMsg::BatchSend(batch) => each(call, "batch_send", batch, transfer::send),
        ExecuteMsg::IncreaseAllowance(msg) => allowance::increase(call, msg),
        ExecuteMsg::DecreaseAllowance(msg) => allowance::decrease(call, msg),
        ExecuteMsg::TransferFrom(msg) => {
            transfer::transfer_from(call, msg).map(|()| success("transfer_from"))
        }
        ExecuteMsg::SendFrom(msg) => transfer::send_from(call, msg).map(|()| success("send_from")),
        ExecuteMsg::BurnFrom(msg) => supply::burn_from(call, msg).map(|()| success("burn_from")),
        ExecuteMsg::BatchTransferFrom(batch) => {
            each(call, "batch_transfer_from", batch, transfer::transfer_from)
        }
        ExecuteMsg::BatchSendFrom(batch) => each(call, "batch_send_from", batch, transfer::send_from),
        ExecuteMsg::BatchBurnFrom(batch) => each(call, "batch_burn_from", batch, supply::burn_from),
        ExecuteMsg::Mint(msg) => supply::mint(call, msg).map(|()| success("mint")),
        ExecuteMsg::BatchMint(batch) => each(call, "batch_mint", batch, supply::mint),
        ExecuteMsg::Burn(msg) => supply::burn(call, msg).map(|()| success("burn")),
        ExecuteMsg::Deposit(msg) => supply::deposit(call, msg).map(|()| success("deposit")),
        ExecuteMsg::Redeem(msg) => supply::redeem(call, msg).map(|()| success("redeem")),
        ExecuteMsg::RegisterReceive { code_hash, .. } => access::register_receive(call, &code_hash),
        ExecuteMsg::CreateViewingKey { entropy, .. } => access::create_viewing_key(call, entropy),
        ExecuteMsg::SetViewingKey { key, .. } => access::set_viewing_key(call, &key),
        ExecuteMsg::RevokePermit { permit_name, .. } => access::revoke_permit(call, &permit_name),
        ExecuteMsg::UpdateSeed(msg) => access::update_seed(call, msg),
        ExecuteMsg::Evaporate { .. } => Ok(success("evaporate")),
        ExecuteMsg::ChangeAdmin { address, .. } => admin::change_admin(call, &address),
        ExecuteMsg::SetContractStatus { level, .. } => admin::set_status(call, level),
        ExecuteMsg::AddMinters { minters, .. } => admin::add_minters(call, minters),
        ExecuteMsg::RemoveMinters { minters, .. } => admin::remove_minters(call, minters),
        ExecuteMsg::SetMinters { minters, .. } => admin::set_minters(call, minters),
        ExecuteMsg::AddSupportedDenoms { denoms, .. } => admin::add_denoms(call, denoms),
        ExecuteMsg::RemoveSupportedDenoms { denoms, .. } => admin::remove_denoms(call, denoms),
    }
}

/// Every `bind` in the message must be right. The first act of a call, before any row is read.
pub fn check_bind(env: &Env, info: &MessageInfo, msg: &ExecuteMsg) -> StdResult<()> {
    fn one<A: Action>(action: &A) -> Vec<&Bind> {
        action.bind().into_iter().collect()
    }
    fn all<A: Action>(batch: &Batch<A>) -> Vec<&Bind> {
        batch.bind.iter().chain(batch.actions.iter().filter_map(A::bind)).collect()
    }
    let binds = match msg {
        ExecuteMsg::Transfer(msg) => one(msg),
        ExecuteMsg::Send(msg) => one(msg),
        ExecuteMsg::TransferFrom(msg) => one(msg),
        ExecuteMsg::SendFrom(msg) => one(msg),
        ExecuteMsg::BurnFrom(msg) => one(msg),
        ExecuteMsg::Mint(msg) => one(msg),
        ExecuteMsg::BatchTransfer(batch) => all(batch),
        ExecuteMsg::BatchSend(batch) => all(batch),
        ExecuteMsg::BatchTransferFrom(batch) => all(batch),
        ExecuteMsg::BatchSendFrom(batch) => all(batch),
        ExecuteMsg::BatchBurnFrom(batch) => all(batch),
        ExecuteMsg::BatchMint(batch) => all(batch),
        _ => vec![],
    };
    binds.into_iter().try_for_each(|bind| bind.check(env, &info.sender))
}

/// An action of a batch that fails fails the whole message, so that nothing of it stays.
fn each<A: Action>(
    call: &mut Call,
    name: &str,
    batch: Batch<A>,
    one: fn(&mut Call, A) -> StdResult<()>,
) -> StdResult<Binary> {
    for (index, mut action) in batch.actions.into_iter().enumerate() {
        let mut entropy = (index as u64).to_be_bytes().to_vec();
        entropy.extend(batch.entropy.iter().flat_map(|bytes| bytes.iter()));
        action.take_entropy(Binary(entropy));
        one(call, action)?;
    }
    Ok(success(name))
}

/// What can be a part of a batch.
pub trait Action {
    /// Actions of one batch need different shuffles.
    fn take_entropy(&mut self, entropy: Binary);
    fn bind(&self) -> Option<&Bind>;
}

macro_rules! actions {
    ($($action:ident),*) => {
        $(impl Action for crate::msg::$action {
            fn take_entropy(&mut self, entropy: Binary) {
                self.entropy = Some(entropy);
            }

            fn bind(&self) -> Option<&Bind> {
                self.bind.as_ref()
            }
        })*
    };
}

actions!(Transfer, Send, TransferFrom, SendFrom, BurnFrom, Mint);
