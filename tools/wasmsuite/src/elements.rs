// SPDX-License-Identifier: Apache-2.0
//! Writes element segments in the form of WebAssembly 1.0: the encoder picks a later form for tables with inline elements.

use wasm_encoder as enc;
use wasmparser::{ElementItems, ElementKind, Operator, Parser, Payload};

/// The same module with plain active segments, or the bytes as they are where a segment has no such form.
pub fn plain(bytes: Vec<u8>) -> Vec<u8> {
    rewrite(&bytes).unwrap_or(bytes)
}

fn rewrite(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = enc::Module::new();
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.ok()? {
            Payload::ElementSection(reader) => {
                let mut section = enc::ElementSection::new();
                for element in reader {
                    let element = element.ok()?;
                    let ElementKind::Active { table_index: None | Some(0), offset_expr } = element.kind else { return None };
                    let functions = functions(element.items)?;
                    let offset = bytes_of(&offset_expr)?;
                    section.active(None, &enc::ConstExpr::raw(offset), enc::Elements::Functions(functions.into()));
                }
                out.section(&section);
            }
            other => {
                if let Some((id, range)) = other.as_section() {
                    out.section(&enc::RawSection { id, data: &bytes[range.start as usize..range.end as usize] });
                }
            }
        }
    }
    Some(out.finish())
}

/// An expression without its end.
fn bytes_of(e: &wasmparser::ConstExpr) -> Option<Vec<u8>> {
    let mut reader = e.get_binary_reader();
    let all = reader.read_bytes(reader.bytes_remaining()).ok()?;
    Some(all.strip_suffix(&[0x0b])?.to_vec())
}

fn functions(items: ElementItems) -> Option<Vec<u32>> {
    match items {
        ElementItems::Functions(f) => f.into_iter().collect::<Result<_, _>>().ok(),
        ElementItems::Expressions(_, f) => f
            .into_iter()
            .map(|e| match e.ok()?.get_operators_reader().into_iter().next()?.ok()? {
                Operator::RefFunc { function_index } => Some(function_index),
                _ => None,
            })
            .collect(),
    }
}
