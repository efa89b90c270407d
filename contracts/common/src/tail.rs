//! The memory of a contract: the standard allocator, until the gas has been evened. What follows (the
//! answer becomes JSON) must cost the same whatever happened before, but the standard allocator's work
//! depends on all earlier allocations. From then on memory comes from one buffer in order, and nothing is
//! freed: an instance ends with its call.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::UnsafeCell;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Enough for an answer of 256 bytes, attributes and four messages to tokens. Beyond it the standard
/// allocator goes on.
const SIZE: usize = 64 * 1024;
const ALIGN: usize = 16;
/// The value of `USED` before the tail begins.
const NOT_BEGUN: usize = usize::MAX;

#[repr(align(16))]
struct Buffer(UnsafeCell<[u8; SIZE]>);

// SAFETY: a contract has one thread, and each byte of the buffer is given out once.
unsafe impl Sync for Buffer {}

static BUFFER: Buffer = Buffer(UnsafeCell::new([0; SIZE]));
static USED: AtomicUsize = AtomicUsize::new(NOT_BEGUN);

pub struct Memory;

#[global_allocator]
static MEMORY: Memory = Memory;

/// From now on allocations cost the same whatever happened before.
pub fn begin() {
    if USED.load(Ordering::Relaxed) == NOT_BEGUN {
        USED.store(0, Ordering::Relaxed);
    }
}

// SAFETY: memory comes from the standard allocator, or is a part of the buffer that is given out once. A
// pointer goes back to the standard allocator only before the tail begins, when all pointers are its own.
unsafe impl GlobalAlloc for Memory {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let used = USED.load(Ordering::Relaxed);
        let size = layout.size().div_ceil(ALIGN) * ALIGN;
        if used == NOT_BEGUN || size > SIZE - used || layout.align() > ALIGN {
            return System.alloc(layout);
        }
        USED.store(used + size, Ordering::Relaxed);
        BUFFER.0.get().cast::<u8>().add(used)
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        if USED.load(Ordering::Relaxed) == NOT_BEGUN {
            System.dealloc(pointer, layout);
        }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        if USED.load(Ordering::Relaxed) == NOT_BEGUN {
            return System.realloc(pointer, layout, new_size);
        }
        let new = self.alloc(Layout::from_size_align_unchecked(new_size, layout.align()));
        if !new.is_null() {
            std::ptr::copy_nonoverlapping(pointer, new, layout.size().min(new_size));
        }
        new
    }
}
