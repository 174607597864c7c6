ss_lag <- function() {
  ini({
    ka <- 0.9
    k <- 0.15
    tlag <- 2.75
  })
  model({
    d/dt(depot) <- -ka*depot
    d/dt(central) <- ka*depot - k*central
    alag(depot) <- tlag
  })
}
