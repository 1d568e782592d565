//! Free ports of this machine's loopback.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

/// `N` different ports that were free a moment ago. Another process may still take one before the server does: the
/// rig then starts again with others.
pub(crate) fn free<const N: usize>() -> [u16; N] {
    let held = [(); N].map(|()| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap());
    held.map(|listener| listener.local_addr().unwrap().port())
}

/// An address that nothing listens on: for a server that a test starts itself.
pub fn free_address() -> SocketAddr {
    let [port] = free();
    loopback(port)
}

pub(crate) fn loopback(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}
