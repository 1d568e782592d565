//! The one TLS client configuration: rustls on ring, certificates judged as the platform does.

use std::{io, path::Path, sync::Arc};

use rustls::{ClientConfig, crypto::ring, pki_types::CertificateDer};
use rustls_platform_verifier::Verifier;

use super::Error;

/// The certificates of a PEM file; an empty file is an error, for it cannot be what was meant.
pub(super) fn read_authority(path: &Path) -> io::Result<Vec<CertificateDer<'static>>> {
    let pem = std::fs::read(path)?;
    let certificates = rustls_pemfile::certs(&mut pem.as_slice()).collect::<Result<Vec<_>, _>>()?;
    if certificates.is_empty() {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "no certificate in it"));
    }
    Ok(certificates)
}

/// `None` where the machine has no certificate authorities and none was given.
pub(super) fn client_config(
    own_authority: Vec<CertificateDer<'static>>,
) -> Result<Option<Arc<ClientConfig>>, Error> {
    let has_own = !own_authority.is_empty();
    let provider = Arc::new(ring::default_provider());
    let verifier = match Verifier::new_with_extra_roots(own_authority, Arc::clone(&provider)) {
        Ok(verifier) => verifier,
        Err(error) if has_own => {
            return Err(Error::CaFile(io::Error::new(io::ErrorKind::InvalidData, error)));
        }
        // Not an error yet: an upstream on loopback may need no TLS.
        Err(error) => {
            tracing::warn!(%error, "no certificate authorities: TLS connections will fail");
            return Ok(None);
        }
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring offers every default protocol version")
        // The verifier is the platform's own: nothing is trusted that the system does not trust.
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(Some(Arc::new(config)))
}

/// Tells a bad certificate, which no retry mends, from a broken connection.
pub(super) fn handshake_error(error: io::Error) -> Error {
    let mut cause = error.get_ref().map(|inner| inner as &(dyn std::error::Error + 'static));
    while let Some(inner) = cause {
        if let Some(rustls::Error::InvalidCertificate(_)) = inner.downcast_ref() {
            return Error::Certificate(error);
        }
        cause = inner.source();
    }
    Error::Unreachable(error)
}
