//! Rows of one length: hosts see how long every row is.

use cosmwasm_std::{StdError, StdResult, Storage};

pub const VERSION: u8 = 1;

/// A value of exactly `SIZE` bytes, big-endian. `save` puts a version byte before it.
pub trait Row: Sized {
    const SIZE: usize;
    fn write(&self, out: &mut Writer);
    fn read(from: &mut Reader) -> StdResult<Self>;
}

/// A key of parts cannot be mistaken for one of other parts: each part says its length.
pub fn key(space: u8, parts: &[&[u8]]) -> Vec<u8> {
    let mut key = Vec::with_capacity(1 + parts.iter().map(|part| part.len() + 2).sum::<usize>());
    key.push(space);
    for part in parts {
        key.extend_from_slice(&(part.len() as u16).to_be_bytes());
        key.extend_from_slice(part);
    }
    key
}

/// Absent is `None`; bytes of another size or version are an error.
pub fn load<R: Row>(storage: &dyn Storage, key: &[u8]) -> StdResult<Option<R>> {
    storage.get(key).map(|bytes| decode(&bytes)).transpose()
}

/// A row's bytes, version byte included.
pub fn decode<R: Row>(bytes: &[u8]) -> StdResult<R> {
    if bytes.len() != R::SIZE + 1 || bytes[0] != VERSION {
        return Err(StdError::generic_err("a row has another size or version"));
    }
    let mut reader = Reader { rest: &bytes[1..] };
    let row = R::read(&mut reader)?;
    if !reader.rest.is_empty() {
        return Err(StdError::generic_err("a row was not read to its end"));
    }
    Ok(row)
}

/// Fails when the row writes more or less than its size, and stores nothing then.
pub fn save<R: Row>(storage: &mut dyn Storage, key: &[u8], row: &R) -> StdResult<()> {
    let mut out = Writer { bytes: Vec::with_capacity(R::SIZE + 1) };
    out.u8(VERSION);
    row.write(&mut out);
    if out.bytes.len() != R::SIZE + 1 {
        return Err(StdError::generic_err("a row does not have its size"));
    }
    storage.set(key, &out.bytes);
    Ok(())
}

pub struct Writer {
    bytes: Vec<u8>,
}

pub struct Reader<'a> {
    rest: &'a [u8],
}

macro_rules! numbers {
    ($($number:ident),*) => {
        impl Writer {
            $(pub fn $number(&mut self, value: $number) {
                self.bytes.extend_from_slice(&value.to_be_bytes());
            })*
        }

        impl Reader<'_> {
            $(pub fn $number(&mut self) -> StdResult<$number> {
                Ok($number::from_be_bytes(self.bytes()?))
            })*
        }

        $(impl Row for $number {
            const SIZE: usize = $number::BITS as usize / 8;

            fn write(&self, out: &mut Writer) {
                out.$number(*self);
            }

            fn read(from: &mut Reader) -> StdResult<Self> {
                from.$number()
            }
        })*
    };
}

numbers!(u8, u16, u32, u64, u128);

impl Writer {
    pub fn bytes<const N: usize>(&mut self, value: &[u8; N]) {
        self.bytes.extend_from_slice(value);
    }

    /// A row inside of a row, without a version byte.
    pub fn row<R: Row>(&mut self, row: &R) {
        row.write(self);
    }
}

impl Reader<'_> {
    pub fn bytes<const N: usize>(&mut self) -> StdResult<[u8; N]> {
        if self.rest.len() < N {
            return Err(StdError::generic_err("a row is too short"));
        }
        let (head, tail) = self.rest.split_at(N);
        self.rest = tail;
        let mut value = [0; N];
        value.copy_from_slice(head);
        Ok(value)
    }

    pub fn row<R: Row>(&mut self) -> StdResult<R> {
        R::read(self)
    }
}

impl<R: Row + Copy + Default, const N: usize> Row for [R; N] {
    const SIZE: usize = R::SIZE * N;

    fn write(&self, out: &mut Writer) {
        for row in self {
            row.write(out);
        }
    }

    fn read(from: &mut Reader) -> StdResult<Self> {
        let mut rows = [R::default(); N];
        for row in &mut rows {
            *row = R::read(from)?;
        }
        Ok(rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cosmwasm_std::testing::MockStorage;

    #[derive(Clone, Copy, Debug, Default, PartialEq)]
    struct Sample {
        a: u8,
        b: u16,
        c: u32,
        d: u64,
        e: u128,
        f: [u8; 5],
    }

    impl Row for Sample {
        const SIZE: usize = 36;

        fn write(&self, out: &mut Writer) {
            out.u8(self.a);
            out.u16(self.b);
            out.u32(self.c);
            out.u64(self.d);
            out.u128(self.e);
            out.bytes(&self.f);
        }

        fn read(from: &mut Reader) -> StdResult<Self> {
            Ok(Sample {
                a: from.u8()?,
                b: from.u16()?,
                c: from.u32()?,
                d: from.u64()?,
                e: from.u128()?,
                f: from.bytes()?,
            })
        }
    }

    fn sample() -> Sample {
        Sample { a: 1, b: 2, c: 3, d: u64::MAX, e: u128::MAX - 4, f: *b"abcde" }
    }

    #[test]
    fn rows_read_what_they_write() {
        let mut storage = MockStorage::new();
        save(&mut storage, b"one", &sample()).unwrap();
        save(&mut storage, b"many", &[sample(), Sample::default()]).unwrap();
        assert_eq!(storage.get(b"one").unwrap().len(), 37);
        assert_eq!(storage.get(b"many").unwrap().len(), 73);
        assert_eq!(load(&storage, b"one").unwrap(), Some(sample()));
        assert_eq!(load(&storage, b"many").unwrap(), Some([sample(), Sample::default()]));
        assert_eq!(load::<Sample>(&storage, b"absent").unwrap(), None);
    }

    #[test]
    fn other_sizes_and_versions_are_errors() {
        let mut storage = MockStorage::new();
        save(&mut storage, b"row", &sample()).unwrap();
        let whole = storage.get(b"row").unwrap();
        for size in 1..whole.len() {
            storage.set(b"row", &whole[..size]);
            assert!(load::<Sample>(&storage, b"row").is_err());
        }
        storage.set(b"row", &[whole.as_slice(), &[0]].concat());
        assert!(load::<Sample>(&storage, b"row").is_err());
        storage.set(b"row", &[&[2], &whole[1..]].concat());
        assert!(load::<Sample>(&storage, b"row").is_err());
    }

    #[test]
    fn a_row_that_lies_about_its_size_is_not_stored() {
        #[derive(Debug)]
        struct Wrong;
        impl Row for Wrong {
            const SIZE: usize = 2;
            fn write(&self, out: &mut Writer) {
                out.u8(1);
            }
            fn read(from: &mut Reader) -> StdResult<Self> {
                from.u8().map(|_| Wrong)
            }
        }
        let mut storage = MockStorage::new();
        assert!(save(&mut storage, b"row", &Wrong).is_err());
        assert_eq!(storage.get(b"row"), None);
        storage.set(b"row", &[VERSION, 1, 2]);
        assert!(load::<Wrong>(&storage, b"row").unwrap_err().to_string().contains("not read to its end"));
    }

    #[test]
    fn keys_of_other_parts_differ() {
        let keys = [
            key(1, &[b"ab", b"c"]),
            key(1, &[b"a", b"bc"]),
            key(1, &[b"abc"]),
            key(1, &[b"ab", b"c", b""]),
            key(2, &[b"ab", b"c"]),
        ];
        for (index, one) in keys.iter().enumerate() {
            assert!(keys[index + 1..].iter().all(|other| other != one));
        }
    }
}
