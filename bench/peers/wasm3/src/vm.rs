// SPDX-License-Identifier: Apache-2.0
//! wasm3 through its C interface. The crate's safe layer is not enough: a host function of CosmWasm calls back into
//! the contract (`allocate`), and this version of wasm3 would start that call at the bottom of its stack.

use std::cell::Cell;
use std::ffi::{CStr, CString};
use std::ptr;

use wasm3_sys as ffi;

use crate::host::{link, Bound, Rows};

const STACK_BYTES: u32 = 512 * 1024;
const SLOTS_OF_A_HOST_CALL: usize = 16;
const REGION_BYTES: usize = 12;
/// Ten thousand million wasm gas, as two halves: what a call can be given at most.
const GAS: [u64; 2] = [0x540b_e400, 2];

pub type Failure = String;

/// An instance of a module, with all that it needs.
pub struct Vm {
    environment: ffi::IM3Environment,
    runtime: ffi::IM3Runtime,
    /// wasm3 reads the module's bytes for as long as the runtime lives.
    _wasm: Box<[u8]>,
    /// What host functions are given; its address is fixed.
    host: Box<Host>,
    _imports: Box<[Bound]>,
}

pub struct Host {
    runtime: ffi::IM3Runtime,
    /// Known once the module is linked.
    allocate: Cell<ffi::IM3Function>,
    pub rows: Rows,
}

pub fn check(result: ffi::M3Result) -> Result<(), Failure> {
    if result.is_null() {
        return Ok(());
    }
    // Safe: wasm3's results are constant texts.
    Err(unsafe { CStr::from_ptr(result.cast()) }.to_string_lossy().into_owned())
}

fn find(runtime: ffi::IM3Runtime, name: &str) -> Result<ffi::IM3Function, Failure> {
    let mut function = ptr::null_mut();
    let text = CString::new(name).map_err(|error| error.to_string())?;
    // Safe: the runtime is alive.
    check(unsafe { ffi::m3_FindFunction(&mut function, runtime, text.as_ptr().cast()) })?;
    Ok(function)
}

/// Calls with integers, and answers what the function left as its result, if it has one.
fn call(runtime: ffi::IM3Runtime, function: ffi::IM3Function, arguments: &[u64]) -> Result<u32, Failure> {
    // Safe: the runtime and its function are alive, and wasm3 wants each argument in 64 bits from the stack's start.
    unsafe {
        let stack = (*runtime).stack.cast::<u64>();
        for (i, argument) in arguments.iter().enumerate() {
            *stack.add(i) = *argument;
        }
        let code = (*function).compiled;
        let operation = (*code.cast::<ffi::IM3Operation>()).ok_or("no code")?;
        let result = operation(code.add(1), stack.cast(), (*runtime).memory.mallocated, 0, 0.0);
        check(result.cast())?;
        Ok(*stack.cast::<u32>())
    }
}

impl Host {
    /// Calls `allocate` from inside a host function, above the frames that are in use.
    pub fn pass(&self, frame: *mut u64, bytes: &[u8]) -> Result<u32, Failure> {
        // Safe: the stack is restored before wasm goes on.
        let pointer = unsafe {
            let bottom = (*self.runtime).stack;
            (*self.runtime).stack = frame.add(SLOTS_OF_A_HOST_CALL).cast();
            let pointer = call(self.runtime, self.allocate.get(), &[bytes.len() as u64]);
            (*self.runtime).stack = bottom;
            pointer?
        };
        self.write(pointer, bytes)?;
        Ok(pointer)
    }

    fn memory(&self) -> &mut [u8] {
        let mut length = 0;
        // Safe: one thread, and no slice lives across a call into wasm.
        unsafe {
            let start = ffi::m3_GetMemory(self.runtime, &mut length, 0);
            std::slice::from_raw_parts_mut(start, length as usize)
        }
    }

    pub fn read(&self, pointer: u32) -> Result<Vec<u8>, Failure> {
        let memory = self.memory();
        let (offset, length) = (word(memory, pointer, 0)?, word(memory, pointer, 8)?);
        memory.get(offset..offset + length).map(<[u8]>::to_vec).ok_or_else(|| "region out of memory".into())
    }

    pub fn write(&self, pointer: u32, bytes: &[u8]) -> Result<(), Failure> {
        let memory = self.memory();
        let (offset, capacity) = (word(memory, pointer, 0)?, word(memory, pointer, 4)?);
        if bytes.len() > capacity {
            return Err("region too small".into());
        }
        memory.get_mut(offset..offset + bytes.len()).ok_or("region out of memory")?.copy_from_slice(bytes);
        let length = pointer as usize + REGION_BYTES - 4;
        memory[length..length + 4].copy_from_slice(&(bytes.len() as u32).to_le_bytes());
        Ok(())
    }
}

fn word(memory: &[u8], pointer: u32, at: usize) -> Result<usize, Failure> {
    let from = pointer as usize + at;
    let bytes = memory.get(from..from + 4).ok_or("region out of memory")?;
    Ok(u32::from_le_bytes(bytes.try_into().map_err(|_| "four bytes")?) as usize)
}

impl Vm {
    pub fn create(wasm: &[u8], rows: &Rows) -> Result<Vm, Failure> {
        let wasm: Box<[u8]> = wasm.into();
        // Safe: what is freed is not used again, and `wasm` and `host` live as long as the runtime.
        unsafe {
            let environment = ffi::m3_NewEnvironment();
            let runtime = ffi::m3_NewRuntime(environment, STACK_BYTES, ptr::null_mut());
            let mut module = ptr::null_mut();
            check(ffi::m3_ParseModule(environment, &mut module, wasm.as_ptr(), wasm.len() as u32))?;
            check(ffi::m3_LoadModule(runtime, module))?;
            let host = Box::new(Host { runtime, allocate: Cell::new(ptr::null_mut()), rows: rows.clone() });
            let imports = link(module, ptr::from_ref(&*host))?;
            host.allocate.set(find(runtime, "allocate")?);
            let vm = Vm { environment, runtime, _wasm: wasm, host, _imports: imports };
            vm.refuel()?;
            Ok(vm)
        }
    }

    /// A metered module has `reset`, which sets its gas and its globals.
    fn refuel(&self) -> Result<(), Failure> {
        match find(self.runtime, "reset") {
            Ok(reset) => call(self.runtime, reset, &GAS).map(|_| ()),
            Err(_) => Ok(()),
        }
    }

    /// One entry point with its three texts, as CosmWasm passes them.
    pub fn call(&self, entry: &str, texts: [&[u8]; 3]) -> Result<Vec<u8>, Failure> {
        let mut regions = [0u64; 3];
        for (region, text) in regions.iter_mut().zip(texts) {
            let pointer = call(self.runtime, self.host.allocate.get(), &[text.len() as u64])?;
            self.host.write(pointer, text)?;
            *region = u64::from(pointer);
        }
        let answer = call(self.runtime, find(self.runtime, entry)?, &regions)?;
        // The answer is not given back, as the reference does not: contracts of secret-cosmwasm-std 1.1 trap then.
        self.host.read(answer)
    }
}

impl Drop for Vm {
    fn drop(&mut self) {
        // Safe: both are alive and nothing else holds them.
        unsafe {
            ffi::m3_FreeRuntime(self.runtime);
            ffi::m3_FreeEnvironment(self.environment);
        }
    }
}
