infusion_lag_addl_f <- function() {
  ini({
    ka <- 0.9
    k <- 0.15
    tlag <- 2.25
    fc <- 0.5
  })
  model({
    d/dt(depot) <- -ka*depot
    d/dt(central) <- ka*depot - k*central
    alag(central) <- tlag
    f(central) <- fc
  })
}
