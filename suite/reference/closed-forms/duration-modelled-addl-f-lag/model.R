duration_modelled_addl_f_lag <- function() {
  ini({
    ka <- 0.9
    k <- 0.15
    d2 <- 4
    fc <- 0.6
  })
  model({
    d/dt(depot) <- -ka*depot
    d/dt(central) <- ka*depot - k*central
    dur(central) <- d2
    f(central) <- fc
    alag(central) <- 0.25
  })
}
