use std::fmt::Debug;

/// Numbers that depend on a seed only (SplitMix64), so that a failure can be repeated on every machine.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below a bound that is not 0.
    pub fn below<N>(&mut self, bound: N) -> N
    where
        N: TryInto<u64> + TryFrom<u64>,
        <N as TryInto<u64>>::Error: Debug,
        <N as TryFrom<u64>>::Error: Debug,
    {
        let bound: u64 = bound.try_into().expect("a bound of 64 bits");
        N::try_from(self.next() % bound).expect("less than the bound")
    }

    pub fn one_in(&mut self, count: u64) -> bool {
        self.below(count) == 0
    }

    pub fn percent(&mut self, chance: u64) -> bool {
        self.below(100u64) < chance
    }

    /// A number with 1 to `most` bits, each length equally likely.
    pub fn bits(&mut self, most: u64) -> u128 {
        let length = self.below(most) + 1;
        let value = u128::from(self.next()) << 64 | u128::from(self.next());
        (value >> (128 - length)) | 1 << (length - 1)
    }

    pub fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }

    pub fn bytes(&mut self) -> [u8; 32] {
        let mut out = [0; 32];
        for chunk in out.chunks_mut(8) {
            chunk.copy_from_slice(&self.next().to_be_bytes());
        }
        out
    }

    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            list.swap(last, self.below(last + 1));
        }
    }
}
