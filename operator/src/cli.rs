//! The command line: flags as the chart sets them, turned into what the process is run with.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand, ValueEnum};
use graph::{LogLevel, NetworkPolicyMode};

use crate::process::{Bounds, Election, Options, Times, init_logs, run};
use crate::settings::{PullPolicy, Settings, Upgrade};

/// Name of the lease where nobody chose one.
const LEASE: &str = "componentgraph-operator";

/// Operator of ComponentGraph: graphs of WebAssembly components on Kubernetes
#[derive(Debug, Parser)]
#[command(name = "operator", version)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Watch graphs and bring them about
    Run(Box<Args>),
    /// Print the CustomResourceDefinition
    Crd {
        /// As a document for people
        #[arg(long)]
        docs: bool,
    },
    /// Print the rules of the operator's roles
    Rbac {
        /// Name of the lease
        #[arg(long, value_name = "NAME", default_value = LEASE)]
        lease_name: String,
    },
    /// Apply a small graph, call it, remove it: what `helm test` runs
    Try(Trial),
}

#[derive(Debug, clap::Args)]
struct Trial {
    /// Where the graph is applied
    #[arg(long, value_name = "NS")]
    namespace: String,
    /// Its name
    #[arg(long, default_value = "componentgraph-test")]
    name: String,
    /// How long it may take to be ready
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    timeout: u64,
    /// The installation has no collector: records go nowhere
    #[arg(long)]
    without_collector: bool,
}

#[derive(Debug, clap::Args)]
struct Args {
    /// Image of the runtime node
    #[arg(long, value_name = "IMAGE")]
    runtime_image: String,
    /// Secrets of the graphs' namespaces to pull it with
    #[arg(long, value_name = "SECRET", value_delimiter = ',')]
    runtime_pull_secrets: Vec<String>,
    /// When it is pulled; decided by the API server when left out
    #[arg(long, value_enum)]
    runtime_pull_policy: Option<PolicyArg>,
    /// When graphs get a new runtime image
    #[arg(long, value_enum, default_value_t)]
    runtime_upgrade: UpgradeArg,
    /// Log level of the nodes
    #[arg(long, value_enum, default_value_t)]
    runtime_log_level: LevelArg,
    /// Collector of graphs that name none
    #[arg(long, value_name = "URL")]
    collector_endpoint: Option<String>,
    /// Namespaces to watch; all when left out
    #[arg(long, value_name = "NS", value_delimiter = ',')]
    watch_namespaces: Vec<String>,
    /// For graphs that say nothing
    #[arg(long, value_enum, default_value_t)]
    network_policy_mode: ModeArg,
    /// Hosts that artifacts may come from; any when left out
    #[arg(long, value_name = "HOST", value_delimiter = ',')]
    allowed_registries: Vec<String>,
    /// Certificates in PEM that are trusted when artifacts are fetched
    #[arg(long, value_name = "FILE")]
    registry_ca: Option<PathBuf>,
    /// Account of this process, without its namespace
    #[arg(
        long,
        value_name = "NAME",
        env = "POD_SERVICE_ACCOUNT",
        default_value = "componentgraph"
    )]
    service_account: String,
    /// ClusterRole that may read pull secrets, for messages that tell how to bind it
    #[arg(long, value_name = "NAME", default_value = "componentgraph-pull-secrets")]
    pull_secrets_role: String,
    /// Networks inside the cluster, which policies never open for names outside
    #[arg(long, value_name = "CIDR", value_delimiter = ',')]
    cluster_cidrs: Vec<String>,
    /// Suffix of names of Services
    #[arg(long, value_name = "DOMAIN", default_value = "cluster.local")]
    cluster_domain: String,
    /// Take part in an election, so that several replicas may run
    #[arg(long)]
    leader_election: bool,
    /// Namespace of the lease
    #[arg(long, value_name = "NS", env = "POD_NAMESPACE", default_value = "default")]
    lease_namespace: String,
    /// Name of the lease
    #[arg(long, value_name = "NAME", default_value = LEASE)]
    lease_name: String,
    /// Name of this process
    #[arg(long, value_name = "NAME", env = "POD_NAME", default_value = "operator")]
    identity: String,
    /// Uid of this process's pod, with which the lease goes
    #[arg(long, value_name = "UID", env = "POD_UID")]
    pod_uid: Option<String>,
    /// Address of /livez, /readyz and /metrics
    #[arg(long, value_name = "ADDR", default_value = "0.0.0.0:9090")]
    admin_address: SocketAddr,
    /// Graphs that are worked on at the same time
    #[arg(long, value_name = "N", default_value_t = 16)]
    concurrency: u16,
    /// Threads that parse components
    #[arg(long, value_name = "N", default_value_t = 2)]
    check_threads: usize,
    /// How long work on one graph may take
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    deadline: u64,
    /// A directory that may be written to
    #[arg(long, value_name = "DIR", default_value_os_t = std::env::temp_dir())]
    scratch_dir: PathBuf,
    /// Filter of the operator's own logs
    #[arg(long, value_name = "FILTER", default_value = "info")]
    log_level: String,
    #[arg(long, value_enum, default_value_t)]
    log_format: LogFormat,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
#[value(rename_all = "PascalCase")]
enum UpgradeArg {
    #[default]
    OnNextChange,
    Automatic,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "PascalCase")]
enum PolicyArg {
    Always,
    IfNotPresent,
    Never,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
#[value(rename_all = "PascalCase")]
enum ModeArg {
    #[default]
    Derived,
    None,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum LevelArg {
    Error,
    Warn,
    #[default]
    Info,
    Debug,
    Trace,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum LogFormat {
    #[default]
    Json,
    Text,
}

impl Args {
    fn options(self, registry_ca: Option<String>) -> Options {
        let bounds = Bounds {
            concurrency: self.concurrency.max(1),
            deadline: Duration::from_secs(self.deadline.max(1)),
            ..Bounds::default()
        };
        let account = format!("{}:{}", self.lease_namespace, self.service_account);
        let election = Election {
            namespace: self.lease_namespace,
            name: self.lease_name,
            times: Times::default(),
            pod_uid: self.pod_uid.filter(|uid| !uid.is_empty()),
        };
        Options {
            settings: Settings {
                runtime_image: self.runtime_image,
                runtime_pull_secrets: self.runtime_pull_secrets,
                runtime_pull_policy: self.runtime_pull_policy.map(|policy| match policy {
                    PolicyArg::Always => PullPolicy::Always,
                    PolicyArg::IfNotPresent => PullPolicy::IfNotPresent,
                    PolicyArg::Never => PullPolicy::Never,
                }),
                upgrade: match self.runtime_upgrade {
                    UpgradeArg::OnNextChange => Upgrade::OnNextChange,
                    UpgradeArg::Automatic => Upgrade::Automatic,
                },
                collector: self.collector_endpoint.filter(|url| !url.is_empty()),
                log_level: match self.runtime_log_level {
                    LevelArg::Error => LogLevel::Error,
                    LevelArg::Warn => LogLevel::Warn,
                    LevelArg::Info => LogLevel::Info,
                    LevelArg::Debug => LogLevel::Debug,
                    LevelArg::Trace => LogLevel::Trace,
                },
                network_policy: match self.network_policy_mode {
                    ModeArg::Derived => NetworkPolicyMode::Derived,
                    ModeArg::None => NetworkPolicyMode::None,
                },
                allowed_registries: self.allowed_registries,
                registry_ca,
                account,
                pull_secrets_role: self.pull_secrets_role,
                cluster_cidrs: self.cluster_cidrs,
                cluster_domain: self.cluster_domain,
            },
            namespaces: self.watch_namespaces,
            admin: self.admin_address,
            bounds,
            check_threads: self.check_threads,
            scratch: self.scratch_dir,
            election: self.leader_election.then_some(election),
            identity: self.identity,
        }
    }
}

/// Does what the command line asks for.
pub async fn main() -> ExitCode {
    let text = match Cli::parse().command {
        Command::Run(args) => return operate(*args).await,
        Command::Crd { docs: true } => Ok(graph::crd_docs()),
        Command::Crd { docs: false } => graph::crd_yaml(),
        Command::Rbac { lease_name } => crate::rbac::to_yaml(&lease_name),
        Command::Try(trial) => return attempt(&trial).await,
    };
    match text {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => fail(&error),
    }
}

async fn operate(args: Args) -> ExitCode {
    init_logs(&args.log_level, args.log_format == LogFormat::Json);
    let authorities = args.registry_ca.as_deref().map(std::fs::read_to_string).transpose();
    let authorities = match authorities {
        Ok(authorities) => authorities.filter(|pem| !pem.trim().is_empty()),
        Err(error) => {
            eprintln!("error: the file of --registry-ca cannot be read: {error}");
            return ExitCode::FAILURE;
        }
    };
    match run(args.options(authorities)).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
}

async fn attempt(trial: &Trial) -> ExitCode {
    let trial = crate::trial::Trial {
        namespace: &trial.namespace,
        name: &trial.name,
        limit: Duration::from_secs(trial.timeout),
        has_collector: !trial.without_collector,
    };
    match crate::trial::run(trial).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
}

fn fail(error: &dyn std::error::Error) -> ExitCode {
    eprintln!("error: {error}");
    ExitCode::FAILURE
}
