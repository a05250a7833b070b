//! Pull secrets of a graph: which there are, and what they hold. The operator may read them only in
//! namespaces where it was given that right, and says so where it would have needed it.

use artifacts::Credentials;
use graph::{Problem, Source, Spec};
use k8s_openapi::api::core::v1::{Secret, ServiceAccount};
use kube::{Api, Client};

use crate::settings::Settings;

/// The key under which Kubernetes keeps logins.
pub(crate) const KEY: &str = ".dockerconfigjson";

/// A secret by name, and the field that names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PullSecret {
    pub name: String,
    pub field: String,
}

/// What secrets hold, and which of them could not be read.
#[derive(Debug, Default)]
pub(crate) struct Logins {
    pub credentials: Credentials,
    unread: Vec<Problem>,
}

/// The secrets of a graph and of the account that its pods use, each once. None for a graph that
/// pulls nothing.
pub(crate) async fn pull_secrets(
    client: &Client,
    namespace: &str,
    spec: &Spec,
) -> Result<Vec<PullSecret>, kube::Error> {
    let pulls = |c: &graph::Component| matches!(c.source(), Some(Source::Image(_)));
    if !spec.components.iter().any(pulls) {
        return Ok(Vec::new());
    }
    let own = spec.image_pull_secrets.iter().enumerate().map(|(index, secret)| PullSecret {
        name: secret.name.clone(),
        field: format!("spec.imagePullSecrets[{index}].name"),
    });
    let mut found: Vec<_> = own.collect();
    for name in of_account(client, namespace, spec).await? {
        if found.iter().all(|known| known.name != name) {
            found.push(PullSecret { name, field: "spec.serviceAccountName".to_owned() });
        }
    }
    Ok(found)
}

/// An account that does not exist has none; that pods cannot be created is told elsewhere. It is read
/// by name as all that a graph names: stores hold what carries the label, not every account there is.
async fn of_account(
    client: &Client,
    namespace: &str,
    spec: &Spec,
) -> Result<Vec<String>, kube::Error> {
    let Some(name) = &spec.service_account_name else { return Ok(Vec::new()) };
    let api: Api<ServiceAccount> = Api::namespaced(client.clone(), namespace);
    let account = api.get_opt(name).await?;
    let secrets = account.and_then(|account| account.image_pull_secrets).unwrap_or_default();
    Ok(secrets.into_iter().map(|secret| secret.name).filter(|name| !name.is_empty()).collect())
}

impl Logins {
    /// Reads the secrets as far as that is allowed.
    pub(crate) async fn read(
        client: &Client,
        namespace: &str,
        secrets: &[PullSecret],
        settings: &Settings,
    ) -> Self {
        let api: Api<Secret> = Api::namespaced(client.clone(), namespace);
        let mut logins = Self::default();
        for secret in secrets {
            let outcome = match api.get_opt(&secret.name).await {
                Ok(Some(object)) => logins.add(&object),
                Ok(None) => Err(Unread::Missing),
                Err(kube::Error::Api(status)) if status.code == 403 => Err(Unread::Forbidden),
                Err(error) => Err(Unread::Other(error.to_string())),
            };
            let problem = outcome.err().map(|why| why.problem(secret, namespace, settings));
            logins.unread.extend(problem);
        }
        logins
    }

    fn add(&mut self, secret: &Secret) -> Result<(), Unread> {
        let config = secret.data.as_ref().and_then(|data| data.get(KEY)).ok_or(Unread::NoKey)?;
        let config = std::str::from_utf8(&config.0).map_err(|e| Unread::Other(e.to_string()))?;
        self.credentials.add(config).map_err(|e| Unread::Other(e.to_string()))
    }

    /// Where a registry refused and a secret could not be read, the secret is the reason.
    pub(crate) fn explain(&self, problems: Vec<Problem>) -> Vec<Problem> {
        let refused = |p: &Problem| matches!(p.code, "image-unauthorized" | "image-not-found");
        if self.unread.is_empty() || !problems.iter().any(refused) {
            return problems;
        }
        let rest = problems.into_iter().filter(|problem| !refused(problem));
        self.unread.iter().cloned().chain(rest).collect()
    }
}

/// Why a secret is of no use.
enum Unread {
    Forbidden,
    Missing,
    NoKey,
    Other(String),
}

impl Unread {
    fn problem(self, secret: &PullSecret, namespace: &str, settings: &Settings) -> Problem {
        let PullSecret { name, field } = secret;
        let role = &settings.pull_secrets_role;
        let problem = |code, what: &str| {
            Problem::new(
                code,
                field,
                format!("the registry wants a login, and Secret `{name}` {what}"),
            )
        };
        match self {
            Self::Forbidden => {
                problem("pull-secret-not-readable", "may not be read by the operator")
                    .expected(format!("the ClusterRole `{role}` bound in namespace `{namespace}`"))
                    .fix(format!(
                        "kubectl create rolebinding {role} -n {namespace} --clusterrole={role} \
                     --serviceaccount={}",
                        settings.account
                    ))
            }
            Self::Missing => problem("pull-secret-missing", "does not exist").fix(format!(
                "kubectl create secret docker-registry {name} -n {namespace} --docker-server=HOST \
                 --docker-username=USER --docker-password=PASSWORD"
            )),
            Self::NoKey => problem("pull-secret-bad", &format!("has no key `{KEY}`"))
                .fix("create it by `kubectl create secret docker-registry`"),
            Self::Other(why) => problem("pull-secret-bad", &format!("cannot be used: {why}"))
                .fix("create it by `kubectl create secret docker-registry`"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> PullSecret {
        PullSecret { name: "registry".into(), field: "spec.imagePullSecrets[0].name".into() }
    }

    #[test]
    fn a_secret_is_the_reason_only_where_a_registry_refused() {
        let settings = crate::unguard::tests::settings();
        let unread = Unread::Forbidden.problem(&secret(), "shop", &settings);
        let logins = Logins { unread: vec![unread], ..Logins::default() };
        let codes = |problems: &[&'static str]| {
            let problems = problems.iter().map(|code| Problem::new(code, "", "")).collect();
            logins.explain(problems).iter().map(|problem| problem.code).collect::<Vec<_>>()
        };
        assert_eq!(codes(&["fetch-failed"]), ["fetch-failed"]);
        assert_eq!(
            codes(&["not-wasm", "image-unauthorized"]),
            ["pull-secret-not-readable", "not-wasm"]
        );
    }

    #[test]
    fn what_is_missing_names_the_command() {
        let settings = crate::unguard::tests::settings();
        let text =
            |why: Unread| crate::refusal::sentence(&why.problem(&secret(), "shop", &settings));
        assert_eq!(
            text(Unread::Forbidden),
            "spec.imagePullSecrets[0].name: the registry wants a login, and Secret `registry` may \
             not be read by the operator; expected: the ClusterRole `componentgraph-pull-secrets` \
             bound in namespace `shop`; fix: kubectl create rolebinding \
             componentgraph-pull-secrets -n shop --clusterrole=componentgraph-pull-secrets \
             --serviceaccount=componentgraph-system:componentgraph"
        );
        assert!(text(Unread::Missing).contains("does not exist; fix: kubectl create secret"));
        assert!(text(Unread::NoKey).contains("has no key `.dockerconfigjson`"));
    }
}
