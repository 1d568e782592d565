//! Sizes, in the units people know from their disks.

/// `640 bytes`, `12.3 kB`, `4.5 MB`: decimal units, rounded to a tenth.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    match bytes {
        1 => return "1 byte".into(),
        0..1000 => return format!("{bytes} bytes"),
        _ => {}
    }
    let mut unit = 1000_u64;
    for (place, name) in UNITS.iter().enumerate() {
        let tenths = bytes.saturating_add(unit / 20) / (unit / 10);
        // 999 950 bytes round to 1000.0 kB, which people write as 1.0 MB.
        if tenths < 10_000 || place + 1 == UNITS.len() {
            return format!("{}.{} {name}", tenths / 10, tenths % 10);
        }
        unit *= 1000;
    }
    format!("{bytes} bytes")
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn rounds_to_a_tenth_and_moves_up_a_unit() {
        for (bytes, text) in [
            (0, "0 bytes"),
            (1, "1 byte"),
            (999, "999 bytes"),
            (1000, "1.0 kB"),
            (12_345, "12.3 kB"),
            (999_949, "999.9 kB"),
            (999_950, "1.0 MB"),
            (4_512_000, "4.5 MB"),
            (2_000_000_000, "2.0 GB"),
            (u64::MAX, "18446.7 PB"),
        ] {
            assert_eq!(size(bytes), text);
        }
    }
}
