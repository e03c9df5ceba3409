//! Files of our own, one an interface, whose names carry the MAC address: `05-nova-agent-4040aabbcc01.network`.

use crate::error::Error;
use crate::network::config::edited::Edited;
use crate::network::config::tree::{Names, Tree};
use crate::network::config::{Interface, Network};
use crate::network::ip::put_octets;
use crate::network::model::Mac;
use crate::ports::Verdict;
use crate::text::{Text, cut};

/// Makes a file of an interface from the old bytes.
pub type Edit<'a> = dyn FnMut(&[u8], &Interface, &mut Edited<'_, '_>) + 'a;

/// Where such files are, and how they are called.
pub struct Own {
    /// Their directory.
    pub directory: &'static str,
    /// What is before the MAC address in their names.
    pub prefix: &'static str,
    /// What is behind it.
    pub suffix: &'static str,
    /// The mode of a new one.
    pub mode: u32,
}

impl Own {
    /// Edits the file of every interface, and removes those of interfaces that are gone.
    ///
    /// # Errors
    ///
    /// Those of the tree.
    #[inline(never)]
    pub fn write(&self, network: &Network<'_>, tree: &mut Tree<'_>, edit: &mut Edit<'_>) -> Result<(), Error> {
        for (number, interface) in network.interfaces.iter().enumerate() {
            let changes = tree.changes;
            let mut path = Text::<128>::of("%/%", &[&self.directory, &self.prefix]);
            put_octets(&mut path, &interface.wanted.mac.0, "", 16, 2);
            path.put(self.suffix);
            tree.edit(path.as_str(), self.mode, &mut |old, out| {
                edit(old, interface, &mut Edited::new(old, out));
                Verdict::Write
            })?;
            tree.edited |= u32::from(tree.changes > changes) << number;
        }
        let mut names = Names::new();
        tree.names(self.directory, self.prefix, &mut names)?;
        let mut rest = names.as_str();
        while let Some((name, after)) = cut(rest, b'\n') {
            rest = after;
            let mac = name.strip_prefix(self.prefix).and_then(|name| name.strip_suffix(self.suffix)).and_then(Mac::parse);
            if mac.is_some_and(|mac| !network.knows(mac)) {
                let path = Text::<320>::of("%/%", &[&self.directory, &name]);
                tree.edit(path.as_str(), self.mode, &mut |_, _| Verdict::Remove)?;
            }
        }
        Ok(())
    }
}
