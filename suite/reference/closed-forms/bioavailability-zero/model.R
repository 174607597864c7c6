bioavailability_zero <- function() {
  ini({
    ka <- 0.9
    k <- 0.15
  })
  model({
    d/dt(depot) <- -ka*depot
    d/dt(central) <- ka*depot - k*central
    f(central) <- 0
    dur(central) <- 2
  })
}
