//! A request of the host: sanitised, parsed in the agent's own arena, its paths and contents decoded; and what is answered.

#![no_main]

use libfuzzer_sys::fuzz_target;
use nova_agent::base64::decode;
use nova_agent::json::{JsonText, sanitise};
use nova_agent::limits::PAYLOAD_LEN;
use nova_agent::reply::{Answer, Code};
use nova_agent::request::{Command, Request};
use nova_agent::text::Text;
use nova_agent_fuzz::in_arena;

fuzz_target!(|value: &[u8]| {
    let value = value.get(..PAYLOAD_LEN).unwrap_or(value);
    let mut text = JsonText::new();
    let text = match sanitise(value, &mut text) {
        Ok(text) => text,
        Err(error) => return check(&error.into()),
    };
    assert!(text.bytes().all(|byte| byte >= b' '));
    in_arena(|| {
        let request = match Request::parse(text) {
            Ok(request) => request,
            Err(error) => return check(&error.into()),
        };
        let mut scratch = [0; PAYLOAD_LEN];
        match request.command() {
            Ok(Command::InjectFile(value)) => drop(decode(value.as_bytes(), &mut scratch)),
            Ok(Command::FileInject { path, file }) => {
                decode(path.as_bytes(), &mut scratch);
                decode(file.as_bytes(), &mut scratch);
            }
            Ok(Command::Unknown(name)) => check(&Answer::new(Code::Unknown, "%", &[&name])),
            Ok(_) => {}
            Err(error) => check(&error.into()),
        }
    });
});

/// An answer is one line of printable ASCII, in which only the quotes of its two members are quotes.
fn check(answer: &Answer) {
    let text = Text::<2048>::of("%", &[answer]);
    let text = text.as_str();
    assert!(text.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'\\'), "{text}");
    assert_eq!(text.matches('"').count(), 8, "{text}");
    assert!(text.starts_with("{\"returncode\": \"") && text.ends_with("\"}"), "{text}");
}
