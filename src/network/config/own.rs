//! Files of our own, one an interface, whose names carry the MAC address: `05-nova-agent-4040aabbcc01.network`.

use crate::error::Error;
use crate::network::config::Network;
use crate::network::config::edited::Edited;
use crate::network::config::ini::{self, Section};
use crate::network::config::tree::Tree;
use crate::network::ip::put_octets;
use crate::network::model::Mac;
use crate::packed::Packed;
use crate::ports::Verdict;
use crate::text::Text;

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
    pub more: Packed,
}

impl Own {
    /// Edits the file of every interface, and removes those of interfaces that are gone.
    ///
    /// # Errors
    ///
    /// Those of the tree.
    #[inline(never)]
    pub fn write(&self, network: &Network<'_>, tree: &mut Tree<'_>) -> Result<(), Error> {
        tree.each(self.directory, self.prefix, self.suffix, &mut |name, path, tree| {
            if Mac::parse(name).is_none_or(|mac| network.knows(mac)) {
                return Ok(());
            }
            tree.remove(path)
        })?;
        let mut path = Text::<128>::new();
        for (number, interface) in network.interfaces.iter().enumerate() {
            path.clear();
            path.fill("%/%", &[&self.directory, &self.prefix]);
            put_octets(&mut path, &interface.wanted.mac.0, "", 16, 2);
            path.put(self.suffix);
            let changes = tree.changes;
            tree.edit(path.as_str(), self.mode, &mut |old, out| {
                ini::edit(old, interface, self, &mut Edited::new(old, out));
                Verdict::Write
            })?;
            tree.edited |= u32::from(tree.changes > changes) << number;
        }
        Ok(())
    }
}
