//! What mail servers found out about who sent a message (RFC 8601).

/// One Authentication-Results field. Anybody can write one: only those of servers that the administrator named count.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuthenticationResults {
    /// Who says so; in lower case.
    pub authserv_id: String,
    /// Received fields above it: what stands above the same ones came from the same server.
    pub hop: usize,
    pub results: Vec<MethodResult>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MethodResult {
    pub method: Method,
    pub verdict: Verdict,
    /// Whose domain it is about, in lower case: the envelope's sender, the signer, or the author.
    pub domain: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    Spf,
    Dkim,
    Dmarc,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Pass,
    Fail,
    /// Nothing was found, or nothing could be: `none`, `neutral`, `softfail`, `temperror` and whatever else.
    Open,
}

impl AuthenticationResults {
    /// What the servers called `authserv_ids` found: the topmost field of theirs, and those of the same hop. A
    /// method's first result for a domain counts.
    pub fn trusted(fields: &[AuthenticationResults], authserv_ids: &[String]) -> Vec<MethodResult> {
        let ours = |field: &&AuthenticationResults| {
            authserv_ids.iter().any(|id| id.eq_ignore_ascii_case(&field.authserv_id))
        };
        let Some(hop) = fields.iter().find(ours).map(|field| field.hop) else { return Vec::new() };
        let mut trusted: Vec<MethodResult> = Vec::new();
        for result in fields.iter().filter(ours).filter(|field| field.hop == hop).flat_map(|f| &f.results) {
            let same = |known: &MethodResult| known.method == result.method && known.domain == result.domain;
            if !trusted.iter().any(same) {
                trusted.push(result.clone());
            }
        }
        trusted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(authserv_id: &str, hop: usize, method: Method, verdict: Verdict) -> AuthenticationResults {
        let results = vec![MethodResult { method, verdict, domain: None }];
        AuthenticationResults { authserv_id: authserv_id.to_owned(), hop, results }
    }

    #[test]
    fn only_the_topmost_fields_of_named_servers_count() {
        let fields = [
            field("other.test", 0, Method::Dmarc, Verdict::Pass),
            field("mx.test", 1, Method::Dkim, Verdict::Fail),
            field("mx.test", 1, Method::Dkim, Verdict::Pass),
            field("mx.test", 1, Method::Spf, Verdict::Pass),
            // Below a Received of ours: the sender wrote it.
            field("mx.test", 2, Method::Dmarc, Verdict::Pass),
        ];
        let trusted = AuthenticationResults::trusted(&fields, &["MX.test".to_owned()]);
        let seen: Vec<_> = trusted.iter().map(|result| (result.method, result.verdict)).collect();
        assert_eq!(seen, [(Method::Dkim, Verdict::Fail), (Method::Spf, Verdict::Pass)]);
        assert!(AuthenticationResults::trusted(&fields, &[]).is_empty());
        assert!(AuthenticationResults::trusted(&fields, &["test".to_owned()]).is_empty());
    }
}
