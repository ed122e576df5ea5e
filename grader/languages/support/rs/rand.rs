//! What HumanEval-X's tests use of rand 0.4, which Debian has not: `thread_rng`, `random`,
//! `gen_range` with two arguments, `gen`.

use std::cell::Cell;
use std::time::{SystemTime, UNIX_EPOCH};

thread_local!(static STATE: Cell<u64> = Cell::new(seed()));

fn seed() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |since| since.as_nanos() as u64 | 1)
}

/// splitmix64
fn next() -> u64 {
    STATE.with(|state| {
        let now = state.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
        state.set(now);
        let mixed = (now ^ (now >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    })
}

#[derive(Clone, Debug)]
pub struct ThreadRng;

pub fn thread_rng() -> ThreadRng {
    ThreadRng
}

pub fn random<T: Rand>() -> T {
    T::rand()
}

pub trait Rand {
    fn rand() -> Self;
}

pub trait Between: PartialOrd + Sized {
    fn between(low: Self, high: Self) -> Self;
}

macro_rules! whole {
    ($($kind:ty)*) => {$(
        impl Rand for $kind {
            fn rand() -> $kind {
                next() as $kind
            }
        }
        impl Between for $kind {
            fn between(low: $kind, high: $kind) -> $kind {
                let width = (high as i128 - low as i128) as u128;
                (low as i128 + (next() as u128 % width) as i128) as $kind
            }
        }
    )*};
}

whole! { i8 i16 i32 i64 isize u8 u16 u32 u64 usize }

macro_rules! fractions {
    ($($kind:ty)*) => {$(
        impl Rand for $kind {
            fn rand() -> $kind {
                (next() >> 11) as $kind / (1u64 << 53) as $kind
            }
        }
        impl Between for $kind {
            fn between(low: $kind, high: $kind) -> $kind {
                low + (high - low) * <$kind>::rand()
            }
        }
    )*};
}

fractions! { f32 f64 }

impl Rand for bool {
    fn rand() -> bool {
        next() & 1 == 1
    }
}

pub trait Rng {
    fn gen<T: Rand>(&mut self) -> T {
        T::rand()
    }

    fn gen_range<T: Between>(&mut self, low: T, high: T) -> T {
        assert!(low < high, "Rng.gen_range called with low >= high");
        T::between(low, high)
    }
}

impl Rng for ThreadRng {}
