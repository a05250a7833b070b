//! What the trigger needs of the room that runs functions.

use wasmtime::component::Val;

use crate::instances::{Callable, Instances, Outcome};

/// Runs one function to its end, with the delivery of its records.
pub trait Invoke: Send + Sync + 'static {
    type Callable: Send + Sync + 'static;

    fn invoke(
        &self,
        callable: &Self::Callable,
        params: Vec<Val>,
    ) -> impl Future<Output = Outcome> + Send;
}

impl Invoke for Instances {
    type Callable = Callable;

    async fn invoke(&self, callable: &Callable, params: Vec<Val>) -> Outcome {
        Instances::invoke(self, callable, &params).await
    }
}
