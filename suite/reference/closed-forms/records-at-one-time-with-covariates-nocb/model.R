records_at_one_time_with_covariates_nocb <- function() {
  ini({
    one <- 1
  })
  model({
    d/dt(central) <- -one*K*central
  })
}
