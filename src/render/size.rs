//! Sizes for people.

/// `12.3 kB`, `4.5 MB`: decimal units, one digit after the point.
pub fn size(bytes: u64) -> String {
    if bytes < 1_000 {
        return format!("{bytes} B");
    }
    let mut unit = 1_000;
    for name in ["kB", "MB", "GB", "TB", "PB"] {
        // In tenths, rounded half up; 1000.0 belongs to the next unit.
        let tenths = (u128::from(bytes) * 10 + unit / 2) / unit;
        if tenths < 10_000 {
            return format!("{}.{} {name}", tenths / 10, tenths % 10);
        }
        unit *= 1_000;
    }
    format!("{} EB", u128::from(bytes) / unit)
}

#[cfg(test)]
mod tests {
    #[test]
    fn sizes_change_unit_where_rounding_does() {
        let cases = [
            (0, "0 B"),
            (999, "999 B"),
            (1_000, "1.0 kB"),
            (12_345, "12.3 kB"),
            (999_949, "999.9 kB"),
            (999_950, "1.0 MB"),
            (4_500_000, "4.5 MB"),
            (u64::MAX, "18 EB"),
        ];
        for (bytes, shown) in cases {
            assert_eq!(super::size(bytes), shown, "{bytes}");
        }
    }
}
