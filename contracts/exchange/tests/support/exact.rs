//! Whole numbers and fractions of any size, by schoolbook methods.

use std::cmp::Ordering;

/// Limbs of 32 bits, least significant first, without zeros at the end.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Big(Vec<u32>);

pub fn big(value: u128) -> Big {
    Big::trimmed((0..4).map(|limb| (value >> (32 * limb)) as u32).collect())
}

impl Big {
    fn trimmed(mut limbs: Vec<u32>) -> Big {
        while limbs.last() == Some(&0) {
            limbs.pop();
        }
        Big(limbs)
    }

    pub fn is_zero(&self) -> bool {
        self.0.is_empty()
    }

    pub fn add(&self, other: &Big) -> Big {
        let length = self.0.len().max(other.0.len()) + 1;
        let mut carry = 0u64;
        let mut limbs = Vec::with_capacity(length);
        for i in 0..length {
            carry += u64::from(*self.0.get(i).unwrap_or(&0)) + u64::from(*other.0.get(i).unwrap_or(&0));
            limbs.push(carry as u32);
            carry >>= 32;
        }
        Big::trimmed(limbs)
    }

    /// Panics when `other` is larger.
    pub fn sub(&self, other: &Big) -> Big {
        assert!(*self >= *other);
        let mut borrow = 0i64;
        let mut limbs = Vec::with_capacity(self.0.len());
        for i in 0..self.0.len() {
            let mut limb = i64::from(self.0[i]) - i64::from(*other.0.get(i).unwrap_or(&0)) - borrow;
            borrow = i64::from(limb < 0);
            limb += borrow << 32;
            limbs.push(limb as u32);
        }
        Big::trimmed(limbs)
    }

    pub fn mul(&self, other: &Big) -> Big {
        let mut limbs = vec![0u32; self.0.len() + other.0.len()];
        for (i, a) in self.0.iter().enumerate() {
            let mut carry = 0u64;
            for (j, b) in other.0.iter().enumerate() {
                carry += u64::from(limbs[i + j]) + u64::from(*a) * u64::from(*b);
                limbs[i + j] = carry as u32;
                carry >>= 32;
            }
            limbs[i + other.0.len()] = carry as u32;
        }
        Big::trimmed(limbs)
    }

    pub fn div(&self, divisor: &Big) -> (Big, Big) {
        assert!(!divisor.is_zero());
        let mut quotient = vec![0u32; self.0.len()];
        let mut rest = Big::default();
        for limb in (0..self.0.len()).rev() {
            for bit in (0..32).rev() {
                rest = rest.add(&rest).add(&big(u128::from(self.0[limb] >> bit & 1)));
                if rest >= *divisor {
                    rest = rest.sub(divisor);
                    quotient[limb] |= 1 << bit;
                }
            }
        }
        (Big::trimmed(quotient), rest)
    }

    pub fn to_u128(&self) -> u128 {
        assert!(self.0.len() <= 4);
        self.0.iter().rev().fold(0, |value, limb| value << 32 | u128::from(*limb))
    }
}

impl PartialOrd for Big {
    fn partial_cmp(&self, other: &Big) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Big {
    fn cmp(&self, other: &Big) -> Ordering {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }
}

/// A fraction that is not negative. Not reduced.
#[derive(Clone, Debug)]
pub struct Ratio {
    over: Big,
    under: Big,
}

pub fn ratio(over: Big, under: Big) -> Ratio {
    assert!(!under.is_zero());
    Ratio { over, under }
}

pub fn whole(value: u128) -> Ratio {
    ratio(big(value), big(1))
}

impl Ratio {
    pub fn add(&self, other: &Ratio) -> Ratio {
        ratio(self.over.mul(&other.under).add(&other.over.mul(&self.under)), self.under.mul(&other.under))
    }

    /// The difference, or 0.
    pub fn less(&self, other: &Ratio) -> Ratio {
        let (left, right) = (self.over.mul(&other.under), other.over.mul(&self.under));
        let over = if left > right { left.sub(&right) } else { Big::default() };
        ratio(over, self.under.mul(&other.under))
    }

    pub fn mul(&self, other: &Ratio) -> Ratio {
        ratio(self.over.mul(&other.over), self.under.mul(&other.under))
    }

    pub fn div(&self, other: &Ratio) -> Ratio {
        ratio(self.over.mul(&other.under), self.under.mul(&other.over))
    }

    pub fn floor(&self) -> u128 {
        self.over.div(&self.under).0.to_u128()
    }

    pub fn ceil(&self) -> u128 {
        let (quotient, rest) = self.over.div(&self.under);
        quotient.to_u128() + u128::from(!rest.is_zero())
    }

    pub fn min(&self, other: &Ratio) -> Ratio {
        if self < other {
            self.clone()
        } else {
            other.clone()
        }
    }
}

impl PartialEq for Ratio {
    fn eq(&self, other: &Ratio) -> bool {
        self.partial_cmp(other) == Some(Ordering::Equal)
    }
}

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Ratio) -> Option<Ordering> {
        Some(self.over.mul(&other.under).cmp(&other.over.mul(&self.under)))
    }
}
