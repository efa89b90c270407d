//! Choices without branches: both sides are computed, a mask takes one. The same work for every secret.

use cosmwasm_std::{StdError, StdResult};
pub use subtle::Choice;
use subtle::{ConditionallySelectable, ConstantTimeEq};

/// What a mask can select. For a struct of fields use `select_fields!`.
pub trait Select: Sized {
    /// `b` when the choice is true.
    fn select(choice: Choice, a: &Self, b: &Self) -> Self;
}

pub trait Compare {
    fn less(a: &Self, b: &Self) -> Choice;
    fn equal(a: &Self, b: &Self) -> Choice;
}

/// `b` when the choice is true.
pub fn pick<T: Select>(choice: Choice, a: T, b: T) -> T {
    T::select(choice, &a, &b)
}

pub fn less<T: Compare>(a: T, b: T) -> Choice {
    T::less(&a, &b)
}

pub fn equal<T: Compare>(a: T, b: T) -> Choice {
    T::equal(&a, &b)
}

/// A public or computed flag as a mask.
pub fn when(flag: bool) -> Choice {
    Choice::from(u8::from(flag))
}

/// Adds `b` to `a` when the choice is true and the sum fits; true when it was added.
pub fn add_if(choice: Choice, a: &mut u128, b: u128) -> Choice {
    let sum = a.wrapping_add(b);
    let done = choice & !u128::less(&sum, a);
    *a = pick(done, *a, sum);
    done
}

/// Subtracts `b` from `a` when the choice is true and `a` is enough; true when it was subtracted.
pub fn sub_if(choice: Choice, a: &mut u128, b: u128) -> Choice {
    let done = choice & !u128::less(a, &b);
    *a = pick(done, *a, a.wrapping_sub(b));
    done
}

/// The item at a secret index; touches all. An index beyond the end gives the first item.
pub fn get_at<T: Select>(items: &[T], index: u64) -> StdResult<T> {
    let (first, rest) = items.split_first().ok_or_else(|| StdError::generic_err("no item to pick"))?;
    let mut found = T::select(when(false), first, first);
    for (at, item) in (1u64..).zip(rest) {
        found = T::select(equal(at, index), &found, item);
    }
    Ok(found)
}

/// Replaces the item at a secret index when the choice is true; touches all.
pub fn set_at<T: Select>(choice: Choice, items: &mut [T], index: u64, value: &T) {
    for (at, item) in (0u64..).zip(items) {
        *item = T::select(choice & equal(at, index), item, value);
    }
}

/// The first item for which the test is true, and its index (0 without one); tests all.
pub fn find<T>(items: &[T], test: impl Fn(&T) -> Choice) -> (Choice, u64) {
    let mut found = when(false);
    let mut index = 0;
    for (at, item) in (0u64..).zip(items) {
        let first = test(item) & !found;
        index = pick(first, index, at);
        found |= first;
    }
    (found, index)
}

macro_rules! numbers {
    ($($number:ident),*) => {
        $(impl Select for $number {
            fn select(choice: Choice, a: &Self, b: &Self) -> Self {
                $number::conditional_select(a, b, choice)
            }
        }

        impl Compare for $number {
            /// The borrow of `a - b`, by Hacker's Delight 2-13.
            fn less(a: &Self, b: &Self) -> Choice {
                let borrow = (!a & b) | ((!a | b) & a.wrapping_sub(*b));
                Choice::from((borrow >> ($number::BITS - 1)) as u8)
            }

            fn equal(a: &Self, b: &Self) -> Choice {
                a.ct_eq(b)
            }
        })*
    };
}

numbers!(u8, u16, u32, u64, u128);

impl<T: Select, const N: usize> Select for [T; N] {
    fn select(choice: Choice, a: &Self, b: &Self) -> Self {
        std::array::from_fn(|index| T::select(choice, &a[index], &b[index]))
    }
}

/// Bytes of one length, as a big-endian number.
impl<const N: usize> Compare for [u8; N] {
    fn less(a: &Self, b: &Self) -> Choice {
        let mut less = when(false);
        for (a, b) in a.iter().zip(b).rev() {
            less = u8::less(a, b) | (u8::equal(a, b) & less);
        }
        less
    }

    fn equal(a: &Self, b: &Self) -> Choice {
        a.ct_eq(b)
    }
}

/// `Select` for a struct, by all of its fields: `select_fields!(Slot { owner, amount, state });`
#[macro_export]
macro_rules! select_fields {
    ($name:ident { $($field:ident),* $(,)? }) => {
        impl $crate::select::Select for $name {
            fn select(choice: $crate::select::Choice, a: &Self, b: &Self) -> Self {
                $name { $($field: $crate::select::Select::select(choice, &a.$field, &b.$field)),* }
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Stream;

    fn no() -> Choice {
        when(false)
    }

    fn yes() -> Choice {
        when(true)
    }

    #[derive(Clone, Debug, PartialEq)]
    struct Slot {
        owner: [u8; 20],
        amount: u128,
        state: u8,
    }

    select_fields!(Slot { owner, amount, state });

    fn slot(n: u8) -> Slot {
        Slot { owner: [n; 20], amount: u128::from(n), state: n }
    }

    #[test]
    fn picks_the_second_when_true() {
        assert_eq!((pick(no(), 1u64, 2), pick(yes(), 1u64, 2)), (1, 2));
        assert_eq!((pick(no(), u128::MAX, 2), pick(yes(), u128::MAX, 2)), (u128::MAX, 2));
        assert_eq!((pick(no(), [1u8; 32], [2; 32]), pick(yes(), [1u8; 32], [2; 32])), ([1; 32], [2; 32]));
        assert_eq!((pick(no(), slot(1), slot(2)), pick(yes(), slot(1), slot(2))), (slot(1), slot(2)));
    }

    #[test]
    fn compares_as_numbers_do() {
        let mut stream = Stream::new(&[1; 32], &[b"compare"]);
        let edges = [0, 1, 2, u128::MAX / 2, u128::MAX / 2 + 1, u128::MAX - 1, u128::MAX];
        let random: Vec<u128> = (0..200).map(|_| u128::from_be_bytes(stream.bytes())).collect();
        let values: Vec<u128> = edges.into_iter().chain(random).collect();
        for a in &values {
            for b in &values {
                assert_eq!(bool::from(less(*a, *b)), a < b);
                assert_eq!(bool::from(equal(*a, *b)), a == b);
                assert_eq!(bool::from(less(*a as u64, *b as u64)), (*a as u64) < (*b as u64));
                assert_eq!(bool::from(less(*a as u8, *b as u8)), (*a as u8) < (*b as u8));
                assert_eq!(bool::from(less(a.to_be_bytes(), b.to_be_bytes())), a < b);
                assert_eq!(bool::from(equal(a.to_be_bytes(), b.to_be_bytes())), a == b);
            }
        }
    }

    #[test]
    fn adds_and_subtracts_only_what_fits() {
        let mut a = 5;
        assert!(bool::from(add_if(yes(), &mut a, 3)) && a == 8);
        assert!(!bool::from(add_if(no(), &mut a, 3)) && a == 8);
        assert!(!bool::from(add_if(yes(), &mut a, u128::MAX - 7)) && a == 8);
        assert!(bool::from(add_if(yes(), &mut a, u128::MAX - 8)) && a == u128::MAX);
        assert!(bool::from(sub_if(yes(), &mut a, u128::MAX)) && a == 0);
        assert!(!bool::from(sub_if(yes(), &mut a, 1)) && a == 0);
        assert!(bool::from(sub_if(yes(), &mut a, 0)));
        assert!(!bool::from(sub_if(no(), &mut a, 0)));
    }

    #[test]
    fn slots_are_found_read_and_written() {
        let mut slots = [slot(3), slot(5), slot(5)];
        let five = |slot: &Slot| equal(slot.state, 5);
        let (found, index) = find(&slots, five);
        assert!(bool::from(found) && index == 1);
        let (found, index) = find(&slots, |slot| equal(slot.state, 9));
        assert!(!bool::from(found) && index == 0);
        assert_eq!(get_at(&slots, 0).unwrap(), slot(3));
        assert_eq!(get_at(&slots, 2).unwrap(), slot(5));
        assert_eq!(get_at(&slots, 3).unwrap(), slot(3));
        assert!(get_at::<Slot>(&[], 0).is_err());
        set_at(no(), &mut slots, 0, &slot(8));
        set_at(yes(), &mut slots, 3, &slot(8));
        assert_eq!(slots, [slot(3), slot(5), slot(5)]);
        set_at(yes(), &mut slots, 2, &slot(8));
        assert_eq!(slots, [slot(3), slot(5), slot(8)]);
    }
}
