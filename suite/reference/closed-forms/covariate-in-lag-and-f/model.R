covariate_in_lag_and_f <- function() {
  ini({
    k <- 0.2
  })
  model({
    d/dt(central) <- -k*central
    alag(central) <- 0.5 + WT/140
    f(central) <- 0.4 + 0.2*SEX
  })
}
