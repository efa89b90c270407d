use super::*;
use crate::seed::Stream;
use cosmwasm_std::{Binary, Uint128, Uint64};
use serde_json::{json, Value};

crate::json! { [read write]
    #[derive(Debug, PartialEq)]
    struct Plain {
        text: String,
        small: u8,
        big: u64,
        flag: bool,
        bytes: Binary,
        list: Vec<u16>,
        pair: [Uint64; 2],
        amount: Uint128,
        r#type: Option<String>,
        number: Option<u32> = "do",
    }
}

crate::json! { [strict sparse]
    #[derive(Debug, PartialEq)]
    struct Narrow {
        least: Option<u32>,
        padding: Ignored,
    }
}

impl ToJson for Ignored {
    fn to_json(&self, out: &mut Vec<u8>) {
        "ignored".to_json(out);
    }

    fn is_absent(&self) -> bool {
        true
    }
}

crate::json! { [read write]
    #[derive(Debug, PartialEq)]
    enum Choice {
        Alone,
        WithOther(Box<Narrow>),
        WithFields { first_one: u8, r#in: Vec<Choice> },
    }
}

fn plain() -> Value {
    json!({
        "text": "a \"b\" \\ \n\t\u{1}é😀", "small": 255, "big": u64::MAX, "flag": true, "bytes": "AAEC/w==",
        "list": [1, 2, 65535], "pair": ["7", "18446744073709551615"],
        "amount": "340282366920938463463374607431768211455", "type": null, "do": 3,
    })
}

fn error<T: FromJson + std::fmt::Debug>(text: &str) -> String {
    from_slice::<T>(text.as_bytes()).unwrap_err().to_string()
}

#[test]
fn reads_what_serde_writes_and_writes_what_serde_reads() {
    let read = from_slice::<Plain>(plain().to_string().as_bytes()).unwrap();
    assert_eq!((read.text.as_str(), read.bytes.as_slice()), ("a \"b\" \\ \n\t\u{1}é😀", &[0, 1, 2, 255][..]));
    assert_eq!((read.r#type.as_deref(), read.number), (None, Some(3)));
    assert_eq!(serde_json::from_slice::<Value>(&to_vec(&read)).unwrap(), plain());
    assert_eq!(cosmwasm_std::to_vec(&read.text).unwrap(), to_vec(&read.text));
}

#[test]
fn spaces_and_escapes_are_read_as_json_has_them() {
    let pretty = format!(" \r\n{}\t ", serde_json::to_string_pretty(&plain()).unwrap());
    assert_eq!(from_slice::<Plain>(pretty.as_bytes()).unwrap().list, [1, 2, 65535]);
    let text = |json: &str| from_slice::<String>(json.as_bytes());
    assert_eq!(text(r#""\u0041\ud83d\ude00\/\b\f\"\\""#).unwrap(), "A😀/\u{8}\u{c}\"\\");
    for wrong in
        [r#""\ud83d""#, r#""\ude00""#, r#""\u12""#, r#""\x""#, "\"", "\"\\\"", "\"\\", "a", "", "\"\"\""]
    {
        assert!(text(wrong).is_err(), "{wrong}");
    }
    assert!(from_slice::<String>(b"\"\xff\"").is_err());
    assert_eq!(from_slice::<Narrow>(br#"{"le\u0061st":5}"#).unwrap().least, Some(5));
}

#[test]
fn variants_are_words_or_objects_with_one_field() {
    let fields = r#"{"with_fields":{"first_one":1,"in":["alone",{"with_other":{"least":2}}]}}"#;
    let inner = vec![Choice::Alone, Choice::WithOther(Box::new(Narrow { least: Some(2), padding: Ignored }))];
    let expected = Choice::WithFields { first_one: 1, r#in: inner };
    let read = from_slice::<Choice>(fields.as_bytes()).unwrap();
    assert_eq!(read, expected);
    assert_eq!(String::from_utf8(to_vec(&read)).unwrap(), fields);
    for (wrong, problem) in [
        (r#"{"alone":{}}"#, "another form"),
        (r#""with_other""#, "another form"),
        (r#""with_fields""#, "another form"),
        (r#""other""#, "unknown variant `other`, expected one of `alone`, `with_other`, `with_fields`"),
        (r#"{"other":1}"#, "unknown variant `other`"),
        (r#"{"with_other":{},"with_fields":{}}"#, "one field"),
        ("{}", "one field"),
        ("[]", "an object is needed"),
        ("7", "an object is needed"),
    ] {
        assert!(error::<Choice>(wrong).contains(problem), "{wrong}: {}", error::<Choice>(wrong));
    }
}

#[test]
fn objects_have_each_field_once() {
    assert_eq!(from_slice::<Narrow>(b"{}").unwrap().least, None);
    assert_eq!(to_vec(&from_slice::<Narrow>(br#"{"padding":[{}]}"#).unwrap()), b"{}");
    assert!(
        error::<Narrow>(r#"{"most":1}"#).contains("unknown field `most`, expected one of `least`, `padding`")
    );
    assert!(error::<Narrow>(r#"{"least":1,"least":1}"#).contains("duplicate field `least`"));
    assert!(error::<Plain>("{}").contains("missing field `text`"));
    for broken in
        ["{", "{\"least\"}", "{\"least\":}", "{\"least\":1,}", "{\"least\":1", "{}}", "{} x", "{}\0", "null"]
    {
        assert!(from_slice::<Narrow>(broken.as_bytes()).is_err(), "{broken}");
    }
}

#[test]
fn numbers_are_whole_and_fit() {
    assert_eq!(from_slice::<u8>(b"0").unwrap(), 0);
    for wrong in ["256", "-1", "1.0", "1e1", "01", "+1", "\"1\"", "99999999999999999999", "true", ""] {
        assert!(from_slice::<u8>(wrong.as_bytes()).is_err(), "{wrong}");
    }
    for wrong in ["1", "\"\"", "\"-1\"", "\"1.0\"", "\"18446744073709551616\""] {
        assert!(from_slice::<Uint64>(wrong.as_bytes()).is_err(), "{wrong}");
    }
    assert!(from_slice::<bool>(b"1").is_err());
    assert!(from_slice::<[u8; 2]>(b"[1]").is_err() && from_slice::<[u8; 2]>(b"[1,2,3]").is_err());
    for wrong in ["[1,]", "[,1]", "[1 2]", "[1", "1"] {
        assert!(from_slice::<Vec<u8>>(wrong.as_bytes()).is_err(), "{wrong}");
    }
}

/// Deep texts need no stack.
#[test]
fn no_text_is_too_deep() {
    let deep = format!(r#"{{"padding":{}{}}}"#, "[".repeat(1_000_000), "]".repeat(1_000_000));
    assert_eq!(from_slice::<Narrow>(deep.as_bytes()).unwrap().least, None);
    assert!(from_slice::<Choice>("{\"with_other\":".repeat(100_000).as_bytes()).is_err());
}

#[test]
fn a_changed_text_is_another_value_or_an_error_and_never_a_panic() {
    let text = plain().to_string();
    let mut stream = Stream::new(&[5; 32], &[b"json"]);
    for _ in 0..20_000 {
        let mut bytes = text.clone().into_bytes();
        for _ in 0..=stream.below(3) {
            let at = stream.below(bytes.len() as u64) as usize;
            match stream.below(3) {
                0 => bytes[at] = stream.below(256) as u8,
                1 if bytes.len() > 1 => drop(bytes.remove(at)),
                _ => bytes.truncate(at.max(1)),
            }
        }
        let Ok(read) = from_slice::<Plain>(&bytes) else { continue };
        assert_eq!(from_slice::<Plain>(&to_vec(&read)).unwrap(), read);
    }
}
