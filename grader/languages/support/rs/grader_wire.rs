//! Both ends of an interview: a checker asks, a candidate serves. Plain values cross, each as its
//! type says; what is read back is of the standard library's types only.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::fs::File;
use std::hash::Hash;
use std::io::{Read, Write};
use std::os::unix::io::FromRawFd;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::rc::Rc;
use std::sync::Mutex;

const MESSAGE_BYTES: usize = 16 << 20;
const LINE_BYTES: usize = 1000;
const CANDIDATE_ERRED: i32 = 97;
const VALUE: u8 = b'v';
const RAISED: u8 = b'r';

static TURN: Mutex<()> = Mutex::new(());

/// What cannot be read: why.
pub type Odd = &'static str;

/// A message that is being read.
pub struct Source<'a> {
    rest: &'a [u8],
    made: usize,
}

impl<'a> Source<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], Odd> {
        if count > self.rest.len() {
            return Err("it ends early");
        }
        let (taken, rest) = self.rest.split_at(count);
        self.rest = rest;
        Ok(taken)
    }

    fn count(&mut self) -> Result<usize, Odd> {
        let bytes = self.take(4)?;
        let count = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize;
        self.made += count; // elements may be of no bytes each
        if self.made > MESSAGE_BYTES {
            return Err("too many elements");
        }
        Ok(count)
    }
}

/// A plain value that crosses.
pub trait Wire {
    fn put(&self, out: &mut Vec<u8>);
}

/// A plain value that can be made anew.
pub trait Made: Sized {
    fn get(from: &mut Source) -> Result<Self, Odd>;
}

fn put_count(count: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(&(count as u32).to_be_bytes());
}

macro_rules! numbers {
    ($($kind:ty as $wide:ty, $bytes:expr;)*) => {$(
        impl Wire for $kind {
            fn put(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(&(*self as $wide).to_be_bytes());
            }
        }
        impl Made for $kind {
            fn get(from: &mut Source) -> Result<Self, Odd> {
                let mut bytes = [0; $bytes];
                bytes.copy_from_slice(from.take($bytes)?);
                Ok(<$wide>::from_be_bytes(bytes) as $kind)
            }
        }
    )*};
}

numbers! {
    i8 as i8, 1; i16 as i16, 2; i32 as i32, 4; i64 as i64, 8; i128 as i128, 16; isize as i64, 8;
    u8 as u8, 1; u16 as u16, 2; u32 as u32, 4; u64 as u64, 8; u128 as u128, 16; usize as u64, 8;
}

impl Wire for f32 {
    fn put(&self, out: &mut Vec<u8>) {
        self.to_bits().put(out);
    }
}

impl Made for f32 {
    fn get(from: &mut Source) -> Result<Self, Odd> {
        u32::get(from).map(f32::from_bits)
    }
}

impl Wire for f64 {
    fn put(&self, out: &mut Vec<u8>) {
        self.to_bits().put(out);
    }
}

impl Made for f64 {
    fn get(from: &mut Source) -> Result<Self, Odd> {
        u64::get(from).map(f64::from_bits)
    }
}

impl Wire for bool {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(*self as u8);
    }
}

impl Made for bool {
    fn get(from: &mut Source) -> Result<Self, Odd> {
        Ok(from.take(1)?[0] != 0)
    }
}

impl Wire for char {
    fn put(&self, out: &mut Vec<u8>) {
        (*self as u32).put(out);
    }
}

impl Made for char {
    fn get(from: &mut Source) -> Result<Self, Odd> {
        std::char::from_u32(u32::get(from)?).ok_or("no such character")
    }
}

impl Wire for str {
    fn put(&self, out: &mut Vec<u8>) {
        put_count(self.len(), out);
        out.extend_from_slice(self.as_bytes());
    }
}

impl Wire for String {
    fn put(&self, out: &mut Vec<u8>) {
        self.as_str().put(out);
    }
}

impl Made for String {
    fn get(from: &mut Source) -> Result<Self, Odd> {
        let count = from.count()?;
        String::from_utf8(from.take(count)?.to_vec()).map_err(|_| "text that is not UTF-8")
    }
}

/// A text that lives as long as the program; programs here are short.
impl Made for &'static str {
    fn get(from: &mut Source) -> Result<Self, Odd> {
        String::get(from).map(|text| &*Box::leak(text.into_boxed_str()))
    }
}

impl<T: Made> Made for &'static [T] {
    fn get(from: &mut Source) -> Result<Self, Odd> {
        Vec::<T>::get(from).map(|all| &*Box::leak(all.into_boxed_slice()))
    }
}

impl<'a, T: Wire + ?Sized> Wire for &'a T {
    fn put(&self, out: &mut Vec<u8>) {
        (**self).put(out);
    }
}

impl<'a, T: Wire + ?Sized> Wire for &'a mut T {
    fn put(&self, out: &mut Vec<u8>) {
        (**self).put(out);
    }
}

macro_rules! pointers {
    ($($pointer:ident)*) => {$(
        impl<T: Wire> Wire for $pointer<T> {
            fn put(&self, out: &mut Vec<u8>) {
                (**self).put(out);
            }
        }
        impl<T: Made> Made for $pointer<T> {
            fn get(from: &mut Source) -> Result<Self, Odd> {
                T::get(from).map($pointer::new)
            }
        }
    )*};
}

pointers! { Box Rc }

impl Wire for () {
    fn put(&self, _: &mut Vec<u8>) {}
}

impl Made for () {
    fn get(_: &mut Source) -> Result<Self, Odd> {
        Ok(())
    }
}

impl<T: Wire> Wire for [T] {
    fn put(&self, out: &mut Vec<u8>) {
        put_count(self.len(), out);
        for each in self {
            each.put(out);
        }
    }
}

impl<T: Wire, const N: usize> Wire for [T; N] {
    fn put(&self, out: &mut Vec<u8>) {
        self[..].put(out);
    }
}

impl<T: Made, const N: usize> Made for [T; N] {
    fn get(from: &mut Source) -> Result<Self, Odd> {
        Vec::<T>::get(from)?.try_into().map_err(|_| "an array of another length")
    }
}

macro_rules! collections {
    ($($name:ident where $($bound:ident)*;)*) => {$(
        impl<T: Wire> Wire for $name<T> {
            fn put(&self, out: &mut Vec<u8>) {
                put_count(self.len(), out);
                for each in self {
                    each.put(out);
                }
            }
        }
        impl<T: Made $(+ $bound)*> Made for $name<T> {
            fn get(from: &mut Source) -> Result<Self, Odd> {
                let count = from.count()?;
                (0..count).map(|_| T::get(from)).collect()
            }
        }
    )*};
}

collections! { Vec where; VecDeque where; HashSet where Hash Eq; BTreeSet where Ord; }

macro_rules! maps {
    ($($name:ident where $($bound:ident)*;)*) => {$(
        impl<K: Wire, V: Wire> Wire for $name<K, V> {
            fn put(&self, out: &mut Vec<u8>) {
                put_count(self.len(), out);
                for (key, value) in self {
                    key.put(out);
                    value.put(out);
                }
            }
        }
        impl<K: Made $(+ $bound)*, V: Made> Made for $name<K, V> {
            fn get(from: &mut Source) -> Result<Self, Odd> {
                let count = from.count()?;
                (0..count).map(|_| Ok((K::get(from)?, V::get(from)?))).collect()
            }
        }
    )*};
}

maps! { HashMap where Hash Eq; BTreeMap where Ord; }

impl<T: Wire> Wire for Option<T> {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(self.is_some() as u8);
        if let Some(inner) = self {
            inner.put(out);
        }
    }
}

impl<T: Made> Made for Option<T> {
    fn get(from: &mut Source) -> Result<Self, Odd> {
        Ok(if bool::get(from)? { Some(T::get(from)?) } else { None })
    }
}

impl<T: Wire, E: Wire> Wire for Result<T, E> {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(self.is_ok() as u8);
        match self {
            Ok(inner) => inner.put(out),
            Err(inner) => inner.put(out),
        }
    }
}

impl<T: Made, E: Made> Made for Result<T, E> {
    fn get(from: &mut Source) -> Result<Self, Odd> {
        Ok(if bool::get(from)? { Ok(T::get(from)?) } else { Err(E::get(from)?) })
    }
}

macro_rules! tuples {
    ($(($($name:ident $place:tt),*))*) => {$(
        impl<$($name: Wire),*> Wire for ($($name,)*) {
            fn put(&self, out: &mut Vec<u8>) {
                $(self.$place.put(out);)*
            }
        }
        impl<$($name: Made),*> Made for ($($name,)*) {
            fn get(from: &mut Source) -> Result<Self, Odd> {
                Ok(($($name::get(from)?,)*))
            }
        }
    )*};
}

tuples! {
    (A 0) (A 0, B 1) (A 0, B 1, C 2) (A 0, B 1, C 2, D 3) (A 0, B 1, C 2, D 3, E 4)
    (A 0, B 1, C 2, D 3, E 4, F 5) (A 0, B 1, C 2, D 3, E 4, F 5, G 6)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7)
}

macro_rules! anything {
    ($($letter:expr, $kind:ty;)*) => {
        /// A value of any plain type, told by its letter.
        impl Wire for dyn Any {
            fn put(&self, out: &mut Vec<u8>) {
                $(if let Some(inner) = self.downcast_ref::<$kind>() {
                    out.push($letter);
                    return inner.put(out);
                })*
                panic!("a value behind `dyn Any` cannot cross; plain values can");
            }
        }
        impl Made for Box<dyn Any> {
            fn get(from: &mut Source) -> Result<Self, Odd> {
                match from.take(1)?[0] {
                    $($letter => <$kind>::get(from).map(|inner| Box::new(inner) as Box<dyn Any>),)*
                    _ => Err("a value of no plain type"),
                }
            }
        }
    };
}

anything! {
    1, i32; 2, f64; 3, String; 4, &'static str; 5, char; 6, bool; 7, i64; 8, isize; 9, usize; 10, u32;
    11, u64; 12, u8; 13, f32; 14, (); 15, Vec<i32>; 16, Vec<String>; 17, Vec<f64>; 18, Vec<isize>;
    19, Vec<Box<dyn Any>>;
}

impl Wire for Box<dyn Any> {
    fn put(&self, out: &mut Vec<u8>) {
        (**self).put(out);
    }
}

/// The candidate's answer to a call; where it has none this process ends.
pub fn ask<R: Made>(name: &str, arguments: &[&dyn Fn(&mut Vec<u8>)]) -> R {
    let _turn = TURN.lock();
    let mut message = Vec::new();
    name.put(&mut message);
    for put in arguments {
        put(&mut message);
    }
    let _ = send(&message); // where the candidate has left, there is no answer either
    let payload = match receive() {
        Ok(Some(payload)) => payload,
        Ok(None) => leave("the candidate left"),
        Err(why) => leave(&why),
    };
    let mut from = Source { rest: &payload, made: 0 };
    if u8::get(&mut from) != Ok(VALUE) {
        leave(&String::get(&mut from).unwrap_or_else(|odd| odd.to_string()));
    }
    match R::get(&mut from) {
        Ok(value) if from.rest.is_empty() => value,
        Ok(_) => leave("the candidate's answer has bytes too many"),
        Err(odd) => leave(&format!("the candidate's answer cannot be read: {}", odd)),
    }
}

/// Answer calls until nobody asks any more; never returns.
pub fn serve(call: &dyn Fn(&str, &mut Source, &mut Vec<u8>) -> Result<(), Odd>) -> ! {
    while let Ok(Some(asked)) = receive() {
        let mut from = Source { rest: &asked, made: 0 };
        let mut answer = vec![VALUE];
        let called = catch_unwind(AssertUnwindSafe(|| {
            let name = String::get(&mut from)?;
            call(&name, &mut from, &mut answer)
        }));
        let problem = match called {
            Ok(Ok(())) if answer.len() > MESSAGE_BYTES => "an answer of 16 MiB or more".to_string(),
            Ok(Ok(())) => String::new(),
            Ok(Err(odd)) => odd.to_string(),
            Err(panic) => said(&*panic),
        };
        if !problem.is_empty() {
            answer = vec![RAISED];
            one_line(&problem).put(&mut answer);
        }
        if send(&answer).is_err() {
            std::process::exit(1);
        }
    }
    std::process::exit(0)
}

fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| text.to_string());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    format!("panicked: {}", text.unwrap_or_default())
}

fn one_line(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(LINE_BYTES).collect()
}

fn leave(why: &str) -> ! {
    let _ = writeln!(std::io::stderr(), "{}", one_line(why)); // `eprintln!` is caught by tests
    std::process::exit(CANDIDATE_ERRED)
}

fn descriptor(number: i32) -> std::mem::ManuallyDrop<File> {
    std::mem::ManuallyDrop::new(unsafe { File::from_raw_fd(number) })
}

fn send(payload: &[u8]) -> std::io::Result<()> {
    let mut message = Vec::with_capacity(4 + payload.len());
    put_count(payload.len(), &mut message);
    message.extend_from_slice(payload);
    descriptor(4).write_all(&message)
}

/// The next message; nothing where the other end has left between two.
fn receive() -> Result<Option<Vec<u8>>, String> {
    let mut asks = descriptor(3);
    let mut head = [0; 4];
    let mut have = 0;
    while have < 4 {
        match asks.read(&mut head[have..]) {
            Ok(0) if have == 0 => return Ok(None),
            Ok(0) => return Err("the candidate's answer ends early".to_string()),
            Ok(more) => have += more,
            Err(error) => return Err(error.to_string()),
        }
    }
    let length = u32::from_be_bytes(head) as usize;
    if length > MESSAGE_BYTES {
        return Err(format!("an answer of {} bytes", length));
    }
    let mut payload = vec![0; length];
    match asks.read_exact(&mut payload) {
        Ok(()) => Ok(Some(payload)),
        Err(_) => Err("the candidate's answer ends early".to_string()),
    }
}
