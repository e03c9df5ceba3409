//! A request of the host: JSON text to a [`Command`]. Pure; what the command's value means is the command's business.
//!
//! Every shape that hosts have sent is taken: `value` may be a string, a JSON integer (2011.1, 2011.2) or an object. miniserde drives one
//! visitor, the [`Request`] itself, which knows whose value comes next.

use alloc::boxed::Box;
use alloc::string::String;

use miniserde::de::{Map, Seq, Visitor};
use miniserde::{Deserialize, Result as Parsed, make_place};

use crate::error::{Error, What};
use crate::limits::MEMBER_COUNT;
use crate::text::{Text, line_number, nth_line};

make_place!(Place);

/// The names of the commands, and where each stands.
const NAMES: &str = "version\nfeatures\nkeyinit\npassword\ninjectfile\nfile_inject\nresetnetwork\nagentupdate\nunknown\n";
const VERSION: usize = 0;
const FEATURES: usize = 1;
const KEY_INIT: usize = 2;
const PASSWORD: usize = 3;
const INJECT_FILE: usize = 4;
const FILE_INJECT: usize = 5;
const RESET_NETWORK: usize = 6;
const AGENT_UPDATE: usize = 7;
const UNKNOWN: usize = 8;

/// What the host wants done. The texts live as long as the request.
#[derive(Debug, PartialEq, Eq)]
pub enum Command<'a> {
    /// Tell the agent's version.
    Version,
    /// Tell the commands that work.
    Features,
    /// Agree on a key: the host's public value in decimal.
    KeyInit(&'a str),
    /// Set root's password: base64 of the ciphertext.
    Password(&'a str),
    /// Write a file: base64 of `PATH,CONTENTS`.
    InjectFile(&'a str),
    /// Write a file: path and contents, each in base64.
    FileInject {
        /// The path.
        path: &'a str,
        /// The contents.
        file: &'a str,
    },
    /// Apply `vm-data`.
    ResetNetwork,
    /// Replace the agent by a newer one.
    AgentUpdate,
    /// Any other name.
    Unknown(&'a str),
}

impl Command<'_> {
    /// The command's name for the log; a name the host made up is not repeated there.
    pub fn name(&self) -> &'static str {
        let known = match self {
            Self::Version => VERSION,
            Self::Features => FEATURES,
            Self::KeyInit(_) => KEY_INIT,
            Self::Password(_) => PASSWORD,
            Self::InjectFile(_) => INJECT_FILE,
            Self::FileInject { .. } => FILE_INJECT,
            Self::ResetNetwork => RESET_NETWORK,
            Self::AgentUpdate => AGENT_UPDATE,
            Self::Unknown(_) => UNKNOWN,
        };
        nth_line(NAMES, known)
    }

    /// Whether the command changes something in the guest.
    pub fn changes(&self) -> bool {
        matches!(self, Self::Password(_) | Self::InjectFile(_) | Self::FileInject { .. } | Self::ResetNetwork)
    }
}

/// A request, parsed but not judged: any member may be missing or of any type.
pub struct Request {
    /// The values of [`MEMBERS`], in that order.
    values: [Value; PLACE_COUNT],
    /// Where the next value goes.
    at: usize,
}

/// The members of a request, then those of the object that `file_inject` takes.
const MEMBERS: &str = "name\nvalue\nb64_path\nb64_file\n";
const PLACE_COUNT: usize = 4;
const VALUE: usize = 1;

/// A member's value: a claim, of any type.
enum Value {
    Missing,
    Text(String),
    /// A whole number, in decimal.
    Number(String),
    /// An object whose members have places of their own.
    Object,
    Other,
}

impl Request {
    const fn new() -> Self {
        Self { values: [const { Value::Missing }; PLACE_COUNT], at: 0 }
    }

    /// Takes the value of the member that was named last.
    #[inline(never)]
    fn take(&mut self, value: Value) -> Parsed<()> {
        if let Some(place) = self.values.get_mut(self.at) {
            *place = value;
        }
        Ok(())
    }

    /// Parses sanitised JSON text (see [`crate::json::sanitise`]). Of duplicate members the last one counts, as in Python.
    ///
    /// # Errors
    ///
    /// [`Error::Request`] if the text is not a JSON object.
    pub fn parse(text: &str) -> Result<Box<Self>, Error> {
        if let Ok(Boxed(request)) = miniserde::json::from_str(text) {
            return Ok(request);
        }
        // White space is blanks only, after the sanitiser.
        Err(Error::Request(match text.bytes().find(|&b| b != b' ') {
            None => What::EmptyRequest,
            Some(b'{') => What::InvalidRequest,
            Some(_) => What::RequestNotObject,
        }))
    }

    /// The command that the request names.
    ///
    /// # Errors
    ///
    /// [`Error::Request`] if there is no name or the value is not of the kind that the command takes.
    pub fn command(&self) -> Result<Command<'_>, Error> {
        let [name, value, path, file] = &self.values;
        let name = match name {
            Value::Text(name) => name.as_str(),
            Value::Missing => return Err(Error::Request(What::NoName)),
            _ => return Err(Error::Request(What::NameNotString)),
        };
        let text = match value {
            Value::Text(text) => Some(text.as_str()),
            _ => None,
        };
        let wrong = Error::Request;
        Ok(match line_number(NAMES, name.as_bytes()) {
            VERSION => Command::Version,
            FEATURES => Command::Features,
            KEY_INIT => match value {
                Value::Number(digits) => Command::KeyInit(digits),
                _ => Command::KeyInit(text.ok_or(wrong(What::KeyInitValue))?),
            },
            PASSWORD => Command::Password(text.ok_or(wrong(What::PasswordValue))?),
            INJECT_FILE => Command::InjectFile(text.ok_or(wrong(What::InjectFileValue))?),
            FILE_INJECT => {
                let Value::Object = value else { return Err(wrong(What::FileInjectValue)) };
                let (Value::Text(path), Value::Text(file)) = (path, file) else { return Err(wrong(What::FileInjectMembers)) };
                Command::FileInject { path, file }
            }
            RESET_NETWORK => Command::ResetNetwork,
            AGENT_UPDATE => Command::AgentUpdate,
            _ => Command::Unknown(name),
        })
    }
}

impl Visitor for Request {
    fn null(&mut self) -> Parsed<()> {
        self.take(Value::Other)
    }

    fn boolean(&mut self, _: bool) -> Parsed<()> {
        self.null()
    }

    fn string(&mut self, text: &str) -> Parsed<()> {
        self.take(Value::Text(text.into()))
    }

    fn negative(&mut self, _: i64) -> Parsed<()> {
        self.null()
    }

    fn nonnegative(&mut self, number: u64) -> Parsed<()> {
        // At most 15 digits: the sanitiser puts longer ones in quotes.
        self.take(Value::Number(Text::<20>::of("%", &[&number]).as_str().into()))
    }

    fn float(&mut self, _: f64) -> Parsed<()> {
        self.null()
    }

    fn seq(&mut self) -> Parsed<Box<dyn Seq + '_>> {
        self.null()?;
        <dyn Visitor>::ignore().seq()
    }

    fn map(&mut self) -> Parsed<Box<dyn Map + '_>> {
        if self.at != VALUE {
            self.null()?;
            return <dyn Visitor>::ignore().map();
        }
        let [_, value, path, file] = &mut self.values;
        (*value, *path, *file) = (Value::Object, Value::Missing, Value::Missing);
        Ok(Box::new(Object { request: self, is_value: true, count: 0 }))
    }
}

/// An object that is open: the request, or its value.
struct Object<'a> {
    request: &'a mut Request,
    is_value: bool,
    count: usize,
}

impl Map for Object<'_> {
    fn key(&mut self, key: &str) -> Parsed<&mut dyn Visitor> {
        let at = line_number(MEMBERS, key.as_bytes());
        if at == PLACE_COUNT || (at > VALUE) != self.is_value {
            return Ok(<dyn Visitor>::ignore());
        }
        // Each takes room until the request is dropped, since what it replaces may lie below it in the arena.
        self.count += 1;
        if self.count > MEMBER_COUNT {
            return Err(miniserde::Error);
        }
        self.request.at = at;
        Ok(self.request)
    }

    fn finish(&mut self) -> Parsed<()> {
        Ok(())
    }
}

/// A request in one place on the heap.
struct Boxed(Box<Request>);

impl Deserialize for Boxed {
    fn begin(out: &mut Option<Self>) -> &mut dyn Visitor {
        Place::new(out)
    }
}

/// The request is an object or nothing.
impl Visitor for Place<Boxed> {
    fn map(&mut self) -> Parsed<Box<dyn Map + '_>> {
        let Boxed(request) = self.out.insert(Boxed(Box::new(Request::new())));
        Ok(Box::new(Object { request, is_value: false, count: 0 }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::filled;
    use std::format;
    use std::string::ToString;

    fn with<R>(input: &[u8], check: impl Fn(Result<Command<'_>, Error>) -> R) -> R {
        let mut out = crate::json::JsonText::new();
        match crate::json::sanitise(input, &mut out).and_then(Request::parse) {
            Ok(request) => check(request.command()),
            Err(error) => check(Err(error)),
        }
    }

    #[test]
    fn what_hosts_send() {
        with(b"{\"name\": \"version\", \"value\": \"agent\"}", |c| assert_eq!(c, Ok(Command::Version)));
        with(b"{\"value\":\"\",\"name\":\"features\"}", |c| assert_eq!(c, Ok(Command::Features)));
        let value = "162259276829213363391578010288126";
        for request in [format!("{{\"name\":\"keyinit\",\"value\":{value}}}"), format!("{{\"name\":\"keyinit\",\"value\":\"{value}\"}}")] {
            with(request.as_bytes(), |c| assert_eq!(c, Ok(Command::KeyInit(value))));
        }
        with(b"{\"name\":\"keyinit\",\"value\":5}", |c| assert_eq!(c, Ok(Command::KeyInit("5"))));
        with(b"{\"name\":\"password\",\"value\":\"wI8Yea7q\nYfqrhHBl\"}", |c| assert_eq!(c, Ok(Command::Password("wI8Yea7q YfqrhHBl"))));
        with(b"{\"name\":\"file_inject\",\"value\":{\"b64_path\":\"YQ==\",\"x\":[{}],\"b64_file\":\"\"}}", |c| {
            assert_eq!(c, Ok(Command::FileInject { path: "YQ==", file: "" }));
        });
        with(b"{\"name\":\"agentupdate\",\"value\":{\"url\":\"u\",\"md5sum\":\"m\"}}", |c| assert_eq!(c, Ok(Command::AgentUpdate)));
        with(b"{\"name\":\"resetnetwork\",\"value\":null}", |c| assert_eq!(c, Ok(Command::ResetNetwork)));
        with(b"{\"name\":\"nonsense\"}", |c| assert_eq!(c, Ok(Command::Unknown("nonsense"))));
        with(b"{\"name\":\"version\",\"name\":\"features\"}", |c| assert_eq!(c, Ok(Command::Features)));
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (input, text) in [
            (&b""[..], "the request is empty"),
            (b"hello", "the request is not a JSON object"),
            (b"[]", "the request is not a JSON object"),
            (b"{\"name\":", "the request is not valid JSON"),
            (b"{}", "the request has no name"),
            (b"{\"value\":\"x\"}", "the request has no name"),
            (b"{\"name\":{}}", "the request's name is not a string"),
            (b"{\"name\":null}", "the request's name is not a string"),
            (b"{\"name\":1}", "the request's name is not a string"),
            (b"{\"name\":\"password\",\"value\":1}", "password needs a string as its value"),
            (b"{\"name\":\"keyinit\"}", "keyinit needs a number as its value"),
            (b"{\"name\":\"keyinit\",\"value\":1.5}", "keyinit needs a number as its value"),
            (b"{\"name\":\"password\",\"value\":[\"x\"]}", "password needs a string as its value"),
            (b"{\"name\":\"file_inject\",\"value\":\"x\"}", "file_inject needs an object as its value"),
            (b"{\"name\":\"file_inject\",\"value\":{\"b64_path\":{}}}", "file_inject needs the strings b64_path and b64_file"),
            (b"[[[[[[[[[", "nested too deeply"),
            (b"[[[[[[[[[\xff", "nested too deeply"),
        ] {
            with(input, |c| assert_eq!(c.unwrap_err().to_string(), text, "{input:?}"));
        }
    }

    /// The most of the arena that parsing `input` takes.
    fn arena(input: &[u8]) -> usize {
        let mut text = crate::json::JsonText::new();
        let Ok(text) = crate::json::sanitise(input, &mut text) else { return 0 };
        crate::sys::measured::high_water(|| drop(Request::parse(text)))
    }

    /// Running out of the arena would end the process, so no message may come near to it.
    #[test]
    fn the_arena_is_never_full() {
        let nested = "{\"b64_path\":{\"b64_path\":{\"b64_path\":{\"b64_path\":{\"b64_path\":{\"b64_path\":\"";
        for input in [
            filled("{\"name\":\"", "a", "\"}"),
            filled("{\"value\":\"", "\\n", "\"}"),
            filled("{\"value\":\"a", "\\u00e9", "\"}"),
            filled("{\"", "\\n", "\":0}"),
            filled("{", "\"value\":{},", "\"name\":\"x\"}"),
            filled("{", "\"value\":\"a\",", "\"name\":\"x\"}"),
            filled("{", "\"value\":\"a\",\"value\":{},", "\"name\":\"x\"}"),
            filled("{", "\"value\":{\"b64_path\":\"a\",\"b64_file\":{}},", "\"name\":\"x\"}"),
            filled("{\"value\":{", "\"b64_path\":{},", "\"b64_file\":\"x\"}}"),
            filled("{\"value\":{\"b64_path\":\"\\n", "aaaa", "\",\"b64_file\":\"\\n\"}}"),
            filled("{\"value\":[", "[[[[[[]]]]]],", "[]]}"),
            filled("{\"value\":[", "1e1,", "1]}"),
            filled(&format!("{{\"value\":{nested}"), "a", "\"}}}}}}}"),
        ] {
            let mark = arena(input.as_bytes());
            assert!(mark <= crate::limits::ARENA_LEN / 2, "{mark} {}", &input[..40]);
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics(input in "[\\[\\]{}:,\"a-e0-9.\\\\ ]{0,200}") {
            with(input.as_bytes(), |_| ());
        }

        #[test]
        fn no_mixture_fills_the_arena(
            parts in proptest::collection::vec("\"(name|value|b64_path|x)\":(\\{\\}|\"(a|\\\\n){0,40}\"|1|\\[\"b\"\\]|\\{\"b64_path\":\"c{0,40}\"\\})", 0..150)
        ) {
            let mut input = format!("{{{}}}", parts.join(","));
            input.truncate(crate::limits::PAYLOAD_LEN);
            proptest::prop_assert!(arena(input.as_bytes()) <= crate::limits::ARENA_LEN / 2);
        }
    }
}
