//! Placeholder until the network lands.
use crate::error::{Errno, Error};
use crate::network::live::{Item, Link};
use crate::network::plan::Change;

/// Links.
pub struct Links;

impl crate::ports::Links for Links {
    fn find(&mut self, _: [u8; 6]) -> Result<Option<Link>, Error> {
        Err(Error::System("find", Errno(libc::ENOSYS)))
    }
    fn live(&mut self, _: &Link, _: &mut dyn FnMut(Item)) -> Result<(), Error> {
        Ok(())
    }
    fn change(&mut self, _: &Link, _: &Change) -> Result<(), Error> {
        Ok(())
    }
    fn stop_dhcp(&mut self, _: &Link, _: &mut dyn FnMut(&str)) -> Result<(), Error> {
        Ok(())
    }
}
