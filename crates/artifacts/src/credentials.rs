//! User names and passwords for registries, as `docker login` and Kubernetes pull secrets write
//! them. It reads text, no files, and never shows a password.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use graph::ImageReference;
use serde::Deserialize;

/// Logins, each for a registry or a part of it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Credentials(Vec<Entry>);

#[derive(Clone, PartialEq, Eq)]
struct Entry {
    /// `host`, `host:port`, or one of these and the beginning of a repository.
    place: String,
    login: Login,
}

/// Who asks.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Login {
    pub(crate) user: String,
    pub(crate) password: String,
}

/// Completes "… ", after where the text is from.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum CredentialsError {
    #[error("is not the JSON that `docker login` writes: {0}")]
    Form(String),
    #[error("has an `auth` for `{0}` that is not base64 of user:password")]
    Auth(String),
}

#[derive(Deserialize)]
struct Config {
    #[serde(default)]
    auths: serde_json::Map<String, serde_json::Value>,
}

#[derive(Deserialize)]
struct Auth {
    auth: Option<String>,
    username: Option<String>,
    password: Option<String>,
}

impl Credentials {
    /// Adds what a `config.json` or `.dockerconfigjson` holds. Entries without a password, such as
    /// those kept by a credential helper, are passed over.
    pub fn add(&mut self, config: &str) -> Result<(), CredentialsError> {
        let config: Config = serde_json::from_str(config)
            .map_err(|error| CredentialsError::Form(error.to_string()))?;
        for (place, auth) in config.auths {
            let auth = serde_json::from_value(auth)
                .map_err(|error| CredentialsError::Form(error.to_string()))?;
            if let Some(login) = login(&place, auth)? {
                self.0.push(Entry { place: normal(&place), login });
            }
        }
        Ok(())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The login with the longest place that covers the image; of equal ones the first.
    pub(crate) fn login(&self, image: &ImageReference) -> Option<&Login> {
        let whole = format!("{}/{}", image.registry, image.repository);
        let covers = |place: &str| {
            whole.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let covering = self.0.iter().rev().filter(|entry| covers(&entry.place));
        covering.max_by_key(|entry| entry.place.len()).map(|entry| &entry.login)
    }
}

fn login(place: &str, auth: Auth) -> Result<Option<Login>, CredentialsError> {
    if let (Some(user), Some(password)) = (auth.username, auth.password) {
        return Ok(Some(Login { user, password }));
    }
    let Some(encoded) = auth.auth.filter(|text| !text.is_empty()) else { return Ok(None) };
    let decoded = STANDARD.decode(encoded.trim()).ok().and_then(|b| String::from_utf8(b).ok());
    let pair = decoded.as_deref().and_then(|text| text.split_once(':'));
    let Some((user, password)) = pair else { return Err(CredentialsError::Auth(place.to_owned())) };
    Ok(Some(Login { user: user.to_owned(), password: password.to_owned() }))
}

/// Docker's own registry has several names, and places were once addresses.
fn normal(place: &str) -> String {
    let place = place.trim_start_matches("https://").trim_start_matches("http://");
    let place = place.trim_end_matches('/').trim_end_matches("/v1").trim_end_matches("/v2");
    match place {
        "index.docker.io" | "registry-1.docker.io" => "docker.io".to_owned(),
        place => place.to_owned(),
    }
}

/// Places alone.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.iter().map(|entry| &entry.place)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = r#"{"auths": {
        "https://index.docker.io/v1/": {"auth": "aHViOnNlY3JldA=="},
        "ghcr.io": {"username": "anna", "password": "a:b"},
        "ghcr.io/team": {"auth": "dGVhbTpwYTpzcw=="},
        "kept.example": {},
        "localhost:5000": {"auth": "bG9jYWw6eA==", "email": "a@b"}
    }, "credsStore": "desktop"}"#;

    fn user(credentials: &Credentials, image: &str) -> Option<(String, String)> {
        let login = credentials.login(&ImageReference::parse(image).unwrap())?;
        Some((login.user.clone(), login.password.clone()))
    }

    #[test]
    fn the_longest_place_wins() {
        let mut credentials = Credentials::default();
        credentials.add(CONFIG).unwrap();
        let check = |image: &str, expect: Option<(&str, &str)>| {
            let expect = expect.map(|(user, password)| (user.to_owned(), password.to_owned()));
            assert_eq!(user(&credentials, image), expect, "{image}");
        };
        check("guest", Some(("hub", "secret")));
        check("ghcr.io/other/guest", Some(("anna", "a:b")));
        check("ghcr.io/team/guest", Some(("team", "pa:ss")));
        check("ghcr.io/teammates/guest", Some(("anna", "a:b")));
        check("localhost:5000/guest", Some(("local", "x")));
        check("localhost:5001/guest", None);
        check("kept.example/guest", None);
    }

    #[test]
    fn of_equal_places_the_first_is_taken() {
        let mut credentials = Credentials::default();
        for config in
            [r#"{"auths": {"a.io": {"auth": "MTox"}}}"#, r#"{"auths": {"a.io": {"auth": "Mjoy"}}}"#]
        {
            credentials.add(config).unwrap();
        }
        assert_eq!(user(&credentials, "a.io/x"), Some(("1".into(), "1".into())));
    }

    #[test]
    fn mistakes_are_told_and_passwords_are_not() {
        let mut credentials = Credentials::default();
        let bad = credentials.add(r#"{"auths": {"a.io": {"auth": "?"}}}"#);
        assert_eq!(bad, Err(CredentialsError::Auth("a.io".into())));
        assert!(matches!(credentials.add("auths:"), Err(CredentialsError::Form(_))));
        credentials.add(CONFIG).unwrap();
        assert!(!format!("{credentials:?}").contains("secret"));
    }
}
