//! Witnesses recompute the head from the public leaves and confirm it before a result is made. A host
//! that runs an end on older rows has another head, and no confirmation for it. Nothing here is
//! secret, so branches and rows may depend on everything. The README has the rules for products.

use cosmwasm_std::{Api, Binary, StdError, StdResult, Storage};

use crate::account::{account_of, address_of, Account};
use crate::amount::Id;
use crate::head::Head;
use crate::phase;
use crate::rows::{self, key, Reader, Row, Writer};
use crate::space;

pub const MAX_WITNESSES: usize = 8;

/// Seconds. Hosts that kept older rows wait no longer than the grace: see the README.
pub const DEFAULT_GRACE: u64 = 3 * 24 * 60 * 60;
pub const MIN_GRACE: u64 = phase::MIN_SECONDS;
pub const MAX_GRACE: u64 = 365 * 24 * 60 * 60;

crate::json! { [strict write]
    /// The option at creation; stored with the public terms and shown to everyone.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct WitnessTerms {
        /// 1 to 8, all different.
        pub addresses: Vec<String>,
        /// Equal confirmations that a result needs: 1 to the number of addresses.
        pub threshold: u8,
        /// Seconds after the freeze; from then on nobody needs to confirm. 3 days when absent.
        pub grace: Option<u64>,
    }
}

/// What is to be confirmed, from the row that holds the secret state: the caller takes all three from
/// there, never from another row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Frozen {
    /// Hash of the public terms, witnesses included.
    pub terms: [u8; 32],
    pub head: Head,
    /// Seconds since 1970; 0: not frozen.
    pub at: u64,
}

/// Who may confirm, and who has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Witnesses {
    accounts: Vec<Account>,
    threshold: u8,
    grace: u64,
    terms: [u8; 32],
    /// Bit i: account i has confirmed `head`.
    confirmed: u8,
    head: Head,
}

impl Witnesses {
    /// Fails for a list, a threshold or a grace out of bounds; the errors name the field.
    pub fn new(api: &dyn Api, named: &WitnessTerms) -> StdResult<Witnesses> {
        let count = named.addresses.len();
        if !(1..=MAX_WITNESSES).contains(&count) {
            return refuse(format!("witnesses.addresses must name 1 to {MAX_WITNESSES} accounts"));
        }
        let mut accounts: Vec<Account> = vec![];
        for address in &named.addresses {
            let account = account_of(api, address)?;
            if accounts.contains(&account) {
                return refuse(format!("witnesses.addresses names {address} twice"));
            }
            accounts.push(account);
        }
        if !(1..=count).contains(&usize::from(named.threshold)) {
            return refuse(format!("witnesses.threshold must be 1 to {count}, the number of addresses"));
        }
        let grace = named.grace.unwrap_or(DEFAULT_GRACE);
        if !(MIN_GRACE..=MAX_GRACE).contains(&grace) {
            return refuse(format!("witnesses.grace must be {MIN_GRACE} to {MAX_GRACE} seconds"));
        }
        Ok(Witnesses { accounts, threshold: named.threshold, grace, ..Witnesses::default() })
    }

    /// The option with its default filled in, for the public terms.
    pub fn named(&self, api: &dyn Api) -> StdResult<WitnessTerms> {
        let address = |account: &Account| Ok(address_of(api, account)?.into_string());
        let addresses = self.accounts.iter().map(address).collect::<StdResult<_>>()?;
        Ok(WitnessTerms { addresses, threshold: self.threshold, grace: Some(self.grace) })
    }

    /// For a hash of the terms, 10 + 20 bytes for each account: number of accounts, threshold, grace in 8
    /// bytes, accounts in their order. One zero byte stands for terms without witnesses.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![self.accounts.len() as u8, self.threshold];
        bytes.extend_from_slice(&self.grace.to_be_bytes());
        bytes.extend(self.accounts.iter().flatten());
        bytes
    }

    /// At creation: `terms` is the hash of all terms, these witnesses included.
    pub fn create(&mut self, storage: &mut dyn Storage, id: u64, terms: [u8; 32]) -> StdResult<()> {
        self.terms = terms;
        self.save(storage, id)
    }

    /// When the terms are complete only after the creation: the same witnesses for another hash. Fails
    /// unless the row belongs to `before`: a host can serve that of an own creation of the same id.
    pub fn renew(
        &mut self,
        storage: &mut dyn Storage,
        id: u64,
        before: [u8; 32],
        terms: [u8; 32],
    ) -> StdResult<()> {
        self.check_rows(&Frozen { terms: before, head: self.head, at: 0 })?;
        self.create(storage, id, terms)
    }

    /// Fails when there is no row. Whether there are witnesses stands in the product's own row: a host can
    /// serve this one as absent.
    pub fn load(storage: &dyn Storage, id: u64) -> StdResult<Witnesses> {
        let row = rows::load(storage, &key(space::WITNESSES, &[&id.to_be_bytes()]))?;
        row.ok_or_else(|| StdError::not_found("witnesses"))
    }

    pub fn save(&self, storage: &mut dyn Storage, id: u64) -> StdResult<()> {
        rows::save(storage, &key(space::WITNESSES, &[&id.to_be_bytes()]), self)
    }

    /// Counts the sender once, for exactly what was frozen; the caller saves the row.
    pub fn confirm(&mut self, sender: &Account, frozen: &Frozen, n: u64, head: &[u8]) -> StdResult<()> {
        let Some(place) = self.accounts.iter().position(|account| account == sender) else {
            return refuse("only a witness that was named at creation may confirm");
        };
        if frozen.at == 0 {
            return refuse("nothing is frozen yet: confirm after the freeze");
        }
        if n != frozen.head.n || head != frozen.head.hash {
            return refuse("another n and head were frozen: recompute them from the leaves of the chain");
        }
        self.check_rows(frozen)?;
        let bit = 1 << place;
        if self.confirmed & bit != 0 {
            return refuse("this witness has confirmed already");
        }
        self.head = frozen.head;
        self.confirmed |= bit;
        Ok(())
    }

    /// The result may be made: enough witnesses confirmed what was frozen, or the grace is over. `now` in
    /// seconds since 1970.
    pub fn open(&self, frozen: &Frozen, now: u64) -> bool {
        let enough = self.confirmed.count_ones() >= self.threshold.into() && self.head == frozen.head;
        let silent = now >= self.ends_at(frozen);
        frozen.at != 0 && self.check_rows(frozen).is_ok() && (enough || silent)
    }

    /// `open`, with an error that says what is missing.
    pub fn require_open(&self, frozen: &Frozen, now: u64) -> StdResult<()> {
        if frozen.at == 0 {
            return refuse("witnesses were named: freeze first");
        }
        self.check_rows(frozen)?;
        if self.open(frozen, now) {
            return Ok(());
        }
        let (count, threshold, end) = (self.confirmed.count_ones(), self.threshold, self.ends_at(frozen));
        refuse(format!("{count} of {threshold} witnesses have confirmed; without them from {end} on"))
    }

    fn ends_at(&self, frozen: &Frozen) -> u64 {
        frozen.at.saturating_add(self.grace)
    }

    /// A mix of rows of different states, which only a hostile host serves.
    fn check_rows(&self, frozen: &Frozen) -> StdResult<()> {
        if self.terms != frozen.terms || (self.confirmed != 0 && self.head != frozen.head) {
            return refuse("the witnesses belong to another state: this node serves a mix of rows");
        }
        Ok(())
    }

    /// For a public query.
    pub fn view(&self, api: &dyn Api, frozen: &Frozen) -> StdResult<WitnessView> {
        let has_confirmed = |place: &usize| self.confirmed & (1 << place) != 0;
        let places = (0..self.accounts.len()).filter(has_confirmed);
        let address = |place: usize| Ok(address_of(api, &self.accounts[place])?.into_string());
        let state = |frozen: &Frozen| FrozenView {
            n: Id(frozen.head.n),
            head: Binary(frozen.head.hash.to_vec()),
            at: frozen.at,
            grace_ends_at: self.ends_at(frozen),
        };
        Ok(WitnessView {
            confirmed: places.map(address).collect::<StdResult<_>>()?,
            frozen: (frozen.at != 0).then(|| state(frozen)),
        })
    }
}

crate::json! { [sparse]
    /// Beside the `WitnessTerms` of the public terms.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct WitnessView {
        /// Addresses.
        pub confirmed: Vec<String>,
        pub frozen: Option<FrozenView>,
    }
}

crate::json! { [write]
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct FrozenView {
        pub n: Id,
        pub head: Binary,
        /// Seconds since 1970.
        pub at: u64,
        pub grace_ends_at: u64,
    }
}

fn refuse<T>(text: impl Into<String>) -> StdResult<T> {
    Err(StdError::generic_err(text))
}

impl Row for Witnesses {
    const SIZE: usize = 2 + 8 + 20 * MAX_WITNESSES + 32 + 1 + Head::SIZE;

    fn write(&self, out: &mut Writer) {
        out.u8(self.accounts.len() as u8);
        out.u8(self.threshold);
        out.u64(self.grace);
        for place in 0..MAX_WITNESSES {
            out.bytes(&self.accounts.get(place).copied().unwrap_or_default());
        }
        out.bytes(&self.terms);
        out.u8(self.confirmed);
        out.row(&self.head);
    }

    fn read(from: &mut Reader) -> StdResult<Self> {
        let (count, threshold, grace) = (from.u8()?, from.u8()?, from.u64()?);
        let all: [Account; MAX_WITNESSES] = from.row()?;
        Ok(Witnesses {
            accounts: all.into_iter().take(count.into()).collect(),
            threshold,
            grace,
            terms: from.bytes()?,
            confirmed: from.u8()?,
            head: from.row()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::account;
    use cosmwasm_std::testing::{MockApi, MockStorage};

    const NOW: u64 = 1_700_000_000;
    const TERMS: [u8; 32] = [3; 32];

    fn named(addresses: &[&str], threshold: u8, grace: Option<u64>) -> WitnessTerms {
        WitnessTerms { addresses: addresses.iter().map(ToString::to_string).collect(), threshold, grace }
    }

    fn two_of_three() -> Witnesses {
        let option = named(&["alice", "bob", "carol"], 2, None);
        let mut witnesses = Witnesses::new(&MockApi::default(), &option).unwrap();
        witnesses.create(&mut MockStorage::new(), 7, TERMS).unwrap();
        witnesses
    }

    fn frozen() -> Frozen {
        Frozen { terms: TERMS, head: Head { n: 5, hash: [9; 32] }, at: NOW }
    }

    fn confirm(witnesses: &mut Witnesses, name: &str, frozen: &Frozen) -> Result<(), String> {
        let Head { n, hash } = frozen.head;
        witnesses.confirm(&account(name), frozen, n, &hash).map_err(|error| error.to_string())
    }

    #[test]
    fn the_option_has_bounds_and_each_error_names_its_field() {
        let nine: Vec<String> = (0..9).map(|at| format!("witness{}", (b'a' + at) as char)).collect();
        let nine: Vec<&str> = nine.iter().map(String::as_str).collect();
        let fails = [
            (named(&[], 1, None), "witnesses.addresses must name 1 to 8 accounts"),
            (named(&nine, 1, None), "witnesses.addresses must name 1 to 8 accounts"),
            (named(&["alice", "bob", "alice"], 1, None), "witnesses.addresses names alice twice"),
            (named(&["alice"], 0, None), "witnesses.threshold must be 1 to 1"),
            (named(&["alice"], 2, None), "witnesses.threshold must be 1 to 1"),
            (named(&["alice"], 1, Some(599)), "witnesses.grace must be 600 to 31536000 seconds"),
            (named(&["alice"], 1, Some(31_536_001)), "witnesses.grace must be 600 to 31536000 seconds"),
            (named(&["alice"], 1, Some(u64::MAX)), "witnesses.grace must be 600 to 31536000 seconds"),
        ];
        for (option, expected) in fails {
            let error = Witnesses::new(&MockApi::default(), &option).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
        assert!(Witnesses::new(&MockApi::default(), &named(&["No Address"], 1, None)).is_err());
        for option in [named(&nine[..8], 8, Some(600)), named(&["alice"], 1, Some(31_536_000))] {
            Witnesses::new(&MockApi::default(), &option).unwrap();
        }
        let json = br#"{"addresses":[],"threshold":1,"graze":1}"#;
        assert!(crate::json::from_slice::<WitnessTerms>(json).is_err());
    }

    #[test]
    fn rows_keep_everything_and_an_absent_row_is_an_error() {
        let mut storage = MockStorage::new();
        assert!(Witnesses::load(&storage, 7).is_err());
        let mut witnesses = two_of_three();
        confirm(&mut witnesses, "bob", &frozen()).unwrap();
        witnesses.save(&mut storage, 7).unwrap();
        assert_eq!(Witnesses::load(&storage, 7).unwrap(), witnesses);
        assert!(Witnesses::load(&storage, 8).is_err());
        let encoded = [&[3, 2][..], &DEFAULT_GRACE.to_be_bytes(), &account("alice")].concat();
        assert_eq!(witnesses.encode()[..30], encoded);
        assert_eq!(witnesses.encode().len(), 10 + 3 * 20);
    }

    #[test]
    fn the_threshold_opens_and_one_less_does_not() {
        let mut witnesses = two_of_three();
        assert!(!witnesses.open(&frozen(), NOW));
        confirm(&mut witnesses, "carol", &frozen()).unwrap();
        let twice = confirm(&mut witnesses, "carol", &frozen()).unwrap_err();
        assert!(twice.contains("confirmed already"), "{twice}");
        let error = witnesses.require_open(&frozen(), NOW).unwrap_err().to_string();
        assert!(
            error.contains("1 of 2 witnesses have confirmed; without them from 1700259200 on"),
            "{error}"
        );
        confirm(&mut witnesses, "alice", &frozen()).unwrap();
        witnesses.require_open(&frozen(), NOW).unwrap();
        // One more does no harm.
        confirm(&mut witnesses, "bob", &frozen()).unwrap();
        assert!(witnesses.open(&frozen(), NOW));
    }

    #[test]
    fn only_witnesses_confirm_and_only_what_was_frozen() {
        let mut witnesses = two_of_three();
        let error = confirm(&mut witnesses, "dave", &frozen()).unwrap_err();
        assert!(error.contains("only a witness that was named"), "{error}");
        let open = Frozen { at: 0, ..frozen() };
        let error = confirm(&mut witnesses, "alice", &open).unwrap_err();
        assert!(error.contains("nothing is frozen yet"), "{error}");
        for (n, head) in [(4, &[9; 32][..]), (5, &[8; 32][..]), (5, &[9; 31][..]), (5, &[][..])] {
            let error = witnesses.confirm(&account("alice"), &frozen(), n, head).unwrap_err().to_string();
            assert!(error.contains("another n and head were frozen"), "{error}");
        }
        assert_eq!(witnesses, two_of_three());
    }

    #[test]
    fn the_grace_opens_to_the_second_and_only_what_is_frozen() {
        let witnesses = two_of_three();
        assert!(!witnesses.open(&frozen(), NOW + DEFAULT_GRACE - 1));
        assert!(witnesses.open(&frozen(), NOW + DEFAULT_GRACE));
        let open = Frozen { at: 0, ..frozen() };
        assert!(!witnesses.open(&open, u64::MAX));
        assert!(witnesses.require_open(&open, u64::MAX).unwrap_err().to_string().contains("freeze first"));
    }

    /// A host serves rows of different states together.
    #[test]
    fn confirmations_of_one_state_open_no_other() {
        let mut witnesses = two_of_three();
        for name in ["alice", "bob"] {
            confirm(&mut witnesses, name, &frozen()).unwrap();
        }
        let prefix = Frozen { head: Head { n: 4, hash: [8; 32] }, ..frozen() };
        let other_terms = Frozen { terms: [4; 32], ..frozen() };
        for state in [prefix, other_terms] {
            assert!(!witnesses.open(&state, NOW) && !witnesses.open(&state, u64::MAX));
            let error = witnesses.require_open(&state, u64::MAX).unwrap_err().to_string();
            assert!(error.contains("a mix of rows"), "{error}");
            assert!(confirm(&mut witnesses, "carol", &state).unwrap_err().contains("a mix of rows"));
        }
        assert!(witnesses.open(&frozen(), NOW));
    }

    #[test]
    fn other_terms_are_for_the_witnesses_of_the_terms_before_alone() {
        let (mut witnesses, mut storage) = (two_of_three(), MockStorage::new());
        let error = witnesses.renew(&mut storage, 7, [4; 32], [5; 32]).unwrap_err().to_string();
        assert!(error.contains("a mix of rows"), "{error}");
        assert_eq!(witnesses, two_of_three());
        witnesses.renew(&mut storage, 7, TERMS, [5; 32]).unwrap();
        let open = Frozen { terms: [5; 32], ..frozen() };
        confirm(&mut Witnesses::load(&storage, 7).unwrap(), "alice", &open).unwrap();
    }

    #[test]
    fn the_view_shows_who_confirmed_which_state() {
        let api = MockApi::default();
        let mut witnesses = two_of_three();
        let before = witnesses.view(&api, &Frozen { at: 0, ..frozen() }).unwrap();
        assert_eq!((before.confirmed.len(), before.frozen), (0, None));
        confirm(&mut witnesses, "bob", &frozen()).unwrap();
        let view = witnesses.view(&api, &frozen()).unwrap();
        let state = view.frozen.unwrap();
        assert_eq!((state.n, state.at, state.grace_ends_at), (Id(5), NOW, NOW + DEFAULT_GRACE));
        assert_eq!(state.head, Binary(vec![9; 32]));
        let bob = address_of(&api, &account("bob")).unwrap().into_string();
        assert_eq!(view.confirmed, [bob.clone()]);
        let named = witnesses.named(&api).unwrap();
        assert_eq!((named.addresses[1].clone(), named.threshold, named.grace), (bob, 2, Some(DEFAULT_GRACE)));
    }
}
