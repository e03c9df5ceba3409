//! XenStore: the wire format and a client with one request in flight.

pub mod client;
pub mod queue;
pub mod wire;
