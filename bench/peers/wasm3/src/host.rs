// SPDX-License-Identifier: Apache-2.0
//! The host functions that a contract of the CosmWasm 1 dialect imports. Those that a transfer never calls trap.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::{c_void, CStr};
use std::ptr;
use std::rc::Rc;

use bech32::{Bech32, Hrp};
use wasm3_sys as ffi;

use crate::vm::{check, Failure, Host};

/// The plain backend.
pub type Rows = Rc<RefCell<HashMap<Vec<u8>, Vec<u8>>>>;

const HRP: &str = "secret";

fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let (hrp, data) = bech32::decode(std::str::from_utf8(text).ok()?).ok()?;
    (hrp.as_str() == HRP).then_some(data)
}

fn encode(address: &[u8]) -> Option<String> {
    bech32::encode::<Bech32>(Hrp::parse(HRP).ok()?, address).ok()
}

/// The arguments of a host function, and the place of its result: the same slots.
struct Frame(*mut u64);

impl Frame {
    fn argument(&self, index: usize) -> u32 {
        // Safe: the linker has checked how many arguments there are; an i32 fills the low half of its slot.
        unsafe { *self.0.add(index).cast::<u32>() }
    }

    fn answer(&self, value: u32) {
        // Safe: as above. An i64 result reads all of it.
        unsafe { *self.0 = u64::from(value) }
    }
}

type Import = fn(&Host, &Frame) -> Result<(), Failure>;

/// What wasm3 calls for every import; the cookie names the one that is meant.
unsafe extern "C" fn enter(_: ffi::IM3Runtime, stack: *mut u64, _: *mut c_void, cookie: *mut c_void) -> *const c_void {
    let bound = &*cookie.cast::<Bound>();
    match (bound.import)(&*bound.host, &Frame(stack)) {
        Ok(()) => ptr::null(),
        Err(_) => ffi::m3Err_trapAbort.cast(),
    }
}

/// An import and whose it is.
pub struct Bound {
    host: *const Host,
    import: Import,
}

const IMPORTS: [(&CStr, &CStr, Import); 16] = [
    (c"db_read", c"i(i)", db_read),
    (c"db_write", c"v(ii)", db_write),
    (c"db_remove", c"v(i)", db_remove),
    (c"addr_validate", c"i(i)", addr_validate),
    (c"addr_canonicalize", c"i(ii)", addr_canonicalize),
    (c"addr_humanize", c"i(ii)", addr_humanize),
    (c"debug", c"v(i)", |_, _| Ok(())),
    (c"check_gas", c"I()", answer_zero),
    (c"gas_evaporate", c"i(i)", answer_zero),
    (c"query_chain", c"i(i)", refuse),
    (c"secp256k1_verify", c"i(iii)", refuse),
    (c"secp256k1_recover_pubkey", c"I(iii)", refuse),
    (c"secp256k1_sign", c"I(ii)", refuse),
    (c"ed25519_verify", c"i(iii)", refuse),
    (c"ed25519_batch_verify", c"i(iii)", refuse),
    (c"ed25519_sign", c"I(ii)", refuse),
];

/// Links what the module imports. What it answers must live as long as the runtime.
pub fn link(module: ffi::IM3Module, host: *const Host) -> Result<Box<[Bound]>, Failure> {
    let bound: Box<[Bound]> = IMPORTS.iter().map(|(_, _, import)| Bound { host, import: *import }).collect();
    for ((name, signature, _), entry) in IMPORTS.iter().zip(bound.iter()) {
        let cookie = ptr::from_ref(entry).cast_mut().cast::<c_void>();
        // Safe: all texts are constant, the cookie is kept by the caller.
        unsafe {
            let texts = [c"env", *name, *signature].map(|text| text.as_ptr().cast());
            let result = ffi::m3_LinkRawFunctionEx(module, texts[0], texts[1], texts[2], Some(enter), cookie);
            // An import that the module does not have is no mistake.
            if result != ffi::m3Err_functionLookupFailed {
                check(result)?;
            }
        }
    }
    Ok(bound)
}

fn answer_zero(_: &Host, frame: &Frame) -> Result<(), Failure> {
    frame.answer(0);
    Ok(())
}

fn refuse(_: &Host, _: &Frame) -> Result<(), Failure> {
    Err("not part of this benchmark".into())
}

fn db_read(host: &Host, frame: &Frame) -> Result<(), Failure> {
    let key = host.read(frame.argument(0))?;
    match host.rows.borrow().get(&key) {
        None => frame.answer(0),
        Some(value) => frame.answer(host.pass(frame.0, value)?),
    }
    Ok(())
}

fn db_write(host: &Host, frame: &Frame) -> Result<(), Failure> {
    let (key, value) = (host.read(frame.argument(0))?, host.read(frame.argument(1))?);
    host.rows.borrow_mut().insert(key, value);
    Ok(())
}

fn db_remove(host: &Host, frame: &Frame) -> Result<(), Failure> {
    host.rows.borrow_mut().remove(&host.read(frame.argument(0))?);
    Ok(())
}

fn addr_validate(host: &Host, frame: &Frame) -> Result<(), Failure> {
    let address = decode(&host.read(frame.argument(0))?).ok_or("not an address")?;
    frame.answer(u32::from(address.len() != 20));
    Ok(())
}

fn addr_canonicalize(host: &Host, frame: &Frame) -> Result<(), Failure> {
    let address = decode(&host.read(frame.argument(0))?).ok_or("not an address")?;
    host.write(frame.argument(1), &address)?;
    answer_zero(host, frame)
}

fn addr_humanize(host: &Host, frame: &Frame) -> Result<(), Failure> {
    let text = encode(&host.read(frame.argument(0))?).ok_or("not an address")?;
    host.write(frame.argument(1), text.as_bytes())?;
    answer_zero(host, frame)
}
