//! Other copies of the toolkit in this process: a plugin's own, or a second version. Each has call trees, settings and a
//! report of its own, and none sees what another one records, so figures would be missing without a word.
//!
//! Each copy carries an ELF note: the owner `instrument`, and its version. Notes of all loaded objects can be read at any
//! time, whether their symbols are exported or not, and two of one object don't clash as two symbols would. On systems
//! without such notes each copy thinks that it's alone.

use super::stderr;
use crate::base::inside::Inside;
use std::sync::atomic::{AtomicBool, Ordering};

/// Says once on stderr that there are others, and which, where there are. For the first report: plugins that are loaded
/// later say it themselves.
pub(crate) fn warn_of_others() {
    static ASKED: AtomicBool = AtomicBool::new(false);
    if !ASKED.swap(true, Ordering::Relaxed) {
        let _inside = Inside::enter();
        if let Some(line) = warning(&found()) {
            stderr::warn(&line);
        }
    }
}

/// A copy: its version, and the file that it's in, empty for the program's own.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Copy {
    version: String,
    file: String,
    is_this: bool,
}

fn warning(copies: &[Copy]) -> Option<String> {
    if copies.len() < 2 {
        return None;
    }
    let name = |copy: &Copy| {
        // A static program is told by a name of the kernel's.
        let is_program = ["", "/proc/self/exe"].contains(&&*copy.file);
        let file = if is_program { "the program" } else { &copy.file };
        format!("{} in {file}{}", copy.version, if copy.is_this { " (this one)" } else { "" })
    };
    Some(format!(
        "{} copies of the toolkit are in this process: {}. Each records and reports only what was built with it: for one call \
         tree, let all crates ask for one version (`cargo tree --duplicates` shows who doesn't), and plugins link the program's \
         through a `dylib`",
        copies.len(),
        copies.iter().map(name).collect::<Vec<_>>().join(", ")
    ))
}

#[cfg(not(all(any(target_os = "linux", target_os = "android", target_os = "freebsd"), not(miri))))]
fn found() -> Vec<Copy> {
    Vec::new()
}

#[cfg(all(any(target_os = "linux", target_os = "android", target_os = "freebsd"), not(miri)))]
use elf::found;

#[cfg(all(any(target_os = "linux", target_os = "android", target_os = "freebsd"), not(miri)))]
#[expect(unsafe_code, reason = "notes of other objects are read where they're mapped")]
mod elf {
    use super::Copy;
    use std::ffi::{CStr, c_int, c_void};
    use std::ptr;

    const OWNER: [u8; 12] = *b"instrument\0\0";
    const VERSION: &str = env!("CARGO_PKG_VERSION");

    /// As ELF wants it: sizes, a type, the owner's name and what it says, each padded to four bytes.
    #[repr(C, align(4))]
    struct Note {
        owner_size: u32,
        size: u32,
        kind: u32,
        owner: [u8; OWNER.len()],
        version: [u8; 32],
    }

    #[used]
    #[unsafe(link_section = ".note.instrument")]
    static NOTE: Note = Note {
        // The owner's name counts one zero.
        owner_size: 11,
        size: 32,
        kind: 1,
        owner: OWNER,
        version: {
            let (mut version, text, mut at) = ([0; 32], VERSION.as_bytes(), 0);
            while at < text.len() {
                version[at] = text[at];
                at += 1;
            }
            version
        },
    };

    /// The copies of all objects that are loaded now.
    pub(super) fn found() -> Vec<Copy> {
        let mut copies: Vec<Copy> = Vec::new();
        // SAFETY: the callback has the signature that's asked for, and the list outlives the call.
        unsafe { libc::dl_iterate_phdr(Some(of_object), ptr::from_mut(&mut copies).cast()) };
        copies
    }

    unsafe extern "C" fn of_object(info: *mut libc::dl_phdr_info, _size: usize, copies: *mut c_void) -> c_int {
        // SAFETY: `found` passes its list, and the loader what describes an object that stays mapped during the call.
        let (info, copies) = unsafe { (&*info, &mut *copies.cast::<Vec<Copy>>()) };
        if info.dlpi_phdr.is_null() {
            return 0;
        }
        // SAFETY: the loader's table has so many headers.
        let headers = unsafe { std::slice::from_raw_parts(info.dlpi_phdr, info.dlpi_phnum.into()) };
        for header in headers.iter().filter(|header| header.p_type == libc::PT_NOTE) {
            let start = (info.dlpi_addr as usize).wrapping_add(header.p_vaddr as usize) as *const u8;
            // SAFETY: a note segment is part of what's mapped of the object, readable and never written.
            let notes = unsafe { std::slice::from_raw_parts(start, header.p_memsz as usize) };
            let file = match info.dlpi_name.is_null() {
                true => String::new(),
                // SAFETY: the loader's names end with a zero.
                false => unsafe { CStr::from_ptr(info.dlpi_name) }.to_string_lossy().into_owned(),
            };
            let align = if header.p_align == 8 { 8 } else { 4 };
            for (at, version) in ours(notes, align) {
                // SAFETY: `at` is within the segment.
                let is_this = ptr::eq(unsafe { start.add(at) }, ptr::from_ref(&NOTE).cast());
                copies.push(Copy { version, file: file.clone(), is_this });
            }
        }
        0
    }

    /// Where a segment has notes of ours, and the versions that these tell. Anything may stand there: what ends too early
    /// ends the search.
    pub(super) fn ours(notes: &[u8], align: usize) -> Vec<(usize, String)> {
        let mut found = Vec::new();
        let mut at = 0;
        let word = |at: usize| Some(u32::from_ne_bytes(*notes.get(at..)?.first_chunk()?) as usize);
        while let (Some(owner_size), Some(size)) = (word(at), word(at + 4)) {
            let owner = at + 12;
            let Some(text) = owner.checked_add(owner_size).map(|end| end.next_multiple_of(align)) else { break };
            let Some(end) = text.checked_add(size) else { break };
            let Some(said) = notes.get(text..end) else { break };
            if notes.get(owner..owner + owner_size).is_some_and(|owner| owner == &OWNER[..11]) {
                let version = said.split(|&byte| byte == 0).next().unwrap_or_default();
                found.push((at, String::from_utf8_lossy(version).into_owned()));
            }
            at = end.next_multiple_of(align);
        }
        found
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        fn note(owner: &[u8], said: &[u8]) -> Vec<u8> {
            let mut bytes = Vec::new();
            for word in [owner.len(), said.len(), 1] {
                bytes.extend((word as u32).to_ne_bytes());
            }
            for part in [owner, said] {
                bytes.extend(part);
                bytes.resize(bytes.len().next_multiple_of(4), 0);
            }
            bytes
        }

        #[test]
        fn notes_of_ours_are_found_among_others_and_broken_ones_end_the_search() {
            let all = [note(b"GNU\0", &[1; 20]), note(b"instrument\0", b"9.1.0\0\0"), note(b"instrument\0", b"9.2.0")];
            let found = |bytes: &[u8]| ours(bytes, 4).into_iter().map(|(_, version)| version).collect::<Vec<_>>();
            assert_eq!(found(&all.concat()), ["9.1.0", "9.2.0"]);
            let last = all[2].len();
            for length in 0..all.concat().len() - last {
                assert!(found(&all.concat()[..length]).len() < 2);
            }
            assert_eq!(found(&[0xff; 64]), [""; 0]);
        }

        #[test]
        fn this_copy_finds_itself() {
            let copies = super::found();
            assert_eq!(copies.iter().filter(|copy| copy.is_this).count(), 1, "{copies:?}");
            assert_eq!(copies.iter().find(|copy| copy.is_this).expect("it").version, VERSION);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_more_than_one_copy_is_worth_a_line() {
        let copy = |version: &str, file: &str, is_this| Copy { version: version.into(), file: file.into(), is_this };
        assert_eq!(warning(&[copy("1.0.0", "", true)]), None);
        let line = warning(&[copy("1.0.0", "", true), copy("1.1.0", "/p/libplugin.so", false)]).expect("two");
        let start =
            "2 copies of the toolkit are in this process: 1.0.0 in the program (this one), 1.1.0 in /p/libplugin.so. ";
        assert!(line.starts_with(start), "{line}");
    }
}
