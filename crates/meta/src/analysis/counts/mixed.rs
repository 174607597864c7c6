//! `rma_glmm`.

use super::super::{Analysis, Values};
use crate::MetaError;

pub(super) fn rma_glmm(_: &Analysis) -> Result<Values, MetaError> {
    Err(MetaError::NoAnswer("being built".to_owned()))
}
