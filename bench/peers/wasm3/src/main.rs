// SPDX-License-Identifier: Apache-2.0
//! Runs a contract on wasm3, in two ways: as the reference does (a new environment, parse, load, link, run, free, for
//! each call) and warm (one runtime for all calls, nothing reset), which is the least that wasm3 can take.
//! Arguments: the module, its metered form, the calls (JSON). Prints one line of JSON.

mod host;
mod vm;

use std::time::Instant;
use std::{env, fs};

use serde::{Deserialize, Serialize};

use crate::host::Rows;
use crate::vm::Vm;

#[derive(Deserialize)]
struct Job {
    warmup: usize,
    /// Run first, once, with its rows kept: an instantiation.
    first: Option<Message>,
    calls: Vec<Call>,
}

#[derive(Deserialize)]
struct Message {
    entry: String,
    env: String,
    info: String,
    msg: String,
}

/// Messages are taken in turn, `times` calls in all.
#[derive(Deserialize)]
struct Call {
    name: String,
    times: usize,
    turns: Vec<Message>,
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

struct Mode {
    name: &'static str,
    is_warm: bool,
    is_metered: bool,
}

const MODES: [Mode; 4] = [
    Mode { name: "per call, metered", is_warm: false, is_metered: true },
    Mode { name: "per call, not metered", is_warm: false, is_metered: false },
    Mode { name: "warm, metered", is_warm: true, is_metered: true },
    Mode { name: "warm, not metered", is_warm: true, is_metered: false },
];

fn run(vm: &Vm, message: &Message) -> Vec<u8> {
    let bytes = [&message.env, &message.info, &message.msg].map(|text| text.as_bytes());
    vm.call(&message.entry, bytes).expect("a call that ends")
}

fn measure(wasm: &[u8], job: &Job, mode: &Mode) -> Vec<Measured> {
    let rows = Rows::default();
    let warm = mode.is_warm.then(|| Vm::create(wasm, &rows).expect("an accepted module"));
    let once = |message: &Message| {
        let start = Instant::now();
        let answer = match &warm {
            Some(vm) => run(vm, message),
            None => run(&Vm::create(wasm, &rows).expect("an accepted module"), message),
        };
        (start.elapsed().as_secs_f64() * 1e6, answer)
    };
    if let Some(first) = &job.first {
        once(first);
    }
    let mut out = Vec::new();
    for call in &job.calls {
        let mut times_us = Vec::with_capacity(call.times);
        let mut answer = Vec::new();
        for i in 0..job.warmup + call.times {
            let (took, bytes) = once(&call.turns[i % call.turns.len()]);
            if i >= job.warmup {
                times_us.push(took);
            }
            answer = bytes;
        }
        let answer = String::from_utf8(answer).expect("a JSON answer");
        out.push(Measured { name: call.name.clone(), mode: mode.name, times_us, answer });
    }
    out
}

fn main() {
    let mut arguments = env::args().skip(1);
    let mut file = || fs::read(arguments.next().expect("three files")).expect("a readable file");
    let (wasm, with_gas, job) = (file(), file(), file());
    let job: Job = serde_json::from_slice(&job).expect("calls");
    let results =
        MODES.iter().flat_map(|mode| measure(if mode.is_metered { &with_gas } else { &wasm }, &job, mode)).collect();
    let report = Report { peer: "wasm3 0.4.7 (crate wasm3 0.3.1)", results };
    println!("{}", serde_json::to_string(&report).expect("a report"));
}
