use cosmwasm_std::{Addr, Binary, Coin, Uint128, Uint64};

/// A type that `json!` gives a writer, or a plain value.
pub trait ToJson {
    fn to_json(&self, out: &mut Vec<u8>);

    /// Whether an object that leaves such fields out goes without it.
    fn is_absent(&self) -> bool {
        false
    }
}

/// The form is that of `cosmwasm_std::to_vec`.
pub fn to_vec(value: &dyn ToJson) -> Vec<u8> {
    let mut out = vec![];
    value.to_json(&mut out);
    out
}

/// The fields of one object, or the one field of an enum.
pub struct Fields<'a> {
    out: &'a mut Vec<u8>,
    is_sparse: bool,
}

impl<'a> Fields<'a> {
    /// With `is_sparse`, absent fields are left out; else they are null.
    #[inline(never)]
    pub fn open(out: &'a mut Vec<u8>, is_sparse: bool) -> Fields<'a> {
        out.push(b'{');
        Fields { out, is_sparse }
    }

    /// Opens the object that is the content of a variant. `end_variant` ends both.
    #[inline(never)]
    pub fn open_variant(out: &'a mut Vec<u8>, name: &str, is_sparse: bool) -> Fields<'a> {
        out.push(b'{');
        escape(name, out);
        out.push(b':');
        Fields::open(out, is_sparse)
    }

    #[inline(never)]
    pub fn field(&mut self, name: &str, value: &dyn ToJson) {
        if self.is_sparse && value.is_absent() {
            return;
        }
        if self.out.last() != Some(&b'{') {
            self.out.push(b',');
        }
        escape(name, self.out);
        self.out.push(b':');
        value.to_json(self.out);
    }

    pub fn end(self) {
        self.out.push(b'}');
    }

    pub fn end_variant(self) {
        self.out.extend_from_slice(b"}}");
    }
}

#[inline(never)]
fn escape(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    for byte in text.bytes() {
        let short = match byte {
            b'"' | b'\\' => byte,
            8 => b'b',
            12 => b'f',
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            0..=0x1f => {
                let digit = |half: u8| b"0123456789abcdef"[usize::from(half)];
                out.extend_from_slice(&[b'\\', b'u', b'0', b'0', digit(byte >> 4), digit(byte & 15)]);
                continue;
            }
            _ => {
                out.push(byte);
                continue;
            }
        };
        out.extend_from_slice(&[b'\\', short]);
    }
    out.push(b'"');
}

#[inline(never)]
fn decimal(mut number: u64, out: &mut Vec<u8>) {
    let mut digits = [0; 20];
    let mut start = digits.len();
    loop {
        start -= 1;
        digits[start] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[start..]);
}

macro_rules! numbers {
    ($($type:ty),*) => {
        $(impl ToJson for $type {
            fn to_json(&self, out: &mut Vec<u8>) {
                decimal((*self).into(), out);
            }
        })*
    };
}

numbers!(u8, u16, u32, u64);

impl ToJson for bool {
    fn to_json(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(if *self { b"true" } else { b"false" });
    }
}

impl ToJson for str {
    fn to_json(&self, out: &mut Vec<u8>) {
        escape(self, out);
    }
}

impl ToJson for String {
    fn to_json(&self, out: &mut Vec<u8>) {
        escape(self, out);
    }
}

impl ToJson for Addr {
    fn to_json(&self, out: &mut Vec<u8>) {
        escape(self.as_str(), out);
    }
}

impl ToJson for Binary {
    fn to_json(&self, out: &mut Vec<u8>) {
        out.push(b'"');
        out.extend_from_slice(self.to_base64().as_bytes());
        out.push(b'"');
    }
}

impl ToJson for Uint64 {
    fn to_json(&self, out: &mut Vec<u8>) {
        out.push(b'"');
        decimal(self.u64(), out);
        out.push(b'"');
    }
}

impl ToJson for Uint128 {
    fn to_json(&self, out: &mut Vec<u8>) {
        escape(&self.to_string(), out);
    }
}

impl<T: ToJson + ?Sized> ToJson for &T {
    fn to_json(&self, out: &mut Vec<u8>) {
        (*self).to_json(out);
    }
}

impl<T: ToJson> ToJson for Box<T> {
    fn to_json(&self, out: &mut Vec<u8>) {
        self.as_ref().to_json(out);
    }
}

impl<T: ToJson> ToJson for Option<T> {
    fn to_json(&self, out: &mut Vec<u8>) {
        match self {
            Some(value) => value.to_json(out),
            None => out.extend_from_slice(b"null"),
        }
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl<T: ToJson> ToJson for [T] {
    fn to_json(&self, out: &mut Vec<u8>) {
        out.push(b'[');
        for (at, item) in self.iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            item.to_json(out);
        }
        out.push(b']');
    }
}

impl<T: ToJson> ToJson for Vec<T> {
    fn to_json(&self, out: &mut Vec<u8>) {
        self.as_slice().to_json(out);
    }
}

impl<T: ToJson, const N: usize> ToJson for [T; N] {
    fn to_json(&self, out: &mut Vec<u8>) {
        self.as_slice().to_json(out);
    }
}

impl ToJson for Coin {
    fn to_json(&self, out: &mut Vec<u8>) {
        let mut fields = Fields::open(out, false);
        fields.field("denom", &self.denom);
        fields.field("amount", &self.amount);
        fields.end();
    }
}
