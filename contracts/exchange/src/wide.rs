//! Whole numbers of 512 bits with the same work for every value. Sums of one token stay below 2^120 and prices below 2^128, so
//! the largest product of a batch has 510 bits (`book.rs` lists the bounds). Overflow is a bug: it wraps, and debug builds panic.

use common::select::{pick, Choice, Select};

const LIMBS: usize = 8;

/// A number below 2^512, least significant limb first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Wide([u64; LIMBS]);

impl Select for Wide {
    fn select(choice: Choice, a: &Self, b: &Self) -> Self {
        Wide(Select::select(choice, &a.0, &b.0))
    }
}

impl From<u128> for Wide {
    fn from(value: u128) -> Self {
        let mut limbs = [0; LIMBS];
        limbs[0] = value as u64;
        limbs[1] = (value >> 64) as u64;
        Wide(limbs)
    }
}

impl Wide {
    pub fn product(a: u128, b: u128) -> Self {
        Wide::from(a).times(b)
    }

    #[inline(never)]
    pub fn plus(&self, other: &Wide) -> Wide {
        let mut out = [0; LIMBS];
        let mut carry = 0u128;
        for (i, limb) in out.iter_mut().enumerate() {
            let sum = self.0[i] as u128 + other.0[i] as u128 + carry;
            *limb = sum as u64;
            carry = sum >> 64;
        }
        debug_assert!(carry == 0, "sum beyond 512 bits");
        Wide(out)
    }

    /// The difference, which wraps, and whether `self` is below `other`.
    #[inline(never)]
    pub fn minus(&self, other: &Wide) -> (Wide, Choice) {
        let mut out = [0; LIMBS];
        let mut borrow = 0u64;
        for (i, limb) in out.iter_mut().enumerate() {
            let (first, under) = self.0[i].overflowing_sub(other.0[i]);
            let (second, again) = first.overflowing_sub(borrow);
            *limb = second;
            borrow = u64::from(under) | u64::from(again);
        }
        (Wide(out), Choice::from(borrow as u8))
    }

    /// `self - other`, or 0 when `other` is larger.
    pub fn less_or_zero(&self, other: &Wide) -> Wide {
        let (difference, below) = self.minus(other);
        pick(below, difference, Wide::default())
    }

    pub fn below(&self, other: &Wide) -> Choice {
        self.minus(other).1
    }

    #[inline(never)]
    pub fn times(&self, factor: u128) -> Wide {
        let low = self.times_limb(factor as u64);
        let high = self.times_limb((factor >> 64) as u64);
        low.plus(&high.up_one_limb())
    }

    #[inline(never)]
    pub fn square(&self) -> Wide {
        debug_assert!(self.0[4..].iter().all(|limb| *limb == 0), "square of more than 256 bits");
        let mut out = [0u64; LIMBS];
        for i in 0..LIMBS / 2 {
            let mut carry = 0u128;
            for j in 0..LIMBS / 2 {
                let sum = out[i + j] as u128 + self.0[i] as u128 * self.0[j] as u128 + carry;
                out[i + j] = sum as u64;
                carry = sum >> 64;
            }
            out[i + LIMBS / 2] = carry as u64;
        }
        Wide(out)
    }

    /// `floor(self / divisor)` and whether a rest remains. The quotient must be below 2^124, the divisor above 0 and below
    /// 2^384; a divisor of 0 gives 2^124 - 1.
    #[inline(never)]
    pub fn divide(&self, divisor: &Wide) -> (u128, Choice) {
        const BITS: usize = 124;
        let mut step = divisor.shifted_up(BITS - 1);
        let mut rest = *self;
        let mut quotient = 0u128;
        for bit in (0..BITS).rev() {
            let (next, below) = rest.minus(&step);
            rest = pick(below, next, rest);
            quotient |= u128::from(!below.unwrap_u8() & 1) << bit;
            step = step.down_one_bit();
        }
        (quotient, Wide::default().below(&rest))
    }

    #[inline(never)]
    fn times_limb(&self, factor: u64) -> Wide {
        let mut out = [0; LIMBS];
        let mut carry = 0u128;
        for (i, limb) in out.iter_mut().enumerate() {
            let sum = self.0[i] as u128 * factor as u128 + carry;
            *limb = sum as u64;
            carry = sum >> 64;
        }
        debug_assert!(carry == 0, "product beyond 512 bits");
        Wide(out)
    }

    fn up_one_limb(&self) -> Wide {
        debug_assert!(self.0[LIMBS - 1] == 0, "shift beyond 512 bits");
        let mut out = [0; LIMBS];
        out[1..].copy_from_slice(&self.0[..LIMBS - 1]);
        Wide(out)
    }

    /// Public distance: the work depends on it.
    #[inline(never)]
    fn shifted_up(&self, bits: usize) -> Wide {
        let mut out = *self;
        for _ in 0..bits / 64 {
            out = out.up_one_limb();
        }
        out.times(1 << (bits % 64))
    }

    #[inline(never)]
    fn down_one_bit(&self) -> Wide {
        let mut out = [0; LIMBS];
        for (i, limb) in out.iter_mut().enumerate() {
            let above = if i + 1 < LIMBS { self.0[i + 1] << 63 } else { 0 };
            *limb = self.0[i] >> 1 | above;
        }
        Wide(out)
    }
}

/// The smallest `z` with `z^2 * price * part >= bound`, at most 2^122.
pub fn root_up(price: u128, part: u128, bound: &Wide) -> u128 {
    let mut root = 0u128;
    for bit in (0..122).rev() {
        let tried = root | 1 << bit;
        let below = Wide::product(tried, tried).times(price).times(part).below(bound);
        root = pick(below, root, tried);
    }
    root + 1
}
