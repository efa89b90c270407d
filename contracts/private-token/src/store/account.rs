use common::notify::Recipient;
use common::rows::{self, Reader, Row, Writer};
use cosmwasm_std::{StdError, StdResult, Storage};

const SPACE: u8 = b'a';
/// Rows of version 1 have no version byte and end before the recipient.
const FIRST_SIZE: usize = 28;

/// Balance, history counters and notifications in one row: a transfer reads and writes it once per account.
#[derive(Default, Debug, PartialEq)]
pub struct AccountRow {
    pub balance: u128,
    /// History entries, decoys included.
    pub entries: u32,
    pub transactions: u32,
    pub transfers: u32,
    pub recipient: Recipient,
}

impl Row for AccountRow {
    const SIZE: usize = FIRST_SIZE + Recipient::SIZE;

    fn write(&self, out: &mut Writer) {
        out.u128(self.balance);
        out.u32(self.entries);
        out.u32(self.transactions);
        out.u32(self.transfers);
        out.row(&self.recipient);
    }

    fn read(from: &mut Reader) -> StdResult<Self> {
        Ok(AccountRow {
            balance: from.u128()?,
            entries: from.u32()?,
            transactions: from.u32()?,
            transfers: from.u32()?,
            recipient: from.row()?,
        })
    }
}

pub fn load(storage: &dyn Storage, account: &[u8]) -> StdResult<AccountRow> {
    let Some(mut bytes) = storage.get(&rows::key(SPACE, &[account])) else {
        return Ok(AccountRow::default());
    };
    if bytes.len() == FIRST_SIZE {
        bytes.insert(0, rows::VERSION);
        bytes.resize(AccountRow::SIZE + 1, 0);
    }
    rows::decode(&bytes).map_err(|_| StdError::parse_err("AccountRow", "wrong size"))
}

pub fn save(storage: &mut dyn Storage, account: &[u8], row: &AccountRow) -> StdResult<()> {
    rows::save(storage, &rows::key(SPACE, &[account]), row)
}

#[cfg(test)]
mod tests {
    use super::*;
    use cosmwasm_std::testing::MockStorage;

    #[test]
    fn rows_of_the_first_version_are_read_and_written_longer() {
        let mut storage = MockStorage::new();
        let mut old = 7u128.to_be_bytes().to_vec();
        for counter in [3u32, 2, 1] {
            old.extend_from_slice(&counter.to_be_bytes());
        }
        storage.set(&rows::key(SPACE, &[&[1; 20]]), &old);
        let row = load(&storage, &[1; 20]).unwrap();
        let expected = AccountRow {
            balance: 7,
            entries: 3,
            transactions: 2,
            transfers: 1,
            recipient: Recipient::default(),
        };
        assert_eq!(row, expected);
        save(&mut storage, &[1; 20], &row).unwrap();
        assert_eq!(storage.get(&rows::key(SPACE, &[&[1; 20]])).unwrap().len(), 70);
        assert_eq!(load(&storage, &[1; 20]).unwrap(), expected);
        storage.set(&rows::key(SPACE, &[&[2; 20]]), &[1; 27]);
        assert!(load(&storage, &[2; 20]).is_err());
    }
}
