rate_modelled_addl_f <- function() {
  ini({
    ka <- 0.9
    k <- 0.15
    r2 <- 12
    fc <- 0.6
  })
  model({
    d/dt(depot) <- -ka*depot
    d/dt(central) <- ka*depot - k*central
    rate(central) <- r2
    f(central) <- fc
  })
}
