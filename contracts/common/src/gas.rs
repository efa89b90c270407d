use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use cosmwasm_std::{Api, StdError, StdResult, Storage, Uint64};

/// The host reads a signed 32-bit number.
const MOST: u64 = i32::MAX as u64;
const NONE: u64 = u64::MAX;

/// The target of this call, burnt by its export after the answer is JSON.
static LATER: AtomicU64 = AtomicU64::new(NONE);
static IS_EXPORTED: AtomicBool = AtomicBool::new(false);

/// For `export!`.
#[cfg(target_arch = "wasm32")]
pub fn begin() {
    IS_EXPORTED.store(true, Ordering::Relaxed);
    LATER.store(NONE, Ordering::Relaxed);
}

/// For `export!`.
#[cfg(target_arch = "wasm32")]
pub fn end() {
    let target = LATER.load(Ordering::Relaxed);
    if target != NONE {
        // Fails only when the gas is used up, and then the call fails as well.
        let _ = burn(&cosmwasm_std::ExternalApi::new(), target);
    }
}

/// SNIP-50: gas is burnt up to the target, so that the gas used does not tell what was done. With
/// `export!` that is exact: to the unit, whatever the call did and answers. Otherwise gas is burnt at
/// once, and sums can differ by a few units.
pub fn evaporate(api: &dyn Api, target: Option<Uint64>) -> StdResult<()> {
    let Some(target) = target.map(|target| target.u64()) else {
        return Ok(());
    };
    if target > MOST {
        return Err(StdError::generic_err("gas_target is too high"));
    }
    if IS_EXPORTED.load(Ordering::Relaxed) {
        LATER.store(target, Ordering::Relaxed);
        return Ok(());
    }
    burn(api, target)
}

fn burn(api: &dyn Api, target: u64) -> StdResult<()> {
    let missing = target.saturating_sub(align(api)?);
    if missing == 0 {
        return Ok(());
    }
    api.gas_evaporate(missing as u32)
}

/// Looks at the gas until the rest beyond the last whole unit is the same for every call, within 50
/// thousandths, and answers the gas used. Costs up to 100 gas.
///
/// Gas is counted in thousandths, but a contract sees and burns whole units: the rest that it cannot see
/// would decide how the sum is rounded. Each look advances the rest by a known part of a unit, so a reading that
/// advances by another number of units than usual tells that the rest has just passed a whole unit.
fn align(api: &dyn Api) -> StdResult<u64> {
    let mut last = look(api, 0)?;
    for (turns, passing) in STEPS {
        for _ in 0..MOST_LOOKS {
            let now = look(api, turns)?;
            let advanced = now.saturating_sub(last);
            last = now;
            if advanced == passing {
                break;
            }
        }
    }
    Ok(last)
}

/// Turns of the loop in a look, and the advance that ends the step. They move the rest by about +0.2, -0.08 and
/// +0.04 units, so that each step leaves a smaller interval than the one before.
const STEPS: [(u32, u64); 3] = [(20, 10), (13, 8), (16, 10)];

/// A step needs six at most. The bound is for native tests, where gas stands still.
const MOST_LOOKS: usize = 12;

/// 8,400 thousandths and 40 for a turn. Not inlined, so that it costs the same in every contract.
#[inline(never)]
fn look(api: &dyn Api, turns: u32) -> StdResult<u64> {
    let mut left = turns;
    while std::hint::black_box(left) > 0 {
        left -= 1;
    }
    api.check_gas()
}

/// Prices of rows on the chain, in gas: rows are charged when the call is over, where the contract cannot
/// see it. Source: docs/spec/gas.md 5. A row has longer key and value than the contract's own.
mod price {
    pub const READ: u64 = 100;
    pub const READ_BYTE: u64 = 1;
    pub const WRITE: u64 = 200;
    pub const WRITE_BYTE: u64 = 5;
    pub const REMOVE: u64 = 100;
    pub const LONGER_KEY: usize = 65;
    pub const LONGER_VALUE: usize = 56;
    /// Charged for a written byte during the call, and given back at its end.
    pub const REFUNDED_BYTE: u64 = 5;
}

/// Storage that knows what its rows will cost, for contracts whose messages touch different rows.
pub struct Meter<'a> {
    storage: &'a mut dyn Storage,
    reads: Cell<u64>,
    refund: u64,
    removed: u64,
    /// The last size of each written value.
    written: BTreeMap<Vec<u8>, usize>,
}

impl<'a> Meter<'a> {
    pub fn new(storage: &'a mut dyn Storage) -> Meter<'a> {
        Meter { storage, reads: Cell::new(0), refund: 0, removed: 0, written: BTreeMap::new() }
    }

    /// Gas that is charged for rows after the call.
    fn rows(&self) -> u64 {
        let write = |(key, size): (&Vec<u8>, &usize)| {
            let bytes = key.len() + price::LONGER_KEY + size + price::LONGER_VALUE;
            price::WRITE + price::WRITE_BYTE * bytes as u64
        };
        self.reads.get() + self.removed + self.written.iter().map(write).sum::<u64>()
    }

    /// Burns gas, or has it burnt, so that the call and its rows together reach the target.
    pub fn evaporate(&self, api: &dyn Api, target: Option<Uint64>) -> StdResult<()> {
        let target = target.map(|target| (target.u64() + self.refund).saturating_sub(self.rows()).into());
        evaporate(api, target)
    }
}

impl Storage for Meter<'_> {
    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        let value = self.storage.get(key);
        if !self.written.contains_key(key) {
            let size = value.as_ref().map_or(0, |value| value.len() + price::LONGER_VALUE);
            let bytes = key.len() + price::LONGER_KEY + size;
            self.reads.set(self.reads.get() + price::READ + price::READ_BYTE * bytes as u64);
        }
        value
    }

    fn set(&mut self, key: &[u8], value: &[u8]) {
        self.refund += price::REFUNDED_BYTE * value.len() as u64;
        self.written.insert(key.to_vec(), value.len());
        self.storage.set(key, value);
    }

    fn remove(&mut self, key: &[u8]) {
        self.removed += price::REMOVE;
        self.written.remove(key);
        self.storage.remove(key);
    }
}
