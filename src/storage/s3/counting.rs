//! Counting what really goes over the wire: a call that is tried three times is three requests.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_sdk_s3::config::interceptors::{
    BeforeDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
};
use aws_sdk_s3::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_s3::error::BoxError;

use super::Call;
use super::errors::Contact;
use crate::storage::{Operation, Requests};

/// Counts the attempts of one call.
#[derive(Debug)]
pub(super) struct Counting {
    operation: Operation,
    requests: Arc<Requests>,
    contact: Arc<Contact>,
    was_sent: AtomicBool,
}

impl Counting {
    pub(super) fn new(call: &Call<'_>, operation: Operation) -> Self {
        Self {
            operation,
            requests: Arc::clone(&call.storage.requests),
            contact: Arc::clone(&call.connection.contact),
            was_sent: AtomicBool::new(false),
        }
    }
}

impl Intercept for Counting {
    fn name(&self) -> &'static str {
        "Counting"
    }

    fn read_before_attempt(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.requests.count(self.operation);
        if self.was_sent.swap(true, Ordering::Relaxed) {
            self.requests.count_retry();
        }
        Ok(())
    }

    fn read_after_transmit(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.contact.answered();
        if let Some(date) = context.response().headers().get("date") {
            self.contact.dated(date);
        }
        Ok(())
    }
}
