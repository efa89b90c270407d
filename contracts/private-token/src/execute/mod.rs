pub mod access;
mod admin;
mod allowance;
pub mod supply;
mod transfer;

use cosmwasm_std::{Api, Binary, CosmosMsg, Env, MessageInfo, StdError, StdResult, Storage};

use crate::answer::success;
use crate::ledger::Cover;
use crate::msg::{Batch, ExecuteMsg};
use crate::store::config::Config;
use crate::store::{account_of, Account};

pub struct Call<'a> {
    pub storage: &'a mut dyn Storage,
    pub api: &'a dyn Api,
    pub env: Env,
    pub info: MessageInfo,
    pub sender: Account,
    pub messages: Vec<CosmosMsg>,
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
        ExecuteMsg::ChangeAdmin { address, .. } => admin::change_admin(call, &address),
        ExecuteMsg::SetContractStatus { level, .. } => admin::set_status(call, level),
        ExecuteMsg::AddMinters { minters, .. } => admin::add_minters(call, minters),
        ExecuteMsg::RemoveMinters { minters, .. } => admin::remove_minters(call, minters),
        ExecuteMsg::SetMinters { minters, .. } => admin::set_minters(call, minters),
        ExecuteMsg::AddSupportedDenoms { denoms, .. } => admin::add_denoms(call, denoms),
        ExecuteMsg::RemoveSupportedDenoms { denoms, .. } => admin::remove_denoms(call, denoms),
    }
}

/// An action of a batch that fails fails the whole message, so that nothing of it stays.
fn each<Action: TakesEntropy>(
    call: &mut Call,
    name: &str,
    batch: Batch<Action>,
    one: fn(&mut Call, Action) -> StdResult<()>,
) -> StdResult<Binary> {
    for (index, mut action) in batch.actions.into_iter().enumerate() {
        let mut entropy = (index as u64).to_be_bytes().to_vec();
        entropy.extend(batch.entropy.iter().flat_map(|bytes| bytes.iter()));
        action.take_entropy(Binary(entropy));
        one(call, action)?;
    }
    Ok(success(name))
}

/// Actions of one batch need different shuffles.
pub trait TakesEntropy {
    fn take_entropy(&mut self, entropy: Binary);
}

macro_rules! takes_entropy {
    ($($action:ident),*) => {
        $(impl TakesEntropy for crate::msg::$action {
            fn take_entropy(&mut self, entropy: Binary) {
                self.entropy = Some(entropy);
            }
        })*
    };
}

takes_entropy!(Transfer, Send, TransferFrom, SendFrom, BurnFrom, Mint);
