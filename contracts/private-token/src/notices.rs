//! SNIP-52: who learns by a notification that tokens came, went or may be spent. Every message gives
//! the same number of attributes, so that they do not tell what it did.

use common::cbor::{Tuple, ADDRESS, BIGUINT, TIME, TUPLE, UINT8};
use common::notify::{Channel, Notifier, Recipient};
use cosmwasm_std::{Attribute, StdResult};

use crate::store::account::AccountRow;
use crate::store::Account;

/// Ids and data are those of the public SNIP-20 reference implementation.
const RECVD: Channel = Channel {
    id: "recvd",
    cddl: "recvd=[amount:biguint .size 8,sender:bstr .size 20,memo_len:uint .size 1]",
    size: TUPLE + BIGUINT + ADDRESS + UINT8,
    bit: 1,
};
const SPENT: Channel = Channel {
    id: "spent",
    cddl:
        "spent=[amount:biguint .size 8,actions:uint .size 1,recipient:bstr .size 20,balance:biguint .size 8]",
    size: TUPLE + BIGUINT + UINT8 + ADDRESS + BIGUINT,
    bit: 2,
};
const ALLOWANCE: Channel = Channel {
    id: "allowance",
    cddl: "allowance=[amount:biguint .size 8,allower:bstr .size 20,expiration:uint .size 8]",
    size: TUPLE + BIGUINT + ADDRESS + TIME,
    bit: 4,
};
pub const CHANNELS: [Channel; 3] = [RECVD, SPENT, ALLOWANCE];

struct To {
    account: Account,
    recipient: Recipient,
}

struct Received {
    to: To,
    amount: u128,
    sender: [u8; 20],
    memo_len: usize,
}

struct Spent {
    to: To,
    amount: u128,
    actions: u64,
    recipient: [u8; 20],
    balance: u128,
}

struct Allowed {
    to: To,
    amount: u128,
    allower: [u8; 20],
    expiration: u64,
}

/// Collected while a message runs.
pub struct Notices {
    notifier: Notifier,
    received: Vec<Received>,
    spent: Vec<Spent>,
    allowed: Option<Allowed>,
    /// Movements of the message: at least so many attributes `recvd` and `spent`.
    movements: usize,
}

/// Absent, as for mint and burn, is zeros.
fn twenty(account: Option<&Account>) -> [u8; 20] {
    let mut bytes = [0; 20];
    for (byte, other) in bytes.iter_mut().zip(account.into_iter().flatten()) {
        *byte = *other;
    }
    bytes
}

impl Notices {
    pub fn new(notifier: Notifier) -> Notices {
        Notices { notifier, received: vec![], spent: vec![], allowed: None, movements: 0 }
    }

    pub fn movement(&mut self) {
        self.movements += 1;
    }

    /// A second receipt of one account in a batch is added to the first.
    pub fn receive(
        &mut self,
        account: &Account,
        row: &mut AccountRow,
        amount: u128,
        sender: Option<&Account>,
        memo_len: usize,
    ) {
        if self.notifier.claim(&mut row.recipient, &RECVD) {
            let to = To { account: account.clone(), recipient: row.recipient };
            self.received.push(Received { to, amount, sender: twenty(sender), memo_len });
        } else if let Some(first) = self.received.iter_mut().find(|one| one.to.account == *account) {
            first.amount = first.amount.saturating_add(amount);
        }
    }

    /// `row` after the payment.
    pub fn spend(
        &mut self,
        account: &Account,
        row: &mut AccountRow,
        amount: u128,
        recipient: Option<&Account>,
    ) {
        let balance = row.balance;
        if self.notifier.claim(&mut row.recipient, &SPENT) {
            let to = To { account: account.clone(), recipient: row.recipient };
            self.spent.push(Spent { to, amount, actions: 1, recipient: twenty(recipient), balance });
        } else if let Some(first) = self.spent.iter_mut().find(|one| one.to.account == *account) {
            first.amount = first.amount.saturating_add(amount);
            first.actions += 1;
            first.balance = balance;
        }
    }

    pub fn allow(
        &mut self,
        spender: &Account,
        row: &mut AccountRow,
        amount: u128,
        allower: &Account,
        expiration: Option<u64>,
    ) {
        if self.notifier.claim(&mut row.recipient, &ALLOWANCE) {
            let to = To { account: spender.clone(), recipient: row.recipient };
            let expiration = expiration.unwrap_or_default();
            self.allowed = Some(Allowed { to, amount, allower: twenty(Some(allower)), expiration });
        }
    }

    /// `recvd` and `spent` once for each movement and at least once, `allowance` once; the rest are decoys.
    pub fn attributes(mut self) -> StdResult<Vec<Attribute>> {
        let mut attributes = vec![];
        for one in &self.received {
            let data =
                Tuple::new(3).biguint(one.amount).bytes(&one.sender).uint(one.memo_len.min(255) as u64);
            attributes.push(self.notify(&RECVD, &one.to, data)?);
        }
        let count = self.movements.max(1);
        while attributes.len() < count {
            attributes.push(self.notifier.decoy(&RECVD)?);
        }
        for one in &self.spent {
            let data = Tuple::new(4)
                .biguint(one.amount)
                .uint(one.actions.min(255))
                .bytes(&one.recipient)
                .biguint(one.balance);
            attributes.push(self.notify(&SPENT, &one.to, data)?);
        }
        while attributes.len() < 2 * count {
            attributes.push(self.notifier.decoy(&SPENT)?);
        }
        attributes.push(match &self.allowed {
            Some(one) => {
                let data = Tuple::new(3).biguint(one.amount).bytes(&one.allower).time(one.expiration);
                self.notify(&ALLOWANCE, &one.to, data)?
            }
            None => self.notifier.decoy(&ALLOWANCE)?,
        });
        Ok(attributes)
    }

    fn notify(&self, channel: &Channel, to: &To, data: Tuple) -> StdResult<Attribute> {
        self.notifier.notify(channel, &to.recipient, &to.account, data.padded(channel.size)?)
    }
}
