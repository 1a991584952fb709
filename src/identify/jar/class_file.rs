//! The texts of a Java class file: its constant pool, and nothing behind it.
//!
//! The Java Virtual Machine Specification, 4.1 and 4.4. Code, fields and attributes take every text from the pool, so all that a
//! program can pass to `uid(…)` as a constant is here: string constants, also those that `javac` put together, names of enum
//! constants, and names of classes. The crates that read whole class files refuse those that are newer than they are, or do so
//! through pointers; this reads any version whose constants it knows.

use crate::codec::{DataInput, JavaStr};

/// The first four bytes of every class file.
const MAGIC: i32 = 0xCAFE_BABE_u32.cast_signed();

/// Why a class file was not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClassFileError {
    /// It begins with something else.
    #[error("does not begin as a class file does")]
    NotAClassFile,
    /// A kind of constant that no version up to that of Java 25 has.
    #[error(
        "constant {index} at offset {offset} is of the unknown kind {tag}; the class file has version {major}.{minor}"
    )]
    UnknownConstant {
        /// The kind.
        tag: u8,
        /// Its number in the pool.
        index: u16,
        /// Where it stands.
        offset: usize,
        /// Version of the class file.
        major: u16,
        /// Its minor version.
        minor: u16,
    },
    /// It ends too early, or a text is none.
    #[error(transparent)]
    Bytes(#[from] crate::codec::Error),
}

/// The texts of a class file, in the order of its constant pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Texts<'a> {
    /// Every text, whatever it stands for (CONSTANT_Utf8).
    pub texts: Vec<JavaStr<'a>>,
    /// Which of them are names of classes, in the form of the virtual machine: `com/acme/Job$Inner`.
    pub class_names: Vec<JavaStr<'a>>,
}

/// Reads the constant pool.
pub fn texts(bytes: &[u8]) -> Result<Texts<'_>, ClassFileError> {
    let mut input = DataInput::new(bytes);
    if input.i32().map_err(|_| ClassFileError::NotAClassFile)? != MAGIC {
        return Err(ClassFileError::NotAClassFile);
    }
    let (minor, major) = (input.u16()?, input.u16()?);
    let count = input.u16()?;
    // Every constant takes three bytes at least.
    let mut by_index: Vec<Option<JavaStr<'_>>> = Vec::with_capacity(usize::from(count).min(input.remaining() / 3 + 1));
    let mut classes = Vec::new();
    let mut index = 1_u16;
    by_index.push(None);
    while index < count {
        let offset = input.position();
        let tag = input.u8()?;
        let mut text = None;
        match tag {
            1 => text = Some(input.utf()?),
            7 => classes.push(input.u16()?),
            // String, MethodType, Module, Package.
            8 | 16 | 19 | 20 => drop(input.bytes(2)?),
            // MethodHandle.
            15 => drop(input.bytes(3)?),
            // Integer, Float, references to fields and methods, NameAndType, Dynamic, InvokeDynamic.
            3 | 4 | 9 | 10 | 11 | 12 | 17 | 18 => drop(input.bytes(4)?),
            // Long and Double take two places, "in retrospect, a poor choice".
            5 | 6 => {
                input.bytes(8)?;
                by_index.push(None);
                index = index.saturating_add(1);
            }
            tag => return Err(ClassFileError::UnknownConstant { tag, index, offset, major, minor }),
        }
        by_index.push(text);
        index = index.saturating_add(1);
    }
    let named = |index: &u16| by_index.get(usize::from(*index)).copied().flatten();
    let class_names = classes.iter().filter_map(named).collect();
    Ok(Texts { class_names, texts: by_index.into_iter().flatten().collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A class file as far as its constant pool.
    fn class_file(count: u16, constants: &[&[u8]]) -> Vec<u8> {
        let mut bytes = vec![0xCA, 0xFE, 0xBA, 0xBE, 0, 0, 0, 61];
        bytes.extend(count.to_be_bytes());
        bytes.extend(constants.concat());
        bytes
    }

    #[test]
    fn texts_and_names_of_classes_are_found_behind_constants_of_every_size() {
        let constants: [&[u8]; 6] = [
            &[5, 0, 0, 0, 0, 0, 0, 0, 9],
            &[7, 0, 5],
            &[15, 6, 0, 1],
            b"\x01\x00\x08acme/Job",
            &[18, 0, 0, 0, 1],
            b"\x01\x00\x03uid",
        ];
        let bytes = class_file(8, &constants);
        let read = texts(&bytes).expect("a class file");
        let all: Vec<_> = read.texts.iter().map(|text| text.to_str().into_owned()).collect();
        assert_eq!(all, ["acme/Job", "uid"]);
        assert_eq!(read.class_names.len(), 1);
        assert_eq!(read.class_names[0].to_str(), "acme/Job");
    }

    #[test]
    fn a_constant_of_a_kind_that_is_not_known_is_named_with_its_place() {
        let bytes = class_file(3, &[b"\x01\x00\x03uid", &[21, 0, 0]]);
        let expected = ClassFileError::UnknownConstant { tag: 21, index: 2, offset: 16, major: 61, minor: 0 };
        assert_eq!(texts(&bytes), Err(expected));
    }

    #[test]
    fn something_else_is_no_class_file() {
        for bytes in [&b""[..], b"PK\x03\x04 and more", b"\xCA\xFE"] {
            assert_eq!(texts(bytes), Err(ClassFileError::NotAClassFile), "{bytes:?}");
        }
    }

    #[test]
    fn a_name_of_a_class_that_is_nowhere_is_left_out() {
        let bytes = class_file(2, &[&[7, 0, 9]]);
        assert_eq!(texts(&bytes), Ok(Texts { texts: Vec::new(), class_names: Vec::new() }));
    }
}
