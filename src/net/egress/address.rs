//! Which addresses are public: those that mean the same machine to everybody.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

const fn v4(a: u8, b: u8, c: u8, d: u8, length: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), length)
}

const fn v6(first: u16, second: u16, length: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(first, second, 0, 0, 0, 0, 0, 0), length)
}

/// IANA's registry of special-purpose addresses (RFC 6890), multicast and reserved ones, and one address that a
/// large host uses for itself.
const NOT_GLOBAL_V4: [Ipv4Net; 16] = [
    v4(0, 0, 0, 0, 8),
    v4(10, 0, 0, 0, 8),
    // RFC 6598: between a provider and its customers; Alibaba's metadata service is in it.
    v4(100, 64, 0, 0, 10),
    v4(127, 0, 0, 0, 8),
    // Link-local; the metadata services of most clouds are in it.
    v4(169, 254, 0, 0, 16),
    v4(172, 16, 0, 0, 12),
    // Oracle's metadata service is in it.
    v4(192, 0, 0, 0, 24),
    v4(192, 0, 2, 0, 24),
    v4(192, 88, 99, 0, 24),
    v4(192, 168, 0, 0, 16),
    v4(198, 18, 0, 0, 15),
    v4(198, 51, 100, 0, 24),
    v4(203, 0, 113, 0, 24),
    v4(224, 0, 0, 0, 4),
    v4(240, 0, 0, 0, 4),
    // Azure's wire server: the machine's own host, at a public address.
    v4(168, 63, 129, 16, 32),
];

/// All that was given out (RFC 4291 §2.4); every other IPv6 address is special: `::`, `::1`, ::/96, fc00::/7, fe80::/10,
/// fec0::/10, ff00::/8.
const UNICAST_V6: Ipv6Net = v6(0x2000, 0, 3);

const NOT_GLOBAL_V6: [Ipv6Net; 5] = [
    // IETF protocol assignments, Teredo (2001::/32), benchmarking and ORCHID among them.
    v6(0x2001, 0, 23),
    v6(0x2001, 0xdb8, 32),
    // 6to4 leads to the IPv4 address in it, whichever that is (RFC 3056; RFC 7526 gave it up).
    v6(0x2002, 0, 16),
    // Documentation (RFC 9637).
    v6(0x3fff, 0, 20),
    // 6bone, given back (RFC 3701).
    v6(0x3ffe, 0, 16),
];

/// A translator leads to the IPv4 address in its last 32 bits (RFC 6052 §2.1). Networks without IPv4 reach all others
/// so, so it counts as that address.
const NAT64: Ipv6Net = v6(0x64, 0xff9b, 96);

pub(super) fn is_global(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => is_global_v4(ip),
        IpAddr::V6(ip) if NAT64.contains(&ip) => {
            let [.., a, b, c, d] = ip.octets();
            is_global_v4(Ipv4Addr::new(a, b, c, d))
        }
        IpAddr::V6(ip) => UNICAST_V6.contains(&ip) && !NOT_GLOBAL_V6.iter().any(|net| net.contains(&ip)),
    }
}

fn is_global_v4(ip: Ipv4Addr) -> bool {
    !NOT_GLOBAL_V4.iter().any(|net| net.contains(&ip))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests may panic")]

    use super::*;

    #[test]
    fn only_what_everybody_can_reach_is_public() {
        for ip in [
            "1.1.1.1",
            "8.8.8.8",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.0.3.0",
            "192.88.98.255",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "198.51.99.255",
            "203.0.112.255",
            "203.0.114.0",
            "223.255.255.255",
            "168.63.129.15",
            "2001:200::",
            "2001:4860:4860::8888",
            "2606:4700:4700::1111",
            "2a00:1450:4001::1",
            "2003::1",
            "3fdf::1",
            "2001:db7::1",
            "2001:db9::1",
            "::ffff:8.8.8.8",
            "64:ff9b::8.8.8.8",
        ] {
            assert!(is_global(ip.parse().unwrap()), "{ip}");
        }
        for ip in [
            "0.0.0.0",
            "0.0.0.1",
            "0.255.255.255",
            "10.0.0.0",
            "10.255.255.255",
            "100.64.0.0",
            "100.100.100.200",
            "100.127.255.255",
            "127.0.0.1",
            "127.1.2.3",
            "127.255.255.255",
            "169.254.0.0",
            "169.254.169.254",
            "169.254.255.255",
            "172.16.0.0",
            "172.31.255.255",
            "192.0.0.0",
            "192.0.0.8",
            "192.0.0.192",
            "192.0.0.255",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.1",
            "192.168.255.255",
            "198.18.0.0",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.254",
            "255.255.255.255",
            "168.63.129.16",
            // IPv6 of its own.
            "::",
            "::1",
            "::2",
            "fc00::1",
            "fd00:ec2::254",
            "fdff:ffff::1",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "feff::1",
            "ff02::1",
            "ff0e::1",
            "100::1",
            "2001:db8::1",
            "3fff::1",
            "3ffe::1",
            "2001:2::1",
            "2001:10::1",
            "2001:20::1",
            "5f00::1",
            "4000::1",
            "1fff::1",
            "e000::1",
            // IPv4 in IPv6: mapped, compatible, translated, 6to4, Teredo, NAT64.
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:a9fe:a9fe",
            "::ffff:0.0.0.0",
            "::127.0.0.1",
            "::10.0.0.1",
            "::8.8.8.8",
            "::ffff:0:127.0.0.1",
            "2002:7f00:1::",
            "2002:a00:1::1",
            "2002:c0a8:101::1",
            "2002:808:808::1",
            "2001::1",
            "2001:0:7f00:1::",
            "2001:0:4136:e378:8000:63bf:3fff:fdd2",
            "64:ff9b::127.0.0.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::1",
            "64:ff9b:1::8.8.8.8",
        ] {
            assert!(!is_global(ip.parse().unwrap()), "{ip}");
        }
    }
}
