//! Texts that do not fit, numbers, and what is shown to tests.

use super::*;
use core::fmt;
use proptest::prelude::*;

macro_rules! display {
    ($($name:ty),*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(Text::<2048>::of("%", &[self]).as_str())
            }
        }
    )*};
}

display!(crate::error::Error, crate::error::Errno, crate::reply::Answer, crate::network::ip::Ip, crate::network::model::Mac);
display!(crate::network::model::Address, crate::network::model::Route, crate::network::plan::Change, crate::network::live::Item);

impl<const N: usize> fmt::Debug for Text<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

#[test]
fn lines_are_found_by_place_and_by_what_they_say() {
    let text = "one\ntwo\nthree\n";
    assert_eq!([0, 2, 3].map(|at| nth_line(text, at)), ["one", "three", ""]);
    assert_eq!(["one", "three", "four", "", "o", "one\ntwo"].map(|line| line_number(text, line.as_bytes())), [0, 2, 3, 3, 3, 3]);
}

#[test]
fn what_does_not_fit_is_marked() {
    let mut text = Text::<8>::of("%%", &[&"1234", &5678u32]);
    assert_eq!(text.as_str(), "12345678");
    text.add("9", &[]);
    assert_eq!(text.as_str(), "12345...");
    text.add("a", &[]);
    assert_eq!(text.as_str(), "12345...");
    text.end_line();
    assert_eq!(text.as_str(), "1234...\n");
    assert_eq!(Text::<6>::of("ééé", &[]).as_str(), "ééé");
    assert_eq!(Text::<6>::of("éééé", &[]).as_str(), "é...");
    assert_eq!(Text::<2>::of("abc", &[]).as_str(), "..");
    let mut long = Text::<16>::of("abcdefgh", &[]);
    long.shorten(8);
    assert_eq!(long.as_str(), "abcdefgh");
    long.shorten(6);
    assert_eq!(long.as_str(), "abc...");
}

proptest! {
    #[test]
    fn numbers_as_core_writes_them(number: u64, width in 0usize..20) {
        let mut text = Text::<64>::of("% % ", &[&number, &Hex(number, width)]);
        text.put_number(number, 10, width);
        prop_assert_eq!(text.as_str(), std::format!("{number} {number:0w$x} {number:0width$}", w = width.min(20)));
    }

    #[test]
    fn any_text_stays_utf8(parts in prop::collection::vec("\\PC{0,9}", 0..9)) {
        let mut text = Text::<20>::new();
        parts.iter().for_each(|part| text.add("%", &[&part.as_str()]));
        prop_assert_eq!(text.as_str().len(), text.as_bytes().len());
    }
}
