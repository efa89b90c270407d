use std::any::type_name;
use std::borrow::Cow;

use cosmwasm_std::{Addr, Binary, Coin, StdError, StdResult, Timestamp, Uint128, Uint64};

/// One value of a text, without spaces around it.
pub type Text<'a> = &'a [u8];

/// The error names the fault. It can repeat words of the text, so it goes to the sender only.
pub type Parsed<T> = Result<T, String>;

/// A type that `json!` gives a reader, or a plain value.
pub trait FromJson: Sized {
    fn from_json(text: Text) -> Parsed<Self>;

    /// What the field is when the object does not have it; None where it must be there.
    fn absent() -> Option<Self> {
        None
    }
}

/// Reads a whole text. Fails with `ParseErr`, as `cosmwasm_std::from_slice` does.
pub fn from_slice<T: FromJson>(bytes: &[u8]) -> StdResult<T> {
    whole(bytes).and_then(T::from_json).map_err(|error| StdError::parse_err(type_name::<T>(), error))
}

pub fn from_binary<T: FromJson>(bytes: &Binary) -> StdResult<T> {
    from_slice(bytes.as_slice())
}

fn whole(bytes: &[u8]) -> Parsed<Text> {
    let mut scan = Scan { text: bytes, at: 0 };
    let value = scan.value()?;
    scan.next_byte();
    if scan.at < bytes.len() {
        return fail("text follows the value");
    }
    Ok(value)
}

#[cold]
#[inline(never)]
fn fail<T>(problem: &str) -> Parsed<T> {
    Err(problem.to_string())
}

struct Scan<'a> {
    text: Text<'a>,
    at: usize,
}

impl<'a> Scan<'a> {
    /// 0 after the end, which no value begins with.
    fn peek(&self) -> u8 {
        self.text.get(self.at).copied().unwrap_or(0)
    }

    /// The next byte that is no space, which stays.
    fn next_byte(&mut self) -> u8 {
        while matches!(self.peek(), b' ' | b'\n' | b'\t' | b'\r') {
            self.at += 1;
        }
        self.peek()
    }

    /// Takes the byte if it is the next one.
    fn takes(&mut self, byte: u8) -> bool {
        let found = self.next_byte() == byte;
        self.at += usize::from(found);
        found
    }

    /// One value of any kind. What is inside of it is read by its type only. No recursion, so that no text is too deep.
    #[inline(never)]
    fn value(&mut self) -> Parsed<Text<'a>> {
        self.next_byte();
        let start = self.at;
        let mut depth = 0u32;
        loop {
            match self.next_byte() {
                b'"' => self.skip_text()?,
                b'{' | b'[' => {
                    self.at += 1;
                    depth += 1;
                    continue;
                }
                b'}' | b']' if depth > 0 => {
                    self.at += 1;
                    depth -= 1;
                }
                b',' | b':' if depth > 0 => {
                    self.at += 1;
                    continue;
                }
                _ => self.skip_word()?,
            }
            if depth == 0 {
                return Ok(&self.text[start..self.at]);
            }
        }
    }

    /// A number, a boolean or null.
    fn skip_word(&mut self) -> Parsed<()> {
        let start = self.at;
        while matches!(self.peek(), b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'+' | b'.' | b'_') {
            self.at += 1;
        }
        if self.at == start {
            return fail("a value is missing");
        }
        Ok(())
    }

    fn skip_text(&mut self) -> Parsed<()> {
        let mut at = self.at + 1;
        loop {
            match self.text.get(at) {
                None => return fail("a text has no end"),
                Some(b'"') => break,
                Some(b'\\') => at += 2,
                Some(_) => at += 1,
            }
        }
        self.at = at + 1;
        Ok(())
    }
}

/// The fields of an object by name, in the order of `names`. A name that is not among them is skipped, or an
/// error when `strict`; a name that comes twice is an error.
pub fn object<'a, const N: usize>(
    text: Text<'a>,
    names: &[&str; N],
    strict: bool,
) -> Parsed<[Option<Text<'a>>; N]> {
    let mut found = [None; N];
    fill(text, names, strict, &mut found)?;
    Ok(found)
}

#[inline(never)]
fn fill<'a>(text: Text<'a>, names: &[&str], strict: bool, found: &mut [Option<Text<'a>>]) -> Parsed<()> {
    members(text, &mut |name, value| {
        let Some(place) = place_of(names, name) else {
            return if strict { Err(unknown("field", name, names)) } else { Ok(()) };
        };
        if found[place].replace(value).is_some() {
            return Err(format!("duplicate field `{name}`"));
        }
        Ok(())
    })
}

#[inline(never)]
fn members<'a>(text: Text<'a>, each: &mut dyn FnMut(&str, Text<'a>) -> Parsed<()>) -> Parsed<()> {
    let mut scan = Scan { text, at: 0 };
    if !scan.takes(b'{') {
        return fail("an object is needed");
    }
    if scan.takes(b'}') {
        return Ok(());
    }
    loop {
        let name = scan.value()?;
        let name = self::text(name)?;
        if !scan.takes(b':') {
            return fail("a colon is missing");
        }
        each(&name, scan.value()?)?;
        if scan.takes(b'}') {
            return Ok(());
        }
        if !scan.takes(b',') {
            return fail("a comma is missing between two fields");
        }
    }
}

/// The place of a word in a list. Each name of its length is compared to the end, so the work is the same for
/// all words of one length.
#[inline(never)]
pub fn place_of(names: &[&str], word: &str) -> Option<usize> {
    let mut place = None;
    for (at, name) in names.iter().enumerate() {
        if name.len() == word.len() {
            let differs = name.bytes().zip(word.bytes()).fold(0, |differs, (a, b)| differs | (a ^ b));
            let mask = usize::from(differs == 0).wrapping_neg();
            place = Some(place.unwrap_or(usize::MAX) & !mask | at & mask);
        }
    }
    place.filter(|place| *place != usize::MAX)
}

#[cold]
#[inline(never)]
fn unknown(kind: &str, word: &str, names: &[&str]) -> String {
    let expected = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    format!("unknown {kind} `{word}`, expected {}{expected}", if names.len() > 1 { "one of " } else { "" })
}

/// The value of a field that `object` found.
#[inline(never)]
pub fn field<T: FromJson>(found: Option<Text>, name: &str) -> Parsed<T> {
    match found {
        Some(text) => T::from_json(text),
        None => T::absent().ok_or_else(|| format!("missing field `{name}`")),
    }
}

/// The place of an enum's variant among the names, and its content: `"name"` has none, `{"name":content}` has.
#[inline(never)]
pub fn variant<'a>(text: Text<'a>, names: &[&str]) -> Parsed<(usize, Option<Text<'a>>)> {
    let mut found = None;
    if text.first() == Some(&b'"') {
        let word = self::text(text)?;
        found = Some((place_of(names, &word).ok_or_else(|| unknown("variant", &word, names))?, None));
    } else {
        members(text, &mut |name, content| {
            let place = place_of(names, name).ok_or_else(|| unknown("variant", name, names))?;
            match found.replace((place, Some(content))) {
                Some(_) => fail("an object with one field is needed"),
                None => Ok(()),
            }
        })?;
    }
    found.ok_or_else(|| "an object with one field is needed".to_string())
}

/// For the variant of `json!` that no name of its list is, and for content where none is wanted, or the reverse.
#[cold]
#[inline(never)]
pub fn unknown_variant<T>() -> Parsed<T> {
    fail("this variant has another form")
}

/// The content of a text.
#[inline(never)]
pub fn text(text: Text) -> Parsed<Cow<str>> {
    let inner = match text {
        [b'"', inner @ .., b'"'] => inner,
        _ => return fail("text is needed"),
    };
    if inner.contains(&b'\\') {
        return unescaped(inner).map(Cow::Owned);
    }
    std::str::from_utf8(inner).map(Cow::Borrowed).or_else(|_| fail("a text is not UTF-8"))
}

#[inline(never)]
fn unescaped(inner: &[u8]) -> Parsed<String> {
    let mut out = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while let Some((byte, tail)) = rest.split_first() {
        rest = tail;
        if *byte != b'\\' {
            out.push(*byte);
            continue;
        }
        let Some((kind, tail)) = rest.split_first() else {
            return fail("a text ends with an escape");
        };
        rest = tail;
        let plain = match kind {
            b'"' | b'\\' | b'/' => *kind,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                let character = escaped_character(&mut rest)?;
                out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                continue;
            }
            _ => return fail("an escape that JSON does not have"),
        };
        out.push(plain);
    }
    String::from_utf8(out).or_else(|_| fail("a text is not UTF-8"))
}

/// After `\u`: four digits, or two times four for characters above U+FFFF.
fn escaped_character(rest: &mut &[u8]) -> Parsed<char> {
    let mut code = hex(rest)?;
    if (0xd800..0xdc00).contains(&code) && rest.starts_with(b"\\u") {
        *rest = &rest[2..];
        let low = hex(rest)?;
        if (0xdc00..0xe000).contains(&low) {
            code = 0x1_0000 + ((code - 0xd800) << 10 | (low - 0xdc00));
        }
    }
    char::from_u32(code).map_or_else(|| fail("an escape of no character"), Ok)
}

fn hex(rest: &mut &[u8]) -> Parsed<u32> {
    let mut code = 0;
    for _ in 0..4 {
        let digit = rest.first().and_then(|byte| char::from(*byte).to_digit(16));
        let Some(digit) = digit else {
            return fail("an escape needs four hex digits");
        };
        code = code << 4 | digit;
        *rest = &rest[1..];
    }
    Ok(code)
}

/// The values of a list, in order.
#[inline(never)]
pub fn items<'a>(text: Text<'a>, each: &mut dyn FnMut(Text<'a>) -> Parsed<()>) -> Parsed<()> {
    let mut scan = Scan { text, at: 0 };
    if !scan.takes(b'[') {
        return fail("a list is needed");
    }
    if scan.takes(b']') {
        return Ok(());
    }
    loop {
        each(scan.value()?)?;
        if scan.takes(b']') {
            return Ok(());
        }
        if !scan.takes(b',') {
            return fail("a comma is missing between two values");
        }
    }
}

/// Decimal digits up to `most`, without a leading zero.
#[inline(never)]
pub fn number(digits: &[u8], most: u64) -> Parsed<u64> {
    let wrong = || fail("a number is not whole, is negative or too high");
    if digits.is_empty() || (digits.len() > 1 && digits[0] == b'0') {
        return wrong();
    }
    let mut number = 0u64;
    for digit in digits {
        let digit = digit.wrapping_sub(b'0');
        let next = number.checked_mul(10).and_then(|number| number.checked_add(digit.into()));
        match next {
            Some(next) if digit <= 9 => number = next,
            _ => return wrong(),
        }
    }
    if number > most {
        return wrong();
    }
    Ok(number)
}

macro_rules! numbers {
    ($($type:ty),*) => {
        $(impl FromJson for $type {
            fn from_json(text: Text) -> Parsed<Self> {
                Ok(number(text, <$type>::MAX.into())? as $type)
            }
        })*
    };
}

numbers!(u8, u16, u32, u64);

impl FromJson for bool {
    fn from_json(text: Text) -> Parsed<Self> {
        match text {
            b"true" => Ok(true),
            b"false" => Ok(false),
            _ => fail("true or false is needed"),
        }
    }
}

impl FromJson for String {
    fn from_json(text: Text) -> Parsed<Self> {
        Ok(self::text(text)?.into_owned())
    }
}

impl FromJson for Addr {
    fn from_json(text: Text) -> Parsed<Self> {
        Ok(Addr::unchecked(self::text(text)?))
    }
}

impl FromJson for Binary {
    fn from_json(text: Text) -> Parsed<Self> {
        Binary::from_base64(&self::text(text)?).or_else(|_| fail("base64 is needed"))
    }
}

/// Leading zeros are taken, as the types of `cosmwasm_std` take them.
impl FromJson for Uint64 {
    fn from_json(text: Text) -> Parsed<Self> {
        let number = self::text(text)?.parse::<u64>();
        number.map(Uint64::new).or_else(|_| fail("text of a whole number of 64 bits is needed"))
    }
}

impl FromJson for Uint128 {
    fn from_json(text: Text) -> Parsed<Self> {
        let number = self::text(text)?.parse::<u128>();
        number.map(Uint128::new).or_else(|_| fail("text of a whole number of 128 bits is needed"))
    }
}

impl FromJson for Timestamp {
    fn from_json(text: Text) -> Parsed<Self> {
        Ok(Timestamp::from_nanos(Uint64::from_json(text)?.u64()))
    }
}

impl<T: FromJson> FromJson for Option<T> {
    fn from_json(text: Text) -> Parsed<Self> {
        if text == b"null" {
            return Ok(None);
        }
        T::from_json(text).map(Some)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl<T: FromJson> FromJson for Box<T> {
    fn from_json(text: Text) -> Parsed<Self> {
        T::from_json(text).map(Box::new)
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn from_json(text: Text) -> Parsed<Self> {
        let mut list = vec![];
        items(text, &mut |item| {
            list.push(T::from_json(item)?);
            Ok(())
        })?;
        Ok(list)
    }
}

impl<T: FromJson, const N: usize> FromJson for [T; N] {
    fn from_json(text: Text) -> Parsed<Self> {
        let list = Vec::from_json(text)?;
        list.try_into().or_else(|_| Err(format!("a list of {N} values is needed")))
    }
}

/// A field that may have any value or be absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ignored;

impl FromJson for Ignored {
    fn from_json(_: Text) -> Parsed<Self> {
        Ok(Ignored)
    }

    fn absent() -> Option<Self> {
        Some(Ignored)
    }
}

crate::json! { [read]
    #[derive(Clone, Debug)]
    pub(crate) struct CoinText {
        denom: String,
        amount: Uint128,
    }
}

impl FromJson for Coin {
    fn from_json(text: Text) -> Parsed<Self> {
        let CoinText { denom, amount } = CoinText::from_json(text)?;
        Ok(Coin { denom, amount })
    }
}
