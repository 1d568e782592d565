//! The lock files, past every advisory that concerns us. `make deny CHECKS=advisories` and `npm audit` ask the network
//! for new ones; this needs none, and keeps an old version from coming back.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests may panic")]

/// Crate, the first version that is good, and why.
const AT_LEAST: &[(&str, [u32; 3], &str)] = &[
    (
        "ammonia",
        [4, 2, 4],
        "RUSTSEC-2019-0001, 2021-0074, 2022-0003, 2025-0071, 2026-0193, 2026-0213; url() in CSS",
    ),
    ("lettre", [0, 11, 22], "RUSTSEC-2021-0069 (SMTP smuggling), 2026-0141"),
    ("time", [0, 3, 47], "RUSTSEC-2026-0009: comments in RFC 2822 dates exhaust the stack"),
    ("rustls-webpki", [0, 103, 13], "RUSTSEC-2026-0049, -0098, -0099, -0104"),
    ("h2", [0, 4, 16], "RUSTSEC-2026-0258: empty DATA frames without end"),
    ("quick-xml", [0, 41, 0], "RUSTSEC-2026-0194, -0195"),
    ("hickory-proto", [0, 26, 1], "RUSTSEC-2026-0118, -0119"),
    ("idna", [1, 0, 0], "RUSTSEC-2024-0421: two spellings of one host"),
    ("ring", [0, 17, 12], "RUSTSEC-2025-0009"),
    ("tokio", [1, 44, 2], "RUSTSEC-2025-0023"),
    ("hyper", [0, 14, 12], "RUSTSEC-2021-0078, -0079: request smuggling"),
    ("rustls", [0, 23, 18], "RUSTSEC-2024-0336, -0399"),
    ("postgres-protocol", [0, 6, 12], "RUSTSEC-2026-0179: the SCRAM iterations that a server names; -0180"),
    ("tokio-postgres", [0, 7, 18], "RUSTSEC-2026-0178: a row with too few fields"),
];

/// What has a hole without a fix, or is what we promise to do without.
const NEVER: &[(&str, &str)] = &[
    ("rsa", "RUSTSEC-2023-0071, not fixed"),
    ("boring", "RUSTSEC-2026-0141: no check of host names"),
    ("native-tls", "TLS is rustls alone"),
    ("openssl-sys", "TLS is rustls alone"),
    ("serde_yaml", "not kept any more"),
    ("lexical-core", "RUSTSEC-2023-0086"),
    ("atty", "RUSTSEC-2021-0145"),
];

const NPM_AT_LEAST: &[(&str, [u32; 3], &str)] =
    &[("esbuild", [0, 25, 0], "GHSA-67mh-4wv8-2f99"), ("playwright-core", [1, 55, 1], "CVE-2025-59288")];

#[test]
fn no_crate_is_older_than_its_advisories() {
    let packages = crates();
    assert!(packages.len() > 200, "{} packages: is this a lock file?", packages.len());
    let mut n_found = 0;
    for (name, least, why) in AT_LEAST {
        for (_, version) in packages.iter().filter(|(package, _)| package == name) {
            n_found += 1;
            assert!(numbers(version) >= *least, "{name} {version} is too old: {why}");
        }
    }
    assert!(n_found >= 8, "only {n_found} of the crates are used: is the list of use?");
    for (name, why) in NEVER {
        assert!(!packages.iter().any(|(package, _)| package == name), "{name}: {why}");
    }
}

#[test]
fn no_npm_package_is_older_than_its_advisories() {
    let lock: serde_json::Value = serde_json::from_str(include_str!("../package-lock.json")).unwrap();
    let packages = lock.get("packages").and_then(|packages| packages.as_object()).unwrap();
    for (name, least, why) in NPM_AT_LEAST {
        let package = packages.get(&format!("node_modules/{name}")).unwrap_or_else(|| panic!("no {name}"));
        let version = package.get("version").and_then(|version| version.as_str()).unwrap();
        assert!(numbers(version) >= *least, "{name} {version} is too old: {why}");
    }
    // Nothing runs at installation but what esbuild needs to find its own program.
    let with_scripts: Vec<_> = packages
        .iter()
        .filter(|(_, package)| package.get("hasInstallScript").is_some())
        .map(|(name, _)| name)
        .collect();
    assert_eq!(with_scripts, ["node_modules/esbuild"]);
    // Every package is held to a hash.
    for (name, package) in packages.iter().filter(|(name, _)| !name.is_empty()) {
        assert!(package.get("integrity").is_some(), "{name}");
    }
}

#[test]
fn every_crate_comes_from_the_registry_and_has_its_hash() {
    for package in include_str!("../Cargo.lock").split("[[package]]").skip(1) {
        let Some(source) = field(package, "source") else { continue };
        assert_eq!(source, "registry+https://github.com/rust-lang/crates.io-index", "{package}");
        assert!(field(package, "checksum").is_some_and(|sum| sum.len() == 64), "{package}");
    }
}

fn crates() -> Vec<(&'static str, &'static str)> {
    let packages = include_str!("../Cargo.lock").split("[[package]]").skip(1);
    packages.filter_map(|package| field(package, "name").zip(field(package, "version"))).collect()
}

fn field(package: &'static str, name: &str) -> Option<&'static str> {
    let start = format!("{name} = \"");
    package.lines().find_map(|line| line.strip_prefix(start.as_str())?.strip_suffix('"'))
}

/// Without what stands behind `-` and `+`.
fn numbers(version: &str) -> [u32; 3] {
    let plain = version.split(['-', '+']).next().unwrap();
    let mut numbers = plain.split('.').map(|number| number.parse().unwrap());
    std::array::from_fn(|_| numbers.next().unwrap_or(0))
}

#[test]
fn versions_are_compared_as_numbers() {
    assert!(
        numbers("0.103.17") > numbers("0.103.9")
            && numbers("1.2") == [1, 2, 0]
            && numbers("1.2.3+4") == [1, 2, 3]
    );
}
