//! The pool's certificate: given, or made up for trying things out.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::{self, ServerConfig};

/// What clients are shown.
#[derive(Clone, Debug)]
pub enum Certificate {
    /// A chain and its private key, both PEM files.
    Files {
        /// The chain, the pool's own certificate first.
        chain: PathBuf,
        /// The private key.
        key: PathBuf,
    },
    /// One that is made now for these names, signed by itself.
    SelfSigned(Vec<String>),
}

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// A file cannot be read, or has no such thing in it.
    #[error("{}: {error}", .path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        error: pem::Error,
    },
    /// The chain and the key cannot be used, or do not belong together.
    #[error("the certificate cannot be used: {0}")]
    Unusable(#[from] rustls::Error),
    /// A name cannot stand in a certificate.
    #[error("no certificate can be made: {0}")]
    Making(#[from] rcgen::Error),
}

impl Certificate {
    /// What accepts TLS 1.2 and 1.3 with it, and the certificate in PEM if it was made now.
    ///
    /// # Errors
    /// [`CertificateError`]: what is wrong with the files or names.
    pub(super) fn acceptor(&self) -> Result<(TlsAcceptor, Option<String>), CertificateError> {
        let (chain, key, made) = match self {
            Self::Files { chain, key } => (read_chain(chain)?, read_key(key)?, None),
            Self::SelfSigned(names) => {
                let made = rcgen::generate_simple_self_signed(names.clone())?;
                let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
                (vec![made.cert.der().clone()], key.into(), Some(made.cert.pem()))
            }
        };
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, key)?;
        Ok((TlsAcceptor::from(Arc::new(config)), made))
    }
}

fn read_chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, CertificateError> {
    let fault = |error| CertificateError::File { path: path.to_owned(), error };
    let chain: Vec<_> =
        CertificateDer::pem_file_iter(path).map_err(fault)?.collect::<Result<_, _>>().map_err(fault)?;
    if chain.is_empty() { Err(fault(pem::Error::NoItemsFound)) } else { Ok(chain) }
}

fn read_key(path: &Path) -> Result<PrivateKeyDer<'static>, CertificateError> {
    PrivateKeyDer::from_pem_file(path)
        .map_err(|error| CertificateError::File { path: path.to_owned(), error })
}
