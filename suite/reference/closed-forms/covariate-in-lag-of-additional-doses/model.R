covariate_in_lag_of_additional_doses <- function() {
  ini({
    k <- 0.2
  })
  model({
    d/dt(central) <- -k*central
    alag(central) <- LATE
  })
}
