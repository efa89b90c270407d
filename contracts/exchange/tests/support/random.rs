//! SplitMix64: the same numbers on every machine for one seed.

pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    pub fn chance(&mut self, one_in: u64) -> bool {
        self.below(one_in) == 0
    }

    /// A number with at most `bits` bits, each length equally likely.
    pub fn bits(&mut self, bits: u64) -> u128 {
        let length = self.below(bits) + 1;
        let value = u128::from(self.next()) << 64 | u128::from(self.next());
        (value >> (128 - length)) | 1 << (length - 1)
    }
}
