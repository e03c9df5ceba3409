//! Files of our own, one an interface, whose names carry the MAC address: `05-nova-agent-4040aabbcc01.network`.

use crate::error::Error;
use crate::network::config::Network;
use crate::network::config::edited::Edited;
use crate::network::config::ini::{self, Section};
use crate::network::config::tree::{Names, Tree};
use crate::network::ip::put_octets;
use crate::network::model::Mac;
use crate::ports::Verdict;
use crate::text::{Text, cut};

/// Where such files are, how they are called, and what is in them.
pub struct Own {
    /// Their directory.
    pub directory: &'static str,
    /// What is before the MAC address in their names.
    pub prefix: &'static str,
    /// What is behind it.
    pub suffix: &'static str,
    /// The mode of a new one.
    pub mode: u32,
    /// The sections that have keys of ours, in the order in which new ones come.
    pub sections: &'static [Section],
    /// Template of what is behind them: sections with the comment `# nova-agent`.
    pub more: &'static str,
}

/// A path of such a file.
type Path = Text<128>;

impl Own {
    /// Edits the file of every interface, and removes those of interfaces that are gone.
    ///
    /// # Errors
    ///
    /// Those of the tree.
    #[inline(never)]
    pub fn write(&self, network: &Network<'_>, tree: &mut Tree<'_>) -> Result<(), Error> {
        let (mut names, mut path) = (Names::new(), Path::new());
        tree.names(self.directory, self.prefix, &mut names)?;
        let mut rest = names.as_str();
        while let Some((name, others)) = cut(rest, b'\n') {
            rest = others;
            let mac = name.get(self.prefix.len()..).and_then(|name| name.strip_suffix(self.suffix)).and_then(Mac::parse);
            if let Some(mac) = mac
                && !network.knows(mac)
            {
                self.fill(mac, &mut path);
                tree.edit(path.as_str(), self.mode, &mut |_, _| Verdict::Remove)?;
            }
        }
        for (number, interface) in network.interfaces.iter().enumerate() {
            let changes = tree.changes;
            self.fill(interface.wanted.mac, &mut path);
            tree.edit(path.as_str(), self.mode, &mut |old, out| {
                ini::edit(old, interface, self, &mut Edited::new(old, out));
                Verdict::Write
            })?;
            tree.edited |= u32::from(tree.changes > changes) << number;
        }
        Ok(())
    }

    #[inline(never)]
    fn fill(&self, mac: Mac, path: &mut Path) {
        path.clear();
        path.fill("%/%", &[&self.directory, &self.prefix]);
        put_octets(path, &mac.0, "", 16, 2);
        path.put(self.suffix);
    }
}
