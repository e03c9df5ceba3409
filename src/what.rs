//! What errors say: an octet each, so that an error is returned in one register.

use crate::limits::PACKED_LINE_LEN;
use crate::packed;
use crate::packed::Packed;
use crate::text::{Line, Show, Text};

/// Defines [`What`] and its texts.
macro_rules! texts {
    ($($name:ident $text:literal)*) => {
        /// What was being done when the system refused, or what is wrong. See `src/what.rs` for the text of each.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum What {
            $(#[doc = $text] $name,)*
        }

        /// The texts in the same order, a line each.
        const TEXTS: Packed = packed!(concat!($($text, "\n"),*));
    };
}

texts! {
    // What the system refused.
    MakeTemporary "create temporary file"
    KeepAttributes "keep labels and attributes"
    ListDirectory "list directory"
    ListNodes "list store nodes"
    LockAccounts "lock accounts"
    LookAtFile "look at file"
    MakeBackup "make backup"
    MakeLink "make link"
    Netlink "netlink"
    OpenDirectory "open directory"
    PrepareFile "prepare file"
    ReadFile "read file"
    ReadNodename "read host name"
    ReadJson "read JSON"
    ReadRandom "read random numbers"
    ReadNode "read store node"
    ReadVmData "read vm-data"
    RemoveFile "remove file"
    RenameFile "rename file"
    ReplaceFile "replace file"
    RunProgram "run program"
    SetNodename "set host name"
    SetOwner "set owner and mode"
    ShowFile "show file"
    SyncDirectory "sync directory"
    SyncFile "sync file"
    Networking "vm-data/networking"
    Wait "wait"
    WaitForProgram "wait for program"
    WriteOutput "write"
    WriteFile "write file"
    WriteShadow "write shadow"
    WriteState "write state file"

    // What is wrong with a request or with vm-data.
    NotUtf8 "not valid UTF-8"
    NestedTooDeeply "nested too deeply"
    EmptyRequest "the request is empty"
    InvalidRequest "the request is not valid JSON"
    RequestNotObject "the request is not a JSON object"
    NameNotString "the request's name is not a string"
    NoName "the request has no name"
    KeyInitValue "keyinit needs a number as its value"
    PasswordValue "password needs a string as its value"
    InjectFileValue "injectfile needs a string as its value"
    FileInjectValue "file_inject needs an object as its value"
    FileInjectMembers "file_inject needs the strings b64_path and b64_file"
    UpdateByPackage "update this agent through its package"
    PublicNotNumber "keyinit: the public value is not a decimal number"
    PublicOutOfRange "keyinit: the public value is out of range"
    NoKey "password: no key agreed, send keyinit first"
    Undecipherable "password: cannot be decrypted with the agreed key"
    PasswordEmpty "password: it is empty"
    PasswordTooLong "password: it is longer than 511 bytes"
    PasswordNotLine "password: it has a newline or NUL inside"
    ValueNotBase64 "injectfile: the value is not base64"
    NoComma "injectfile: no comma between path and contents"
    PathTooLong "file_inject: the path is too long"
    PathNotBase64 "file_inject: b64_path is not base64"
    FileNotBase64 "file_inject: b64_file is not base64"
    PathEmpty "the path is empty"
    PathIsDirectory "the path names a directory"
    PathHasNul "the path holds a NUL"
    PathNotAbsolute "the path is not absolute"
    PathNotFree "the path is neither a file nor free"
    NotObject "not a JSON object"
    NoMac "no MAC address"

    // What in the guest does not allow it.
    NoAccounts "password: there is neither /etc/shadow nor /etc/passwd"
    ShadowLocked "password: shadow is locked by another program"
    PasswdLocked "password: passwd is locked by another program"
    NoRootInShadow "password: no line for root in /etc/shadow"
    NoRootInPasswd "password: no line for root in /etc/passwd"
    EndedTwice "not done: the agent ended unexpectedly in this request, twice"
    FileNotUtf8 "a file is not UTF-8"

    // Our own faults.
    CannotRun "no program, or too long arguments or input"
    PieceTooLong "a piece of a file is too long"
    HashTooLong "a hash is longer than its buffer"
}

impl Show for What {
    fn show(&self, line: &mut Line) {
        let mut text = Text::<PACKED_LINE_LEN>::new();
        TEXTS.nth_line(*self as usize, &mut text);
        text.show(line);
    }
}
