use common::amount::Amount;
use common::answer::pad;
use common::json::to_vec;
use cosmwasm_std::{Binary, StdResult, WasmMsg};

use super::Call;
use crate::contract::BLOCK_SIZE;
use crate::ledger::{apply, Cover, Movement};
use crate::msg::{ReceiverMsg, Send, SendFrom, Transfer, TransferFrom};
use crate::store::history::{Action, Entry};
use crate::store::{allowance, keys, Account};

pub fn transfer(call: &mut Call, msg: Transfer) -> StdResult<()> {
    let recipient = call.account(&msg.recipient)?;
    let cover = call.cover(&msg.decoys, &msg.entropy)?;
    let owner = call.sender.clone();
    move_tokens(call, &owner, &recipient, msg.amount, msg.memo, &cover)
}

pub fn transfer_from(call: &mut Call, msg: TransferFrom) -> StdResult<()> {
    let owner = call.account(&msg.owner)?;
    let recipient = call.account(&msg.recipient)?;
    let cover = call.cover(&msg.decoys, &msg.entropy)?;
    spend_allowance(call, &owner, msg.amount)?;
    move_tokens(call, &owner, &recipient, msg.amount, msg.memo, &cover)
}

pub fn send(call: &mut Call, msg: Send) -> StdResult<()> {
    let recipient = call.account(&msg.recipient)?;
    let cover = call.cover(&msg.decoys, &msg.entropy)?;
    let owner = call.sender.clone();
    move_tokens(call, &owner, &recipient, msg.amount, msg.memo.clone(), &cover)?;
    let from = call.info.sender.to_string();
    let hook =
        Hook { address: msg.recipient, code_hash: msg.recipient_code_hash, account: recipient, msg: msg.msg };
    call_receiver(call, hook, from, msg.amount, msg.memo)
}

pub fn send_from(call: &mut Call, msg: SendFrom) -> StdResult<()> {
    let owner = call.account(&msg.owner)?;
    let recipient = call.account(&msg.recipient)?;
    let cover = call.cover(&msg.decoys, &msg.entropy)?;
    spend_allowance(call, &owner, msg.amount)?;
    move_tokens(call, &owner, &recipient, msg.amount, msg.memo.clone(), &cover)?;
    let hook =
        Hook { address: msg.recipient, code_hash: msg.recipient_code_hash, account: recipient, msg: msg.msg };
    call_receiver(call, hook, msg.owner, msg.amount, msg.memo)
}

pub fn spend_allowance(call: &mut Call, owner: &Account, amount: Amount) -> StdResult<()> {
    allowance::spend(call.storage, &call.env.block, owner, &call.sender, amount.0)
}

fn move_tokens(
    call: &mut Call,
    from: &Account,
    recipient: &Account,
    amount: Amount,
    memo: Option<String>,
    cover: &Cover,
) -> StdResult<()> {
    let action =
        Action::Transfer { from: from.clone(), sender: call.sender.clone(), recipient: recipient.clone() };
    let movement = Movement {
        debit: Some(from),
        credit: Some(recipient),
        amount: amount.0,
        witnesses: vec![from, recipient, &call.sender],
        entry: Entry::new(&call.env.block, action, amount.0, memo),
    };
    apply(call.storage, &call.env, &movement, cover, Some(&mut call.notices))
}

struct Hook {
    address: String,
    account: Account,
    code_hash: Option<String>,
    msg: Option<Binary>,
}

/// Only contracts have a code hash: the message's own word for it wins over the registered one.
fn call_receiver(
    call: &mut Call,
    hook: Hook,
    from: String,
    amount: Amount,
    memo: Option<String>,
) -> StdResult<()> {
    let Some(code_hash) = hook.code_hash.or_else(|| keys::receiver(call.storage, &hook.account)) else {
        return Ok(());
    };
    let sender = call.info.sender.to_string();
    let message = ReceiverMsg::Receive { sender, from, amount, memo, msg: hook.msg };
    let msg = pad(to_vec(&message), BLOCK_SIZE);
    let message = WasmMsg::Execute { contract_addr: hook.address, code_hash, msg, funds: vec![] };
    call.messages.push(message.into());
    Ok(())
}
