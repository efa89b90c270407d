// SPDX-License-Identifier: Apache-2.0
//! Runs a contract as a CosmWasm chain does: `cosmwasm-vm` with its cache, the contract pinned, an instance per call.
//! Arguments: the module, the calls (JSON). Prints one line of JSON.

use std::time::Instant;
use std::{env, fs};

use cosmwasm_vm::testing::{mock_backend, MockApi, MockQuerier, MockStorage};
use cosmwasm_vm::{call_execute_raw, capabilities_from_csv, Cache, CacheOptions, InstanceOptions, Size};
use serde::{Deserialize, Serialize};

// wasmer-vm 5 names a symbol that the compiler's own library no longer has. Only its optimising compilers make calls
// to it; singlepass, which cosmwasm-vm uses, does not. It touches every page of a frame of `rax` bytes.
#[cfg(target_arch = "x86_64")]
std::arch::global_asm!(
    ".weak __rust_probestack",
    "__rust_probestack:",
    "push r10",
    "mov r11, rax",
    "lea r10, [rsp + 16]",
    "2: cmp r11, 4096",
    "jbe 3f",
    "sub r10, 4096",
    "test [r10], r10",
    "sub r11, 4096",
    "jmp 2b",
    "3: sub r10, r11",
    "test [r10], r10",
    "pop r10",
    "ret",
);

/// Far above what any call needs: the meter must run, not stop.
const GAS_LIMIT: u64 = 1 << 50;

#[derive(Deserialize)]
struct Job {
    warmup: usize,
    calls: Vec<Call>,
}

/// Messages are taken in turn, `times` calls in all.
#[derive(Deserialize)]
struct Call {
    name: String,
    times: usize,
    turns: Vec<Message>,
}

#[derive(Deserialize)]
struct Message {
    env: String,
    info: String,
    msg: String,
}

#[derive(Serialize)]
struct Report {
    peer: &'static str,
    results: Vec<Measured>,
}

#[derive(Serialize)]
struct Measured {
    name: String,
    mode: &'static str,
    times_us: Vec<f64>,
    answer: String,
}

fn main() {
    let mut arguments = env::args().skip(1);
    let wasm = fs::read(arguments.next().expect("the module")).expect("readable module");
    let job = fs::read(arguments.next().expect("the calls")).expect("readable calls");
    let job: Job = serde_json::from_slice(&job).expect("calls");

    let folder = env::temp_dir().join(format!("peer-cosmwasm-vm-{}", std::process::id()));
    let options = CacheOptions::new(&folder, capabilities_from_csv("iterator"), Size::mebi(100), Size::mebi(32));
    // Safe as the cache asks for it: no one else uses the new folder.
    let cache: Cache<MockApi, MockStorage, MockQuerier> = unsafe { Cache::new(options) }.expect("a cache");
    let checksum = cache.store_code(&wasm, true, true).expect("an accepted contract");
    cache.pin(&checksum).expect("a pinned contract");

    let run = |call: &Message| {
        let start = Instant::now();
        let backend = mock_backend(&[]);
        let options = InstanceOptions { gas_limit: GAS_LIMIT };
        let mut instance = cache.get_instance(&checksum, backend, options).expect("an instance");
        let (env, info, msg) = (call.env.as_bytes(), call.info.as_bytes(), call.msg.as_bytes());
        let answer = call_execute_raw(&mut instance, env, info, msg).expect("a call that ends");
        drop(instance.recycle());
        (start.elapsed().as_secs_f64() * 1e6, answer)
    };
    let mut results = Vec::new();
    for call in &job.calls {
        let mut times_us = Vec::with_capacity(call.times);
        let mut answer = Vec::new();
        for i in 0..job.warmup + call.times {
            let (took, bytes) = run(&call.turns[i % call.turns.len()]);
            if i >= job.warmup {
                times_us.push(took);
            }
            answer = bytes;
        }
        results.push(Measured {
            name: call.name.clone(),
            mode: "instance per call, metered",
            times_us,
            answer: String::from_utf8(answer).expect("a JSON answer"),
        });
    }
    let report = Report { peer: "cosmwasm-vm 3.0.0", results };
    println!("{}", serde_json::to_string(&report).expect("a report"));
    let _ = fs::remove_dir_all(&folder);
}
