// SPDX-License-Identifier: Apache-2.0
//! Cuts floats out of a valid module without touching what the other functions do.

use std::collections::HashSet;
use wasm_encoder as enc;
use wasmparser::{
    BlockType, ConstExpr, ElementItems, ExternalKind, FuncType, FunctionBody, Operator, Parser, Payload, TypeRef, ValType,
};

pub struct Stripped {
    pub bytes: Vec<u8>,
    /// Exports whose functions or globals are gone.
    pub cut: HashSet<String>,
}

struct Defined<'a> {
    body: FunctionBody<'a>,
    type_index: u32,
}

#[derive(Default)]
struct Module<'a> {
    types: Vec<FuncType>,
    /// Type of every function, imported ones first.
    functions: Vec<u32>,
    imported: usize,
    defined: Vec<Defined<'a>>,
    globals: Vec<wasmparser::Global<'a>>,
    exports: Vec<(String, ExternalKind, u32)>,
    elements: Vec<u32>,
}

fn is_float(t: ValType) -> bool {
    matches!(t, ValType::F32 | ValType::F64)
}

fn has_float(t: &FuncType) -> bool {
    t.params().iter().chain(t.results()).any(|t| is_float(*t))
}

fn float_operator(op: &Operator) -> bool {
    let name = format!("{op:?}");
    let name = name.split([' ', '{']).next().unwrap_or("");
    name.contains("F32") || name.contains("F64")
}

fn parse(bytes: &[u8]) -> Option<Module<'_>> {
    let mut m = Module::default();
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.ok()? {
            Payload::TypeSection(r) => {
                for t in r.into_iter_err_on_gc_types() {
                    m.types.push(t.ok()?);
                }
            }
            Payload::ImportSection(r) => {
                for i in r.into_imports() {
                    if let TypeRef::Func(t) = i.ok()?.ty {
                        m.functions.push(t);
                        m.imported += 1;
                    }
                }
            }
            Payload::FunctionSection(r) => {
                for t in r {
                    m.functions.push(t.ok()?);
                }
            }
            Payload::GlobalSection(r) => {
                for g in r {
                    m.globals.push(g.ok()?);
                }
            }
            Payload::ExportSection(r) => {
                for e in r {
                    let e = e.ok()?;
                    m.exports.push((e.name.to_string(), e.kind, e.index));
                }
            }
            Payload::ElementSection(r) => {
                for e in r {
                    if let ElementItems::Functions(f) = e.ok()?.items {
                        for i in f {
                            m.elements.push(i.ok()?);
                        }
                    }
                }
            }
            Payload::CodeSectionEntry(body) => {
                let type_index = m.functions[m.imported + m.defined.len()];
                m.defined.push(Defined { body, type_index });
            }
            _ => {}
        }
    }
    Some(m)
}

/// Whether a body itself names a float.
fn names_float(m: &Module, f: &Defined, imported_globals: usize) -> Option<bool> {
    if has_float(m.types.get(f.type_index as usize)?) {
        return Some(true);
    }
    for local in f.body.get_locals_reader().ok()? {
        if is_float(local.ok()?.1) {
            return Some(true);
        }
    }
    for op in f.body.get_operators_reader().ok()? {
        let op = op.ok()?;
        let found = match op {
            Operator::Block { blockty } | Operator::Loop { blockty } | Operator::If { blockty } => match blockty {
                BlockType::Type(t) => is_float(t),
                _ => false,
            },
            Operator::GlobalGet { global_index } | Operator::GlobalSet { global_index } => (global_index as usize)
                .checked_sub(imported_globals)
                .and_then(|i| m.globals.get(i))
                .is_some_and(|g| is_float(g.ty.content_type)),
            Operator::CallIndirect { type_index, .. } => has_float(m.types.get(type_index as usize)?),
            ref other => float_operator(other),
        };
        if found {
            return Some(true);
        }
    }
    Some(false)
}

fn find_cut(m: &Module, imported_globals: usize) -> Option<HashSet<u32>> {
    let mut cut = HashSet::new();
    for (i, t) in m.functions[..m.imported].iter().enumerate() {
        if has_float(m.types.get(*t as usize)?) {
            cut.insert(i as u32);
        }
    }
    for (i, f) in m.defined.iter().enumerate() {
        if names_float(m, f, imported_globals)? {
            cut.insert((m.imported + i) as u32);
        }
    }
    // Callers of what is cut would trap where they must not, so they go too.
    loop {
        let before = cut.len();
        let reachable: HashSet<u32> = m.elements.iter().filter(|i| cut.contains(i)).map(|i| m.functions[*i as usize]).collect();
        for (i, f) in m.defined.iter().enumerate() {
            for op in f.body.get_operators_reader().ok()? {
                let calls = match op.ok()? {
                    Operator::Call { function_index } => cut.contains(&function_index),
                    Operator::CallIndirect { type_index, .. } => {
                        reachable.iter().any(|t| m.types[*t as usize] == m.types[type_index as usize])
                    }
                    _ => false,
                };
                if calls {
                    cut.insert((m.imported + i) as u32);
                }
            }
        }
        if cut.len() == before {
            return Some(cut);
        }
    }
}

/// The module without floats, or nothing where that cannot be done. A module without floats comes back as it is.
pub fn strip(bytes: &[u8]) -> Option<Stripped> {
    let m = parse(bytes)?;
    let mut imported_globals = 0;
    for payload in Parser::new(0).parse_all(bytes) {
        if let Payload::ImportSection(r) = payload.ok()? {
            imported_globals += r.into_imports().filter(|i| matches!(i, Ok(i) if matches!(i.ty, TypeRef::Global(_)))).count();
        }
    }
    let cut = find_cut(&m, imported_globals)?;
    let float_global = |i: usize| m.globals.get(i).is_some_and(|g| is_float(g.ty.content_type));
    let float_type = m.types.iter().any(has_float);
    if cut.is_empty() && !float_type && !(0..m.globals.len()).any(float_global) {
        return Some(Stripped { bytes: bytes.to_vec(), cut: HashSet::new() });
    }
    let names = m
        .exports
        .iter()
        .filter(|(_, kind, index)| match kind {
            ExternalKind::Func => cut.contains(index),
            ExternalKind::Global => (*index as usize).checked_sub(imported_globals).is_some_and(float_global),
            _ => false,
        })
        .map(|(name, ..)| name.clone())
        .collect();
    Some(Stripped { bytes: rewrite(bytes, &m, &cut)?, cut: names })
}

fn rewrite(bytes: &[u8], m: &Module, cut: &HashSet<u32>) -> Option<Vec<u8>> {
    let mut out = enc::Module::new();
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.ok()? {
            Payload::TypeSection(_) => {
                out.section(&types(m));
            }
            Payload::GlobalSection(_) => {
                out.section(&globals(m)?);
            }
            Payload::CodeSectionStart { .. } => {
                out.section(&code(bytes, m, cut));
            }
            Payload::CustomSection(_) => {}
            other => {
                if let Some((id, range)) = other.as_section() {
                    out.section(&enc::RawSection { id, data: &bytes[range.start as usize..range.end as usize] });
                }
            }
        }
    }
    Some(out.finish())
}

fn types(m: &Module) -> enc::TypeSection {
    let mut section = enc::TypeSection::new();
    let value = |t: &ValType| if *t == ValType::I32 { enc::ValType::I32 } else { enc::ValType::I64 };
    for t in &m.types {
        if has_float(t) {
            // A type of its own kind, so that no indirect call fits it.
            section.ty().function([enc::ValType::I64; 11], []);
        } else {
            section.ty().function(t.params().iter().map(value), t.results().iter().map(value));
        }
    }
    section
}

fn globals(m: &Module) -> Option<enc::GlobalSection> {
    let mut section = enc::GlobalSection::new();
    for g in &m.globals {
        let float = is_float(g.ty.content_type);
        let val_type = if g.ty.content_type == ValType::I64 { enc::ValType::I64 } else { enc::ValType::I32 };
        let ty = enc::GlobalType { val_type, mutable: g.ty.mutable, shared: false };
        let init = if float { enc::ConstExpr::i32_const(0) } else { constant(&g.init_expr)? };
        section.global(ty, &init);
    }
    Some(section)
}

fn constant(e: &ConstExpr) -> Option<enc::ConstExpr> {
    match e.get_operators_reader().into_iter().next()?.ok()? {
        Operator::I32Const { value } => Some(enc::ConstExpr::i32_const(value)),
        Operator::I64Const { value } => Some(enc::ConstExpr::i64_const(value)),
        Operator::GlobalGet { global_index } => Some(enc::ConstExpr::global_get(global_index)),
        _ => None,
    }
}

fn code(bytes: &[u8], m: &Module, cut: &HashSet<u32>) -> enc::CodeSection {
    let mut section = enc::CodeSection::new();
    for (i, f) in m.defined.iter().enumerate() {
        if cut.contains(&((m.imported + i) as u32)) {
            section.raw(&[0, 0x00, 0x0b]);
        } else {
            let range = f.body.range();
            section.raw(&bytes[range.start as usize..range.end as usize]);
        }
    }
    section
}
