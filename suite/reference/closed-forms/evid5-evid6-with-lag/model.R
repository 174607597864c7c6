evid5_evid6_with_lag <- function() {
  ini({
    ka <- 0.9
    k <- 0.15
  })
  model({
    d/dt(depot) <- -ka*depot
    d/dt(central) <- ka*depot - k*central
    alag(central) <- 1.5
  })
}
