//! FreeBSD: addresses and routes in `/etc/rc.conf`. rc.conf(5), ifconfig(8), route(8); checked against the scripts of FreeBSD 8 and 13.
//!
//! An address in the subnet of an earlier one has an all-ones netmask. Routes are set in the order of `static_routes`, so a gateway in no
//! subnet is made a neighbour by a route in front of those through it. Before FreeBSD 9, IPv6 had a script and variables of its own.

use crate::error::Error;
use crate::network::config::out::Out;
use crate::network::config::rcconf::{self, Fate, Format};
use crate::network::config::shell::{File, Last, Statement};
use crate::network::config::template::Variable;
use crate::network::config::tree::Tree;
use crate::network::config::{Interface, Network};
use crate::network::ip::{Family, Ip};
use crate::network::model::{Address, Route, Wanted};
use crate::ports::Verdict;
use crate::text::{Line, Show, number, same_word};

const PATH: &str = "/etc/rc.conf";
/// The script that sets up IPv6 before FreeBSD 9.
const NETWORK_IPV6: &str = "/etc/rc.d/network_ipv6";
/// What the names of our routes begin with; the interface and a number follow.
const OWN: &[u8] = b"nova_agent_";

/// Words in the variables of interfaces that say an address or where to get one.
const WORDS: [&[u8]; 8] = [b"inet", b"inet6", b"alias", b"up", b"dhcp", b"syncdhcp", b"nosyncdhcp", b"accept_rtadv"];

/// Those that another word belongs to.
const PAIRS: [&[u8]; 3] = [b"netmask", b"broadcast", b"prefixlen"];

struct RcConf<'n, 'o> {
    network: &'n Network<'n>,
    old: &'o [u8],
    /// Whether this is FreeBSD 8 or older.
    is_old: bool,
    /// Which lists of static routes are written: IPv4 and IPv6.
    listed: [bool; 2],
    /// Whether the host name is written, or stays.
    is_named: bool,
}

/// Writes the variables.
///
/// # Errors
///
/// Those of [`Tree::edit`].
pub fn write(network: &Network<'_>, tree: &mut Tree<'_>) -> Result<(), Error> {
    let is_old = tree.is_there(NETWORK_IPV6)?;
    let mut is_shell = true;
    tree.edit(PATH, 0o644, &mut |old, out| {
        is_shell =
            rcconf::edit(old, network, &mut RcConf { network, old, is_old, listed: [false; 2], is_named: network.nodename.is_none() }, out);
        Verdict::write_if(is_shell && !(old.is_empty() && network.interfaces.is_empty()))
    })?;
    if !is_shell {
        tree.warn("not-written", PATH, "the shell could not read this file", &[]);
    }
    Ok(())
}

impl Format for RcConf<'_, '_> {
    fn owner<'n>(&self, name: &'n [u8]) -> Option<&'n [u8]> {
        if let Some(rest) = name.strip_prefix(b"ipv4_addrs_") {
            return Some(rest);
        }
        let route = name.strip_prefix(b"ipv6_").unwrap_or(name).strip_prefix(b"route_");
        if let Some(route) = route.and_then(own) {
            return Some(route);
        }
        let rest = name.strip_prefix(b"ifconfig_").or(name.strip_prefix(b"ipv6_ifconfig_"))?;
        let interface = rest.strip_suffix(b"_ipv6").or(rest.strip_suffix(b"_aliases"));
        Some(interface.or(numbered(rest, b"_alias")).unwrap_or(rest))
    }

    fn put(&self, interface: &Interface, file: File<'_>, out: &mut Out<'_>) {
        let wanted = &interface.wanted;
        let name = Variable(interface);
        let family = |is_v4| wanted.addresses.iter().filter(move |address| address.ip.is_v4() == is_v4);
        let has_v6 = family(false).next().is_some();
        match family(true).next() {
            Some(address) => out.add("ifconfig_%=\"%", &[&name, &Inet(address, wanted)]),
            None => out.add("ifconfig_%=\"up", &[&name]),
        }
        put_words(interface, file, b"", out);
        if let Some(address) = family(false).next() {
            if self.is_old {
                out.add("ipv6_ifconfig_%=\"% prefixlen %", &[&name, &address.ip, &address.prefix_len]);
            } else {
                out.add("ifconfig_%_ipv6=\"%", &[&name, &Inet(address, wanted)]);
            }
            put_words(interface, file, b"_ipv6", out);
        }
        for (index, address) in family(true).skip(1).chain(family(false).skip(1)).enumerate() {
            out.add("ifconfig_%_alias%=\"%\"\n", &[&name, &index, &Inet(address, wanted)]);
        }
        self.put_router(interface, "defaultrouter", &|wanted| wanted.gateway4, out);
        if self.is_old && has_v6 {
            out.put(b"ipv6_enable=\"YES\"\n");
        }
        self.put_router(interface, "ipv6_defaultrouter", &|wanted| wanted.gateway6, out);
        let mut index = 0usize;
        routes(wanted, &mut |route| {
            let prefix = if route.destination.is_v4() { "" } else { "ipv6_" };
            out.add("%route_nova_agent_%_%=\"%\"\n", &[&prefix, &name, &index, &Arguments(route, interface)]);
            index += 1;
        });
    }

    fn replaces(&mut self, statement: &Statement<'_>, rest: File<'_>, inside: bool, out: &mut Out<'_>) -> bool {
        let any = |wants: &dyn Fn(&Wanted) -> bool| inside || self.network.interfaces.iter().any(|interface| wants(&interface.wanted));
        match statement.name {
            b"defaultrouter" => any(&|wanted| wanted.gateway4.is_some()),
            b"ipv6_defaultrouter" => any(&|wanted| wanted.gateway6.is_some()),
            b"ipv6_enable" => self.is_old && any(&|wanted| wanted.addresses.iter().any(|address| !address.ip.is_v4())),
            b"hostname" if self.network.nodename.is_some() => {
                self.put_nodename(out);
                true
            }
            b"static_routes" => self.replace_list(0, statement, rest, out),
            b"ipv6_static_routes" => self.replace_list(1, statement, rest, out),
            _ => false,
        }
    }

    fn finish(&mut self, ends: bool, out: &mut Out<'_>) {
        let mut before = if ends { "" } else { "\n" };
        if !self.is_named {
            out.put(before.as_bytes());
            self.put_nodename(out);
            before = "";
        }
        for (listed, name, is_v4) in [(self.listed.first(), "static_routes", true), (self.listed.last(), "ipv6_static_routes", false)] {
            if listed == Some(&false) && self.count(is_v4) > 0 {
                out.add("%%=\"", &[&before, &name]);
                self.put_list(is_v4, true, out);
                out.put(b"\"\n");
                before = "";
            }
        }
    }
}

impl RcConf<'_, '_> {
    /// Puts the host name once.
    fn put_nodename(&mut self, out: &mut Out<'_>) {
        if let Some(nodename) = self.network.nodename
            && !core::mem::replace(&mut self.is_named, true)
        {
            out.add("hostname=\"%\"\n", &[nodename]);
        }
    }

    /// Puts the default router of a family if this is the first interface that has one, and it is in a subnet.
    fn put_router(&self, interface: &Interface, name: &str, gateway: &dyn Fn(&Wanted) -> Option<Ip>, out: &mut Out<'_>) {
        let first = self.network.interfaces.iter().find(|other| gateway(&other.wanted).is_some());
        if let Some(router) = gateway(&interface.wanted).filter(|router| reaches(&interface.wanted, router))
            && first == Some(interface)
        {
            out.add("%=\"%\"\n", &[&name, &Router(&router, interface)]);
        }
    }

    /// How many routes of a family are ours.
    fn count(&self, is_v4: bool) -> usize {
        let mut count = 0;
        for interface in self.network.interfaces {
            routes(&interface.wanted, &mut |route| count += usize::from(route.destination.is_v4() == is_v4));
        }
        count
    }

    /// Puts the names of our routes.
    fn put_list(&self, is_v4: bool, is_first: bool, out: &mut Out<'_>) {
        let mut before = if is_first { "" } else { " " };
        for interface in self.network.interfaces {
            let mut index = 0usize;
            routes(&interface.wanted, &mut |route| {
                if route.destination.is_v4() == is_v4 {
                    out.add("%nova_agent_%_%", &[&before, &Variable(interface), &index]);
                    before = " ";
                }
                index += 1;
            });
        }
    }

    /// Puts a list of static routes with the user's words and ours.
    fn replace_list(&mut self, family: usize, statement: &Statement<'_>, rest: File<'_>, out: &mut Out<'_>) -> bool {
        let is_v4 = family == 0;
        // What a later line says counts.
        if rest.last(statement.name) == Last::Alone {
            return false;
        }
        if let Some(listed) = self.listed.get_mut(family) {
            *listed = true;
        }
        let Some(file) = File::new(self.old) else { return false };
        let is_ours =
            |word: &[u8]| own(word).is_some_and(|interface| !matches!(rcconf::fate(self.network, file, self, interface), Fate::Kept));
        let words = || unquoted(statement.value).split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        let is_empty = !words().any(|word| !is_ours(word));
        if self.count(is_v4) == 0 && (is_empty || !words().any(is_ours)) {
            return is_empty && words().any(is_ours);
        }
        out.put(statement.name);
        out.put(b"=\"");
        let mut is_first = true;
        for word in words().filter(|word| !is_ours(word)) {
            if !is_first {
                out.put(b" ");
            }
            out.put(word);
            is_first = false;
        }
        self.put_list(is_v4, is_first, out);
        out.put(b"\"");
        out.put(statement.tail());
        if !statement.tail().ends_with(b"\n") {
            out.put(b"\n");
        }
        true
    }
}

/// The interface in the name of a route of ours.
fn own(name: &[u8]) -> Option<&[u8]> {
    numbered(name.strip_prefix(OWN)?, b"_")
}

/// What is in front of `infix` and a number at the end.
fn numbered<'n>(name: &'n [u8], infix: &[u8]) -> Option<&'n [u8]> {
    let digits = name.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let (head, index) = name.split_at_checked(name.len() - digits)?;
    number(index).and(head.strip_suffix(infix))
}

/// A word without the quotes around it.
fn unquoted(word: &[u8]) -> &[u8] {
    match word {
        [b'"', inner @ .., b'"'] | [b'\'', inner @ .., b'\''] => inner,
        _ => word,
    }
}

/// Ends the value of an interface's variable with the words of the old one that say no address.
fn put_words(interface: &Interface, file: File<'_>, suffix: &[u8], out: &mut Out<'_>) {
    let (mut rest, mut statement, mut value) = (file, Statement::default(), &b""[..]);
    while rest.take(&mut statement) {
        let name = statement.name.strip_prefix(b"ifconfig_").and_then(|name| name.strip_suffix(suffix));
        if name.is_some_and(|name| Variable(interface).is(name)) {
            value = unquoted(statement.value);
        }
    }
    let mut skips = false;
    for word in value.split(u8::is_ascii_whitespace) {
        let is = |known: &&[u8]| same_word(word, known);
        let address = word.split(|byte| b"/%".contains(byte)).next().unwrap_or_default();
        if skips || PAIRS.iter().any(is) {
            skips = !skips;
        } else if is_plain(word) && !WORDS.iter().any(is) && Ip::read(address).is_none() {
            out.put(b" ");
            out.put(word);
        }
    }
    out.put(b"\"\n");
}

/// Whether a word means itself inside quotes.
fn is_plain(word: &[u8]) -> bool {
    !word.is_empty() && word.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.,:=/+%@".contains(byte))
}

/// Whether the interface reaches a gateway without more.
fn reaches(wanted: &Wanted, gateway: &Ip) -> bool {
    wanted.covers(gateway) || gateway.is_link_local_v6()
}

/// Calls `each` with every route that has to be set, in order: in front of the first one through a gateway in no subnet, one to it.
fn routes(wanted: &Wanted, each: &mut dyn FnMut(&Route)) {
    let neighbour = |gateway: &Ip, each: &mut dyn FnMut(&Route)| {
        each(&Route { destination: *gateway, prefix_len: gateway.width(), gateway: None });
    };
    for gateway in wanted.gateway4.iter().chain(&wanted.gateway6) {
        if !reaches(wanted, gateway) {
            neighbour(gateway, each);
            each(&Route::default_via(*gateway));
        }
    }
    for (index, route) in wanted.routes.iter().enumerate() {
        if let Some(gateway) = &route.gateway
            && !reaches(wanted, gateway)
            && ![wanted.gateway4, wanted.gateway6].contains(&route.gateway)
            && !wanted.routes.iter().take(index).any(|other| other.gateway == route.gateway)
        {
            neighbour(gateway, each);
        }
        each(route);
    }
}

/// An address as ifconfig(8) takes it.
struct Inet<'a>(&'a Address, &'a Wanted);

impl Show for Inet<'_> {
    fn show(&self, line: &mut Line) {
        let Self(address, wanted) = self;
        if !address.ip.is_v4() {
            return line.fill("inet6 % prefixlen %", &[&address.ip, &address.prefix_len]);
        }
        let mut earlier = wanted.addresses.iter().take_while(|other| other != address);
        let is_second = earlier.any(|other| other.prefix_len == address.prefix_len && other.covers(&address.ip));
        let len = if is_second { 32 } else { address.prefix_len };
        let ones = Ip::unspecified(Family::V4).last(0);
        line.fill("inet % netmask %", &[&address.ip, &ones.network(len)]);
    }
}

/// A gateway; a link-local one with its interface.
struct Router<'a>(&'a Ip, &'a Interface);

impl Show for Router<'_> {
    fn show(&self, line: &mut Line) {
        self.0.show(line);
        if self.0.is_link_local_v6() {
            line.fill("%%", &[&"%", &self.1.name]);
        }
    }
}

/// A route as route(8) takes it.
struct Arguments<'a>(&'a Route, &'a Interface);

impl Show for Arguments<'_> {
    fn show(&self, line: &mut Line) {
        let Self(Route { destination, prefix_len, gateway }, interface) = self;
        if *prefix_len == 0 {
            line.put("default");
        } else if !destination.is_v4() {
            line.fill("% -prefixlen %", &[destination, prefix_len]);
        } else if gateway.is_none() && *prefix_len == destination.width() {
            line.fill("-host %", &[destination]);
        } else {
            line.fill("-net %/%", &[destination, prefix_len]);
        }
        match gateway {
            Some(gateway) => line.fill(" %", &[&Router(gateway, interface)]),
            None => line.fill(" -iface %", &[&interface.name]),
        }
    }
}

#[cfg(test)]
#[path = "freebsd_tests.rs"]
mod tests;
