#![expect(clippy::unwrap_used, reason = "tests may panic")]

use std::{error::Error as _, net::TcpListener};

use super::*;

#[test]
fn a_ca_file_that_holds_no_certificate_is_an_error() {
    let file = tempfile::NamedTempFile::new().unwrap();
    for path in [file.path(), Path::new("/nonexistent")] {
        assert!(matches!(Dialer::trusting(Some(path)), Err(Error::CaFile(_))));
    }
}

#[tokio::test]
async fn a_closed_port_is_unreachable() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let upstream = Upstream { host: "127.0.0.1".into(), port, security: Security::Insecure };
    let error = Dialer::trusting(None).unwrap().connect(&upstream).await.unwrap_err();
    assert!(matches!(error, Error::Unreachable(_)));
    assert!(!error.to_string().contains(&error.source().unwrap().to_string()));
}

#[test]
fn a_bad_certificate_is_told_apart_from_a_broken_connection() {
    let bad = rustls::Error::InvalidCertificate(rustls::CertificateError::Expired);
    let error = tls::handshake_error(io::Error::new(io::ErrorKind::InvalidData, bad));
    assert!(matches!(error, Error::Certificate(_)));
    let error = tls::handshake_error(io::ErrorKind::UnexpectedEof.into());
    assert!(matches!(error, Error::Unreachable(_)));
}

#[test]
fn an_ipv6_host_loses_its_brackets() {
    assert_eq!(bare("[::1]"), "::1");
    assert_eq!(bare("mail.example"), "mail.example");
}
