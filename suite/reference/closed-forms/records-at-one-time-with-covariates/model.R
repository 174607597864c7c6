records_at_one_time_with_covariates <- function() {
  ini({
    one <- 1
  })
  model({
    d/dt(central) <- -one*K*central
  })
}
