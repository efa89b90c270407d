//! A contract for benchmarks: hashes its own digest over and over. It speaks the CosmWasm 1 interface and imports
//! nothing, so that every engine runs the same bytes on the same message, and no host function is part of the time.

use sha2::{Digest, Sha256};

/// What the interface passes instead of bytes.
#[repr(C)]
pub struct Region {
    offset: u32,
    capacity: u32,
    length: u32,
}

fn release(bytes: Vec<u8>) -> *mut Region {
    let region =
        Region { offset: bytes.as_ptr() as u32, capacity: bytes.capacity() as u32, length: bytes.len() as u32 };
    std::mem::forget(bytes);
    Box::into_raw(Box::new(region))
}

unsafe fn consume(region: *mut Region) -> Vec<u8> {
    let region = Box::from_raw(region);
    Vec::from_raw_parts(region.offset as *mut u8, region.length as usize, region.capacity as usize)
}

#[no_mangle]
extern "C" fn interface_version_8() {}

#[no_mangle]
extern "C" fn allocate(size: u32) -> *mut Region {
    release(Vec::with_capacity(size as usize))
}

#[no_mangle]
extern "C" fn deallocate(region: *mut Region) {
    drop(unsafe { consume(region) });
}

#[no_mangle]
extern "C" fn instantiate(env: *mut Region, info: *mut Region, msg: *mut Region) -> *mut Region {
    execute(env, info, msg)
}

/// The message is `{"hash":N}`; the answer carries the digest after N rounds, so that no engine can skip the work.
#[no_mangle]
extern "C" fn execute(env: *mut Region, info: *mut Region, msg: *mut Region) -> *mut Region {
    let (env, info, msg) = unsafe { (consume(env), consume(info), consume(msg)) };
    drop((env, info));
    let rounds = msg
        .iter()
        .filter(|byte| byte.is_ascii_digit())
        .fold(0u32, |sum, byte| sum.wrapping_mul(10).wrapping_add(u32::from(byte - b'0')));
    let mut digest: [u8; 32] = Sha256::digest(&msg).into();
    for _ in 0..rounds {
        digest = Sha256::digest(digest).into();
    }
    let mut answer =
        br#"{"ok":{"messages":[],"data":null,"events":[],"attributes":[{"key":"digest","value":""#.to_vec();
    for byte in digest {
        answer.push(b"0123456789abcdef"[usize::from(byte >> 4)]);
        answer.push(b"0123456789abcdef"[usize::from(byte & 15)]);
    }
    answer.extend_from_slice(br#""}]}}"#);
    release(answer)
}

#[no_mangle]
extern "C" fn query(env: *mut Region, msg: *mut Region) -> *mut Region {
    execute(env, release(Vec::new()), msg)
}
