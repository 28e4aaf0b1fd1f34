//! Other copies of the toolkit in this process: a plugin's own, or a second version. Each has call trees, settings and a
//! report of its own, and none sees what another one records, so figures would be missing without a word.
//!
//! Each copy carries an ELF note: the owner `instrument`, and its version. Notes of all loaded objects can be read at any
//! time, whether their symbols are exported or not, and two of one object don't clash as two symbols would. On systems
//! other than Linux each copy thinks that it's alone.

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

#[cfg(not(all(any(target_os = "linux", target_os = "android"), not(miri))))]
fn found() -> Vec<Copy> {
    Vec::new()
}

#[cfg(all(any(target_os = "linux", target_os = "android"), not(miri)))]
use elf::found;

#[cfg(all(any(target_os = "linux", target_os = "android"), not(miri)))]
#[expect(unsafe_code, reason = "notes of other objects are read where they're mapped")]
mod elf {
    use super::Copy;
    use std::ffi::{CStr, c_int, c_void};
    use std::fs::File;
    use std::os::unix::fs::FileExt;
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
        let mut segments: Vec<Segment> = Vec::new();
        // SAFETY: the callback has the signature that's asked for, and the list outlives the call.
        unsafe { libc::dl_iterate_phdr(Some(of_object), ptr::from_mut(&mut segments).cast()) };
        // Read by the kernel: under a sanitizer, what's between two notes mustn't be touched.
        let Ok(memory) = File::open("/proc/self/mem") else { return Vec::new() };
        let of_segment = |Segment { address, size, file }: Segment| {
            let mut notes = vec![0; size.min(LARGEST)];
            let read = memory.read_exact_at(&mut notes, address as u64);
            let ours = if read.is_ok() { ours(&notes) } else { Vec::new() };
            ours.into_iter().map(move |(at, version)| {
                let is_this = address + at == ptr::from_ref(&NOTE).addr();
                Copy { version, file: file.clone(), is_this }
            })
        };
        segments.into_iter().flat_map(of_segment).collect()
    }

    /// Notes are few and short.
    const LARGEST: usize = 1 << 16;

    /// Notes of an object.
    struct Segment {
        address: usize,
        size: usize,
        file: String,
    }

    unsafe extern "C" fn of_object(info: *mut libc::dl_phdr_info, _size: usize, segments: *mut c_void) -> c_int {
        // SAFETY: `found` passes its list, and the loader what describes an object that stays mapped during the call.
        let (info, segments) = unsafe { (&*info, &mut *segments.cast::<Vec<Segment>>()) };
        if info.dlpi_phdr.is_null() {
            return 0;
        }
        // SAFETY: the loader's table has so many headers.
        let headers = unsafe { std::slice::from_raw_parts(info.dlpi_phdr, info.dlpi_phnum.into()) };
        let file = match info.dlpi_name.is_null() {
            true => String::new(),
            // SAFETY: the loader's names end with a zero.
            false => unsafe { CStr::from_ptr(info.dlpi_name) }.to_string_lossy().into_owned(),
        };
        segments.extend(headers.iter().filter(|header| header.p_type == libc::PT_NOTE).map(|header| Segment {
            address: (info.dlpi_addr as usize).wrapping_add(header.p_vaddr as usize),
            size: header.p_memsz as usize,
            file: file.clone(),
        }));
        0
    }

    /// Where there are notes of ours, and the versions that these tell. They're looked for by what each begins with, since a
    /// sanitizer leaves gaps between notes.
    pub(super) fn ours(notes: &[u8]) -> Vec<(usize, String)> {
        let mut start: Vec<u8> = [11_u32, 32, 1].into_iter().flat_map(u32::to_ne_bytes).collect();
        start.extend(OWNER);
        let is_ours = |at: &usize| notes[*at..].starts_with(&start);
        let version = |at: usize| {
            let said = notes[at + start.len()..].split(|&byte| byte == 0).next().unwrap_or_default();
            (at, String::from_utf8_lossy(&said[..said.len().min(32)]).into_owned())
        };
        (0..notes.len()).step_by(4).filter(is_ours).map(version).collect()
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

        fn version(text: &str) -> Vec<u8> {
            let mut said = text.as_bytes().to_vec();
            said.resize(32, 0);
            note(b"instrument\0", &said)
        }

        #[test]
        fn notes_of_ours_are_found_among_others_and_beyond_gaps() {
            let all = [note(b"GNU\0", &[1; 20]), version("9.1.0"), vec![0; 20], version("9.2.0")].concat();
            let found = |bytes: &[u8]| ours(bytes).into_iter().map(|(_, version)| version).collect::<Vec<_>>();
            assert_eq!(found(&all), ["9.1.0", "9.2.0"]);
            for length in 0..all.len() {
                assert!(found(&all[..length]).len() <= 2);
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
