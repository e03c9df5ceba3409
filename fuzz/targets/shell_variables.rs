//! Files of shell variables: any bytes. A second edit changes nothing, and what is not ours stays.

#![no_main]

use libfuzzer_sys::fuzz_target;
use nova_agent::network::config::out::Out;
use nova_agent::network::config::shellvars::{Vars, edit};
use nova_agent_fuzz::Collect;

fn edited(old: &[u8], wanted: &mut dyn FnMut(&mut Vars<'_, '_>)) -> Option<Vec<u8>> {
    let mut new = Collect::default();
    let mut out = Out::new(&mut new);
    let complete = edit(
        old,
        &mut |vars| {
            wanted(vars);
            vars.set("-A# B ", &[]);
        },
        &mut out,
    );
    out.finish().unwrap();
    complete.then_some(new.0)
}

fuzz_target!(|old: &[u8]| {
    let mut wanted = |vars: &mut Vars<'_, '_>| {
        vars.set("A1=1.2.3.4", &[]);
        vars.set("B=\"a\n", &[]);
        vars.add("b\"", &[]);
        vars.set("?C=yes", &[]);
    };
    let Some(new) = edited(old, &mut wanted) else { return };
    assert_eq!(edited(&new, &mut wanted).as_ref(), Some(&new), "a second edit changes nothing");
    let mut gone = |vars: &mut Vars<'_, '_>| vars.set("?C=yes", &[]);
    let without = edited(&new, &mut gone).unwrap();
    assert_eq!(edited(&without, &mut gone).as_ref(), Some(&without), "nor does taking ours out twice");
});
